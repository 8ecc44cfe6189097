"""Publishes new cases at once when their sender wished it and the setting VENTIL_AUTO_PUBLISH allows it."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.case import Case
from cases.correcting import Correction, correct
from web.current import current


def publish_if_wished(session: Session, case: Case, at: datetime) -> None:
    """Publish a case that was just handed in, if its sender wished it and VENTIL_AUTO_PUBLISH is on; else do nothing.

    `at` is the present moment, recorded as the time of publishing.
    """
    if current().settings.auto_publish and case.wants_public:
        correct(session, case, Correction(published=True), by=A_COMMAND, at=at)
