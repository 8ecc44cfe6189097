"""Calls: whom the contact person must ring because no mail reaches them, what to say, and which calls were made.

One person is rung once, about all that is to be said. What a later step of the same case has overtaken is not said.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.calendar import Calendar
from cases.contacts.phone_numbers import digits_of
from cases.database.clock import present
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.organisation.domain_time import domain_time
from cases.parties import Party
from cases.refusals import NotAllowed, NotFound
from cases.states import SETS_STATE
from notifications.deliveries import IS_WAITING, NO_ANSWER, Channel, Delivery, Outcome
from notifications.letters.filling_templates import Paragraph, ParagraphKind, WrittenLetter
from notifications.letters.snapshot import LineContext, read_snapshot
from notifications.letters.template_context import TemplateContext
from notifications.letters.urls import WebAddresses
from notifications.planning.redundant_calls import OVERTAKEN
from notifications.telephone.spoken import as_spoken

SPOKEN_KINDS = frozenset({ParagraphKind.TEXT, ParagraphKind.QUOTE, ParagraphKind.LIST})
SPOKEN_SECTIONS = ("happened", "next", "object")  # not "ask": the one who rings can be asked
TELLS_STATE = SETS_STATE | {"case.promised", "case.promise_broken", "case.escalated"}
AGAIN_AFTER = timedelta(hours=2)
SAME_CALL = timedelta(minutes=1)  # nobody rings somebody twice within it: the button was pressed twice
LAST_HOUR, FIRST_HOUR = time(16), time(9)  # local: between them people are rung
WAITING = (Delivery.channel == Channel.CALL, Delivery.outcome == IS_WAITING)


@dataclass(frozen=True)
class SpokenPart:
    """What to say about one case, whose reference is `ref` (None for what is about no case)."""

    ref: str | None
    say: str


@dataclass(frozen=True)
class CallToMake:
    """One telephone call to make: to whom, since when it waits (UTC), and what to say about which cases.

    `delivery_id` is the id of its first delivery, by which it is ticked off, and `last_id` that of its last one.
    `unanswered` counts how often nobody answered; before `next_at` (UTC; None: at once) it need not be tried again.
    """

    delivery_id: int
    last_id: int
    name: str | None
    phone: str
    since: datetime
    locale: str
    parts: tuple[SpokenPart, ...]
    unanswered: int
    next_at: datetime | None

    @property
    def ref(self) -> str | None:
        """The reference of the first case that it is about."""
        return self.parts[0].ref

    @property
    def say(self) -> str:
        """All that is to be said."""
        return "\n\n".join(part.say for part in self.parts)


@dataclass(frozen=True)
class _Person:
    """The calls that wait for one person: each delivery with the lines of it that are still to be said."""

    party: Party
    waiting: list[tuple[Delivery, list[LineContext]]]

    @property
    def deliveries(self) -> list[Delivery]:
        return [delivery for delivery, _ in self.waiting]

    @property
    def has_something_to_say(self) -> bool:
        return any(lines for _, lines in self.waiting)


def to_ring(session: Session) -> list[CallToMake]:
    """Return the telephone calls that nobody has made yet: those to make now before those to try again later.

    Within both, the one that has waited longest comes first.
    """
    people = [person for person in _people(session) if person.has_something_to_say]
    snapshot = read_snapshot(session, [delivery for person in people for delivery in person.deliveries])
    context = TemplateContext(snapshot, WebAddresses(""), key="")
    calls = [_call(context, person) for person in people]
    moment = domain_time(session)
    return sorted(calls, key=lambda call: (bool(call.next_at and call.next_at > moment), call.delivery_id))


def count_to_ring(session: Session) -> int:
    """Return how many people are to be rung: the number of `to_ring`, for badges and letters."""
    return sum(person.has_something_to_say for person in _people(session))


def tick_off(session: Session, delivery_id: int, *, by: Actor, at: datetime, last_id: int | None = None) -> str | None:
    """Record that `by` rang at `at` (UTC) the person of this delivery, and said what was to be said to them.

    Return the name of whom they rang, None if it is not known.

    What has come since the list was shown stays on it: deliveries after `last_id` (None: there are none). What was
    overtaken was not said. `NotAllowed` when `by` is not staff, `NotFound` when no call with this id waits to be made.
    """
    person = _person_to_ring(session, delivery_id, by)
    for delivery, lines in person.waiting:
        if last_id is not None and delivery.id > last_id:
            continue
        if lines:
            delivery.outcome, delivery.person_id = Outcome.CALLED, by.person_id
            delivery.context = {**delivery.context, "called_at": at.isoformat()}
        else:
            delivery.outcome, delivery.reason = Outcome.SUPPRESSED, OVERTAKEN
        delivery.finished_at = present(session)
    session.flush()
    return person.party.name


def record_no_answer(session: Session, delivery_id: int, *, by: Actor, at: datetime) -> datetime:
    """Record that `by` rang at `at` (UTC) and nobody answered; return when to try again (UTC).

    The call stays on the list, and how often it was tried is counted; within a minute it is the same call. It can be
    taken back (`rung_calls`). Raises what `tick_off` raises.
    """
    person = _person_to_ring(session, delivery_id, by)
    again = next_try(at, calendar_of(session))
    for delivery in person.deliveries:
        notes = delivery.context.get(NO_ANSWER, [])
        if notes and abs(at - datetime.fromisoformat(notes[-1]["at"])) < SAME_CALL:
            continue
        before = delivery.next_attempt_at
        note = {"at": at.isoformat(), "by": by.person_id, "before": before.isoformat() if before else None}
        delivery.context = {**delivery.context, NO_ANSWER: [*notes, note]}
        delivery.attempts += 1
        delivery.first_attempt_at = delivery.first_attempt_at or at
        delivery.next_attempt_at = again
    session.flush()
    return again


def drop_overtaken(session: Session) -> int:
    """Suppress the calls of which nothing is left to say, since later steps overtook it; return how many they are."""
    overtaken = [delivery for person in _people(session) for delivery, lines in person.waiting if not lines]
    for delivery in overtaken:
        delivery.outcome, delivery.reason, delivery.finished_at = Outcome.SUPPRESSED, OVERTAKEN, present(session)
    session.flush()
    return len(overtaken)


def next_try(at: datetime, calendar: Calendar) -> datetime:
    """Return when to ring again somebody who did not answer at `at`: two hours later, or the next working morning."""
    later = (at + AGAIN_AFTER).astimezone(calendar.zone)
    day = calendar.day_of(at)
    if calendar.roll_forward(day) == day and later.date() == day and FIRST_HOUR <= later.time() <= LAST_HOUR:
        return at + AGAIN_AFTER
    return datetime.combine(calendar.add_working_days(day, 1), FIRST_HOUR, calendar.zone).astimezone(at.tzinfo)


def _person_to_ring(session: Session, delivery_id: int, by: Actor) -> _Person:
    if not by.is_staff:
        raise NotAllowed(step="tick_off")
    session.get(Delivery, delivery_id, with_for_update=True)
    for person in _people(session):
        if delivery_id in {delivery.id for delivery in person.deliveries}:
            return person
    raise NotFound(ref=f"call:{delivery_id}")


def _people(session: Session) -> list[_Person]:
    """Return those for whom calls wait, each with all of them; whoever has the same name and number is one person."""
    rows = session.execute(
        select(Delivery, Party)
        .join(Party, Party.id == Delivery.party_id)
        .where(*WAITING, Party.phone.is_not(None))
        .order_by(Delivery.id)
    ).all()
    if not rows:
        return []
    said = _lines_to_say(session, [delivery for delivery, _ in rows])
    found: dict[tuple[str, str], _Person] = {}
    for delivery, party in rows:
        key = (digits_of(party.phone or "") or party.phone or "", (party.name or f"party {party.id}").casefold())
        person = found.setdefault(key, _Person(party, []))
        person.waiting.append((delivery, said[delivery.id]))
    return list(found.values())


def _lines_to_say(session: Session, deliveries: Sequence[Delivery]) -> dict[int, list[LineContext]]:
    """Return the lines of each delivery that are still to be said, by its id; of what was overtaken, none.

    That a case is done is said together with its end, as the answer that it gave.
    """
    events = _events(session, {line["event"] for delivery in deliveries for line in delivery.context["lines"]})
    last = _last_steps(session, {event.stream for event in events.values()})
    found: dict[int, list[LineContext]] = defaultdict(list)
    for delivery in deliveries:
        found[delivery.id] = [line for line in delivery.context["lines"] if _is_said(events[line["event"]], last)]
    return found


def _is_said(event: Any, last: dict[int, Any]) -> bool:
    step = last.get(event.stream)
    if step is None or event.type not in TELLS_STATE or event.id >= step.id:
        return True
    return bool(event.type == "case.done" and step.type == "case.closed")


def _events(session: Session, ids: set[int]) -> dict[int, Any]:
    rows = session.execute(select(Event.id, Event.stream, Event.type).where(Event.id.in_(ids)))
    return {row.id: row for row in rows}


def _last_steps(session: Session, streams: set[int]) -> dict[int, Any]:
    latest = select(func.max(Event.id)).where(Event.stream.in_(streams), Event.type.in_(SETS_STATE))
    rows = session.execute(
        select(Event.id, Event.stream, Event.type).where(Event.id.in_(latest.group_by(Event.stream)))
    )
    return {row.stream: row for row in rows}


def _call(context: TemplateContext, person: _Person) -> CallToMake:
    first, last = person.deliveries[0], person.deliveries[-1]
    parts: dict[str | None, list[str]] = defaultdict(list)
    for delivery, lines in person.waiting:
        for line in lines:
            parts[line["ref"]] += _words(context, delivery, line, person)
    spoken = tuple(SpokenPart(ref, "\n\n".join(dict.fromkeys(words))) for ref, words in parts.items())
    tried = [delivery.next_attempt_at for delivery in person.deliveries]
    is_later = all(tried)
    return CallToMake(
        first.id, last.id, person.party.name, person.party.phone or "", first.created_at, last.locale, spoken,
        unanswered=max(delivery.attempts for delivery in person.deliveries),
        next_at=max(moment for moment in tried if moment) if is_later else None,
    )  # fmt: skip


def _words(context: TemplateContext, delivery: Delivery, line: LineContext, person: _Person) -> Iterator[str]:
    """Return what to say of this line; of a case that has been closed since it was done, only the answer."""
    written = context.write(delivery, line)
    later = {one["letter"] for _, lines in person.waiting for one in lines if one["ref"] == line["ref"]}
    if line["letter"] == "done" and "closed" in later:
        return iter(as_spoken(_paragraphs(written, {ParagraphKind.QUOTE}), delivery.locale))
    return iter(words_to_say(written, delivery.locale))


def words_to_say(written: WrittenLetter, locale: str) -> list[str]:
    """Return what to say on the telephone: the paragraphs of the letter `written`, as they are spoken.

    Each paragraph is one string, in the letter's order; greeting, links and farewell are left out.
    """
    return as_spoken(_paragraphs(written, SPOKEN_KINDS), locale)[1:-1]


def _paragraphs(written: WrittenLetter, kinds: frozenset[ParagraphKind] | set[ParagraphKind]) -> list[Paragraph]:
    return [found for name in SPOKEN_SECTIONS for found in written.sections[name] if found.shape in kinds]
