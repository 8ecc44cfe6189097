"""Logging a contact with a group: a record, a new day for the next one, and each question as a case of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, as_desk
from cases.case import LONGEST_TEXT, Case, case_to_change
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.handing_in import Request, receive
from cases.history.event_batches import batch
from cases.history.events import ContactLogged
from cases.history.journal import SpokenWords
from cases.history.words import Visibility
from cases.history.writers import EntryWriter
from cases.meetings.agenda_items import take_off_agenda
from cases.organisation.municipality import municipality
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.progress import Change, change_state
from cases.refusals import DateOutside, FieldRefusal, NotFound, TooLong, TooManyQuestions, UnknownName
from cases.states import Kind, State
from cases.village.owing import ensured
from cases.village.relations.contact import Contact, ContactWay
from cases.village.relations.obligations import CONTACT
from cases.village.rights import require

MOST_QUESTIONS = 40
LONGEST_MET = 200  # characters
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuestionTaken:
    """A question that was taken down at a contact; `category` is the slug of its topic, if one was chosen."""

    title: str
    description: str = ""
    category: str | None = None


@dataclass(frozen=True)
class ContactGiven:
    """What somebody tells of a contact: the local day `on`, and the day `next_on` agreed for the next one.

    `met` says whom they met, `note` what was said: both are for staff alone. `replaces` is the number of the record
    that this one puts right.
    """

    on: date
    how: ContactWay
    next_on: date
    note: str = ""
    met: str = ""
    questions: tuple[QuestionTaken, ...] = ()
    replaces: int | None = None


@dataclass(frozen=True)
class LoggedContact:
    """A contact that was logged: its number, and the references of the cases of its questions, in their order.

    `next_due_on` is the local day by which the next contact is due: the day that was agreed, or the working day after.
    """

    number: int
    next_due_on: date
    refs: tuple[str, ...]


def log_contact(session: Session, group: Unit, given: ContactGiven, *, by: Actor, at: datetime) -> LoggedContact:
    """Record a contact with the group, plan the next one, and hand in the questions; all of it is told in one letter.

    The open case of the contact is planned anew for `given.next_on`, and stands on the forum's agenda no more. Nothing
    is stored when something is refused: `NotAllowed` to those who are not staff, `NotFound` when the unit is no active
    group, `DateOutside` for a day to come or a next one that is past or too far away, `TooManyQuestions`, `TooLong`,
    `UnknownName`. A refusal of a question names its field, such as "questions.2.title".
    """
    require("log_contact", by, group)
    if group.kind is not UnitKind.GROUP or not group.active:
        raise NotFound(ref=group.slug)
    _refuse_bad(session, group, given, at)
    with batch(session, as_desk(by), at) as actor:
        case = _case_to_plan(session, group, by=actor, at=at)
        contact = _record(session, group, case, given, by=actor, at=at)
        cases = _hand_in_all(session, _requests(session, group, contact, given.questions), by=actor, at=at)
    return LoggedContact(contact.id, _due_day(session, case), tuple(case.ref for case in cases))


def contact_days(session: Session) -> timedelta:
    """Return how far ahead the next contact with a group may be agreed, at most."""
    return timedelta(days=municipality(session).contact_days)


def _refuse_bad(session: Session, group: Unit, given: ContactGiven, at: datetime) -> None:
    today = calendar_of(session).day_of(at)
    if given.on > today:
        raise DateOutside(field="on", latest=today)
    earliest, latest = max(today, given.on + A_DAY), today + contact_days(session)
    if not earliest <= given.next_on <= latest:
        raise DateOutside(field="next_on", earliest=earliest, latest=latest)
    for field, text, most in (("met", given.met, LONGEST_MET), ("note", given.note, LONGEST_TEXT)):
        if len(text) > most:
            raise TooLong(field=field, most=most)
    if len(given.questions) > MOST_QUESTIONS:
        raise TooManyQuestions(field="questions", most=MOST_QUESTIONS)
    if given.replaces is not None and not _may_be_replaced(session, group, given.replaces):
        raise UnknownName(field="replaces", name=str(given.replaces))


def _may_be_replaced(session: Session, group: Unit, number: int) -> bool:
    """Return whether it is a contact with this group that no other has replaced."""
    replaced = select(Contact.id).where(Contact.replaces_id == number).exists()
    return (
        session.scalar(select(Contact.id).where(Contact.id == number, Contact.unit_id == group.id, ~replaced))
        is not None
    )


def _due_day(session: Session, case: Case) -> date:
    """Return the local day of an open case's due moment. Raises `ValueError` when it has ended."""
    return calendar_of(session).day_of(case.state_clock.due_at)


def _record(session: Session, group: Unit, case: Case, given: ContactGiven, *, by: Actor, at: datetime) -> Contact:
    """Plan the next contact in its case, with what was said of this one beside it; return the record."""
    logged = ContactLogged(
        group=group.slug, how=given.how, on=given.on.isoformat(), next_on=given.next_on.isoformat(),
        questions=len(given.questions), replaces=given.replaces,
    )  # fmt: skip
    words = tuple(
        SpokenWords(field, visible(text), Visibility.INTERNAL)
        for field, text in (("met", given.met), ("note", given.note))
    )
    change = Change(State.PLANNED, step="plan", due_on=given.next_on, records=((logged, words),))
    event_id = change_state(session, case, change, by=by, at=at)[-1]
    take_off_agenda(session, case, at)
    contact = Contact(
        unit_id=group.id, on_day=given.on, how=given.how, next_on=given.next_on, event_id=event_id,
        replaces_id=given.replaces,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    return contact


def _case_to_plan(session: Session, group: Unit, *, by: Actor, at: datetime) -> Case:
    """Return the open case of the contact with this group, locked and in a state from which it can be planned.

    A group that is owed none yet, since nobody has looked today, is owed one now.
    """
    found = ensured(session, CONTACT, group.slug, by=by, at=at)
    if found is None:
        raise NotFound(ref=group.slug)  # it was dissolved just now
    case = case_to_change(session, found.ref)
    if case.state is State.PARKED:
        change_state(session, case, Change(State.RECEIVED), by=by, at=at)
    if case.state is State.WAITING and case.waiting_from is not None:
        change_state(session, case, Change(case.waiting_from, step="answer"), by=by, at=at)
    return case


def _requests(
    session: Session, group: Unit, contact: Contact, questions: tuple[QuestionTaken, ...]
) -> Iterator[Request]:
    """Yield a request for each question, in the group's own place."""
    place = session.scalar(select(Place.slug).where(Place.id == group.place_id, Place.active))
    return (
        Request(
            kind=Kind.ISSUE, title=question.title, description=question.description, category=question.category,
            place=place, group=group.slug, channel=contact.how, contact=contact.id,
        )
        for question in questions
    )  # fmt: skip


def _hand_in_all(session: Session, requests: Iterator[Request], *, by: Actor, at: datetime) -> list[Case]:
    cases = []
    for number, request in enumerate(requests):
        with _naming(f"questions.{number}"):
            cases.append(receive(EntryWriter(session), request, by=by, at=at))
    return cases


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Let what is refused name its field behind `path`."""
    try:
        yield
    except FieldRefusal as refusal:
        refusal.field = f"{path}.{refusal.field}"
        raise
