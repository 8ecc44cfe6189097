"""One's own account: where one is logged in, one's calendar, and the API tokens that act in one's name."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cases.administration.api_tokens import revoke_tokens, valid_tokens
from notifications.addresses import dead_since
from web.current import current, machine_now
from web.language.gettext import gettext, ngettext
from web.pages.village.showing.own_calendar import own_address
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.identity.cookies import session_cookie
from web.requests.identity.open_sessions import end_own_session, open_sessions

bp = Blueprint("account", __name__)


@bp.get("/konto")
@open_to(Audience.LOGGED_IN)
def show() -> str:
    """Show one's own open log-in sessions, the address of one's calendar, and valid API tokens, without any token."""
    actor, at = current_actor(), machine_now()
    person_id, cookie = actor.person_id or 0, request.cookies.get(session_cookie(), "")
    with current().database.reading() as session:
        return render_template(
            "account.html",
            actor=actor,
            sessions=open_sessions(session, person_id, cookie, at),
            calendar=own_address(session, person_id),
            tokens=valid_tokens(session, person_id, at),
            dead_since=dead_since(session, actor.email),
        )


@bp.post("/konto/inloggningar/<int:number>/avsluta")
@open_to(Audience.LOGGED_IN)
def end_session(number: int) -> Response:
    """End one of one's own log-in sessions, and show the account again."""
    with current().database.transaction() as session:
        end_own_session(session, current_actor().person_id or 0, number, machine_now())
    flash(gettext("That browser is logged out."), "success")
    return redirect(url_for("account.show"), 303)


@bp.post("/konto/nycklar/<int:number>/aterkalla")
@open_to(Audience.LOGGED_IN)
def revoke_token(number: int) -> Response:
    """Revoke one of one's own API tokens, and show the account again."""
    return _revoke(number)


@bp.post("/konto/nycklar/aterkalla")
@open_to(Audience.LOGGED_IN)
def revoke_every_token() -> Response:
    """Revoke all of one's own API tokens, and show the account again."""
    return _revoke(None)


def _revoke(number: int | None) -> Response:
    actor = current_actor()
    with current().database.transaction() as session:
        revoked = revoke_tokens(session, actor.person_id or 0, number, by=actor, at=machine_now())
    said = ngettext("%(num)d token is revoked.", "%(num)d tokens are revoked.", len(revoked))
    flash(said, "success")
    return redirect(url_for("account.show"), 303)
