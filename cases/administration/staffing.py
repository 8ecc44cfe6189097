"""Staffing: people come, get roles in units, and leave; whoever leaves says who takes over."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.administration.reorganising import record_for_municipality, require_admin, update_fields
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.events import CaseCorrected, PersonAdded, PersonChanged, PersonSwitchedOff
from cases.history.journal import Entry
from cases.mail_addresses import is_public_address
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.units import DESK, Unit
from cases.refusals import AlreadyThere, FieldRefusal, NameNeeded, UnknownName
from cases.states import OPEN

TAKEN_OVER = frozenset({Role.HEAD, Role.CONTACT})  # roles that must not stand empty


@dataclass(frozen=True)
class PersonDetails:
    """What is known of a person besides the mail address that is their name here."""

    name: str
    phone: str | None = None
    locale: str = "sv"


@dataclass(frozen=True)
class Post:
    """A role in a unit; an admin's has none."""

    role: Role
    unit: Unit | None = None

    def __str__(self) -> str:
        return f"{self.role}:{self.unit.slug}" if self.unit else str(self.role)


def add_person(session: Session, email: str, details: PersonDetails, *, by: Actor, at: datetime) -> Person:
    """Give the new person, who has no role yet. Refuses an address that is taken or is none."""
    require_admin(by)
    if not is_public_address(email):
        raise FieldRefusal(field="email")
    if session.scalar(select(Person.id).where(Person.email == email)):
        raise AlreadyThere(field="email", name=email)
    person = Person(email=email, **asdict(details))
    session.add(person)
    session.flush()
    record_for_municipality(session, PersonAdded(person=person.id, roles=[]), by=by, at=at)
    return person


def change_person(session: Session, person: Person, details: PersonDetails, *, by: Actor, at: datetime) -> list[str]:
    """Let the person be as the details says; give the names of what differed."""
    require_admin(by)
    what = update_fields(person, asdict(details))
    _tell_change(session, person, what, by=by, at=at)
    return what


def name_deputy(session: Session, person: Person, deputy: Person | None, *, by: Actor, at: datetime) -> bool:
    """Let the deputy stand in for the person; say whether that is new. Nobody is their own deputy."""
    require_admin(by)
    if deputy is not None and deputy.id == person.id:
        raise FieldRefusal(field="deputy")
    what = update_fields(person, {"deputy_id": deputy.id if deputy else None})
    _tell_change(session, person, what, by=by, at=at)
    return bool(what)


def appoint(session: Session, person: Person, post: Post, *, by: Actor, at: datetime) -> bool:
    """Give the person the post from today on; say whether that is new."""
    require_admin(by)
    refuse_unfitting(post)
    today = calendar_of(session).day_of(at)
    if post in posts_of(session, person, today):
        return False
    unit_id = post.unit.id if post.unit else None
    session.add(Membership(person_id=person.id, unit_id=unit_id, role=post.role, since=today))
    _tell_change(session, person, [str(post)], by=by, at=at)
    return True


def relieve(session: Session, person: Person, post: Post, *, by: Actor, at: datetime) -> bool:
    """End the person's post today; say whether they had it."""
    require_admin(by)
    today = calendar_of(session).day_of(at)
    unit_id = post.unit.id if post.unit else None
    ended = session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.role == post.role, _of_unit(unit_id))
        .where(serves_on(today))
        .values(until=today)
        .returning(Membership.id)
    ).first()
    if ended:
        _tell_change(session, person, [f"-{post}"], by=by, at=at)
    return ended is not None


def put_person(session: Session, email: str, name: str, post: Post, *, by: Actor, at: datetime) -> str:
    """Add the person, or find the one that is there, and give them the post; say in a word what that changed."""
    address = email.strip().lower()
    person = session.scalar(select(Person).where(Person.email == address, Person.active))
    told = [] if person else ["added"]
    if person is None:
        person = add_person(session, address, PersonDetails(name), by=by, at=at)
    told += change_person(session, person, PersonDetails(name, person.phone, person.locale), by=by, at=at)
    if appoint(session, person, post, by=by, at=at):
        told.append(str(post))
    return ", ".join(told) or "as it was"


def switch_off_person(session: Session, person: Person, taker: Person | None, *, by: Actor, at: datetime) -> int:
    """Let the person in no more; give how many open cases went to the taker, each by an event of its own.

    The taker also becomes head, contact person and deputy where the person was. Raises `NameNeeded` when there is
    something to take over and no taker, `UnknownName` when the taker does not belong to a case's unit.
    """
    require_admin(by)
    today = calendar_of(session).day_of(at)
    posts = posts_of(session, person, today)
    cases = _held_by(session, person)
    if taker is None and (cases or any(post.role in TAKEN_OVER for post in posts)):
        raise NameNeeded(field="taken_over_by")
    if taker is not None:
        _take_over(session, person, taker, posts, by=by, at=at)
        _take_cases(session, cases, taker, by=by, at=at)
    _leave(session, person, taker, today)
    taken_over_by = taker.id if taker else None
    record_for_municipality(session, PersonSwitchedOff(person=person.id, taken_over_by=taken_over_by), by=by, at=at)
    return len(cases)


def posts_of(session: Session, person: Person, day: date) -> list[Post]:
    """Give the person's posts on this local day."""
    rows = session.execute(
        select(Membership.role, Unit)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id == person.id, serves_on(day))
        .order_by(Membership.id)
    )
    return [Post(role, unit) for role, unit in rows]


def person_by_email(session: Session, email: str, *, field: str = "person") -> Person:
    """Give the active person with this address; `UnknownName` when there is none."""
    person = session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.active))
    if person is None:
        raise UnknownName(field=field, name=email)
    return person


def refuse_unfitting(post: Post) -> None:
    """Raise unless the role fits: an admin has no unit, all others have one, and contact persons sit at the desk."""
    if post.role is not Role.ADMIN and post.unit is None:
        raise NameNeeded(field="unit")
    if post.role is Role.ADMIN and post.unit is not None:
        raise FieldRefusal(field="unit")
    if post.role is Role.CONTACT and post.unit is not None and post.unit.slug != DESK:
        raise UnknownName(field="unit", name=post.unit.slug)


def _take_over(session: Session, person: Person, taker: Person, posts: list[Post], *, by: Actor, at: datetime) -> None:
    for post in posts:
        if post.role in TAKEN_OVER:
            appoint(session, taker, post, by=by, at=at)
    session.execute(
        update(Person).where(Person.deputy_id == person.id, Person.id != taker.id).values(deputy_id=taker.id)
    )


def _take_cases(session: Session, cases: list[Case], taker: Person, *, by: Actor, at: datetime) -> None:
    units = {post.unit.id for post in posts_of(session, taker, calendar_of(session).day_of(at)) if post.unit}
    for case in cases:
        if case.responsible_id not in units:
            raise UnknownName(field="taken_over_by", name=taker.email)
        entry = Entry(case, by=by, at=at)
        case.officer_id = taker.id
        entry.add(CaseCorrected(what=["officer"]))
        entry.write(session)


def _held_by(session: Session, person: Person) -> list[Case]:
    held = select(Case).where(Case.officer_id == person.id, Case.state.in_(OPEN)).order_by(Case.id)
    return list(session.scalars(held.with_for_update(of=Case)))


def _leave(session: Session, person: Person, taker: Person | None, today: date) -> None:
    session.execute(
        update(Membership).where(Membership.person_id == person.id, Membership.until.is_(None)).values(until=today)
    )
    if taker is not None and taker.deputy_id == person.id:
        taker.deputy_id = None
    person.active = False
    session.flush()


def _tell_change(session: Session, person: Person, what: list[str], *, by: Actor, at: datetime) -> None:
    if what:
        session.flush()
        record_for_municipality(session, PersonChanged(person=person.id, what=what), by=by, at=at)


def _of_unit(unit_id: int | None) -> ColumnElement[bool]:
    return Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id
