"""One's own calendar: its secret address on the account page, and what programs read there without a log-in."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from cases.access.actors import actor_for
from cases.access.calendar_address import calendar_token, person_with_calendar
from cases.administration.api_tokens import make_calendar, remove_calendar
from cases.refusals import NotFound
from cases.village.showing.own_days import OwnDay, OwnDays, own_days
from web.current import current, machine_now, right_now, today
from web.feeds import calendar_file
from web.feeds.answering import LONG_AGO, answer, whole_url
from web.language.gettext import gettext, language
from web.language.village.news_words import OWN_DAYS
from web.pages.village.forum.convening.calendar import meeting_day
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("own_calendar", __name__)


@bp.get("/kalender/<token>.ics")
@open_to(Audience.ANYBODY)
def show(token: str) -> Response:
    """Return the calendar of the person with this secret address; 404 for an unknown one, and for who is switched off.

    It tells of cases of protected identity only that there is a day, and no cache beside the reader's own may keep it.
    """
    found = _days_of(token)
    shown = [meeting_day(one) for one in found.meetings] + [_day(one) for one in found.days]
    body = calendar_file.write_calendar(gettext("My days in Ventil"), shown, LONG_AGO)
    response = answer(body, calendar_file.MEDIA_TYPE, None)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.post("/konto/kalender")
@open_to(Audience.LOGGED_IN)
def make() -> AnyResponse:
    """Make an address of one's own calendar, in place of any before, and show the account again."""
    with current().database.transaction() as session:
        make_calendar(session, key=current().settings.secret_key, by=current_actor(), at=machine_now())
    flash(gettext("Your calendar has an address. Any address before it has stopped working."), "success")
    return _to_account()


@bp.post("/konto/kalender/avsluta")
@open_to(Audience.LOGGED_IN)
def remove() -> AnyResponse:
    """Remove the address of one's own calendar, and show the account again."""
    with current().database.transaction() as session:
        remove_calendar(session, by=current_actor(), at=machine_now())
    flash(gettext("The address of your calendar has stopped working."), "success")
    return _to_account()


def own_address(session: Session, person_id: int) -> str | None:
    """Return the whole address of the person's own calendar, in the language of the page; None when they have none."""
    token = calendar_token(session, person_id, key=current().settings.secret_key)
    lang = language() if language() != current().settings.locale else None
    return whole_url("own_calendar.show", token=token, lang=lang) if token else None


def _days_of(token: str) -> OwnDays:
    with current().database.reading() as session:
        person = person_with_calendar(session, token)
        actor = actor_for(session, person, on=today()) if person is not None else None
        if actor is None:
            raise NotFound(ref="kalender")
        return own_days(session, actor, at=right_now())


def _day(one: OwnDay) -> calendar_file.CalendarDay:
    words = OWN_DAYS["held" if one.owed_by is None else "owed"]
    title = gettext("case %(ref)s", ref=one.ref) if one.title is None else one.title
    return calendar_file.CalendarDay(
        uid=f"own-case-{one.case_id}@{urlsplit(current().settings.base_url).hostname}",
        on=one.on,
        title=str(words) % {"title": title, "name": one.owed_by},
        text=one.ref,
        url=whole_url("case.show", ref=one.ref),
        changed=one.touched_at,
    )


def _to_account() -> AnyResponse:
    return redirect(url_for("account.show", _anchor="kalender"), 303)
