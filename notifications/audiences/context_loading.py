"""Circles: what must be read around events before one can say who is told, for one event or for a whole tick."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.database.queries import any_of, columns_of, fetch_rows
from cases.database.transactions import calendar_of
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.parties import Follower, Party
from cases.states import State
from notifications.audiences.context import AudienceContext, CaseTold, Following, Outsider
from notifications.audiences.directory import AS_PERSON, Directory, PersonTold, directory_of
from notifications.deliveries import Address, Delivery
from notifications.who_is_told import WHO_IS_TOLD, EventInContext

AT_ONCE = 500  # ids in one IN
NAMED_AROUND = ("responsible", "group", "waiting_unit", "category", "category_en", "place", "reporter")
UNITS_IN_FACTS = ("responsible", "responsible_was", "by_unit", "unit", "group")
PEOPLE_IN_FACTS = ("officer", "person")
AS_OUTSIDE = columns_of(Party, Outsider._fields)
IN_ALL = len(AS_OUTSIDE)


def _cases() -> Select[Any]:
    """Select cases, as they are told, each after the one who asked."""
    responsible, group, waiting_unit = (aliased(Unit) for _ in range(3))
    own = columns_of(Case, (name for name in CaseTold._fields if name not in NAMED_AROUND))
    around = (responsible.slug, group.slug, waiting_unit.slug, Category.name, Category.name_en, Place.name)
    return (
        select(*AS_OUTSIDE, *own, *around)
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


def load_contexts(session: Session, acts: Sequence[EventInContext]) -> list[AudienceContext]:
    """Read around these acts, with as many queries for a thousand as for one."""
    cases = cases_of(session, {act.event.stream for act in acts if act.event.stream})
    directories = _directories(session, acts, cases)
    following = _following(session, acts) if _are_among(acts, {"followers", "new_follower"}) else {}
    return [
        AudienceContext(
            act,
            cases.get(act.event.stream),
            _as_it_is_for(session, act, directories[day_of(session, act)]),
            following.get(act.event.id, []),
        )
        for act in acts
    ]


def cases_of(session: Session, ids: Iterable[int]) -> dict[int, CaseTold]:
    """Give the cases by id, with the names around them and what else letters speak of."""
    found = (row for portion in in_portions(sorted(ids)) for row in fetch_rows(session, CASES, {"ids": portion}))
    return {case.id: case for case in map(_case, found)}


def _case(row: Sequence[Any]) -> CaseTold:
    return CaseTold._make((*row[IN_ALL:], Outsider(*row[:IN_ALL]) if row[0] else None))


def in_portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give the ids in portions that a database takes in one IN."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def day_of(session: Session, act: EventInContext) -> date:
    """The day whose roles count: the event's own, or that of its recording when it was told of later."""
    return calendar_of(session).day_of(max(act.event.at, act.event.recorded_at))


def _directories(
    session: Session, acts: Sequence[EventInContext], cases: Mapping[int, CaseTold]
) -> dict[date, Directory]:
    """Read the directory of each day whose roles count, as far as the acts speak of units and people."""
    people = {id_ for act in acts for id_ in _people_in(act, cases.get(act.event.stream))}
    slugs = {slug for act in acts for slug in slugs_in(act, cases.get(act.event.stream))}
    days = {day_of(session, act) for act in acts}
    directories = {day: directory_of(session, day, slugs=slugs, people=people) for day in days}
    if _are_among(acts, {"admins"}):
        for day, directory in directories.items():
            directory.admins = _admins(session, day)
    return directories


def _are_among(acts: Sequence[EventInContext], audiences: set[str]) -> bool:
    return any(rule.audience in audiences for act in acts for rule in WHO_IS_TOLD.get(act.event.type, ()))


def _as_it_is_for(session: Session, act: EventInContext, directory: Directory) -> Directory:
    """Give the directory; an alarm about a letter goes to others than the address that the letter did not reach."""
    about_a_letter = act.event.type == "house.set_aside" and act.facts["what"] == "delivery"
    return replace(directory, unreachable=_address_of(session, act.facts["row"])) if about_a_letter else directory


def _people_in(act: EventInContext, case: CaseTold | None) -> set[int]:
    named: set[Any] = {act.facts.get(fact) for fact in PEOPLE_IN_FACTS}
    return {id_ for id_ in (*named, act.event.person_id, case and case.officer_id) if id_}


def slugs_in(act: EventInContext, case: CaseTold | None) -> set[str]:
    """Give the units that the act and its case speak of."""
    named = {act.facts[fact] for fact in UNITS_IN_FACTS if act.facts.get(fact)}
    around = (case.responsible, case.group, case.waiting_unit) if case else ()
    return named | {slug for slug in around if slug}


def _following(session: Session, acts: Sequence[EventInContext]) -> Mapping[int, list[Following]]:
    """Give the followers by event: the one that it names, or all who follow its case."""
    by_case: dict[int, list[Following]] = defaultdict(list)
    for portion in in_portions(sorted({act.event.stream for act in acts if act.event.stream})):
        for one in _read_following(session, OF_CASES, portion):
            by_case[one.case_id].append(one)
    found = {act.event.id: by_case[act.event.stream] for act in acts}
    for act in acts:
        if act.event.type == "house.follower_asked":
            found[act.event.id] = _read_following(session, WHO_ASKED, [act.facts["follower"]])
    return found


MERGED = aliased(Case)


def followers() -> Select[Any]:
    """Select followers, each with the case of their own that was merged, and who they are."""
    own = and_(MERGED.reporter_id == Follower.party_id, MERGED.state == State.MERGED)
    found = select(Follower.id, Follower.case_id, MERGED.public_id, *AS_OUTSIDE).select_from(Follower)
    return found.join(Party, Party.id == Follower.party_id).outerjoin(MERGED, own).order_by(Follower.id)


CONFIRMED = (Follower.confirmed_at.is_not(None), Follower.ended_at.is_(None))
OF_CASES = followers().where(any_of(Follower.case_id, "ids"), *CONFIRMED)
WHO_ASKED = followers().where(any_of(Follower.id, "ids"))


def _read_following(session: Session, which: Select[Any], ids: Sequence[int]) -> list[Following]:
    rows = fetch_rows(session, which, {"ids": ids})
    found = {id_: Following(id_, case_id, Outsider(*party), own_id) for id_, case_id, own_id, *party in rows}
    return list(found.values())


def _admins(session: Session, day: date) -> list[PersonTold]:
    serves = (Membership.role == Role.ADMIN, Person.active, serves_on(day))
    admins = select(*AS_PERSON).join(Membership, Membership.person_id == Person.id).where(*serves)
    return list({row.id: PersonTold(*row) for row in fetch_rows(session, admins.order_by(Person.id), {})}.values())


def _address_of(session: Session, delivery_id: int) -> frozenset[str]:
    its = select(Address.email_normalised).join(Delivery, Delivery.address_id == Address.id)
    return frozenset(session.scalars(its.where(Delivery.id == delivery_id)))
