"""Search: which cases have what a person typed, the newest cases first.

Each term must be found, one in this text and the next in that: in the texts of the case, by its place, topic, unit or
reference, and for staff by who asked. First come the cases that have it as it was typed, in any form of the
words, after them those that only have something like it (`Closeness`).

A common word stands in very many texts. So a search for what was typed looks among the newest cases first (`REACHES`),
and among older ones only when it found too few: what it reads depends on the length of the page, not on the size of the
table. PostgreSQL's index also holds the era of each case (a block of case ids), so that texts of older cases with the
same word are not even read. SQLite's is bounded by row ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    cast,
    except_,
    false,
    func,
    intersect,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.case import Case
from cases.database.search.spelling import is_swedish, without_marks, without_marks_sql
from cases.database.search.terms import Term, terms_in
from cases.database.search.text_index import PART, Closeness, TextIndex, rows_matching
from cases.history.words import Visibility, Words
from cases.organisation.searched_names import CATEGORY, PLACE, UNIT, SearchedNames, read_names
from cases.parties import Party
from cases.public.finding_published import numbered_by, references

ERA, AGE = 1024, 32_768  # case ids in one; the indexes are built with both, ages are numbered from -1 down
REACHES = (2_000, 20_000, 200_000)  # the newest cases to look among
TEXTS = TextIndex("words", Words.id, "coalesce(words.text, '')", "words.field IN ('title', 'description')")
FOUND = aliased(Case)  # made once, since making it copies every column
BY_NAME = ((PLACE, FOUND.place_id), (CATEGORY, FOUND.category_id), (UNIT, FOUND.responsible_id), (UNIT, FOUND.group_id))
ERAS = literal_column(f"(ARRAY[words.case_id / {ERA}, -1 - words.case_id / {AGE}])", ARRAY(BigInteger))
WHO_ASKED = "coalesce(party.name, '') || ' ' || coalesce(party.email, '')"
SPELLED_ASKER: ColumnElement[str] = literal_column(f"lower(normalize({WHO_ASKED}))")
PLAIN_ASKER: ColumnElement[str] = literal_column(f"lower({without_marks_sql(WHO_ASKED)})")
DIGITS: ColumnElement[str] = literal_column("regexp_replace(coalesce(party.phone, ''), '\\D', '', 'g')")


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


@dataclass(frozen=True)
class Search:
    """What is searched for: terms, what is needed to look for them, and what the seeker may read.

    `readable` are the visibilities of texts that count. By who asked somebody finds the cases of `askers`: nobody,
    everybody without a protected identity, or everybody (a condition on `Party`, None for nobody).
    """

    dialect: str
    terms: list[Term]
    names: SearchedNames
    numbered: dict[Term, list[str]]
    readable: frozenset[Visibility]
    askers: ColumnElement[bool] | None

    def matching(self, reach: SearchReach, closeness: Closeness) -> ColumnElement[bool]:
        """Return the SQL condition that a `Case` lies in the range `reach` and has every term just as close as that."""
        if not self.terms:
            return false()
        ids = self._ids(reach, closeness)
        if closeness is Closeness.LIKE_IT:
            ids = select(except_(ids, self._ids(reach, Closeness.SPELLED)).subquery().c.id)
        found = _in_array(ids) if self.dialect == "postgresql" else Case.id.in_(ids)
        return found if reach.floor is None else and_(found, Case.id > reach.floor)

    def _ids(self, reach: SearchReach, closeness: Closeness) -> Select[Any]:
        found = (select(union_all(*self._arms(term, reach, closeness)).subquery().c.id) for term in self.terms)
        return select(intersect(*found).subquery().c.id)

    def _arms(self, term: Term, reach: SearchReach, closeness: Closeness) -> list[Select[Any]]:
        """Return the selects of the ids of the cases that have the term, each by one index."""
        conditions = references(FOUND.ref, term, self.numbered, closeness)
        for what, column in BY_NAME:
            if ids := self.names.ids(what, term, closeness):
                conditions.append(column.in_(ids))
        near = [] if reach.floor is None else [FOUND.id > reach.floor]
        arms = [select(FOUND.id.label("id")).where(has, *near) for has in conditions]
        return [*self._texts(term, reach, closeness), *arms, *self._asked(term, closeness, near)]

    def _texts(self, term: Term, reach: SearchReach, closeness: Closeness) -> Iterator[Select[Any]]:
        case_id, near, rows_from = Words.case_id.label("id"), [Words.case_id.is_not(None)], None
        if len(self.readable) < len(Visibility):
            near.append(Words.visibility.in_(sorted(self.readable)))
        if reach.floor is not None and self.dialect == "postgresql":
            near.append(ERAS.op("&&")(cast(reach.eras, ARRAY(BigInteger))))
        elif reach.floor is not None:
            first = select(Words.id).where(Words.case_id > reach.floor).order_by(Words.case_id, Words.id).limit(1)
            rows_from = first.scalar_subquery()
        for has in TEXTS.conditions(self.dialect, term, closeness, rows_from=rows_from):
            yield select(case_id).where(has, *near)

    def _asked(self, term: Term, closeness: Closeness, near: list[ColumnElement[bool]]) -> Iterator[Select[Any]]:
        """Yield the selects of the cases by who asked: their name, mail address or telephone number."""
        if self.askers is None:
            return
        of_asker = _asker_sqlite if self.dialect == "sqlite" else _asker_postgresql
        for has in of_asker(term, closeness):
            cases = select(FOUND.id.label("id")).join(Party, Party.id == FOUND.reporter_id)
            yield cases.where(has, self.askers, *near)


def search_for(session: Session, typed: str, actor: Actor) -> Search:
    """Read what a search for these words by this actor needs."""
    terms = terms_in(typed)
    return Search(
        session.get_bind().dialect.name,
        terms,
        read_names(session) if terms else SearchedNames(()),
        numbered_by(session, terms),
        frozenset(Visibility) if actor.is_staff else frozenset({Visibility.PUBLIC, Visibility.PARTICIPANTS}),
        _askers(actor),
    )


def _askers(actor: Actor) -> ColumnElement[bool] | None:
    """Return the condition on `Party` of those by whom the actor finds cases: those whose details a case shows them."""
    if not actor.is_staff:
        return None
    return true() if actor.is_contact else Party.protected.is_(False)


def _asker_postgresql(term: Term, closeness: Closeness) -> Iterator[ColumnElement[bool]]:
    if len(term.part) >= PART:
        yield SPELLED_ASKER.contains(term.part, autoescape=True)
        if closeness is Closeness.LIKE_IT and not is_swedish(term.part):
            yield PLAIN_ASKER.contains(without_marks(term.part), autoescape=True)
    if term.digits:
        yield DIGITS.contains(term.digits, autoescape=True)


def _asker_sqlite(term: Term, closeness: Closeness) -> Iterator[ColumnElement[bool]]:
    if len(term.part) >= PART:
        yield Party.id.in_(rows_matching("party_search", _phrase(term.part)))
        if closeness is Closeness.LIKE_IT and not is_swedish(term.part):
            yield Party.id.in_(rows_matching("party_plain", _phrase(without_marks(term.part))))
    if term.digits:
        yield Party.id.in_(rows_matching("party_digits", _phrase(term.digits)))


def _phrase(part: str) -> str:
    quoted = part.replace('"', '""')
    return f'"{quoted}"'


def _in_array(ids: Select[Any]) -> ColumnElement[bool]:
    """Return the condition by an array of ids, so that PostgreSQL finds the ids first, whatever its estimates."""
    found: ColumnElement[bool] = Case.id == any_(func.array(ids.scalar_subquery()))
    return found
