"""The list of calls to make to people without mail: whom to ring, what to say, and ticking off."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from notifications.calls import tick_off, to_ring
from web.current import current, right_now
from web.language.gettext import gettext
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("calls", __name__)


@bp.get("/ring")
@open_to(Audience.CONTACT)
def show() -> str:
    """Show the calls to make, those that have waited longest first."""
    with current().database.reading() as session:
        return render_template("calls.html", calls=to_ring(session))


@bp.post("/ring/<int:number>")
@open_to(Audience.CONTACT)
def tick(number: int) -> Response:
    """Record that the person logged in has made the call with this number, and redirect to the list."""
    with current().database.transaction() as session:
        tick_off(session, number, by=current_actor(), at=right_now())
    flash(gettext("Ticked off."), "success")
    return redirect(url_for("calls.show"), 303)
