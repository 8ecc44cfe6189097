"""The forum's meetings, and the agenda of each for reading and printing."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.case import Case, case_to_change
from cases.meetings.agenda import OnAgenda, agenda_of
from cases.meetings.agenda_items import AgendaReason, choose_for_agenda, withdraw_from_agenda
from cases.meetings.meeting import Meeting, latest_meetings, next_meeting, plan_meeting
from cases.meetings.stood import Stood, how_they_stood
from cases.organisation.units import FORUM, unit_named
from cases.public.masking import mask
from cases.public.publishing import latest_description
from cases.reading.finding import reference
from cases.reading.visibility import reads_agenda_of, seen_by
from cases.refusals import NotFound
from cases.states import LADDER_STATES
from web.current import current, right_now, today
from web.language.dates import day_words
from web.language.days.due_days import due_on_agenda
from web.language.gettext import gettext
from web.language.labels import NO_LONGER_LATE, WHY_ON_AGENDA
from web.pages.case.show import page_of
from web.pages.forms import DayField, Form, TypedSchema, text_field
from web.pages.options import known
from web.pages.sending.again import shown_again_by
from web.pages.village.owing import contact_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("forum", __name__)
MOST = 50


class MeetingForm(TypedSchema):
    """The fields of the form for a new meeting."""

    held_on = DayField(required=True, error_messages={"required": _l("Give the day of the meeting.")})
    name = text_field(needed=_l("Give the meeting a name."))
    where = text_field()


@bp.get("/forum")
@open_to(Audience.LOGGED_IN)
def show() -> str:
    """Show the forum's meetings, and the agenda of the next one."""
    return _page(Form())


@bp.post("/forum")
@open_to(Audience.CONTACT, Audience.ADMIN)
@shown_again_by(lambda form: _page(form))
def call() -> Response | tuple[str, int]:
    """Handle the form for a new meeting: plan it and redirect; if refused, show the form with the reason."""
    form = Form(request.form)
    with form.catching_refusals():
        given = MeetingForm().load(request.form)
        with current().database.transaction() as session:
            plan_meeting(session, **given)
        flash(gettext("The meeting is planned."), "success")
        return redirect(url_for("forum.show"), 303)
    return _page(form), form.status


@bp.get("/forum/<int:number>")
@open_to(Audience.LOGGED_IN)
def agenda(number: int) -> str:
    """Show the agenda of one meeting, for reading and printing."""
    with current().database.reading() as session:
        meeting = session.get(Meeting, number)
        if meeting is None:
            raise NotFound(ref=str(number))
        items = _items(session, meeting, current_actor())
        return render_template("meeting.html", meeting=meeting, items=items, now=right_now())


@bp.post("/arenden/<ref>/dagordning")
@open_to(Audience.CONTACT)
def choose(ref: str) -> Response | tuple[str, int]:
    """Put a case on the forum's agenda for its next meeting, and redirect to the case; if refused, show the reason.

    A case that is on the agenda already stays there; the message on the page says so.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            chosen = choose_for_agenda(session, case, by=actor, at=right_now())
            meeting = next_meeting(session, today())
        flash(_thanks(meeting) if chosen else gettext("It is on the agenda already."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, agenda_form=form), form.status


@bp.post("/arenden/<ref>/dagordning/ta-bort")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), agenda_form=form))
def withdraw(ref: str) -> Response | tuple[str, int]:
    """Take a case off the forum's agenda, with a reason, and redirect to the case; if refused, show why."""
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            done = withdraw_from_agenda(session, case, form.text("off_agenda"), by=actor, at=right_now())
        flash(gettext("The case is off the agenda.") if done else gettext("It is not on the agenda."))
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, agenda_form=form), form.status


def _thanks(meeting: Meeting | None) -> str:
    if meeting is None:
        return gettext("The case is on the agenda of the forum’s next meeting, which is not planned yet.")
    return gettext("The case is on the agenda of %(meeting)s, %(day)s.",
                   meeting=meeting.name, day=day_words(meeting.held_on))  # fmt: skip


def _items(session: Session, meeting: Meeting, actor: Actor) -> list[dict[str, Any]]:
    """Return the cases on the meeting's agenda that `actor` may see, as dicts for a template.

    Their keys are `case`, `state`, `unit`, `due`, `why`, `title`, `words` and `not_met` (when the group of an owed
    contact was met last).
    An agenda is printed and handed round, so personal numbers, telephones and addresses are masked. Of a meeting that
    was held, the forum's members see what is still on an agenda, and what is published; who only sits in another body
    sees none.
    """
    if not reads_agenda_of(actor, unit_named(session, FORUM)):
        return []
    calendar, readable = current().database.calendar, or_(seen_by(actor), Case.published_at.is_not(None))
    found = agenda_of(session, meeting, readable, day=today(), calendar=calendar)
    held = meeting.held_on < today()
    moment = calendar.end_of(meeting.held_on)
    stood = how_they_stood(session, [item.case.id for item in found], moment) if held else {}
    units = {unit.slug: unit.name for unit in known(session).units}
    not_met = contact_words(session, [item.case for item in found])
    return [
        {
            "case": item.case,
            **_standing(item, stood.get(item.case.id), units, meeting.held_on if held else today()),
            "not_met": "" if held else not_met.get(item.case.id, ""),
            "title": mask(item.case.title),
            "words": mask(latest_description(session, item.case)),
        }
        for item in found
    ]


def _standing(item: OnAgenda, stood: Stood | None, units: dict[str, str], day: date) -> dict[str, Any]:
    """Return the state of a case, who has it, what is due and why it stands there, as on `day`.

    That is the day of the meeting, once it was held.
    """
    case = item.case
    due_on = current().database.calendar.day_of(case.due_at) if case.due_at else None
    now = Stood(case.state, case.responsible.slug, due_on)
    then = stood or now
    return {
        "state": then.state,
        "unit": units.get(then.responsible, case.responsible.name),
        "due": due_on_agenda(then.state, then.due_on, day),
        "why": _why(item.why, then, day),
    }


def _why(why: AgendaReason, stood: Stood, day: date) -> str:
    """Return in words why a case stands on an agenda: it is called overdue only while it is, on `day`."""
    is_late = stood.state in LADDER_STATES and stood.due_on is not None and stood.due_on < day
    return str(NO_LONGER_LATE if why is AgendaReason.OVERDUE and not is_late else WHY_ON_AGENDA[why])


def _page(form: Form) -> str:
    day = today()
    with current().database.reading() as session:
        meetings = latest_meetings(session, MOST)
        coming = [meeting for meeting in reversed(meetings) if meeting.held_on >= day]
        return render_template(
            "forum.html",
            form=form,
            coming=coming,
            held=[meeting for meeting in meetings if meeting.held_on < day],
            items=_items(session, coming[0], current_actor()) if coming else [],
            now=right_now(),
        )
