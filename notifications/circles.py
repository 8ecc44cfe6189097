"""Circles: what must be read around events before one can say who is told, for one event or for a whole tick."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, select
from sqlalchemy.orm import Session, aliased, joinedload, load_only

from cases.beside import in_order, rows_of
from cases.case import Case, Follower, Party
from cases.database import calendar_of
from cases.states import State
from cases.town.people import Membership, Person, Role
from notifications.acts import some
from notifications.circle import Circle, Following
from notifications.deliveries import Address, Delivery
from notifications.directory import Directory, Holder, directory_of, serving
from notifications.who_is_told import WHO_IS_TOLD, Act

AT_ONCE = 500  # ids in one IN
UNITS_IN_FACTS = ("responsible", "responsible_was", "by_unit", "unit", "group")
PEOPLE_IN_FACTS = ("officer", "person")
AS_TOLD = (  # a quarter of a case's columns, and of what they cost
    load_only(
        Case.ref, Case.kind, Case.state, Case.responsible_id, Case.officer_id, Case.reporter_id, Case.due_at,
        Case.waiting_for, Case.waiting_name, Case.published_at, Case.last_act_at,
    ),
    joinedload(Case.responsible),
    joinedload(Case.group),
    joinedload(Case.waiting_unit),
    joinedload(Case.category),
    joinedload(Case.place),
    joinedload(Case.reporter),
)  # fmt: skip
CASES = select(Case).options(*AS_TOLD).where(Case.id.in_(some("ids")))


def circles_of(session: Session, acts: Sequence[Act]) -> list[Circle]:
    """Read around these acts, with as many queries for a thousand as for one."""
    cases = cases_of(session, {act.event.stream for act in acts if act.event.stream})
    directories = _directories(session, acts, cases)
    following = _following(session, acts) if _are_among(acts, {"followers", "new_follower"}) else {}
    return [
        Circle(
            act,
            cases.get(act.event.stream),
            _as_it_is_for(session, act, directories[_day_of(session, act)]),
            following.get(act.event.id, []),
        )
        for act in acts
    ]


def circles_around(session: Session, case: Case, following: list[Following], acts: Sequence[Act]) -> list[Circle]:
    """Give the circles of acts that a person may choose from, around a case that was read with who follows it."""
    slugs = {slug for act in acts for slug in _slugs_in(act, case)}
    directory = directory_of(session, _day_of(session, acts[0]), slugs=slugs, people=())
    if case.officer:
        directory.people[case.officer.id] = Holder(case.officer, case.officer.deputy)
    return [Circle(act, case, directory, following) for act in acts]


def cases_of(session: Session, ids: Iterable[int]) -> dict[int, Case]:
    """Give the cases by id, with the names around them and what else letters speak of."""
    return {case.id: case for portion in in_portions(sorted(ids)) for case in session.scalars(CASES, {"ids": portion})}


def in_portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give the ids in portions that a database takes in one IN."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _day_of(session: Session, act: Act) -> date:
    """The day whose roles count: the event's own, or that of its recording when it was told of later."""
    return calendar_of(session).day_of(max(act.event.at, act.event.recorded_at))


def _directories(session: Session, acts: Sequence[Act], cases: Mapping[int, Case]) -> dict[date, Directory]:
    """Read the directory of each day whose roles count, as far as the acts speak of units and people."""
    people = {id_ for act in acts for id_ in _people_in(act, cases.get(act.event.stream))}
    slugs = {slug for act in acts for slug in _slugs_in(act, cases.get(act.event.stream))}
    days = {_day_of(session, act) for act in acts}
    directories = {day: directory_of(session, day, slugs=slugs, people=people) for day in days}
    if _are_among(acts, {"admins"}):
        for day, directory in directories.items():
            directory.admins = _admins(session, day)
    return directories


def _are_among(acts: Sequence[Act], audiences: set[str]) -> bool:
    return any(rule.audience in audiences for act in acts for rule in WHO_IS_TOLD.get(act.event.type, ()))


def _as_it_is_for(session: Session, act: Act, directory: Directory) -> Directory:
    """Give the directory; an alarm about a letter goes to others than the address that the letter did not reach."""
    about_a_letter = act.event.type == "house.set_aside" and act.facts["what"] == "delivery"
    return replace(directory, unreachable=_address_of(session, act.facts["row"])) if about_a_letter else directory


def _people_in(act: Act, case: Case | None) -> set[int]:
    named: set[Any] = {act.facts.get(fact) for fact in PEOPLE_IN_FACTS}
    return {id_ for id_ in (*named, act.event.person_id, case and case.officer_id) if id_}


def _slugs_in(act: Act, case: Case | None) -> set[str]:
    named = {act.facts[fact] for fact in UNITS_IN_FACTS if act.facts.get(fact)}
    around = (case.responsible, case.group, case.waiting_unit) if case else ()
    return named | {unit.slug for unit in around if unit}


def _following(session: Session, acts: Sequence[Act]) -> Mapping[int, list[Following]]:
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


def _followers() -> Select[Follower, Party, str]:
    own = and_(MERGED.reporter_id == Follower.party_id, MERGED.state == State.MERGED)
    found = select(Follower, Party, MERGED.public_id).select_from(Follower)
    return found.join(Party, Party.id == Follower.party_id).outerjoin(MERGED, own).order_by(Follower.id)


CONFIRMED = (Follower.confirmed_at.is_not(None), Follower.ended_at.is_(None))
OF_CASES = _followers().where(Follower.case_id.in_(some("ids")), *CONFIRMED)
WHO_ASKED = _followers().where(Follower.id.in_(some("ids")))


FOLLOWERS: ScalarSelect[Any] = (  # as a column of a select of cases
    _followers()
    .with_only_columns(rows_of(Follower.id, Party.id, Party.email, Party.phone, Party.locale, MERGED.public_id))
    .where(Follower.case_id == Case.id, *CONFIRMED)
    .order_by(None)
    .correlate(Case)
    .scalar_subquery()
)


def following_of(case: Case, followers: Sequence[Sequence[Any]] | None) -> list[Following]:
    """Give who follows the case, from what was read in the column `FOLLOWERS` beside it."""
    found = {}
    for id_, party_id, email, phone, locale, own_case in in_order(followers):
        party = Party(email=email, phone=phone, locale=locale)
        party.id = party_id
        found[id_] = Following(id_, case.id, party, own_case)
    return list(found.values())


def _read_following(session: Session, which: Select[Follower, Party, str], ids: Sequence[int]) -> list[Following]:
    rows = session.execute(which, {"ids": ids})
    found = {who.id: Following(who.id, who.case_id, party, own_id) for who, party, own_id in rows}
    return list(found.values())


def _admins(session: Session, day: date) -> list[Person]:
    serves = (Membership.role == Role.ADMIN, Person.active, *serving(day))
    admins = select(Person).join(Membership, Membership.person_id == Person.id).where(*serves)
    return list(session.scalars(admins.order_by(Person.id)))


def _address_of(session: Session, delivery_id: int) -> frozenset[str]:
    its = select(Address.email_normalised).join(Delivery, Delivery.address_id == Address.id)
    return frozenset(session.scalars(its.where(Delivery.id == delivery_id)))
