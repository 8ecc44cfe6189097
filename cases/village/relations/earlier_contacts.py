"""The earlier contacts with a group, with what was said at them: for staff alone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.history.journal import Event
from cases.history.words import Words
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.village.relations.contact import Contact, ContactWay

MOST_SHOWN = 50


@dataclass(frozen=True)
class EarlierContact:
    """One contact with a group, and who logged it. `met` and `note` are "" when nothing was written, or it was erased.

    `questions` are pairs (reference, title) of the cases that came of it. `is_replaced`: another record puts it right.
    """

    number: int
    on: date
    how: ContactWay
    by: str | None
    met: str
    note: str
    questions: tuple[tuple[str, str], ...]
    is_replaced: bool


def earlier_contacts(session: Session, group: Unit, *, most: int = MOST_SHOWN) -> list[EarlierContact]:
    """Return the latest contacts with the group, at most `most`, the latest first. Three queries."""
    other = aliased(Contact)
    rows = session.execute(
        select(Contact, Person.name, other.id)
        .join(Event, Event.id == Contact.event_id)
        .outerjoin(Person, Person.id == Event.person_id)
        .outerjoin(other, other.replaces_id == Contact.id)
        .where(Contact.unit_id == group.id)
        .order_by(Contact.on_day.desc(), Contact.id.desc())
        .limit(most)
    ).all()
    said = _words(session, [contact.event_id for contact, _, _ in rows])
    asked = _questions(session, [contact.id for contact, _, _ in rows])
    return [_earlier(row, said, asked) for row in rows]


def _earlier(
    row: Row[Contact, str | None, int | None],
    said: dict[tuple[int, str], str],
    asked: dict[int, list[tuple[str, str]]],
) -> EarlierContact:
    contact, by, replacing = row
    return EarlierContact(
        contact.id, contact.on_day, contact.how, by, met=said.get((contact.event_id, "met"), ""),
        note=said.get((contact.event_id, "note"), ""), questions=tuple(asked[contact.id]),
        is_replaced=replacing is not None,
    )  # fmt: skip


def _words(session: Session, events: list[int]) -> dict[tuple[int, str], str]:
    rows = session.execute(select(Words.event_id, Words.field, Words.text).where(Words.event_id.in_(events)))
    return {(event_id, field): text or "" for event_id, field, text in rows}


def _questions(session: Session, contacts: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    of_these = select(Case.contact_id, Case.ref, Case.title).where(Case.contact_id.in_(contacts)).order_by(Case.id)
    for contact_id, ref, title in session.execute(of_these):
        found[contact_id or 0].append((ref, title))
    return found
