"""What letters speak of, and how those who get them stand now: read at once, however many letters there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from cases.calendar import Calendar
from cases.case import Case, Follower, Party
from cases.database import calendar_of, present
from cases.keys import Link
from cases.records.history import Event
from cases.records.words import Words
from cases.town.people import Membership, Person
from cases.town.units import Unit
from notifications.acts import AS_TOLD, some
from notifications.deliveries import Address, Delivery

ToldLine = dict[str, Any]  # one of a delivery's `context["lines"]`
AS_NAMED = (load_only(Case.ref, Case.public_id, Case.published_at, Case.reporter_id), joinedload(Case.reporter))


def _with_ids(kind: Any, *options: Any) -> Select[Any]:
    return select(kind).options(*options).where(kind.id.in_(some("ids")))


EVENTS, CASES = _with_ids(Event, AS_TOLD), _with_ids(Case, *AS_NAMED)
PEOPLE, PARTIES, UNITS = _with_ids(Person), _with_ids(Party), _with_ids(Unit)
FOLLOWERS, LINKS, ADDRESSES = _with_ids(Follower), _with_ids(Link), _with_ids(Address)
NOTE = and_(Words.event_id.in_(some("events")), Words.field == "note")
TITLE = and_(Words.case_id.in_(some("streams")), Words.field == "title")
WORDS = select(Words).where(or_(NOTE, TITLE)).order_by(Words.id)
SERVING = (
    select(Membership.person_id, Person.deputy_id, Membership.unit_id)
    .join(Person, Person.id == Membership.person_id)
    .where(
        Membership.unit_id.in_(some("units")),
        or_(Membership.person_id.in_(some("people")), Person.deputy_id.in_(some("people"))),
        or_(Membership.until.is_(None), Membership.until > bindparam("today")),
    )
)


@dataclass(frozen=True)
class Around:
    """What was read, by id, at a moment of the database's. A line names what it speaks of by these ids."""

    present: datetime
    calendar: Calendar
    events: dict[int, Event]
    people: dict[int, Person]
    parties: dict[int, Party]
    units: dict[int, Unit]
    followers: dict[int, Follower]
    cases: dict[int, Case]
    links: dict[int, Link]
    addresses: dict[int, Address]
    words: dict[int, list[Words]]  # by case, oldest first
    serving: set[tuple[int, int]]  # (person, unit), deputies of those who serve among them
    failed: dict[int, ToldLine]  # the first line of each letter that an alarm is about
    ways_out: dict[int, str] = field(default_factory=dict)  # the token with which each follower leaves

    def event_of(self, line: ToldLine) -> Event:
        """Give the event that the line tells."""
        return self.events[line["event"]]

    def case_of(self, line: ToldLine) -> Case | None:
        """Give the case that the line is about; None for what happened in the house."""
        return self.cases.get(self.event_of(line).stream)

    def said(self, event: Event) -> dict[str, Words]:
        """Give the event's own note, and the title as it was then."""
        return {
            one.field: one
            for one in self.words.get(event.stream, ())
            if one.event_id == event.id or (one.field == "title" and one.event_id < event.id)
        }


def read_around(session: Session, deliveries: Sequence[Delivery]) -> Around:
    """Read around these letters, with as many queries for a hundred as for one."""
    lines = [line for delivery in deliveries for line in delivery.context["lines"]]
    moment, calendar = present(session), calendar_of(session)
    events = _by_id(session, EVENTS, _named(lines, "event"))
    followers = _by_id(session, FOLLOWERS, _named(lines, "follower"))
    streams = {event.stream for event in events.values() if event.stream}
    cases = streams | {follower.case_id for follower in followers.values()}
    addresses = {delivery.address_id for delivery in deliveries if delivery.address_id}
    return Around(
        moment,
        calendar,
        events,
        people=_by_id(session, PEOPLE, _named(lines, "person")),
        parties=_by_id(session, PARTIES, _named(lines, "party")),
        units=_by_id(session, UNITS, _named(lines, "unit_id")),
        followers=followers,
        cases=_by_id(session, CASES, cases),
        links=_by_id(session, LINKS, _in_facts(events, "link")),
        addresses=_by_id(session, ADDRESSES, addresses),
        words=_words(session, events, streams),
        serving=_serving(session, lines, calendar.day_of(moment)),
        failed=_failed(session, events),
    )


def _named(lines: Iterable[ToldLine], name: str) -> set[int]:
    return {line[name] for line in lines if line.get(name)}


def _in_facts(events: dict[int, Event], name: str) -> set[int]:
    return {event.facts[name] for event in events.values() if name in event.facts}


def _by_id(session: Session, found: Select[Any], ids: Collection[int]) -> dict[int, Any]:
    return {one.id: one for one in session.scalars(found, {"ids": list(ids)})} if ids else {}


def _words(session: Session, events: Collection[int], streams: Collection[int]) -> dict[int, list[Words]]:
    found: dict[int, list[Words]] = defaultdict(list)
    given = {"events": list(events), "streams": list(streams)}
    for words in session.scalars(WORDS, given) if streams else ():
        found[words.case_id or 0].append(words)
    return found


def _serving(session: Session, lines: Iterable[ToldLine], today: date) -> set[tuple[int, int]]:
    """Give (person, unit) of who serves there, or stands in for somebody who does."""
    in_units = [line for line in lines if line.get("person") and line.get("unit_id")]
    given = {"people": list(_named(in_units, "person")), "units": list(_named(in_units, "unit_id")), "today": today}
    rows = session.execute(SERVING, given).all() if in_units else []
    return {(who, unit) for holder, deputy, unit in rows for who in (holder, deputy) if who and unit}


def _failed(session: Session, events: dict[int, Event]) -> dict[int, ToldLine]:
    alarms = [event.facts for event in events.values() if event.type == "house.set_aside"]
    ids = [facts["row"] for facts in alarms if facts["what"] == "delivery"]
    found = select(Delivery.id, Delivery.context).where(Delivery.id.in_(ids))
    rows = session.execute(found).all() if ids else []
    return {row.id: next(iter(row.context.get("lines", [])), {}) for row in rows}
