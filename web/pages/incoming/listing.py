"""The list of mails that came in, with what became of each: for the desk and for administrators."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from cases.reading.lists import MOST_COUNTED
from cases.refusals import UnknownName
from notifications.inbound.listing import InboundPart, count_inbound, list_inbound
from notifications.inbound_mail import InboundOutcome
from web.current import current
from web.language.mail_words import OUTCOMES_OF_MAIL, TROUBLES_OF_MAIL
from web.pages.filters import no_such_choice, not_understood, status_of_filters
from web.pages.list_part import ROWS, part_of
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("inbound", __name__)
NO_PAGE: dict[str, Any] = {"mails": (), "count": 0, "part": None, "more": None}


@bp.get("/inkommet")
@open_to(Audience.CONTACT, Audience.ADMIN)
def show() -> tuple[str, int]:
    """Show the mails that came in, the newest first, all or those of one outcome."""
    chosen = request.args.get("outcome", "").strip()
    unknown = {} if not chosen or chosen in set(InboundOutcome) else {"outcome": no_such_choice(chosen)}
    refusals = unknown | not_understood({"outcome"})
    with current().database.reading() as session:
        page = NO_PAGE if refusals else _page(session, InboundOutcome(chosen) if chosen else None)
    shown = render_template(
        "incoming/list.html",
        **page,
        refusals=refusals,
        chosen=chosen,
        most=MOST_COUNTED,
        outcomes=[(outcome.value, str(words)) for outcome, words in OUTCOMES_OF_MAIL.items()],
        outcome_words=OUTCOMES_OF_MAIL,
        trouble_words=TROUBLES_OF_MAIL,
        list_url=url_for("inbound.show", outcome=chosen or None),
    )
    return shown, status_of_filters(refusals)


def _page(session: Session, outcome: InboundOutcome | None) -> dict[str, Any]:
    part = InboundPart(outcome, ROWS, request.args.get("cursor") or None, current_actor().is_contact)
    try:
        mails, following = list_inbound(session, part)
        goes_on = part.cursor is not None
    except UnknownName:  # an address that somebody kept shows the first page rather than an error
        mails, following = list_inbound(session, InboundPart(outcome, ROWS, None, part.names_protected))
        goes_on = False
    count = count_inbound(session, outcome, MOST_COUNTED)
    more = url_for("inbound.show", outcome=outcome, cursor=following) if following else None
    return {"mails": mails, "count": count, "part": part_of(mails, count=count, goes_on=goes_on), "more": more}
