"""The list of calls to make to people without mail: whom to ring, what to say, and ticking off."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.telephone.calls import record_no_answer, tick_off, to_ring
from notifications.telephone.rung_calls import just_rung, take_back
from web.current import current, right_now
from web.language.dates import moment_words
from web.language.gettext import gettext
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("calls", __name__)
NO_ANSWER = "no-answer"  # the value of the button


@bp.get("/ring")
@open_to(Audience.CONTACT)
def show() -> str:
    """Show the calls to make, those to make now first, and of them the oldest."""
    with current().database.reading() as session:
        return render_template("calls.html", calls=to_ring(session), rung=just_rung(session), now=right_now())


@bp.post("/ring/<int:number>")
@open_to(Audience.CONTACT)
def tick(number: int) -> Response:
    """Record that the person logged in has made the call with this number, or that nobody answered it.

    Then redirect to the list, on which an unanswered call stays.
    """
    with current().database.transaction() as session:
        if request.form.get("outcome") == NO_ANSWER:
            again = record_no_answer(session, number, by=current_actor(), at=right_now())
            said = gettext("Noted. Try again %(when)s.", when=moment_words(again))
        else:
            last = number_in(request.form.get("last", ""))
            name = tick_off(session, number, by=current_actor(), at=right_now(), last_id=last)
            said = gettext("%(name)s has been rung.", name=name) if name else gettext("Ticked off.")
    flash(said, "success")
    return redirect(url_for("calls.show"), 303)


@bp.post("/ring/<int:number>/angra")
@open_to(Audience.CONTACT)
def undo(number: int) -> Response:
    """Take back what was noted of a call by mistake, that it was made or not answered, and redirect to the list."""
    with current().database.transaction() as session:
        call = take_back(session, number, by=current_actor())
    name = call.name or gettext("No name given")
    if call.was_answered:
        flash(gettext("%(name)s is on the list again.", name=name), "success")
    else:
        flash(gettext("%(name)s: the call that nobody answered is taken back.", name=name), "success")
    return redirect(url_for("calls.show"), 303)
