"""The one who asked: a new private link, their details put right, and the protection of their identity."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.parties import Party
from cases.reading.finding import reference
from notifications.reporters import replace_key
from web.current import current, right_now
from web.language.gettext import gettext
from web.requests.caller import current_actor
from web.requests.guard import Audience, open_to

bp = Blueprint("reporter", __name__)


@bp.post("/arenden/<ref>/ny-lank")
@open_to(Audience.CONTACT)
def give_new_key(ref: str) -> Response:
    """Give the case a new private link, which only the one who asked is told, and redirect to the case."""
    with current().database.transaction() as session:
        case = case_to_change(session, reference(ref))
        replace_key(session, case, by=current_actor(), at=right_now())
        said = _who_is_told(case.reporter)
    flash(said, "success")
    return redirect(url_for("case.show", ref=ref), 303)


def _who_is_told(reporter: Party | None) -> str:
    """Return what becomes of the new link, which goes by mail and to nobody but the one who asked."""
    if reporter is not None and reporter.email:
        return gettext("The old link is dead. The new one goes by mail to the one who asked.")
    if reporter is not None and reporter.phone:
        return gettext("The old link is dead. The one who asked has no mail address and is on the list of calls.")
    return gettext("The old link is dead. We know no mail address to which the new one could go.")
