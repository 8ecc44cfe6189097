"""Publishing a case, after a preview with personal numbers, telephone numbers and addresses masked."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.public.publishing import preview
from cases.reading.finding import case_for, reference
from web.current import current, right_now
from web.language.gettext import gettext
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("publishing", __name__)


@bp.get("/arenden/<ref>/publicera")
@open_to(Audience.CONTACT)
def look(ref: str) -> str:
    """Show the preview: the case as everybody could read it once it is published."""
    with current().database.reading() as session:
        case, _ = case_for(session, current_actor(), reference(ref))
        return render_template("publish.html", case=case, preview=preview(session, case))


@bp.post("/arenden/<ref>/publicera")
@open_to(Audience.CONTACT)
def publish(ref: str) -> Response:
    """Publish the case, and redirect to it."""
    _correct(ref, published=True)
    flash(gettext("The case is published."), "success")
    return redirect(url_for("case.show", ref=ref), 303)


@bp.post("/arenden/<ref>/avpublicera")
@open_to(Audience.CONTACT)
def take_back(ref: str) -> Response:
    """Remove the case from the public pages, and redirect to it."""
    _correct(ref, published=False)
    flash(gettext("The case is no longer public."), "success")
    return redirect(url_for("case.show", ref=ref), 303)


def _correct(ref: str, *, published: bool) -> None:
    with current().database.transaction() as session:
        correct(
            session, case_to_change(session, ref), Correction(published=published), by=current_actor(), at=right_now()
        )
