"""Searching what somebody only reads, on the forum's agenda or because it is published: in masked words only.

The index of texts holds them as they were written, so that a search in it would tell by its hits what is masked. The
cases on an agenda are few: their texts are read, masked, and only then looked at. What is published stands masked in a
table of its own, and is found by the words by which visitors find it.
"""

import re

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.inflecting import base_of, forms_of, terms_of
from cases.history.words import Visibility, Words
from cases.public.masking import mask
from cases.public.published import published_ids
from cases.reading.visibility import on_agenda_of, taken_part_in_by

WORD = re.compile(r"\w+")
LATEST = {"title", "description"}  # of these only the latest text counts, as a page shows it


def found_masked(session: Session, actor: Actor, wanted: str) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that its masked words, which the actor may read, hold the wanted words.

    Cases in which the actor takes part are left out, since they are searched as they were written.
    """
    published = and_(Case.id.in_(published_ids(session, wanted)), ~taken_part_in_by(actor))
    return or_(_found_on_agenda(session, actor, wanted), published) if actor.seats else published


def _found_on_agenda(session: Session, actor: Actor, wanted: str) -> ColumnElement[bool]:
    rows = session.execute(
        select(Case.id, Case.ref, Words.event_id, Words.field, Words.text)
        .join(Words, Words.case_id == Case.id)
        .where(on_agenda_of(actor), ~taken_part_in_by(actor), Words.text.is_not(None))
        .where(or_(Words.field.in_(LATEST), Words.visibility == Visibility.PUBLIC))
        .order_by(Words.id)
    )
    texts: dict[tuple[int, str], dict[object, str]] = {}
    for case_id, ref, event_id, field, text in rows:
        texts.setdefault((case_id, ref), {})[field if field in LATEST else event_id] = mask(text or "")
    return Case.id.in_([id_ for (id_, ref), found in texts.items() if ref == wanted or _hold(found, wanted)])


def _hold(texts: dict[object, str], wanted: str) -> bool:
    terms = terms_of(wanted)
    return bool(terms) and all(any(_holds(text, term) for text in texts.values()) for term in terms)


def _holds(text: str, term: str) -> bool:
    """Return whether the text has the term in any of its forms, or a word that begins with it."""
    words = WORD.findall(text.lower())
    forms = {form.lower() for form in forms_of(term)}
    begins = base_of(term.lower())
    return any(word in forms or word.startswith(begins) for word in words)
