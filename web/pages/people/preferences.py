"""One's letters: at once, gathered each morning or each Monday; for one's own address, or by the link in a letter."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.mail_addresses import normalised
from cases.refusals import NotFound
from notifications.addresses import is_address
from notifications.deliveries import Address, NewsPace
from notifications.preferences import address_named, address_of, address_with, change_pace, count_held
from web.current import current
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("preferences", __name__)
PACES = {
    NewsPace.AT_ONCE: (_l("At once"), _l("Each e-mail is sent when something happens.")),
    NewsPace.MORNING: (_l("Every morning"), _l("Gathered in one e-mail, on the morning of each working day.")),
    NewsPace.MONDAY: (_l("Every Monday"), _l("Gathered in one e-mail, on the first working morning of the week.")),
}


@bp.get("/utskick")
@open_to(Audience.LOGGED_IN)
def show() -> str:
    """Show when one's own address gets its letters, and the form that changes it."""
    return _own_page(Form())


@bp.post("/utskick")
@open_to(Audience.LOGGED_IN)
@shown_again_by(lambda form: _own_page(form))
def change() -> Response | tuple[str, int]:
    """Handle the form: what is held already is told in the new pace; if refused, show it with the reason."""
    form = Form(request.form)
    with form.catching_refusals():
        pace = _chosen(form)
        with current().database.transaction() as session:
            change_pace(session, address_of(session, _own_email()), pace)
        flash(gettext("It is saved."), "success")
        return redirect(url_for("preferences.show"), 303)
    return _own_page(form), form.status


@bp.get("/utskick/<token>")
@open_to(Audience.ANYBODY)
def show_by_link(token: str) -> str:
    """Show the same for the address to which the letter with this link went, without a log-in; 404 for a wrong link."""
    return _page_by_link(Form(), token)


@bp.post("/utskick/<token>")
@open_to(Audience.ANYBODY)
@shown_again_by(lambda form, token: _page_by_link(form, token))
def change_by_link(token: str) -> Response | tuple[str, int]:
    """Handle the form of that page, as `change` does."""
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            address = _address_with(session, token, locked=True)
            change_pace(session, address, _chosen(form))
        flash(gettext("It is saved."), "success")
        return redirect(url_for("preferences.show_by_link", token=token), 303)
    return _page_by_link(form, token), form.status


def _chosen(form: Form) -> NewsPace:
    if form.typed("pace") not in set(NewsPace):
        raise ValidationError({"pace": [gettext("Choose one.")]})
    return NewsPace(form.typed("pace"))


def _own_email() -> str:
    return current_actor().email


def _address_with(session: Session, token: str, *, locked: bool = False) -> Address:
    address = address_with(session, token, current().settings.secret_key, locked=locked)
    if address is None:
        raise NotFound(ref=token)
    return address


def _own_page(form: Form) -> str:
    with current().database.reading() as session:
        email = _own_email()
        address = address_named(session, normalised(email)) if is_address(email) else None
        if address is None:
            return _page(form, email, NewsPace.AT_ONCE)
        return _page(form, email, address.pace, held=count_held(session, address.id))


def _page_by_link(form: Form, token: str) -> str:
    with current().database.reading() as session:
        address = _address_with(session, token)
        return _page(form, address.email, address.pace, token=token, held=count_held(session, address.id))


def _page(form: Form, email: str, pace: NewsPace, *, token: str = "", held: int = 0) -> str:
    form.fill_in("pace", pace.value)
    return render_template("people/preferences.html", form=form, email=email, held=held, paces=PACES, token=token)
