"""The person who asked: a new private link, their details put right, and the protection of their identity."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.mail_addresses import LONGEST_ADDRESS
from cases.parties import Party
from cases.reading.finding import reference
from cases.reporters.details import LONGEST_REASON, ReporterDetails
from notifications.reporters import correct_reporter, replace_key, set_protection
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form, TypedSchema, text_field
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("reporter", __name__)
ASKER, PROTECTION = "asker_", "protection_"  # before the names of the fields of the two forms


class ReporterForm(TypedSchema):
    """The fields of the form that corrects who asked; an empty one removes what was known."""

    asker_name = text_field()
    asker_email = text_field(LONGEST_ADDRESS)
    asker_phone = text_field(40)
    asker_why = text_field(LONGEST_REASON)


class ProtectionForm(TypedSchema):
    """The field of the form that sets or lifts the protection: why."""

    protection_why = text_field(LONGEST_REASON)


@bp.post("/arenden/<ref>/den-som-fragade")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), reporter_form=form))
def put_right(ref: str) -> Response | tuple[str, int]:
    """Handle the form that corrects who asked, and redirect to the case; if refused, show the case with the reason."""
    form, actor = Form(request.form, prefix=ASKER), current_actor()
    with form.catching_refusals():
        loaded = ReporterForm().load(request.form)
        given = {name.removeprefix(ASKER): value for name, value in loaded.items()}
        why = given.pop("why") or ""
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            changed = correct_reporter(session, case, ReporterDetails(**given), why, by=actor, at=right_now())
        flash(gettext("Corrected.") if changed else gettext("Nothing differs from what we had."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, reporter_form=form), form.status


@bp.post("/arenden/<ref>/skydd")
@open_to(Audience.CONTACT)
@shown_again_by(lambda form, ref: page_of(ref, current_actor(), protection_form=form))
def protect(ref: str) -> Response | tuple[str, int]:
    """Handle the form that sets or lifts the protection of who asked, and redirect to the case."""
    form, actor, protected = Form(request.form, prefix=PROTECTION), current_actor(), "protected" in request.form
    with form.catching_refusals():
        why = ProtectionForm().load(request.form)["protection_why"] or ""
        with current().database.transaction() as session:
            case = case_to_change(session, reference(ref))
            set_protection(session, case, protected, why, by=actor, at=right_now())
        said = gettext("Their identity is protected.") if protected else gettext("The protection is lifted.")
        flash(said, "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, protection_form=form), form.status


@bp.post("/arenden/<ref>/ny-lank")
@open_to(Audience.CONTACT)
def give_new_key(ref: str) -> Response:
    """Give the case a new private link, which only the person who asked is told, and redirect to the case."""
    with current().database.transaction() as session:
        case = case_to_change(session, reference(ref))
        replace_key(session, case, by=current_actor(), at=right_now())
        said = _who_is_told(case.reporter)
    flash(said, "success")
    return redirect(url_for("case.show", ref=ref), 303)


def _who_is_told(reporter: Party | None) -> str:
    """Return what becomes of the new link, which goes by mail and to nobody but the person who asked."""
    if reporter is not None and reporter.email:
        return gettext("The old link no longer works. The new one goes by e-mail to the person who asked.")
    if reporter is not None and reporter.phone:
        return gettext(
            "The old link no longer works. The person who asked has no e-mail address. They are on the list To call."
        )
    return gettext("The old link no longer works. We have no e-mail address to send the new one to.")
