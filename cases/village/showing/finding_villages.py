"""Villages by their names: those that somebody may mean who searches for a word of the name or of the place."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.village.showing.of_case import VillageNamed

NAMES = (
    select(Unit.slug, Unit.name, Place.name.label("place"))
    .outerjoin(Place, Place.id == Unit.place_id)
    .where(Unit.kind == UnitKind.GROUP, Unit.active)
    .order_by(Unit.name, Unit.id)
)
MOST_FOUND, SHORTEST = 5, 2


def villages_named(session: Session, wanted: str) -> list[VillageNamed]:
    """Return the active groups of whose name, or whose place's name, each word of `wanted` begins a word. One query.

    They are at most `MOST_FOUND`, by name. Nothing is found for words of a single letter.
    """
    words = wanted.casefold().split()
    if not words or min(map(len, words)) < SHORTEST:
        return []
    rows = session.execute(NAMES)
    found = [VillageNamed(slug, name) for slug, name, place in rows if _begins(words, f"{name} {place or ''}")]
    return found[:MOST_FOUND]


def _begins(words: list[str], names: str) -> bool:
    parts = names.casefold().replace("-", " ").split()
    return all(any(part.startswith(word) for part in parts) for word in words)
