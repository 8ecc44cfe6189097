"""Working through a pile of the desk: a case that was opened from one leads on to the next in it.

The address carries which pile it is, and the row in which the case stood: a step may have moved the case elsewhere, and
then the next one has moved up into its row.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Flask, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.reading.lists import MOST_ROWS
from web.current import current, right_now
from web.language.gettext import gettext
from web.pages.list_part import ROW
from web.pages.staff.desk import PILES, refs_in_pile
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("piles", __name__)
PILE = "hog"  # in the address of a case, and in its forms: the pile from which it was opened


@bp.get("/skrivbord/nasta")
@open_to(Audience.STAFF)
def next_case() -> Response:
    """Redirect to the case after `efter` in the pile; to the desk when it was the last one."""
    pile, ref = request.args.get(PILE, ""), request.args.get("efter", "")
    if pile not in PILES:
        return redirect(url_for("desk.show"), 303)
    with current().database.reading() as session:
        found = _next_row(session, pile, ref, current_actor(), right_now())
    if found is None:
        flash(gettext("You have come to the end of the pile."), "success")
        return redirect(f"{url_for('desk.show')}?{urlencode({'del': pile})}", 303)
    row, following = found
    return redirect(url_for("case.show", ref=following, hog=pile, rad=row), 303)


def _next_row(session: Session, pile: str, ref: str, actor: Actor, now: datetime) -> tuple[int, str] | None:
    refs = refs_in_pile(session, pile, actor, now, MOST_ROWS)
    row = _row_after(refs, ref)
    return (row, refs[row - 1]) if row <= len(refs) else None


def _row_after(refs: Sequence[str], ref: str) -> int:
    """Return the number of the row after this case; of the row in which it stood, when it has left the pile."""
    return refs.index(ref) + 2 if ref in refs else max(number_in(request.args.get(ROW, "")) or 1, 1)


def keep_pile(app: Flask) -> None:
    """Make the app lead from a form of a case that was opened from a pile back to the case as opened from it."""
    app.after_request(_with_pile)


def _with_pile(response: Response) -> Response:
    address, ref = response.headers.get("Location", ""), (request.view_args or {}).get("ref")
    if request.method == "POST" and address.endswith(f"/arenden/{ref}") and request.form.get(PILE) in PILES:
        asked = {PILE: request.form[PILE], ROW: request.form.get(ROW, "")}
        response.headers["Location"] = f"{address}?{urlencode(asked)}"
    return response
