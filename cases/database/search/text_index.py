"""The indexes of texts: conditions that a row of `words` or of `published` holds a term.

PostgreSQL has Swedish full-text indexes and trigrams, SQLite tables of FTS5. A word is looked for in every form that
its endings allow. `Closeness` says how much else may count: what begins with it or has it within, and letters without
their marks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, column, func, literal_column, select, table, text
from sqlalchemy.orm import InstrumentedAttribute

from cases.database.inflecting import base_of, forms_of
from cases.database.search.spelling import is_swedish, without_marks, without_marks_sql
from cases.database.search.terms import Term

SHORTEST_BEGINNING = 2  # letters of a word by which others may begin
PART = 3  # the least letters of a part of a word: those of a trigram


class Closeness(StrEnum):
    """How close a text must be to what was typed.

    SPELLED: it has the words, in any form. LIKE_IT: also those that begin with it or have it within, and those that
    have å, ä or ö where a or o was typed. Who types å, ä or ö gets only these: Åby and Aby are two places.
    """

    SPELLED = "spelled"
    LIKE_IT = "like_it"


@dataclass(frozen=True)
class TextIndex:
    """The indexes of one table's texts: `key` is the column that is the row of its FTS5 tables, named by `name`.

    `text` is the PostgreSQL expression of a row's text, `parts_of` a condition (SQL) on the rows whose parts of words
    are indexed.
    """

    name: str
    key: InstrumentedAttribute[int]
    text: str
    parts_of: str = "true"

    def conditions(
        self, dialect: str, term: Term, closeness: Closeness, *, rows_from: ColumnElement[Any] | None = None
    ) -> Iterator[ColumnElement[bool]]:
        """Yield conditions, one of which holds for the rows whose text has the words of the term.

        Each uses one index. `rows_from` is the least row to look at, on SQLite.
        """
        if dialect == "postgresql":
            return self._postgresql(term, closeness)
        return self._sqlite(term, closeness, rows_from)

    def _postgresql(self, term: Term, closeness: Closeness) -> Iterator[ColumnElement[bool]]:
        loosely = closeness is Closeness.LIKE_IT
        spelled: ColumnElement[Any] = literal_column(f"to_tsvector('swedish', normalize({self.text}))")
        yield spelled.op("@@")(func.to_tsquery(text("'swedish'"), _tsquery(term.words, loosely)))
        if loosely and (plain := _plain(term)):
            without: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {without_marks_sql(self.text)})")
            yield without.op("@@")(func.to_tsquery(text("'simple'"), _tsquery(plain, loosely)))
        if loosely and _is_part(term):
            has: ColumnElement[bool] = literal_column(f"normalize({self.text})").icontains(
                term.words[0], autoescape=True
            )
            yield has if self.parts_of == "true" else literal_column(self.parts_of) & has

    def _sqlite(
        self, term: Term, closeness: Closeness, rows_from: ColumnElement[Any] | None
    ) -> Iterator[ColumnElement[bool]]:
        loosely = closeness is Closeness.LIKE_IT
        yield self._found("search", _match(term.words, loosely), rows_from)
        if loosely and (plain := _plain(term)):
            yield self._found("plain", _match(plain, loosely))
        if loosely and _is_part(term):
            yield self._found("parts", f'"{term.words[0]}"')

    def _found(self, index: str, query: str, rows_from: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        rows = rows_matching(f"{self.name}_{index}", query)
        return self.key.in_(rows if rows_from is None else rows.where(column("rowid") >= rows_from))


def rows_matching(index: str, query: str) -> Select[Any]:
    """Return the select of the row numbers in an FTS5 table that match a query in its language."""
    found = table(index, column("rowid", Integer), column(index))  # FTS5: its own name is the row
    return select(found.c.rowid).where(found.c[index].op("MATCH")(query))


def _plain(term: Term) -> tuple[str, ...]:
    """Return the words of the term without marks; none when it has å, ä or ö, for which nothing else stands."""
    return () if any(map(is_swedish, term.words)) else tuple(map(without_marks, term.words))


def _is_part(term: Term) -> bool:
    return len(term.words) == 1 and len(term.words[0]) >= PART


def _tsquery(words: tuple[str, ...], loosely: bool) -> str:
    found = (" | ".join([*forms_of(word), *(f"{base}:*" for base in _beginnings(word, loosely))]) for word in words)
    return " & ".join(f"({forms})" for forms in found)


def _match(words: tuple[str, ...], loosely: bool) -> str:
    found = (
        " OR ".join(
            [*(f'"{form}"' for form in forms_of(word)), *(f'"{base}" *' for base in _beginnings(word, loosely))]
        )
        for word in words
    )
    return " AND ".join(f"({forms})" for forms in found)


def _beginnings(word: str, loosely: bool) -> list[str]:
    return [base_of(word)] if loosely and len(word) >= SHORTEST_BEGINNING else []
