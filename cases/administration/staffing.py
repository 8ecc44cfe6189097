"""Staffing: adding people, giving and ending their roles in units, and handing over their cases when they leave."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.access.tokens import Link, WebSession
from cases.administration.api_tokens import revoke_tokens
from cases.administration.reorganising import refuse_bad_characters, require_admin, update_fields
from cases.case import Case
from cases.contacts.phone_numbers import read_phone_number
from cases.database.transactions import calendar_of
from cases.history.events import CaseCorrected, PersonAdded, PersonChanged, PersonSwitchedOff
from cases.history.journal import Entry
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import read_public_address, spellings_of
from cases.organisation.people import IS_SEAT, Membership, Person, Role, admins, end_memberships, serves_on
from cases.organisation.units import DESK, Unit
from cases.refusals import AlreadyThere, FieldRefusal, NameNeeded, StillInOffice, UnknownName
from cases.states import OPEN

TAKEN_OVER = frozenset({Role.HEAD, Role.CONTACT})  # roles that must not be left vacant


@dataclass(frozen=True)
class PersonDetails:
    """The fields of a person that can be changed; the mail address identifies the person."""

    name: str
    phone: str | None = None
    locale: str = "sv"


@dataclass(frozen=True)
class Post:
    """A role and the unit in which somebody has it, such as officer in the unit gata. The role admin has no unit."""

    role: Role
    unit: Unit | None = None

    def __str__(self) -> str:
        return f"{self.role}:{self.unit.slug}" if self.unit else str(self.role)


def add_person(session: Session, email: str, details: PersonDetails, *, by: Actor, at: datetime) -> Person:
    """Add a person without any role, and return them.

    Raises `NotAMailAddress` or `LettersBeforeTheAt` when no letter can be sent to the mail address, `NotAPhoneNumber`,
    and `AlreadyThere` when somebody has the address already.
    """
    require_admin(by)
    refuse_bad_characters(details)
    email = read_public_address(email).lower()
    if session.scalar(select(Person.id).where(Person.email == email)):
        raise AlreadyThere(field="email", name=email)
    person = Person(email=email, **_columns(details, None))
    session.add(person)
    session.flush()
    record_for_municipality(session, PersonAdded(person=person.id, roles=[]), by=by, at=at)
    return person


def _columns(details: PersonDetails, phone_was: str | None) -> dict[str, Any]:
    """Return the values of a person's columns by name; a telephone number they have already is not judged."""
    values = asdict(details)
    if details.phone and details.phone != phone_was:
        values["phone"] = read_phone_number(details.phone)
    return values


def change_person(session: Session, person: Person, details: PersonDetails, *, by: Actor, at: datetime) -> list[str]:
    """Set all fields of the person to these details; return the names of the columns that changed.

    `put_person` changes only the name, and adds the person if need be.
    """
    require_admin(by)
    refuse_bad_characters(details)
    changed = update_fields(person, _columns(details, person.phone))
    _record_change(session, person, changed, by=by, at=at)
    return changed


def name_deputy(session: Session, person: Person, deputy: Person | None, *, by: Actor, at: datetime) -> bool:
    """Set the deputy of the person (None: no deputy); return whether that changed anything.

    Raises `FieldRefusal` when person and deputy are the same.
    """
    require_admin(by)
    if deputy is not None and deputy.id == person.id:
        raise FieldRefusal(field="deputy")
    changed = update_fields(person, {"deputy_id": deputy.id if deputy else None})
    _record_change(session, person, changed, by=by, at=at)
    return bool(changed)


def appoint(session: Session, person: Person, post: Post, *, by: Actor, at: datetime) -> bool:
    """Give the person this post from today on; return True, or False when they have it already, or a seat in the unit.

    Raises `NameNeeded` when a role other than admin has no unit, `FieldRefusal` when the role admin has one, and
    `UnknownName` when the role is contact person and the unit is not the desk.
    """
    require_admin(by)
    refuse_unfitting(post)
    today = calendar_of(session).day_of(at)
    if post in posts_of(session, person, today) or (
        post.role is Role.MEMBER and _sits_in(session, person, post, today)
    ):
        return False
    unit_id = post.unit.id if post.unit else None
    session.add(Membership(person_id=person.id, unit_id=unit_id, role=post.role, since=today))
    _record_change(session, person, [str(post)], by=by, at=at)
    return True


def relieve(session: Session, person: Person, post: Post, *, by: Actor, at: datetime) -> bool:
    """End this post of the person today; return whether they had it. A seat stays: `end_seat` ends it."""
    require_admin(by)
    today = calendar_of(session).day_of(at)
    unit_id = post.unit.id if post.unit else None
    ended = session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.role == post.role, _of_unit(unit_id))
        .where(serves_on(today), ~IS_SEAT)
        .values(until=today)
        .returning(Membership.id)
    ).first()
    if ended:
        _record_change(session, person, [f"-{post}"], by=by, at=at)
    return ended is not None


def put_person(session: Session, email: str, name: str, post: Post, *, by: Actor, at: datetime) -> str:
    """Add the person or change the name of the existing one, and give them the post.

    Return "added", the names of the changed columns and the post, joined by commas: what applies of these; "as it was"
    when nothing changed.
    """
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(email)), Person.active))
    changes = [] if person else ["added"]
    if person is None:
        person = add_person(session, email, PersonDetails(name), by=by, at=at)
    changes += change_person(session, person, PersonDetails(name, person.phone, person.locale), by=by, at=at)
    if appoint(session, person, post, by=by, at=at):
        changes.append(str(post))
    return ", ".join(changes) or "as it was"


def switch_off_person(session: Session, person: Person, successor: Person | None, *, by: Actor, at: datetime) -> int:
    """Make the person inactive and move their open cases to the successor; return the number of cases moved.

    Each case gets an event of its own. The successor also takes over the person's roles as head and contact person, and
    as administrator if there is no other; and becomes the deputy of everybody who had the person as deputy. The
    person's API tokens are revoked, their sessions ended and their links to log in used up. Raises `StillInOffice` when
    there is no successor though the person has open cases or one of these roles; raises `UnknownName` when the
    successor has no role in the unit that is responsible for one of the cases, and `FieldRefusal` when they are the
    person.
    """
    require_admin(by)
    today = calendar_of(session).day_of(at)
    posts = _posts_to_fill(session, person, today)
    cases = _open_cases_of(session, person)
    if successor is None:
        _refuse_vacancy(person, cases, posts)
    elif successor.id == person.id:
        raise FieldRefusal(field="taken_over_by")
    if successor is not None:
        _take_over(session, person, successor, posts, by=by, at=at)
        _take_cases(session, cases, successor, by=by, at=at)
    revoke_tokens(session, person.id, by=by, at=at)
    _close_doors(session, person, at)
    _deactivate(session, person, successor, today)
    taken_over_by = successor.id if successor else None
    record_for_municipality(session, PersonSwitchedOff(person=person.id, taken_over_by=taken_over_by), by=by, at=at)
    return len(cases)


def switch_on_person(session: Session, person: Person, *, by: Actor, at: datetime) -> bool:
    """Make a person active again who was switched off; return False when they are active already.

    They have no posts: those are given anew. Tokens, sessions and links that they had stay dead.
    """
    require_admin(by)
    changed = update_fields(person, {"active": True})
    _record_change(session, person, changed, by=by, at=at)
    return bool(changed)


def posts_of(session: Session, person: Person, day: date) -> list[Post]:
    """Return the posts that the person holds on this local day, the one that they have had longest first.

    Seats in bodies of kind forum are not among them: `cases.village.seats` has those.
    """
    rows = session.execute(
        select(Membership.role, Unit)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id == person.id, serves_on(day))
        .where(~IS_SEAT)
        .order_by(Membership.id)
    )
    return [Post(role, unit) for role, unit in rows]


def person_by_email(session: Session, email: str, *, field: str = "person") -> Person:
    """Return the active person with this mail address.

    Raises `UnknownName` when there is none. `field` is the name of the field in which the address was entered; the
    refusal repeats it.
    """
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(email)), Person.active))
    if person is None:
        raise UnknownName(field=field, name=email)
    return person


def any_person_by_email(session: Session, email: str) -> Person:
    """Return the person with this mail address, also one who is switched off. Raises `UnknownName` for none."""
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(email))))
    if person is None:
        raise UnknownName(field="person", name=email)
    return person


def refuse_unfitting(post: Post) -> None:
    """Raise a refusal if the post has a role and a unit that do not go together.

    Raises `NameNeeded` when a role other than admin has no unit, `FieldRefusal` when the role admin has one, and
    `UnknownName` when the role is contact person and the unit is not the desk.
    """
    if post.role is not Role.ADMIN and post.unit is None:
        raise NameNeeded(field="unit")
    if post.role is Role.ADMIN and post.unit is not None:
        raise FieldRefusal(field="unit")
    if post.role is Role.CONTACT and post.unit is not None and post.unit.slug != DESK:
        raise UnknownName(field="unit", name=post.unit.slug)


def _sits_in(session: Session, person: Person, post: Post, day: date) -> bool:
    own = (Membership.person_id == person.id, _of_unit(post.unit.id if post.unit else None), serves_on(day))
    return session.scalar(select(Membership.id).where(*own, IS_SEAT).limit(1)) is not None


def _posts_to_fill(session: Session, person: Person, today: date) -> list[Post]:
    """Return the posts of the person that must not be left vacant: as head, contact person, or the only admin."""
    others = [admin for admin in admins(session, today) if admin.id != person.id]
    must = TAKEN_OVER if others else TAKEN_OVER | {Role.ADMIN}
    return [post for post in posts_of(session, person, today) if post.role in must]


def _close_doors(session: Session, person: Person, at: datetime) -> None:
    """End the person's browser sessions, and use up their links to log in that are still valid."""
    sessions = update(WebSession).where(WebSession.person_id == person.id, WebSession.ended_at.is_(None))
    session.execute(sessions.values(ended_at=at))
    session.execute(update(Link).where(Link.person_id == person.id, Link.used_at.is_(None)).values(used_at=at))


def _refuse_vacancy(person: Person, cases: list[Case], posts: list[Post]) -> None:
    if cases or posts:
        refs, held = tuple(case.ref for case in cases), tuple(map(str, posts))
        raise StillInOffice(field="taken_over_by", name=person.email, cases=refs, posts=held)


def _take_over(
    session: Session, person: Person, successor: Person, posts: list[Post], *, by: Actor, at: datetime
) -> None:
    for post in posts:
        appoint(session, successor, post, by=by, at=at)
    session.execute(
        update(Person).where(Person.deputy_id == person.id, Person.id != successor.id).values(deputy_id=successor.id)
    )


def _take_cases(session: Session, cases: list[Case], successor: Person, *, by: Actor, at: datetime) -> None:
    units = {post.unit.id for post in posts_of(session, successor, calendar_of(session).day_of(at)) if post.unit}
    for case in cases:
        if case.responsible_id not in units:
            raise UnknownName(field="taken_over_by", name=successor.email)
        entry = Entry(case, by=by, at=at)
        case.officer_id = successor.id
        entry.add(CaseCorrected(what=["officer"]))
        entry.write(session)


def _open_cases_of(session: Session, person: Person) -> list[Case]:
    held = select(Case).where(Case.officer_id == person.id, Case.state.in_(OPEN)).order_by(Case.id)
    return list(session.scalars(held.with_for_update(of=Case)))


def _deactivate(session: Session, person: Person, successor: Person | None, today: date) -> None:
    end_memberships(session, Membership.person_id == person.id, today)
    if successor is not None and successor.deputy_id == person.id:
        successor.deputy_id = None
    person.active = False
    session.flush()


def _record_change(session: Session, person: Person, changed: list[str], *, by: Actor, at: datetime) -> None:
    if changed:
        session.flush()
        record_for_municipality(session, PersonChanged(person=person.id, what=changed), by=by, at=at)


def _of_unit(unit_id: int | None) -> ColumnElement[bool]:
    return Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id
