"""What is done about the one who asked, together with what it means for letters that are on their way.

Pages and the API call these, and not the functions of `cases.reporters` beneath them.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reporters import details, keys, protecting
from cases.reporters.details import ReporterDetails
from notifications.planning.readdressing_parties import readdress_party
from notifications.planning.rendering_anew import render_anew


def replace_key(session: Session, case: Case, *, by: Actor, at: datetime) -> None:
    """Give the case a new public id, as `cases.reporters.keys.replace_key` does, whose refusals are raised.

    Letters that wait to be sent get the new link.
    """
    keys.replace_key(session, case, by=by, at=at)
    render_anew(session, case)


def correct_reporter(
    session: Session, case: Case, wanted: ReporterDetails, why: str, *, by: Actor, at: datetime
) -> list[str]:
    """Set the details of the one who asked; return the names of those that changed.

    Letters that wait for them go to the new address, or become calls, and no letter goes to the old one any more. The
    refusals are those of `cases.reporters.details.correct_reporter`.
    """
    was = case.reporter.email if case.reporter else None
    changed = details.correct_reporter(session, case, wanted, why, by=by, at=at)
    if case.reporter is not None and changed:
        readdress_party(session, case.reporter, was)
    return changed


def set_protection(session: Session, case: Case, protected: bool, why: str, *, by: Actor, at: datetime) -> bool:
    """Set whether the one who asked has a protected identity; return whether that changed.

    Letters that wait lose the words that they would have quoted. The refusals are those of
    `cases.reporters.protecting.set_protection`.
    """
    changed = protecting.set_protection(session, case, protected, why, by=by, at=at)
    if changed:
        render_anew(session, case)
    return changed
