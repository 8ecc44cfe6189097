"""What people do to cases, as steps of a journey. Each may be repeated after a crash: it looks first if it is done."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.access.tokens import FOLLOW, Link
from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.correcting import Correction, correct
from cases.database.transactions import calendar_of
from cases.files.attaching import attach, store_files
from cases.files.attachments import Attachment
from cases.files.storage import attachments_under
from cases.following import ask_to_follow, confirm_following
from cases.handing_in import Reporter, Request, hand_in
from cases.history.words import Visibility, Words
from cases.organisation.people import Person
from cases.progress import Change, change_state
from cases.states import Kind, State
from cases.village.erasing import erase_record
from proof.crashes.house import Process

RUT = Reporter(name="Rut", email="rut@hemma.example")
REPORTER, VISITOR = "reporter", "visitor"


def handed_in(process: Process, title: str, *, by: str = VISITOR, **more: Any) -> None:
    """Hand in an issue of Rut's under this title, which only this case has."""
    request = replace(Request(Kind.ISSUE, title, reporter=RUT), **more)
    with process.database.transaction() as session:
        if not is_recorded(session, title):
            hand_in(session, request, by=staff(session, by, now_of(process)), at=process.world.clock.now)


def changed(process: Process, title: str, to: State, *, by: str = "kontakt", note: str, **more: Any) -> None:
    """Change the state with this note, which only this step has. `into` is the title of the case to merge into."""
    with process.database.transaction() as session:
        if not is_recorded(session, note):
            case = _case(session, title)
            named = {**more, "into": _ref(session, more["into"])} if "into" in more else more
            change = Change(to, note=note, **named)
            change_state(session, case, change, by=_actor(session, case, by, now_of(process)), at=now_of(process))


def commented(process: Process, title: str, text: str, *, by: str) -> None:
    """Comment in public, with a text that only this comment has."""
    with process.database.transaction() as session:
        if not is_recorded(session, text):
            case = _case(session, title)
            comment(
                session,
                case,
                text,
                Visibility.PUBLIC,
                by=_actor(session, case, by, now_of(process)),
                at=now_of(process),
            )


def attached(process: Process, title: str, name: str, content: bytes) -> None:
    """Let the desk attach a file, unless the case has one; it is stored before the transaction begins."""
    stored, _ = store_files(attachments_under(process.world.settings.var), [(name, content)])
    with process.database.transaction() as session:
        case = _case(session, title)
        if not session.scalar(select(exists().where(Attachment.case_id == case.id))):
            attach(session, case, stored[0], by=staff(session, "kontakt", now_of(process)), at=now_of(process))


def corrected(process: Process, title: str, **what: Any) -> None:
    """Let the desk correct the case; twice is the same as once."""
    with process.database.transaction() as session:
        correct(
            session,
            _case(session, title),
            Correction(**what),
            by=staff(session, "kontakt", now_of(process)),
            at=now_of(process),
        )


def erased(process: Process, title: str, decision: str) -> None:
    """Erase the words that the case was handed in with; after that no case has this title."""
    with process.database.transaction() as session:
        if ref := _ref(session, title):
            case = case_to_change(session, ref)
            erase_record(
                session, case, decision, [1], by=staff(session, "kontakt", now_of(process)), at=now_of(process)
            )


def followed(process: Process, title: str, email: str) -> None:
    """Let a visitor ask to follow the case, unless somebody has: each time that is asked, a letter comes."""
    key = process.world.settings.secret_key
    with process.database.transaction() as session:
        case = _case(session, title)
        if not session.scalar(select(exists().where(Link.purpose == FOLLOW))):
            ask_to_follow(session, case, email, "sv", key=key, at=now_of(process))


def confirmed(process: Process) -> None:
    """Let the visitor who asked to follow open the link of the letter."""
    with process.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.purpose == FOLLOW)).one()
        confirm_following(session, link, at=now_of(process))


def now_of(process: Process) -> datetime:
    """Return the moment in the world of the process."""
    return process.world.clock.now


def is_recorded(session: Session, words: str) -> bool:
    """Return whether somebody has said exactly these words."""
    return bool(session.scalar(select(exists().where(Words.text == words))))


def _case(session: Session, title: str) -> Case:
    return case_to_change(session, _ref(session, title))


def _ref(session: Session, title: str) -> str:
    return session.scalars(select(Case.ref).where(Case.title == title).order_by(Case.id)).first() or ""


def _actor(session: Session, case: Case, who: str, at: datetime) -> Actor:
    return reporter_of(case) if who == REPORTER else staff(session, who, at)


def staff(session: Session, who: str, at: datetime) -> Actor:
    """Return the person with this name as an actor, a visitor for `VISITOR`; raises `LookupError` when switched off."""
    if who == VISITOR:
        return A_VISITOR
    person_id = session.scalars(select(Person.id).where(Person.email == f"{who}@prov.example")).one()
    actor = actor_for(session, person_id, on=calendar_of(session).day_of(at))
    if actor is None:
        raise LookupError(f"{who} is switched off")
    return actor
