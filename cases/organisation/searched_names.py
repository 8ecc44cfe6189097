"""Which places, topics and units the terms of a search mean: ids, by which cases are found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from cases.database.search.names import has_term
from cases.database.search.terms import Term
from cases.database.search.text_index import Closeness
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import Unit

PLACE, CATEGORY, UNIT = "place", "category", "unit"
NO_NAME = cast(null(), String)
NAMES: CompoundSelect[Any] = union_all(
    select(literal(PLACE, literal_execute=True).label("what"), Place.id, Place.name, NO_NAME.label("name_en")),
    select(literal(CATEGORY, literal_execute=True), Category.id, Category.name, Category.name_en),
    select(literal(UNIT, literal_execute=True), Unit.id, Unit.name, NO_NAME),
)


@dataclass(frozen=True)
class SearchedNames:
    """The names of all places, topics (in both languages) and units, read once for a search: rows of `NAMES`."""

    rows: Sequence[Any]

    def ids(self, what: str, term: Term, closeness: Closeness) -> list[int]:
        """Return the ids of the places, topics or units (`what` says of which) that the term means, as close as that.

        LIKE_IT holds those of SPELLED too.
        """
        return [row.id for row in self.rows if row.what == what and has_term(_names(row), term, closeness)]


def read_names(session: Session) -> SearchedNames:
    """Query and return all names."""
    return SearchedNames(session.execute(NAMES).all())


def _names(row: Any) -> Iterable[str]:
    return filter(None, (row.name, row.name_en))
