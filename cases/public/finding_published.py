"""Finding published cases by what visitors typed: in the masked texts, by place, topic, unit and reference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, intersect, not_, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from cases.case import Case
from cases.database.search.excerpts import Excerpt, excerpt_of, is_in
from cases.database.search.terms import Term, terms_in
from cases.database.search.text_index import Closeness, TextIndex
from cases.organisation.searched_names import CATEGORY, PLACE, UNIT, SearchedNames, read_names
from cases.public.publication import Published
from cases.references import references_of

TEXTS = TextIndex("published", Published.case_id, "published.title || ' ' || published.description")
BY_NAME = ((PLACE, Case.place_id), (CATEGORY, Case.category_id), (UNIT, Case.responsible_id))


@dataclass(frozen=True)
class PublicSearch:
    """What is searched for among published cases: terms, and what is needed to look for them."""

    dialect: str
    terms: list[Term]
    names: SearchedNames
    numbered: dict[Term, list[str]]  # by a number alone: the references that have it

    def ids(self, closeness: Closeness) -> Select[Any]:
        """Return the select of the ids of published cases that have every term; LIKE_IT holds those of SPELLED."""
        if not self.terms:
            return select(Published.case_id).where(false())
        found = intersect(*(select(self._with(term, closeness).subquery().c.id) for term in self.terms))
        return select(found.subquery().c.id)

    def condition(self, key: ColumnElement[Any], closeness: Closeness) -> ColumnElement[bool]:
        """Return the condition that a case, whose id `key` is, is found just as close as that and no closer."""
        if closeness is Closeness.SPELLED:
            return key.in_(self.ids(closeness))
        return and_(key.in_(self.ids(closeness)), not_(key.in_(self.ids(Closeness.SPELLED))))

    def _with(self, term: Term, closeness: Closeness) -> Any:
        case_id = Published.case_id.label("id")
        arms = [select(case_id).where(has) for has in TEXTS.conditions(self.dialect, term, closeness)]
        for what, column in BY_NAME:
            if ids := self.names.ids(what, term, closeness):
                arms.append(select(case_id).join(Case, Case.id == Published.case_id).where(column.in_(ids)))
        return union_all(*arms, select(case_id).where(self._referred(term, closeness)))

    def _referred(self, term: Term, closeness: Closeness) -> ColumnElement[bool]:
        return or_(*references(Published.ref, term, self.numbered, closeness))


def public_search(session: Session, typed: str) -> PublicSearch:
    """Read what a search among published cases needs, for the words that somebody typed."""
    terms = terms_in(typed)
    names = read_names(session) if terms else SearchedNames(())
    return PublicSearch(session.get_bind().dialect.name, terms, names, numbered_by(session, terms))


def numbered_by(session: Session, terms: list[Term]) -> dict[Term, list[str]]:
    """Return the references, one of each year, whose number a term is: dict by term, for those that are a number."""
    numbers = {term: int(term.words[0]) for term in terms if term.is_number}
    return references_of(session, numbers) if numbers else {}


def references(
    column: InstrumentedAttribute[str], term: Term, numbered: dict[Term, list[str]], closeness: Closeness
) -> list[ColumnElement[bool]]:
    """Return conditions, one of which holds for a reference in `column` that the term is, or (LIKE_IT) is a part of.

    The parts are those that `is_part_of` says.
    """
    found: list[ColumnElement[bool]] = [column.in_([*numbered.get(term, []), *([term.ref] if term.ref else [])])]
    if closeness is Closeness.LIKE_IT and term.ref:
        found.append(column.startswith(term.part, autoescape=True))
    if closeness is Closeness.LIKE_IT and term.is_part_of_number:
        found += [column.like(f"%-%{term.words[0]}%"), column.like(f"{term.words[0]}-%")]
    return found


def is_part_of(ref: str, term: Term) -> bool:
    """Return whether the term is a part of this reference: its beginning, its year, or digits of its number."""
    if term.ref:
        return ref.startswith(term.part)
    year, _, number = ref.partition("-")
    return term.is_part_of_number and (term.words[0] in number or term.words[0] == year)


def excerpts_of(cases: Iterable[Any], typed: str) -> dict[int, Excerpt]:
    """Return the parts of the published descriptions for which a search found the cases, as a dict by id; no query.

    None of a case whose row shows all that was searched for, or that was found otherwise.
    """
    terms, found = terms_in(typed), dict[int, Excerpt]()
    for case in cases:
        shown = [case.title, *filter(None, (case.place_name, case.category_name, case.category_name_en))]
        missing = [term for term in terms if not is_in(shown, term) and is_in([case.description], term)]
        if missing and (excerpt := excerpt_of(case.description, missing[0])):
            found[case.id] = excerpt
    return found
