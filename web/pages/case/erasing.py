"""Erasing texts of a case and what is known of people in it, by a decision; the events themselves stay."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.case import Case, case_to_change
from cases.files.attachments import Attachment
from cases.history.events import CaseAttached, CaseFollowed, CaseWaiting
from cases.history.journal import Event
from cases.history.words import Words
from cases.parties import Follower, Party
from cases.reading.finding import case_for, reference
from cases.refusals import NameNeeded
from cases.reporters.erasing import ERASED, file_keys
from cases.village.plans.erasing import hold_drafts
from cases.village.plans.texts_of_case import texts_in_plans
from notifications.reporters import Erasure, is_reporter_known
from notifications.reporters import erase as erase_case
from notifications.sending.local_mailbox import Mailbox
from web.current import current, right_now, storage
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("erasing", __name__)


@bp.get("/arenden/<ref>/radera")
@open_to(Audience.CONTACT)
def look(ref: str) -> str:
    """Show the page for erasing: texts, files and people of the case that are not erased yet, each with a checkbox."""
    return _page(ref, Form())


@bp.post("/arenden/<ref>/radera")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: _page(ref, form))
def erase(ref: str) -> Response | tuple[str, int]:
    """Handle the form: erase what was chosen, citing the decision, and redirect to the case.

    If it is refused, show the form with the reason.
    """
    form = Form(request.form)
    with form.catching_refusals():
        erasure = _erasure(form)
        if not (erasure.events or erasure.reporter):
            raise NameNeeded(field="event")
        _erase(ref, erasure)
        flash(gettext("The words are erased."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return _page(ref, form), form.status


def _erasure(form: Form) -> Erasure:
    chosen = list(filter(None, map(number_in, request.form.getlist("event"))))
    return Erasure(form.text("decision"), chosen, reporter="reporter" in request.form)


def _erase(ref: str, erasure: Erasure) -> None:
    """Erase it in the database, and once that is committed, files and local letters that nothing names any more."""
    with current().database.transaction() as session:
        hold_drafts(session, ref)
        case = case_to_change(session, ref)
        keys = file_keys(session, case)
        letters = erase_case(session, case, erasure, by=current_actor(), at=right_now())
        keys -= file_keys(session, case)
    for key in keys:
        storage().remove(key)
    Mailbox(current().settings.var / "mailbox").forget(letters)


def _page(ref: str, form: Form) -> str:
    with current().database.reading() as session:
        case, _ = case_for(session, current_actor(), reference(ref))
        found = {"said": _said(session, case), "files": _files(session, case), "events": _people(session, case)}
        asker = is_reporter_known(session, case)
        return render_template("erase.html", case=case, form=form, is_reporter_known=asker, **found)


def _said(session: Session, case: Case) -> list[tuple[int, str]]:
    """Return (event number in the case, its texts joined) for all texts that are not erased, oldest first.

    With them stand the texts in plans that came with the event and say something else.
    """
    rows = session.execute(
        select(Event.seq, Words.text)
        .join(Event, Event.id == Words.event_id)
        .where(Words.case_id == case.id, Words.text.is_not(None))
        .order_by(Event.seq, Words.id)
    )
    said: dict[int, list[str]] = {}
    for seq, words in rows:
        said.setdefault(seq, []).append(words or "")
    for planned in texts_in_plans(session, case):
        if planned.text not in {text for texts in said.values() for text in texts}:
            said.setdefault(planned.seq, []).append(planned.text)
    return [(seq, " · ".join(texts)) for seq, texts in sorted(said.items())]


def _files(session: Session, case: Case) -> list[tuple[int, str]]:
    """Return (event number in the case, name of the file that it brought) for all files, oldest first."""
    names = dict(session.execute(select(Attachment.id, Attachment.name).where(Attachment.case_id == case.id)).all())
    events = _of_type(session, case, CaseAttached.type)
    return [(seq, names[facts["attachment"]]) for seq, facts in events if facts["attachment"] in names]


def _people(session: Session, case: Case) -> list[tuple[int, str]]:
    """Return (event number in the case, what it says of somebody) for followers and whom the case waits for."""
    mails = select(Follower.id, Party.email).join(Party, Party.id == Follower.party_id)
    followers = dict(session.execute(mails.where(Follower.case_id == case.id, Party.email.is_not(None))).all())
    found = [(seq, followers.get(facts["follower"])) for seq, facts in _of_type(session, case, CaseFollowed.type)]
    if case.waiting_name and case.waiting_name != ERASED:
        seq, _ = _of_type(session, case, CaseWaiting.type)[-1]
        found.append((seq, case.waiting_name))
    return [(seq, said) for seq, said in found if said]


def _of_type(session: Session, case: Case, type_: str) -> list[tuple[int, dict[str, Any]]]:
    found = select(Event.seq, Event.facts).where(Event.stream == case.id, Event.type == type_)
    return [(row.seq, row.facts) for row in session.execute(found.order_by(Event.seq))]
