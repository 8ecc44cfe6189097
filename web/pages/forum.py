"""The forum: its meetings, and an agenda that fills itself and prints well."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.beside import description_of
from cases.case import WITH_NAMES, Case, case_to_change
from cases.forum import AgendaItem, Meeting, choose_for_agenda, next_meeting
from cases.public.masking import mask
from cases.refusals import AlreadyThere, NotFound
from cases.seeing import seen_by
from cases.town.people import Actor
from cases.town.units import FORUM, Unit
from web.asking import current_actor
from web.forms import Day, Form, TypedSchema, text_field
from web.guard import Audience, open_to
from web.pages.names import WHY_ON_AGENDA
from web.running import house, right_now, today
from web.translated import gettext

bp = Blueprint("forum", __name__)


class Called(TypedSchema):
    """The form for a meeting."""

    held_on = Day(required=True, error_messages={"required": _l("Give the day of the meeting.")})
    name = text_field(needed=_l("Give the meeting a name."))
    where = text_field()


@bp.get("/forum")
@open_to(Audience.LOGGED_IN)
def show() -> str:
    """Show the meetings, and what the next one is to take up."""
    return _page(Form())


@bp.post("/forum")
@open_to(Audience.CONTACT, Audience.ADMIN)
def call() -> Response | tuple[str, int]:
    """Add a meeting."""
    form = Form(request.form)
    with form.taking():
        given = Called().load(request.form)
        _add(given)
        flash(gettext("The meeting is planned."), "success")
        return redirect(url_for("forum.show"), 303)
    return _page(form), form.status


@bp.get("/forum/<int:number>")
@open_to(Audience.LOGGED_IN)
def agenda(number: int) -> str:
    """Show one meeting's agenda."""
    with house().database.reading() as session:
        meeting = session.get(Meeting, number)
        if meeting is None:
            raise NotFound(ref=str(number))
        items = agenda_of(session, meeting, current_actor())
        return render_template("meeting.html", meeting=meeting, items=items, now=right_now())


@bp.post("/arenden/<ref>/dagordning")
@open_to(Audience.CONTACT)
def choose(ref: str) -> Response:
    """Put a case on the next meeting's agenda."""
    with house().database.transaction() as session:
        chosen = choose_for_agenda(session, case_to_change(session, ref), by=current_actor(), at=right_now())
    flash(gettext("The case is on the agenda.") if chosen else gettext("It stands on the agenda already."))
    return redirect(url_for("case.show", ref=ref), 303)


def agenda_of(session: Session, meeting: Meeting, actor: Actor) -> list[dict[str, Any]]:
    """Give the meeting's items that the actor may see: `case`, `why` and `words`.

    What waits for the forum, or is not settled, belongs to the next one; a meeting that has been held keeps what stood
    there then. An agenda is printed and handed round, so personal numbers, telephones and addresses are masked.
    """
    following = next_meeting(session, today())
    is_next = following is not None and following.id == meeting.id
    put = _put_on(session, meeting, actor, is_next=is_next)
    there = {case.id for case, _ in put}
    waits = [(case, "waits") for case in _waiting(session, actor) if case.id not in there] if is_next else []
    return [
        {"case": case, "why": WHY_ON_AGENDA[why], "words": mask(description_of(session, case))}
        for case, why in (*waits, *put)
    ]


def _put_on(session: Session, meeting: Meeting, actor: Actor, *, is_next: bool) -> list[tuple[Case, str]]:
    own = AgendaItem.meeting_id == meeting.id
    homeless = AgendaItem.meeting_id.is_(None) & (AgendaItem.settled_at.is_(None) if is_next else _stood_there(meeting))
    rows = session.execute(
        select(Case, AgendaItem.why)
        .join(AgendaItem, Case.id == AgendaItem.case_id)
        .where(or_(own, homeless), seen_by(actor))
        .options(*WITH_NAMES)
        .order_by(AgendaItem.added_at, AgendaItem.id)
    )
    return [(case, why) for case, why in rows]


def _stood_there(meeting: Meeting) -> ColumnElement[bool]:
    """Say whether an item stood on the agenda on the day of a meeting that has been held."""
    calendar = house().database.calendar
    not_settled = AgendaItem.settled_at.is_(None) | (AgendaItem.settled_at >= calendar.morning_of(meeting.held_on))
    return (AgendaItem.added_at <= calendar.end_of(meeting.held_on)) & not_settled & (meeting.held_on < today())


def _waiting(session: Session, actor: Actor) -> list[Case]:
    forum = select(Unit.id).where(Unit.slug == FORUM).scalar_subquery()
    waits = select(Case).where(Case.waiting_unit_id == forum, seen_by(actor))
    return list(session.scalars(waits.options(*WITH_NAMES).order_by(Case.due_at, Case.id)))


def _add(given: dict[str, Any]) -> None:
    try:
        with house().database.transaction() as session:
            session.add(Meeting(held_on=given["held_on"], name=given["name"], where=given["where"]))
    except IntegrityError:
        raise AlreadyThere(field="name", name=given["name"]) from None


def _page(form: Form) -> str:
    day: date = today()
    with house().database.reading() as session:
        meetings = list(session.scalars(select(Meeting).order_by(Meeting.held_on.desc()).limit(50)))
        coming = [meeting for meeting in reversed(meetings) if meeting.held_on >= day]
        return render_template(
            "forum.html",
            form=form,
            coming=coming,
            held=[meeting for meeting in meetings if meeting.held_on < day],
            items=agenda_of(session, coming[0], current_actor()) if coming else [],
            now=right_now(),
        )
