"""Circles: what must be read around events before one can say who is told, for one event or for a whole tick."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased, joinedload

from cases.case import WITH_NAMES, Case, Follower, Party
from cases.database import calendar_of
from cases.history import Event
from cases.people import Membership, Person, Role
from cases.states import State
from notifications.circle import Circle, Following
from notifications.deliveries import Address, Delivery
from notifications.directory import directory_of, serving
from notifications.who_is_told import WHO_IS_TOLD, Act

MOST_BESIDE = 3
NEVER_FIRST = frozenset({"case.promised", "case.planned", "case.put_on_agenda"})
AT_ONCE = 500  # ids in one IN
UNITS_IN_FACTS = ("responsible", "responsible_was", "by_unit", "unit", "group")
PEOPLE_IN_FACTS = ("officer", "person")


def act_of(session: Session, event: Event) -> Act:
    """Give the event with those that were written beside it in the same act."""
    if not event.stream:
        return Act(event, {})
    near = session.scalars(
        select(Event)
        .where(
            Event.stream == event.stream,
            Event.seq.between(event.seq - MOST_BESIDE, event.seq + MOST_BESIDE),
            Event.at == event.at,
            Event.actor == event.actor,
        )
        .order_by(Event.seq)
    ).all()
    acts = _parted(near)
    own = next(some for some in acts if any(one.id == event.id for one in some))
    return Act(event, {one.type: one.facts for one in own if one.id != event.id})


def _parted(events: Sequence[Event]) -> list[list[Event]]:
    """Part events into acts: only the first of an act says what the act has changed."""
    acts: list[list[Event]] = []
    for event in events:
        begins = bool(event.changes) or event.type not in NEVER_FIRST
        if begins or not acts:
            acts.append([])
        acts[-1].append(event)
    return acts


def acts_of_tick(session: Session, tick_id: int) -> list[Act]:
    """Give the tick's events, each with those that the tick brought to the same case."""
    events = session.scalars(select(Event).where(Event.tick_id == tick_id).order_by(Event.id)).all()
    by_stream: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        by_stream[event.stream].append(event)
    return [
        Act(event, {one.type: one.facts for one in by_stream[event.stream] if one.id != event.id}) for event in events
    ]


def circles_of(session: Session, acts: Sequence[Act]) -> list[Circle]:
    """Read around these acts, with as many queries for a thousand as for one."""
    cases = cases_of(session, {act.event.stream for act in acts if act.event.stream})
    people = {id_ for act in acts for id_ in _people_in(act, cases.get(act.event.stream))}
    slugs = _slugs_in(acts[0], cases.get(acts[0].event.stream)) if len(acts) == 1 else None
    directory = directory_of(session, _day(session, acts), slugs=slugs, people=people)
    directory.unreachable = _unreachable(session, acts)
    audiences = {rule.audience for act in acts for rule in WHO_IS_TOLD.get(act.event.type, ())}
    following = _following(session, acts) if audiences & {"followers", "new_follower"} else {}
    admins = _admins(session, _day(session, acts)) if "admins" in audiences else []
    return [
        Circle(
            act,
            cases.get(act.event.stream),
            directory,
            following.get(act.event.id, []),
            admins,
        )
        for act in acts
    ]


def cases_of(session: Session, ids: Iterable[int]) -> dict[int, Case]:
    """Give the cases by id, with the names around them."""
    with_names = select(Case).options(*WITH_NAMES, joinedload(Case.reporter))
    return {
        case.id: case
        for some in in_portions(sorted(ids))
        for case in session.scalars(with_names.where(Case.id.in_(some)))
    }


def in_portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give the ids in portions that a database takes in one IN."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _day(session: Session, acts: Sequence[Act]) -> date:
    """The day whose roles count: the event's own, or that of its recording when it was told of later."""
    calendar = calendar_of(session)
    return max(calendar.day_of(max(act.event.at, act.event.recorded_at)) for act in acts)


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
    for some in in_portions(sorted({act.event.stream for act in acts if act.event.stream})):
        told = (Follower.confirmed_at.is_not(None), Follower.ended_at.is_(None))
        for one in _read_following(session, Follower.case_id.in_(some), *told):
            by_case[one.follower.case_id].append(one)
    found = {act.event.id: by_case[act.event.stream] for act in acts}
    for act in acts:
        if act.event.type == "house.follower_asked":
            found[act.event.id] = _read_following(session, Follower.id == act.facts["follower"])
    return found


def _read_following(session: Session, *which: Any) -> list[Following]:
    merged = aliased(Case)
    own = and_(merged.reporter_id == Follower.party_id, merged.state == State.MERGED)
    rows = session.execute(
        select(Follower, Party, merged.public_id)
        .join(Party, Party.id == Follower.party_id)
        .outerjoin(merged, own)
        .where(*which)
        .order_by(Follower.id)
    )
    found = {follower.id: Following(follower, party, own_id) for follower, party, own_id in rows}
    return list(found.values())


def _admins(session: Session, day: date) -> list[Person]:
    serves = (Membership.role == Role.ADMIN, Person.active, *serving(day))
    admins = select(Person).join(Membership, Membership.person_id == Person.id).where(*serves)
    return list(session.scalars(admins.order_by(Person.id)))


def _unreachable(session: Session, acts: Sequence[Act]) -> frozenset[str]:
    """Give the addresses whose letters were set aside: the alarm about them goes to others."""
    alarms = [act.facts for act in acts if act.event.type == "house.set_aside"]
    rows = [facts["row"] for facts in alarms if facts["what"] == "delivery"]
    failed = (
        select(Address.email_normalised).join(Delivery, Delivery.address_id == Address.id).where(Delivery.id.in_(rows))
    )
    return frozenset(session.scalars(failed)) if rows else frozenset()
