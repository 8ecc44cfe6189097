"""The letter that a step would send, before it is taken: planned and written as the real one, and not kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.deliveries import Channel, Delivery, Outcome
from notifications.letters.filling_templates import Paragraph, ParagraphKind
from notifications.letters.rendering import case_subject
from notifications.letters.snapshot import read_snapshot
from notifications.letters.template_context import TemplateContext
from notifications.letters.urls import WebAddresses
from notifications.planning.planning import plan_events

FIRST_SHOWN = ("reporter", "group", "followers", "asked", "handler")
LEADS_SOMEWHERE = frozenset({ParagraphKind.BUTTON, ParagraphKind.LINK})


@dataclass(frozen=True)
class PreviewParagraph:
    """One paragraph of a letter that is only shown: its text, and whether it quotes somebody, or names a link."""

    text: str
    is_quote: bool
    is_link: bool


@dataclass(frozen=True)
class LetterPreview:
    """A letter or call that nobody has got: for which audience, its subject, what is new, and its paragraphs.

    `subject` is that of the mail, "" for a call; `headline` is what stands first in the letter, "" when the subject
    says it already. Links are named and lead nowhere: that of the person who asked is the key to act in their place.
    """

    audience: str
    by_phone: bool
    subject: str
    headline: str
    paragraphs: list[PreviewParagraph]


def letters_about(session: Session, ids: Sequence[int], key: str, *, names_asker: bool) -> list[LetterPreview]:
    """Return one letter for each audience that is told of the events with these ids, the person who asked first.

    It plans the deliveries of the events, so the caller rolls the transaction back. `key` is the secret key of the
    installation. With `names_asker` False, letters to staff do not say who asked and how they are reached.
    """
    plan_events(session, ids)
    occasions = [f"event:{id_}" for id_ in ids]
    waiting = select(Delivery).where(Delivery.occasion.in_(occasions), Delivery.outcome == Outcome.WAITING)
    planned = sorted(session.scalars(waiting.order_by(Delivery.id)), key=_rank)
    first = {delivery.context["lines"][0]["audience"]: delivery for delivery in reversed(planned)}
    return [_preview(session, delivery, key, names_asker) for delivery in sorted(first.values(), key=_rank)]


def _rank(delivery: Delivery) -> int:
    audience = delivery.context["lines"][0]["audience"]
    return FIRST_SHOWN.index(audience) if audience in FIRST_SHOWN else len(FIRST_SHOWN)


def _preview(session: Session, delivery: Delivery, key: str, names_asker: bool) -> LetterPreview:
    lines = delivery.context["lines"]
    context = TemplateContext(read_snapshot(session, [delivery]), WebAddresses(""), key, names_asker)
    written, by_phone = context.write(delivery, lines[0]), delivery.channel is Channel.CALL
    subject = "" if by_phone else case_subject(context, delivery, lines) or written.subject
    headline = written.subject if written.subject != subject else ""
    return LetterPreview(
        lines[0]["audience"], by_phone, subject, headline, [_shown(paragraph) for paragraph in written.paragraphs]
    )


def _shown(paragraph: Paragraph) -> PreviewParagraph:
    shape = paragraph.shape
    return PreviewParagraph(paragraph.said("\n"), shape is ParagraphKind.QUOTE, shape in LEADS_SOMEWHERE)
