"""Searching what somebody only reads, on the forum's agenda or because it is published: in masked words only.

The index of texts holds them as they were written, so that a search in it would tell by its hits what is masked. The
cases on an agenda are few: their texts are read, masked, and only then looked at. What is published stands masked in a
table of its own, and is found by the words by which visitors find it.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.search.names import has_term
from cases.database.search.terms import Term
from cases.database.search.text_index import Closeness
from cases.history.words import Visibility, Words
from cases.organisation.searched_names import CATEGORY, PLACE, UNIT
from cases.public.finding_published import PublicSearch, is_part_of, public_search
from cases.public.masking import mask
from cases.reading.visibility import on_agenda_of, taken_part_in_by

LATEST = {"title", "description"}  # of these only the latest text counts, as a page shows it
Texts = dict[object, str]


class MaskedCase(NamedTuple):
    """What is searched of a case on an agenda besides its texts."""

    id: int
    ref: str
    place_id: int | None
    category_id: int | None
    responsible_id: int


class MaskedSearch:
    """A search in the masked words of the cases that the actor only reads. Those of an agenda are read once."""

    def __init__(self, session: Session, actor: Actor, wanted: str) -> None:
        self._actor = actor
        self._published = public_search(session, wanted)
        self._on_agenda = _read_agenda(session, actor) if actor.seats else {}

    def condition(self, closeness: Closeness) -> ColumnElement[bool]:
        """Return the SQL condition on `Case` that its masked words, which the actor may read, have all terms.

        LIKE_IT holds the cases of SPELLED too. Cases in which the actor takes part are left out, since they are
        searched as they were written.
        """
        published = and_(Case.id.in_(self._published.ids(closeness)), not_(taken_part_in_by(self._actor)))
        there = [row.id for row, texts in self._on_agenda.items() if _has_all(row, texts, self._published, closeness)]
        return or_(Case.id.in_(there), published) if there else published


def _read_agenda(session: Session, actor: Actor) -> dict[MaskedCase, Texts]:
    """Return the masked texts of the cases on the actor's agendas, by a row of what else of them is searched."""
    of_case = (Case.id, Case.ref, Case.place_id, Case.category_id, Case.responsible_id)
    rows = session.execute(
        select(*of_case, Words.event_id, Words.field, Words.text)
        .join(Words, Words.case_id == Case.id)
        .where(on_agenda_of(actor), ~taken_part_in_by(actor), Words.text.is_not(None))
        .where(or_(Words.field.in_(LATEST), Words.visibility == Visibility.PUBLIC))
        .order_by(Words.id)
    )
    texts: dict[MaskedCase, Texts] = {}
    for *case, event_id, field, text in rows:
        row = MaskedCase._make(case)
        texts.setdefault(row, {})[field if field in LATEST else event_id] = mask(text or "")
    return texts


def _has_all(row: MaskedCase, texts: Texts, search: PublicSearch, closeness: Closeness) -> bool:
    return bool(search.terms) and all(
        has_term(texts.values(), term, closeness) or _has(row, term, search, closeness) for term in search.terms
    )


def _has(row: MaskedCase, term: Term, search: PublicSearch, closeness: Closeness) -> bool:
    of_names = ((PLACE, row.place_id), (CATEGORY, row.category_id), (UNIT, row.responsible_id))
    if any(id_ in search.names.ids(what, term, closeness) for what, id_ in of_names):
        return True
    if row.ref == term.ref or row.ref in search.numbered.get(term, ()):
        return True
    return closeness is Closeness.LIKE_IT and is_part_of(row.ref, term)
