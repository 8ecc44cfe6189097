"""Searching: one condition on `Words`, compiled for each database.

PostgreSQL: the Swedish full-text index, and trigrams for parts of words. SQLite: FTS5 over folded text, by prefix.
"""

import re
from typing import Any

from sqlalchemy import Boolean, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

SIGNS = re.compile(r"[^\w-]+", re.UNICODE)


class words_match(FunctionElement[bool]):
    """True for a row of `words` whose text matches what a person typed."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, wanted: str) -> None:
        terms = [term for term in SIGNS.sub(" ", wanted).split() if term.strip("-_")]
        by_prefix = " ".join(f'"{term}"*' for term in terms) or '""'
        like = "%" + wanted.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        super().__init__(
            bindparam("wanted", wanted, unique=True),
            bindparam("like", like, unique=True),
            bindparam("prefix", by_prefix, unique=True),
        )


def _bound(element: words_match, compiler: Any, **kw: Any) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


@compiles(words_match, "postgresql")
def _postgresql(element: words_match, compiler: Any, **kw: Any) -> str:
    wanted, like, _ = _bound(element, compiler, **kw)
    return (
        f"(to_tsvector('swedish', coalesce(words.text, '')) @@ websearch_to_tsquery('swedish', {wanted})"
        f" OR (words.field = 'title' AND words.text ILIKE {like}))"
    )


@compiles(words_match, "sqlite")
def _sqlite(element: words_match, compiler: Any, **kw: Any) -> str:
    _, _, prefix = _bound(element, compiler, **kw)
    return f"words.id IN (SELECT rowid FROM words_search WHERE words_search MATCH {prefix})"  # noqa: S608 - a bound parameter  # nosec B608
