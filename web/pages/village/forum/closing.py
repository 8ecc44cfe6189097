"""At the table: who is there is saved at any time, and the meeting is closed from what is saved."""

from flask import flash, redirect, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.meetings.agenda_items import SettledHow
from cases.village.forum.convening.presence import save_presence
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.settling import Settling
from web.current import current, right_now
from web.language.gettext import gettext, ngettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.blueprint import bp, require_act
from web.pages.village.forum.table import item_at_hand, name_fields, present_in, table_page
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor


@bp.post("/forum/<int:number>/bordet/narvaro")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: table_page(number, form, wanted=item_at_hand(form)))
def note_presence(number: int) -> Response | tuple[str, int]:
    """Handle the button that saves who is there, and redirect to the table; if refused, show it with the reason.

    What was begun for the item at hand stays on the page, too.
    """
    require_act("close_meeting")
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            count = save_presence(session, number, present_in(form), by=current_actor(), at=right_now())
        flash(ngettext("Saved: %(num)d is here.", "Saved: %(num)d are here.", count), "success")
        if not form.typed("how") and not form.typed("words"):
            return redirect(url_for("forum.table", number=number, punkt=item_at_hand(form)), 303)
    name_fields(form)
    return table_page(number, form, wanted=item_at_hand(form)), form.status


@bp.post("/forum/<int:number>/bordet/avsluta")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: table_page(number, form, wanted=item_at_hand(form)))
def close(number: int) -> Response | tuple[str, int]:
    """Handle the form that closes the meeting, with who came; if refused, show it with the reason."""
    require_act("close_meeting")
    form = Form(request.form)
    with form.catching_refusals():
        postpones = form.typed("then") == "postpone"
        if postpones and not form.typed("too-few"):
            raise ValidationError(
                {"too-few": [gettext("Tick that too few came, if that is so. Else settle each item.")]}
            )
        closing = Closing(present_in(form), _begun(form) if postpones else (), quorate=not postpones)
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _close(session, number, closing))
        flash(gettext("The meeting is closed. What is left is to approve the minutes."), "success")
        return redirect(page, 303)
    name_fields(form)
    form.refusal = form.refusal or form.refusals.pop("on", "")
    return table_page(number, form, wanted=item_at_hand(form)), form.status


def _begun(form: Form) -> tuple[Settling, ...]:
    """Return the item at hand as postponed, with what was written of it; nothing when nothing was written."""
    number, words = item_at_hand(form), form.text("words")
    return (Settling(number, SettledHow.POSTPONED, words),) if number is not None and words else ()


def _close(session: Session, number: int, closing: Closing) -> str:
    close_meeting(session, number, closing, by=current_actor(), at=right_now())
    return url_for("forum.agenda", number=number)
