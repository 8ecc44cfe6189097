"""Perspectives: the words of the municipality for whose view a case is about, such as young people or newcomers."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from cases.organisation.municipality import municipality
from cases.refusals import UnknownName

LONGEST_PERSPECTIVE = 20  # characters of its slug
Perspectives = Mapping[str, tuple[str, str | None]]


def perspectives(session: Session) -> Perspectives:
    """Return the perspectives by slug, each with its name in Swedish and, if it has one, in English."""
    return {slug: (names[0] or slug, names[1]) for slug, names in municipality(session).perspectives.items()}


def check_perspective(session: Session, slug: str) -> None:
    """Raise `UnknownName` when the municipality has no perspective with this slug."""
    if slug not in perspectives(session):
        raise UnknownName(field="perspective", name=slug)
