"""Acting: what people do in the house under proof. Each act may be tried again: who did not hear looks first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.access.tokens import FOLLOW, Link
from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.correcting import Correction, correct, erase_words
from cases.database.transactions import calendar_of
from cases.files.attaching import attach
from cases.files.attachments import Attachment
from cases.files.storage import attachments_under
from cases.following import ask_to_follow, confirm_following
from cases.handing_in import Reporter, Request, hand_in
from cases.history.words import Visibility, Words
from cases.organisation.people import Person
from cases.progress import Change, change_state
from cases.states import Kind, State
from proof.crashes.house import Process

RUT = Reporter(name="Rut", email="rut@hemma.example")
REPORTER, VISITOR = "reporter", "visitor"


def handed_in(process: Process, title: str, *, by: str = VISITOR, **more: Any) -> None:
    """Hand in an issue of Rut's under this title."""
    request = replace(Request(Kind.ISSUE, title, reporter=RUT), **more)
    with process.database.transaction() as session:
        if not _said(session, title):
            hand_in(session, request, by=_person(session, by, _at(process)), at=process.world.clock.now)


def changed(process: Process, title: str, to: State, *, by: str = "kontakt", note: str, **more: Any) -> None:
    """Take the step with this note, which only this step says. `into` is the title of another case."""
    with process.database.transaction() as session:
        if not _said(session, note):
            case = _case(session, title)
            named = {**more, "into": _ref(session, more["into"])} if "into" in more else more
            change = Change(to, note=note, **named)
            change_state(session, case, change, by=_of(session, case, by, _at(process)), at=_at(process))


def commented(process: Process, title: str, text: str, *, by: str) -> None:
    """Say something for everybody."""
    with process.database.transaction() as session:
        if not _said(session, text):
            case = _case(session, title)
            comment(session, case, text, Visibility.PUBLIC, by=_of(session, case, by, _at(process)), at=_at(process))


def attached(process: Process, title: str, name: str, content: bytes) -> None:
    """Let the desk attach a file, once."""
    storage = attachments_under(process.world.settings.var)
    with process.database.transaction() as session:
        case = _case(session, title)
        if not session.scalar(select(exists().where(Attachment.case_id == case.id))):
            attach(session, storage, case, name, content, by=_person(session, "kontakt", _at(process)), at=_at(process))


def corrected(process: Process, title: str, **what: Any) -> None:
    """Let the desk put right what is wrong; twice is the same as once."""
    with process.database.transaction() as session:
        correct(
            session,
            _case(session, title),
            Correction(**what),
            by=_person(session, "kontakt", _at(process)),
            at=_at(process),
        )


def erased(process: Process, title: str, decision: str) -> None:
    """Erase the words with which the case began; once they are, nothing has this title."""
    with process.database.transaction() as session:
        if ref := _ref(session, title):
            case = case_to_change(session, ref)
            erase_words(session, case, decision, [1], by=_person(session, "kontakt", _at(process)), at=_at(process))


def followed(process: Process, title: str, email: str) -> None:
    """Let a visitor ask to follow the case; asked twice, two letters come."""
    key = process.world.settings.secret_key
    with process.database.transaction() as session:
        case = _case(session, title)
        if not session.scalar(select(exists().where(Link.purpose == FOLLOW))):
            ask_to_follow(session, case, email, "sv", key=key, at=_at(process))


def confirmed(process: Process) -> None:
    """Let whoever asked to follow open the link of the letter."""
    with process.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.purpose == FOLLOW)).one()
        confirm_following(session, link, at=_at(process))


def _at(process: Process) -> datetime:
    return process.world.clock.now


def _said(session: Session, words: str) -> bool:
    return bool(session.scalar(select(exists().where(Words.text == words))))


def _case(session: Session, title: str) -> Case:
    return case_to_change(session, _ref(session, title))


def _ref(session: Session, title: str) -> str:
    return session.scalars(select(Case.ref).where(Case.title == title).order_by(Case.id)).first() or ""


def _of(session: Session, case: Case, who: str, at: datetime) -> Actor:
    return reporter_of(case) if who == REPORTER else _person(session, who, at)


def _person(session: Session, who: str, at: datetime) -> Actor:
    if who == VISITOR:
        return A_VISITOR
    person_id = session.scalars(select(Person.id).where(Person.email == f"{who}@prov.example")).one()
    actor = actor_for(session, person_id, on=calendar_of(session).day_of(at))
    if actor is None:
        raise LookupError(f"{who} is switched off")
    return actor
