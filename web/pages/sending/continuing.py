"""After a log-in: the form that had been sent too late, with what was typed in it."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web.errors.typed_again import form_to_send
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.sending.again import page_again
from web.pages.sending.staging import files_held
from web.pages.stamps import FormStamp
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.kept_forms import PAGE, Typed, kept_form

bp = Blueprint("continuing", __name__)


@bp.get(PAGE)
@open_to(Audience.LOGGED_IN)
def show() -> str | Response:
    """Show the form that was kept for this browser and person; without one, redirect to the page where they work."""
    kept = kept_form()
    if kept is None or kept.person_id not in (None, current_actor().person_id):
        return redirect(url_for("login.first_page"), 303)
    flash(gettext("You are logged in again. What you wrote is here: read it, then send it."), "info")
    return _page_of_form(kept) or render_template("typed.html", typed=form_to_send(kept))


def _page_of_form(kept: Typed) -> str | None:
    form = Form(MultiDict(kept.fields))
    form.is_shown_again = True
    files_held(kept.fields.get("staged", ()), FormStamp(form.typed("stamp")).hash).show_in(form)
    try:
        endpoint, arguments = current_app.url_map.bind("").match(kept.path, method="POST")
    except HTTPException:
        return None
    return page_again(endpoint, dict(arguments), form)
