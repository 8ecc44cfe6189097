"""The snapshot: all that some letters need from the database when they are sent, read at one moment."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Date, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from cases.access.tokens import Link
from cases.calendar import Calendar
from cases.case import Case
from cases.database.queries import any_of, columns_of, fetch_rows
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.history.words import Words
from cases.mail_addresses import normalised
from cases.meetings.meeting import Meeting
from cases.organisation.domain_time import both_clocks
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from cases.parties import Follower, Party
from cases.village.forum.convening.answer_links import Answers, Invitation, answers_of
from cases.village.forum.reading.in_letters import AgendaPoint, points_read
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.registers.authority import Authority
from cases.village.relations.contact import Contact
from notifications.deliveries import Address, Delivery
from notifications.letter_links.link import LinkKey
from notifications.letters.catalogue import LETTERS
from notifications.row_types import (
    AddressNow,
    CaseNow,
    EventForLetter,
    FollowerNow,
    MeetingTold,
    PartyNow,
    PersonNow,
    PlanItemTold,
    UnitNow,
    WordsRow,
)

OF_THE_CASE = frozenset({"title", "description"})  # texts that stay true of a case after the event that wrote them
ASK_WHO_COMES = frozenset({"called", "meeting_changed", "agenda"})  # letters to those who are invited
LineContext = dict[str, Any]  # one element of a delivery's `context["lines"]`


def _by_ids(read_model: Any, table: Any) -> Select[Any]:
    return select(*columns_of(table, read_model._fields)).where(any_of(table.id, "ids"))


ReadModel = TypeVar("ReadModel")
QUERIES: dict[Any, Select[Any]] = {
    EventForLetter: _by_ids(EventForLetter, Event),
    PersonNow: _by_ids(PersonNow, Person),
    PartyNow: _by_ids(PartyNow, Party),
    UnitNow: _by_ids(UnitNow, Unit),
    FollowerNow: _by_ids(FollowerNow, Follower),
    AddressNow: _by_ids(AddressNow, Address),
    MeetingTold: _by_ids(MeetingTold, Meeting),
    CaseNow: select(*columns_of(Case, CaseNow._fields[:6]), Party.protected, Party.name, Party.phone, Party.email)
    .outerjoin(Party, Party.id == Case.reporter_id)
    .where(any_of(Case.id, "ids")),
}
LINKS = select(Link).where(any_of(Link.id, "ids"))
NOTE = and_(any_of(Words.event_id, "events"), Words.field == "note")
TITLE = and_(any_of(Words.case_id, "streams"), Words.field == "title")
DESCRIPTION = and_(any_of(Words.case_id, "described"), Words.field == "description")
WORDS = select(*columns_of(Words, WordsRow._fields)).where(or_(NOTE, TITLE, DESCRIPTION)).order_by(Words.id)
OWN_CASES = select(Case.id, Case.public_id).where(or_(any_of(Case.id, "ids"), any_of(Case.public_id, "keys")))
FAILED = select(Delivery.id, Delivery.context).where(any_of(Delivery.id, "ids"))
PLAN_ITEMS = (
    select(PlanVersion.event_id, Case.ref, PlanItem.title, PlanItem.origin_id, Unit.name)
    .join(PlanItem, PlanItem.version_id == PlanVersion.id)
    .join(Case, Case.id == PlanItem.case_id)
    .outerjoin(Unit, and_(Unit.id == PlanItem.responsible_id, Unit.id != PlanItem.unit_id))
    .where(any_of(PlanVersion.event_id, "ids"))
    .order_by(PlanItem.number)
)
PLAN_DROPS = (
    select(PlanVersion.event_id, Case.ref, PlanItem.title, PlanDrop.reason)
    .join(PlanDrop, PlanDrop.version_id == PlanVersion.id)
    .join(PlanItem, PlanItem.id == PlanDrop.item_id)
    .join(Case, Case.id == PlanItem.case_id)
    .where(any_of(PlanVersion.event_id, "ids"))
    .order_by(PlanItem.number)
)
MAILBOXES = select(Unit.email).where(Unit.email.is_not(None))
AUTHORITIES = select(Authority.slug, Authority.name).where(any_of(Authority.slug, "slugs"))
CONTACT_DAYS = select(Contact.id, Contact.on_day).where(any_of(Contact.id, "ids"))
SERVING = (
    select(Membership.person_id, Person.deputy_id, Membership.unit_id)
    .join(Person, Person.id == Membership.person_id)
    .where(
        any_of(Membership.unit_id, "units"),
        or_(any_of(Membership.person_id, "people"), any_of(Person.deputy_id, "people")),
        serves_on(bindparam("today", type_=Date)),
    )
)


@dataclass(frozen=True)
class SendingSnapshot:
    """The database rows that some letters need when they are sent, as dicts by id, read at the moment `present` (UTC)
    of the database's clock.

    A line of a letter stands for one event of which it tells, and holds the ids to look up here. `words` is by case id.
    `serving` has pairs (person id, unit id): the person, or somebody whose deputy they are, holds a role in the unit.
    `own_keys` has the present public ids of merged cases, whose reporters follow another, by `own_case` of a line.
    `failed` is by delivery id, for alarms about letters that failed: the first line of the letter that failed.
    `plan_items` has the items of adopted plans, by the event of the adoption. `contact_days` has the local days of the
    contacts with groups at which questions were taken down, by the number of the contact, `meetings` the meetings that
    events name, by their number. `authorities` has the names of those whom registers name, by slug.
    `answers` has what those whom a letter asks have answered to their invitation, without those who are not invited any
    more, `points` the items of the agendas that letters list, as each reader may read them, and `mailboxes` the
    normalised addresses of units, when people are asked.
    `unsubscribe_tokens` has the tokens in unsubscribe links, by follower id, and `letter_tokens` those of the links
    with which letters are answered, once `preparing.prepare` has added them.
    """

    present: datetime
    calendar: Calendar
    events: dict[int, EventForLetter]
    people: dict[int, PersonNow]
    parties: dict[int, PartyNow]
    units: dict[int, UnitNow]
    followers: dict[int, FollowerNow]
    cases: dict[int, CaseNow]
    links: dict[int, Link]
    addresses: dict[int, AddressNow]
    words: dict[int, list[WordsRow]]  # by case, oldest first
    serving: set[tuple[int, int]]  # (person, unit): who holds a role there, and their deputies
    failed: dict[int, LineContext]  # the first line of each letter about which there is an alarm, by delivery
    own_keys: dict[int | str, str] = field(default_factory=dict)  # by id; by public id in lines of earlier versions
    plan_items: dict[int, list[PlanItemTold]] = field(default_factory=dict)  # by event
    contact_days: dict[int, date] = field(default_factory=dict)  # by number
    authorities: dict[str, str] = field(default_factory=dict)  # names by slug
    meetings: dict[int, MeetingTold] = field(default_factory=dict)  # by number
    answers: Answers = field(default_factory=dict)
    points: dict[Invitation, list[AgendaPoint]] = field(default_factory=dict)
    mailboxes: frozenset[str] = frozenset()
    unsubscribe_tokens: dict[int, str] = field(default_factory=dict)  # by follower
    letter_tokens: dict[LinkKey, str] = field(default_factory=dict)  # by delivery and case

    def event_of(self, line: LineContext) -> EventForLetter:
        """Return the event of which this line of a letter tells."""
        return self.events[line["event"]]

    def case_of(self, line: LineContext) -> CaseNow | None:
        """Return the case of which this line of a letter tells; None when its event is about no case."""
        return self.cases.get(self.event_of(line).stream)

    def words_of(self, event: EventForLetter) -> dict[str, WordsRow]:
        """Return the event's note, and the title and description that its case had then.

        The keys are "note", "title" and "description". A key is missing when there is no such text; the description
        is read only for letters that tell it.
        """
        return {
            words.field: words
            for words in self.words.get(event.stream, ())
            if words.event_id == event.id or (words.field in OF_THE_CASE and words.event_id < event.id)
        }


def read_snapshot(session: Session, deliveries: Sequence[Delivery]) -> SendingSnapshot:
    """Return the snapshot for sending these deliveries, with as many queries for a hundred as for one."""
    lines = [line for delivery in deliveries for line in delivery.context["lines"]]
    clocks, calendar = both_clocks(session), calendar_of(session)
    today = calendar.day_of(clocks.domain)
    events = _by_id(session, EventForLetter, _ids_in(lines, "event"))
    followers = _by_id(session, FollowerNow, _ids_in(lines, "follower"))
    streams = {event.stream for event in events.values() if event.stream}
    cases = streams | {follower.case_id for follower in followers.values()}
    asked = {invitation for line in lines if (invitation := invitation_in(line, events.get(line["event"])))}
    addresses = {delivery.address_id for delivery in deliveries if delivery.address_id}
    return SendingSnapshot(
        clocks.recorded,
        calendar,
        events,
        people=_by_id(session, PersonNow, _ids_in(lines, "person")),
        parties=_by_id(session, PartyNow, _ids_in(lines, "party")),
        units=_by_id(session, UnitNow, _ids_in(lines, "unit_id")),
        followers=followers,
        cases=_by_id(session, CaseNow, cases),
        links=_links(session, _ids_in_facts(events, "link")),
        addresses=_by_id(session, AddressNow, addresses),
        words=_words(session, events, streams, _described(lines, events)),
        serving=_serving(session, lines, today),
        failed=_failed(session, events),
        own_keys=_own_keys(session, lines),
        plan_items=_plan_items(session, events),
        contact_days=_contact_days(session, _ids_in_facts(events, "contact")),
        authorities=_authorities(session, events),
        meetings=_by_id(session, MeetingTold, _ids_in_facts(events, "meeting")),
        answers=answers_of(session, asked),
        points=_points(session, lines, events, today),
        mailboxes=_mailboxes(session, asked),
    )


def invitation_in(line: LineContext, event: EventForLetter | None) -> Invitation | None:
    """Return the invitation that this line of a letter is about, when its letter asks the reader whether they come."""
    if event is None or line["letter"] not in ASK_WHO_COMES or not (line.get("person") or line.get("party")):
        return None
    return Invitation(event.facts["meeting"], line.get("person"), line.get("party"))


def _points(
    session: Session, lines: Iterable[LineContext], events: dict[int, EventForLetter], today: date
) -> dict[Invitation, list[AgendaPoint]]:
    """Return the items of the agendas that these letters list, by the invitation of their reader."""
    listing = (invitation_in(line, events.get(line["event"])) for line in lines if line["letter"] == "agenda")
    readers = {one: (one.meeting, one.person) for one in listing if one is not None}
    found = points_read(session, set(readers.values()), on=today)
    return {invitation: found[reader] for invitation, reader in readers.items()}


def _mailboxes(session: Session, asked: Iterable[Invitation]) -> frozenset[str]:
    if all(one.person is None for one in asked):
        return frozenset()
    return frozenset(normalised(email) for email in session.scalars(MAILBOXES) if email)


def _ids_in(lines: Iterable[LineContext], name: str) -> set[int]:
    return {line[name] for line in lines if line.get(name)}


def _ids_in_facts(events: dict[int, EventForLetter], name: str) -> set[int]:
    return {event.facts[name] for event in events.values() if name in event.facts}


def _by_id(session: Session, read_model: Callable[..., ReadModel], ids: Collection[int]) -> dict[int, ReadModel]:
    rows = fetch_rows(session, QUERIES[read_model], {"ids": list(ids)}) if ids else ()
    return {row[0]: read_model(*row) for row in rows}


def _links(session: Session, ids: Collection[int]) -> dict[int, Link]:
    return {link.id: link for link in session.scalars(LINKS, {"ids": list(ids)})} if ids else {}


def _contact_days(session: Session, ids: Collection[int]) -> dict[int, date]:
    return {row.id: row.on_day for row in fetch_rows(session, CONTACT_DAYS, {"ids": list(ids)})} if ids else {}


def _authorities(session: Session, events: dict[int, EventForLetter]) -> dict[str, str]:
    facts = [event.facts for event in events.values() if event.type.startswith("register.")]
    slugs = {one[name] for one in facts for name in ("decides", "keeper", "to", "by") if one.get(name)}
    rows = fetch_rows(session, AUTHORITIES, {"slugs": sorted(slugs)}) if slugs else ()
    return {row.slug: row.name for row in rows}


def _described(lines: Iterable[LineContext], events: dict[int, EventForLetter]) -> set[int]:
    """Return the ids of the cases whose description a letter tells."""
    telling = (line for line in lines if LETTERS[line["letter"]].to_act or line.get("quotes_back"))
    return {events[line["event"]].stream for line in telling if line["event"] in events}


def _words(
    session: Session, events: Collection[int], streams: Collection[int], described: Collection[int]
) -> dict[int, list[WordsRow]]:
    found: dict[int, list[WordsRow]] = defaultdict(list)
    parameters = {"events": list(events), "streams": list(streams), "described": list(described)}
    for row in fetch_rows(session, WORDS, parameters) if streams else ():
        found[row.case_id or 0].append(WordsRow(*row))
    return found


def _serving(session: Session, lines: Iterable[LineContext], today: date) -> set[tuple[int, int]]:
    """Return (person, unit) for each who holds a role in the unit today, or is the deputy of somebody who does."""
    in_units = [line for line in lines if line.get("person") and line.get("unit_id")]
    people, units = _ids_in(in_units, "person"), _ids_in(in_units, "unit_id")
    parameters = {"people": list(people), "units": list(units), "today": today}
    rows = fetch_rows(session, SERVING, parameters) if in_units else []
    return {(person, unit) for holder, deputy, unit in rows for person in (holder, deputy) if person and unit}


def _own_keys(session: Session, lines: Iterable[LineContext]) -> dict[int | str, str]:
    """Return the present keys of the cases that lines name: none for a public id that has been replaced."""
    names = {line["own_case"] for line in lines if line.get("own_case")}
    ids, keys = [name for name in names if isinstance(name, int)], [name for name in names if isinstance(name, str)]
    rows = fetch_rows(session, OWN_CASES, {"ids": ids, "keys": keys}) if names else []
    return {name: row.public_id for row in rows for name in (row.id, row.public_id)}


def _plan_items(session: Session, events: dict[int, EventForLetter]) -> dict[int, list[PlanItemTold]]:
    """Return what letters about adopted plans list, by the event of the adoption."""
    ids = [id_ for id_, event in events.items() if event.type == "plan.adopted"]
    found: dict[int, list[PlanItemTold]] = defaultdict(list)
    for id_, ref, title, origin, asked in fetch_rows(session, PLAN_ITEMS, {"ids": ids}) if ids else ():
        found[id_].append(PlanItemTold(id_, ref, title, "new" if origin is None else "carried", asked=asked or ""))
    for id_, ref, title, reason in fetch_rows(session, PLAN_DROPS, {"ids": ids}) if ids else ():
        found[id_].append(PlanItemTold(id_, ref, title, "dropped", reason))
    return found


def _failed(session: Session, events: dict[int, EventForLetter]) -> dict[int, LineContext]:
    alarms = [event.facts for event in events.values() if event.type == "house.set_aside"]
    ids = [facts["row"] for facts in alarms if facts["what"] == "delivery"]
    rows = fetch_rows(session, FAILED, {"ids": ids}) if ids else []
    return {row.id: next(iter(row.context.get("lines", [])), {}) for row in rows}
