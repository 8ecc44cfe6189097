"""Why a search found a case, where its row does not show it: in which text, with a few words of it, or by who asked.

Only texts that the reader may read are looked at, so that no excerpt tells more than the page of the case does. Of a
case in which somebody takes no part nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.search.excerpts import Excerpt, excerpt_of, is_in
from cases.database.search.spelling import composed, digits_alone, without_marks
from cases.database.search.terms import Term, terms_in
from cases.history.journal import Event
from cases.history.words import Words
from cases.parties import Party
from cases.reading.event_readers import STAFF, WHO_READS, reader_of
from cases.reading.visibility import may_read, takes_part

MOST_TEXTS = 2000  # of all cases of a page together
MOST_REASONS = 2  # of one case


class FoundIn(StrEnum):
    """Where a word was found: in a text of the case, or in what is known of who asked."""

    TITLE = "title"  # an earlier one
    DESCRIPTION = "description"
    NOTE = "note"
    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"


TEXTS = {"description": FoundIn.DESCRIPTION, "note": FoundIn.NOTE, "title": FoundIn.TITLE}  # in which order


@dataclass(frozen=True)
class HitReason:
    """Why a case was found: where, and the words around what was found; None of who asked, who is not quoted."""

    found_in: FoundIn
    excerpt: Excerpt | None = None


def hit_reasons(session: Session, cases: Sequence[Case], typed: str, actor: Actor) -> dict[int, list[HitReason]]:
    """Return why a search for these words found the cases, as a dict by id; none of what their rows show by themselves.

    One query; none when each row shows all words.
    """
    terms = terms_in(typed)
    missing = {case.id: [term for term in terms if not _is_shown(case, term)] for case in cases}
    asked = {case.id: case for case in cases if missing[case.id] and takes_part(actor, case)}
    if not asked:
        return {}
    rows = defaultdict[int, list[Any]](list)
    for row in session.execute(_texts(asked)):
        rows[row.case_id].append(row)
    found = {id_: _reasons(rows[id_], missing[id_], case, actor) for id_, case in asked.items()}
    return {id_: reasons for id_, reasons in found.items() if reasons}


def _is_shown(case: Case, term: Term) -> bool:
    """Return whether the row of the case in a list shows the term: in its title, its number or a name."""
    named = [case.category.name, case.category.name_en or ""] if case.category else []
    named += [thing.name for thing in (case.place, case.responsible, case.group, case.officer) if thing]
    is_number = case.ref == term.ref or (bool(term.words) and term.words[0].lstrip("0") in case.ref)
    return is_in([case.title, *named], term) or (is_number and (bool(term.ref) or term.is_number))


def _texts(ids: Iterable[int]) -> Any:
    asker = (Party.name, Party.email, Party.phone, Party.protected)
    return (
        select(Words.case_id, Words.field, Words.visibility, Words.text, Event.type, *asker)
        .join(Event, Event.id == Words.event_id)
        .join(Case, Case.id == Words.case_id)
        .outerjoin(Party, Party.id == Case.reporter_id)
        .where(Words.case_id.in_(list(ids)), Words.text.is_not(None))
        .order_by(Words.case_id, Words.id)
        .limit(MOST_TEXTS)
    )


def _reasons(rows: Sequence[Any], terms: list[Term], case: Case, actor: Actor) -> list[HitReason]:
    reader = reader_of(actor, case)
    readable = [
        row
        for row in rows
        if row.field in TEXTS and may_read(actor, case, row.visibility) and reader in WHO_READS.get(row.type, STAFF)
    ]
    found = [reason for term in terms if (reason := _in_texts(readable, term) or _by_asker(rows, term, actor))]
    return list({reason.found_in: reason for reason in reversed(found)}.values())[::-1][:MOST_REASONS]


def _in_texts(rows: Sequence[Any], term: Term) -> HitReason | None:
    for field, found_in in TEXTS.items():
        for row in rows:
            if row.field == field and is_in([row.text], term):
                return HitReason(found_in, excerpt_of(row.text, term))
    return None


def _by_asker(rows: Sequence[Any], term: Term, actor: Actor) -> HitReason | None:
    """Return by what of who asked the case was found, if the reader finds cases by them; nothing of it is quoted."""
    if not rows or not actor.is_staff or (rows[0].protected and not actor.is_contact):
        return None
    asker = rows[0]
    if term.digits and term.digits in digits_alone(asker.phone):
        return HitReason(FoundIn.PHONE)
    for text, found_in in ((asker.name, FoundIn.NAME), (asker.email, FoundIn.ADDRESS)):
        if term.part and _has_part(text, term.part):
            return HitReason(found_in)
    return None


def _has_part(text: str | None, part: str) -> bool:
    return part in composed(text).lower() or without_marks(part) in without_marks(text).lower()
