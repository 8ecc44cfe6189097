"""Full-text search: which cases hold the words that a person typed, the newest cases first.

A common word stands in very many texts. So a search looks among the newest cases first (`REACHES`), and among older
ones only when it found too few: what it reads depends on the length of the page, not on the size of the table.

PostgreSQL has a Swedish full-text index. It also holds the era of each case (a block of case ids), so that texts of
older cases with the same word are not even read. SQLite has FTS5, and its search is bounded by row ids.

Parts of words are found only by a search among all cases: on PostgreSQL any part, but in titles only (by trigrams); on
SQLite the beginning of any word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    any_,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from cases.case import Case
from cases.database.inflecting import any_form_of, base_of, forms_of, terms_of
from cases.database.texts import storable
from cases.history.words import Visibility, Words

OPERATORS = re.compile(r'"|(^|\s)-\w|\bor\b', re.IGNORECASE)
ERA, AGE = 1024, 32_768  # case ids in one; the indexes are built with both, ages are numbered from -1 down
REACHES = (2_000, 20_000, 200_000)  # the newest cases to look among
LONGEST_SEARCH = 1000  # characters of a search that count
PART = 3  # the least letters of a part of a word
VECTOR: ColumnElement[Any] = literal_column("to_tsvector('swedish', coalesce(words.text, ''))")
SEARCHED = table("words_search", column("rowid", Integer), column("words_search"))  # FTS5: its own name is the row
BY_REFERENCE = aliased(Case)  # made once, since making it copies every column
ERAS = literal_column(f"(ARRAY[words.case_id / {ERA}, -1 - words.case_id / {AGE}])", ARRAY(BigInteger))


@dataclass(frozen=True)
class SearchReach:
    """The cases among which to search: ids above `floor`, up to `top`. With `floor` None all cases are searched."""

    top: int
    floor: int | None

    @property
    def eras(self) -> list[int]:
        """The numbers of the blocks of the search index that hold the ids from `floor` to `top`.

        The index knows each case by two blocks: a small one of `ERA` ids (an era, numbered 0, 1, 2, ...) and a large
        one of `AGE` ids (an age, numbered -1, -2, ...). Eras are returned, but ages when more than `AGE` ids are
        searched.
        """
        floor = self.floor or 0
        if self.top - floor <= AGE:
            return list(range(floor // ERA, self.top // ERA + 1))
        return [-1 - age for age in range(floor // AGE, self.top // AGE + 1)]


EVERYTHING = SearchReach(0, None)


def reaches(top: int) -> Iterator[SearchReach]:
    """Yield the reaches to search one after the other: first only the newest cases, then more, at last all of them.

    `top` is the highest case id to search for.
    """
    for size in REACHES:
        if top > size:
            yield SearchReach(top, top - size)
    yield SearchReach(top, None)


def matching(dialect: str, wanted: str, reach: SearchReach, readable: list[Visibility]) -> ColumnElement[bool]:
    """Return the SQL condition that a `Case` lies in the range `reach` and matches `wanted`, the words that were typed.

    A case matches when one of its texts holds the words, or when its reference is `wanted`. Only texts whose visibility
    is in `readable` count. `dialect` is "postgresql" or "sqlite".
    """
    wanted = storable(wanted)[:LONGEST_SEARCH]
    words = {"postgresql": _postgresql, "sqlite": _sqlite}[dialect](wanted, reach)
    if len(readable) < len(Visibility):
        words = [query.where(Words.visibility.in_(readable)) for query in words]
    ids = select(BY_REFERENCE.id).where(BY_REFERENCE.ref == wanted).union_all(*words)
    found = _in_array(ids) if dialect == "postgresql" else Case.id.in_(ids)
    return found if reach.floor is None else and_(found, Case.id > reach.floor)


def _in_array(ids: CompoundSelect[Any]) -> ColumnElement[bool]:
    """Return the condition by an array of ids, so that PostgreSQL finds the ids first, whatever its estimates."""
    found: ColumnElement[bool] = Case.id == any_(func.array(ids.scalar_subquery()))
    return found


def _postgresql(wanted: str, reach: SearchReach) -> list[Select[Any]]:
    near = [] if reach.floor is None else [ERAS.op("&&")(cast(reach.eras, ARRAY(BigInteger)))]
    case_id = Words.case_id.label("id")
    arms = [select(case_id).where(VECTOR.op("@@")(_tsquery(wanted)), *near)]
    if reach.floor is None and any(len(term) >= PART for term in terms_of(wanted)):
        arms.append(select(case_id).where(literal_column("words.field = 'title'"), _holds(wanted)))
    return [arm.where(Words.case_id.is_not(None)) for arm in arms]


def _tsquery(wanted: str) -> ColumnElement[Any]:
    """Return what was typed as a tsquery: in the syntax of web searches, or else each word in any of its forms."""
    swedish = text("'swedish'")
    if OPERATORS.search(wanted):
        return func.websearch_to_tsquery(swedish, wanted)
    return func.to_tsquery(swedish, any_form_of(wanted))


def _holds(wanted: str) -> ColumnElement[bool]:
    return Words.text.icontains(wanted, autoescape=True)


def _sqlite(wanted: str, reach: SearchReach) -> list[Select[Any]]:
    query = " AND ".join(_term_query(term, reach) for term in terms_of(wanted)) or '""'
    row, matches = SEARCHED.c.rowid, SEARCHED.c.words_search.op("MATCH")(query)
    arm = select(Words.case_id.label("id")).select_from(SEARCHED).join(Words, Words.id == row).where(matches)
    if reach.floor is not None:
        first = select(Words.id).where(Words.case_id > reach.floor).order_by(Words.case_id, Words.id).limit(1)
        arm = arm.where(row >= first.scalar_subquery())
    return [arm.where(Words.case_id.is_not(None))]


def _term_query(term: str, reach: SearchReach) -> str:
    """Return the FTS5 query for a word in any of its forms; in the last reach also for all words that begin with it."""
    forms = [f'"{form}"' for form in forms_of(term)]
    begins = [f'"{base_of(term.lower())}" *'] if reach.floor is None else []
    return f"({' OR '.join(forms + begins)})"
