"""What is done about the one who asked, together with what it means for letters that are on their way.

Pages and the API call these, and not the functions of `cases.reporters` beneath them.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reporters import keys
from notifications.planning.rendering_anew import render_anew


def replace_key(session: Session, case: Case, *, by: Actor, at: datetime) -> None:
    """Give the case a new public id, as `cases.reporters.keys.replace_key` does, whose refusals are raised.

    Letters that wait to be sent get the new link.
    """
    keys.replace_key(session, case, by=by, at=at)
    render_anew(session, case)
