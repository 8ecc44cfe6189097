"""What was set aside after repeated failure, and waits for a person: outbox entries, letters, mails that came in."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cases.public.masking import mask
from cases.public.protection import protected_addresses
from notifications.planning.drafts import BRAKED
from notifications.set_aside import SetAsideRow, list_set_aside, send_again
from web.current import current, right_now
from web.language.gettext import gettext
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("set_aside", __name__)


@bp.get("/undanlagt")
@open_to(Audience.CONTACT, Audience.ADMIN)
def show() -> str:
    """Show what is set aside, the oldest first; the address of who is protected to contact persons only."""
    with current().database.reading() as session:
        hidden = frozenset() if current_actor().is_contact else protected_addresses(session)
        rows = [_without_address(row) if (row.to or "").lower() in hidden else row for row in list_set_aside(session)]
        return render_template("set_aside.html", rows=rows, braked=any(row.reason == BRAKED for row in rows))


@bp.post("/undanlagt/<kind>/<int:number>")
@open_to(Audience.CONTACT, Audience.ADMIN)
def again(kind: str, number: int) -> Response:
    """Make one row of the list due for sending again, and redirect to the list; 404 if it is not set aside.

    `kind` is "work" for an outbox entry, "delivery" for a letter, "tick" for an event batch, "inbound" for a mail that
    came in; `number` is the row's id.
    """
    with current().database.transaction() as session:
        send_again(session, kind, number, by=current_actor(), at=right_now())
    flash(gettext("It is being tried again.") if kind == "inbound" else gettext("It is being sent again."), "success")
    return redirect(url_for("set_aside.show"), 303)


def _without_address(row: SetAsideRow) -> SetAsideRow:
    """Return the row without its address, which a mail server often repeats in its reason."""
    return replace(row, to=None, reason=mask(row.reason))
