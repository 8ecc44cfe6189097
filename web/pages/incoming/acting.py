"""What a person does about mail on the page of a case: a reply is read, and an address works again."""

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from cases.incoming.unread_replies import read_reply
from cases.mail_addresses import as_compared
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from cases.reading.finding import case_for, case_to_change_for, reference
from cases.refusals import NotFound
from notifications.inbound.filing.bounces import revive
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.pages.case.show import page_of
from web.pages.forms import Form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("mail_acts", __name__)


@bp.post("/arenden/<ref>/svaret-last")
@open_to(Audience.LOGGED_IN)
def read(ref: str) -> Response | tuple[str, int]:
    """Handle the button that says that the reply to "done" was read; if refused, show the case with the reason.

    It is refused when the case has changed since the page was shown: there may be another reply by then.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        with current().database.transaction() as session:
            case, _ = case_to_change_for(session, actor, reference(ref))
            read_reply(session, case, version=number_in(form.text("version")) or 0, by=actor, at=right_now())
        flash(gettext("Noted: the reply has been read. The time to object begins anew."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return page_of(ref, actor, reply_form=form), form.status


@bp.post("/arenden/<ref>/adressen-fungerar")
@open_to(Audience.CONTACT)
def revive_reporter(ref: str) -> Response:
    """Handle the button that says that the address of who asked works again, and redirect to the case."""
    with current().database.transaction() as session:
        case, _ = case_for(session, current_actor(), reference(ref))
        if case.reporter is not None and case.reporter.email:
            revive(session, as_compared(case.reporter.email))
    flash(_thanks(), "success")
    return redirect(url_for("case.show", ref=ref), 303)


@bp.post("/enhet/<slug>/adressen-fungerar")
@open_to(Audience.CONTACT)
def revive_unit(slug: str) -> Response:
    """Handle the button that says that the shared mailbox of a unit works again, and redirect to the unit."""
    with current().database.transaction() as session:
        unit = session.scalar(select(Unit).where(Unit.slug == slug))
        if unit is None:
            raise NotFound(ref=slug)
        if unit.email:
            revive(session, as_compared(unit.email))
    flash(_thanks(), "success")
    return redirect(url_for("units.show", slug=slug), 303)


@bp.post("/personer/<int:number>/adressen-fungerar")
@open_to(Audience.CONTACT, Audience.ADMIN)
def revive_person(number: int) -> Response:
    """Handle the button that says that the address of a person works again, and redirect to where it was pressed."""
    with current().database.transaction() as session:
        person = session.get(Person, number)
        if person is None:
            raise NotFound(ref=str(number))
        revive(session, as_compared(person.email))
        held = (Membership.person_id == number, serves_on(today()))
        unit = session.scalar(select(Unit.slug).join(Membership, Membership.unit_id == Unit.id).where(*held).limit(1))
    flash(_thanks(), "success")
    return redirect(url_for("units.show", slug=unit) if unit else url_for("desk.show"), 303)


@bp.post("/konto/adressen-fungerar")
@open_to(Audience.LOGGED_IN)
def revive_own() -> Response:
    """Handle the button that says that one's own address works again, and show the account."""
    with current().database.transaction() as session:
        revive(session, as_compared(current_actor().email))
    flash(_thanks(), "success")
    return redirect(url_for("account.show"), 303)


def _thanks() -> str:
    return gettext("E-mails go to the address again.")
