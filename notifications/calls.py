"""Calls: whom the contact person must ring because no mail reaches them, what to say, and which calls were made."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.clock import now
from cases.parties import Party
from cases.refusals import NotAllowed, NotFound
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.letters.filling_templates import NBSP, ParagraphKind, WrittenLetter
from notifications.letters.snapshot import read_snapshot
from notifications.letters.template_context import TemplateContext
from notifications.letters.urls import WebAddresses

SPOKEN_KINDS = frozenset({ParagraphKind.TEXT, ParagraphKind.QUOTE, ParagraphKind.LIST})
SPOKEN_SECTIONS = ("happened", "next", "object")  # not "ask": the one who rings can be asked


@dataclass(frozen=True)
class CallToMake:
    """One telephone call to make: to whom, about which case, since when it waits (UTC), and what to say."""

    delivery_id: int
    name: str | None
    phone: str
    ref: str
    since: datetime
    locale: str
    say: str


def to_ring(session: Session) -> list[CallToMake]:
    """Return the telephone calls that nobody has made yet, oldest first."""
    waiting = session.execute(
        select(Delivery, Party)
        .join(Party, Party.id == Delivery.party_id)
        .where(
            Delivery.channel == Channel.CALL,
            Delivery.outcome == Outcome.WAITING,
            Party.phone.is_not(None),
        )
        .order_by(Delivery.id)
    ).all()
    template_context = TemplateContext(
        read_snapshot(session, [delivery for delivery, _ in waiting]), WebAddresses(""), key=""
    )
    return [_call(template_context, delivery, party) for delivery, party in waiting]


def tick_off(session: Session, delivery_id: int, *, by: Actor, at: datetime) -> None:
    """Record that `by` made this telephone call at `at` (UTC).

    `NotAllowed` when `by` is not staff, `NotFound` when no call with this id waits to be made.
    """
    if not by.is_staff:
        raise NotAllowed(step="tick_off")
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.channel is not Channel.CALL:
        raise NotFound(ref=f"call:{delivery_id}")
    ticked = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.outcome == Outcome.WAITING)
        .values(outcome=Outcome.CALLED, finished_at=now(), person_id=by.person_id)
        .values(context={**delivery.context, "called_at": at.isoformat()})
        .returning(Delivery.id)
    )
    if ticked.first() is None:
        raise NotFound(ref=f"call:{delivery_id}")


def _call(template_context: TemplateContext, delivery: Delivery, party: Party) -> CallToMake:
    written = [template_context.write(delivery, line) for line in delivery.context["lines"]]
    return CallToMake(
        delivery.id,
        party.name,
        party.phone or "",
        delivery.context["lines"][0]["ref"],
        delivery.created_at,
        delivery.locale,
        "\n\n".join(words for letter in written for words in words_to_say(letter)),
    )


def words_to_say(written: WrittenLetter) -> list[str]:
    """Return what to say on the telephone: the paragraphs of the letter `written`.

    Each paragraph is one string, in the letter's order; greeting, links and farewell are left out.
    """
    paragraphs = (paragraph for name in SPOKEN_SECTIONS for paragraph in written.sections[name])
    texts = [" ".join(found.lines).replace(NBSP, " ") for found in paragraphs if found.shape in SPOKEN_KINDS]
    return texts[1:-1]
