"""Load the audience contexts of events: their cases, followers, units and people, in a few queries for all events."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.database.queries import any_of, columns_of, fetch_rows
from cases.database.transactions import calendar_of
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.parties import Follower, Party
from cases.states import State
from cases.village.forum.convening.inviting import SITS
from notifications.audiences.context import AudienceCase, AudienceContext, Following, Outsider
from notifications.audiences.directory import PERSON_COLUMNS, Directory, DirectoryPerson, DirectoryUnit, directory_of
from notifications.deliveries import Address, Delivery
from notifications.who_is_told import WHO_IS_TOLD, EventInContext

MOST_IDS_AT_ONCE = 500  # in one query
JOINED_FIELDS = ("responsible", "group", "waiting_unit", "category", "category_en", "place", "reporter")
UNITS_IN_FACTS = ("responsible", "responsible_was", "by_unit", "unit", "group", "body")
PEOPLE_IN_FACTS = ("officer", "person")
OUTSIDER_COLUMNS = columns_of(Party, Outsider._fields)
OUTSIDER_WIDTH = len(OUTSIDER_COLUMNS)


ASKED_PERSON = select(Invited.id).where(Invited.meeting_id == Meeting.id, Invited.person_id == Person.id)
INVITED_PEOPLE = (
    select(Meeting.id.label("meeting"), *PERSON_COLUMNS)
    .join(Person, or_(ASKED_PERSON.exists(), SITS))
    .where(any_of(Meeting.id, "ids"), Person.active)
    .order_by(Meeting.id, Person.id)
)
INVITED_PARTIES = (
    select(Invited.meeting_id, *OUTSIDER_COLUMNS)
    .join(Party, Party.id == Invited.party_id)
    .where(any_of(Invited.meeting_id, "ids"))
    .order_by(Invited.id)
)


def _cases() -> Select[Any]:
    """Select rows of the reporter's columns, the case's own, and the joined ones."""
    responsible, group, waiting_unit = (aliased(Unit) for _ in range(3))
    own = columns_of(Case, (name for name in AudienceCase._fields if name not in JOINED_FIELDS))
    joined = (responsible.slug, group.slug, waiting_unit.slug, Category.name, Category.name_en, Place.name)
    return (
        select(*OUTSIDER_COLUMNS, *own, *joined)
        .select_from(Case)
        .outerjoin(Party, Party.id == Case.reporter_id)
        .join(responsible, responsible.id == Case.responsible_id)
        .outerjoin(group, group.id == Case.group_id)
        .outerjoin(waiting_unit, waiting_unit.id == Case.waiting_unit_id)
        .outerjoin(Category, Category.id == Case.category_id)
        .outerjoin(Place, Place.id == Case.place_id)
        .where(any_of(Case.id, "ids"))
    )


CASES = _cases()


def load_contexts(session: Session, events: Sequence[EventInContext]) -> list[AudienceContext]:
    """Return the audience context of each event, in the order of `events`. A few queries serve all events together."""
    cases = cases_of(session, {event.row.stream for event in events if event.row.stream})
    directories = _directories(session, events, cases)
    following = _following(session, events) if _is_any_told(events, {"followers", "new_follower"}) else {}
    invited = _invited(session, events) if _is_any_told(events, {"invited"}) else {}
    return [
        AudienceContext(
            event,
            cases.get(event.row.stream),
            _directory_for(session, event, directories[day_of_roles(session, event)]),
            following.get(event.row.id, []),
            invited.get(event.facts.get("meeting", 0), []),
            groups_in(directories[day_of_roles(session, event)]) if _is_any_told([event], {"groups"}) else [],
        )
        for event in events
    ]


def cases_of(session: Session, ids: Iterable[int]) -> dict[int, AudienceCase]:
    """Return the cases with these ids, as a dict by id; ids without a case are left out."""
    found = (row for portion in in_portions(sorted(ids)) for row in fetch_rows(session, CASES, {"ids": portion}))
    return {case.id: case for case in map(_case, found)}


def _case(row: Sequence[Any]) -> AudienceCase:
    return AudienceCase._make((*row[OUTSIDER_WIDTH:], Outsider(*row[:OUTSIDER_WIDTH]) if row[0] else None))


def in_portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split the ids into slices of at most 500, as many as one query takes."""
    return (ids[start : start + MOST_IDS_AT_ONCE] for start in range(0, len(ids), MOST_IDS_AT_ONCE))


def day_of_roles(session: Session, event: EventInContext) -> date:
    """Return the local date that decides who gets letters by their role: those who hold the role on that date.

    It is the date on which the event happened, or on which it was recorded if that was later.
    """
    return calendar_of(session).day_of(max(event.row.at, event.row.recorded_at))


def _directories(
    session: Session, events: Sequence[EventInContext], cases: Mapping[int, AudienceCase]
) -> dict[date, Directory]:
    """Return the directory of each day whose roles count, with the units and people that events and cases name."""
    people = {id_ for event in events for id_ in _people_in(event, cases.get(event.row.stream))}
    slugs = {slug for event in events for slug in unit_slugs_in(event, cases.get(event.row.stream))}
    if acting := {event.row.unit_id for event in events} - {None}:
        slugs |= set(session.scalars(select(Unit.slug).where(Unit.id.in_(acting))))
    if _is_any_told(events, {"groups"}):
        slugs |= set(session.scalars(select(Unit.slug).where(Unit.kind == UnitKind.GROUP, Unit.active)))
    days = {day_of_roles(session, event) for event in events}
    directories = {day: directory_of(session, day, slugs=slugs, people=people) for day in days}
    if _is_any_told(events, {"admins"}):
        for day, directory in directories.items():
            directory.admins = _admins(session, day)
    return directories


def groups_in(directory: Directory) -> list[DirectoryUnit]:
    """Return the active groups of the directory, by their id."""
    found = [unit for unit in directory.units.values() if unit.kind is UnitKind.GROUP and unit.active]
    return sorted(found, key=lambda unit: unit.id)


def _invited(session: Session, events: Sequence[EventInContext]) -> dict[int, list[DirectoryPerson | Outsider]]:
    """Return who is invited to the meetings that events name, by the number of the meeting.

    Whoever sits in the body on the day of its meeting is among them, also one who came to sit there later.
    """
    ids = sorted({event.facts["meeting"] for event in events if "meeting" in event.facts})
    found: dict[int, list[DirectoryPerson | Outsider]] = {id_: [] for id_ in ids}
    for meeting, *person in fetch_rows(session, INVITED_PEOPLE, {"ids": ids}) if ids else ():
        found[meeting].append(DirectoryPerson(*person))
    for meeting, *party in fetch_rows(session, INVITED_PARTIES, {"ids": ids}) if ids else ():
        found[meeting].append(Outsider(*party))
    return found


def _is_any_told(events: Sequence[EventInContext], audiences: set[str]) -> bool:
    return any(rule.audience in audiences for event in events for rule in WHO_IS_TOLD.get(event.row.type, ()))


def _directory_for(session: Session, event: EventInContext, directory: Directory) -> Directory:
    """Return the directory; for an alarm about a letter that failed, without the address that it did not reach."""
    if event.row.type != "house.set_aside" or event.facts["what"] != "delivery":
        return directory
    failed = _address_that_failed(session, event.facts["row"])
    return replace(directory, unreachable=directory.unreachable | failed)


def _people_in(event: EventInContext, case: AudienceCase | None) -> set[int]:
    named: set[Any] = {event.facts.get(fact) for fact in PEOPLE_IN_FACTS}
    return {id_ for id_ in (*named, event.row.person_id, case and case.officer_id) if id_}


def unit_slugs_in(event: EventInContext, case: AudienceCase | None) -> set[str]:
    """Return the slugs of all units that are named in the event's facts or in its case."""
    named = {event.facts[fact] for fact in UNITS_IN_FACTS if event.facts.get(fact)}
    of_case = (case.responsible, case.group, case.waiting_unit) if case else ()
    return named | {slug for slug in of_case if slug}


def _following(session: Session, events: Sequence[EventInContext]) -> Mapping[int, list[Following]]:
    """Return the followers by id of the event: all of its case, or only the one who asks to follow."""
    by_case: dict[int, list[Following]] = defaultdict(list)
    for portion in in_portions(sorted({event.row.stream for event in events if event.row.stream})):
        for follower in _read_following(session, FOLLOWERS_OF_CASES, portion):
            by_case[follower.case_id].append(follower)
    found = {event.row.id: by_case[event.row.stream] for event in events}
    for event in events:
        if event.row.type == "house.follower_asked":
            found[event.row.id] = _read_following(session, FOLLOWERS_BY_ID, [event.facts["follower"]])
    return found


MERGED = aliased(Case)


def select_followers() -> Select[Any]:
    """Return a query for followers of cases, one row each.

    Its columns are the follower's id, the followed case's id, the id of their own case, and the party's id, mail
    address, telephone number and language. Whoever reported a case that was merged into another follows that other
    one; their own case is the one that they reported, and NULL for all other followers.
    """
    own = and_(MERGED.reporter_id == Follower.party_id, MERGED.state == State.MERGED)
    found = select(Follower.id, Follower.case_id, MERGED.id, *OUTSIDER_COLUMNS).select_from(Follower)
    return found.join(Party, Party.id == Follower.party_id).outerjoin(MERGED, own).order_by(Follower.id)


CONFIRMED = (Follower.confirmed_at.is_not(None), Follower.ended_at.is_(None))
FOLLOWERS_OF_CASES = select_followers().where(any_of(Follower.case_id, "ids"), *CONFIRMED)
FOLLOWERS_BY_ID = select_followers().where(any_of(Follower.id, "ids"))


def _read_following(session: Session, followers: Select[Any], ids: Sequence[int]) -> list[Following]:
    rows = fetch_rows(session, followers, {"ids": ids})
    found = {id_: Following(id_, case_id, Outsider(*party), own_id) for id_, case_id, own_id, *party in rows}
    return list(found.values())


def _admins(session: Session, day: date) -> list[DirectoryPerson]:
    serves = (Membership.role == Role.ADMIN, Person.active, serves_on(day))
    admins = select(*PERSON_COLUMNS).join(Membership, Membership.person_id == Person.id).where(*serves)
    return list({row.id: DirectoryPerson(*row) for row in fetch_rows(session, admins.order_by(Person.id), {})}.values())


def _address_that_failed(session: Session, delivery_id: int) -> frozenset[str]:
    addresses = select(Address.email_normalised).join(Delivery, Delivery.address_id == Address.id)
    return frozenset(session.scalars(addresses.where(Delivery.id == delivery_id)))
