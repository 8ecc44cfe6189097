"""What a house may have chosen to publish at once: cases whose sender wished it (VENTIL_AUTO_PUBLISH)."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.case import Case
from cases.correcting import Correction, correct
from web.current import current


def publish_if_wished(session: Session, case: Case, at: datetime) -> None:
    """Publish a case that was just handed in, when its sender wished it and the house's setting allows it."""
    if current().settings.auto_publish and case.wants_public:
        correct(session, case, Correction(published=True), by=A_COMMAND, at=at)
