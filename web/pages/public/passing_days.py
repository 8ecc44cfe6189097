"""Moving the day of a demonstration ahead: the strip on every page of it."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cases.demo.passing_days import DayStays, let_days_pass
from web.current import current, is_open_demonstration
from web.language.gettext import gettext, ngettext
from web.language.refusals import sentence_of
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.parsing.readable import number_in
from web.requests.returning import NEXT, way_back

bp = Blueprint("passing_days", __name__)
A_DAY, A_WEEK = 1, 7  # what a click moves: seconds of work in a full demonstration
BAD_REQUEST = 400


@bp.post("/demo-dag")
@open_to(Audience.ANYBODY)
def move() -> Response:
    """Move the day ahead by a day or a week, once per form, and redirect to the page on which that was asked.

    Answer 404 if the database holds a real municipality, or the demonstration is reached from elsewhere.
    """
    days, page = number_in(request.form.get("days", "")), _page()
    asked: list[int] = []
    with current().database.transaction() as rows:
        if not is_open_demonstration(rows):
            abort(404)
        if days not in {A_DAY, A_WEEK}:
            abort(BAD_REQUEST)
        once_per_form(rows, partial(_note, asked, days, page))
    for number in asked:  # none when the form was sent before; out of the transaction, since each day has its own
        flash(*_said(number))
    return redirect(page, 303)


def _note(asked: list[int], days: int, page: str) -> str:
    asked.append(days)
    return page


def _page() -> str:
    """Return the path of the page to show next: the one that has the strip, also that for logging in."""
    wanted = request.form.get(NEXT)
    return wanted if wanted == url_for("login.ask") else way_back(wanted)


def _said(days: int) -> tuple[str, str]:
    """Let the days pass; return what to say of it, and the kind of the message."""
    try:
        fired = let_days_pass(current().database, days)
    except DayStays as stays:
        return sentence_of(stays.code), "danger"
    passed = gettext("A week has passed.") if days == A_WEEK else gettext("A day has passed.")
    return f"{passed} {_reminders(fired)}", "success"


def _reminders(fired: int) -> str:
    if not fired:
        return gettext("Nobody had to be reminded.")
    went_out = ngettext("%(num)d reminder went out.", "%(num)d reminders went out.", fired)
    where = gettext("See the mailbox.") if current().settings.smtp_url is None else ""
    return f"{went_out} {where}".rstrip()
