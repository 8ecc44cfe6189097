"""Reads what the register says of one case: all for staff and those who take part, masked for everybody."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from cases.history.journal import Event
from cases.public.masking import mask
from cases.public.publication import Published
from cases.village.registers.authority import Authority
from cases.village.registers.entry import RegisterEntry

DECIDES, KEEPER = aliased(Authority), aliased(Authority)
LAST_CHANGE = (
    select(func.max(Event.seq))
    .where(Event.id.in_((RegisterEntry.event_id, RegisterEntry.erased_by_id)))
    .correlate(RegisterEntry)
    .scalar_subquery()
)
FOR_EVERYBODY = (
    DECIDES.slug.label("decides"), DECIDES.name.label("decides_name"), KEEPER.slug.label("keeper"),
    KEEPER.name.label("keeper_name"), RegisterEntry.where_text.label("where"), RegisterEntry.sort,
    RegisterEntry.forwarded_on, RegisterEntry.answered_on, RegisterEntry.answer,
)  # fmt: skip


def with_authorities(entries: Select[Any]) -> Select[Any]:
    """Return the query of register entries with those joined whom they name, as `DECIDES` and `KEEPER`."""
    deciding = entries.outerjoin(DECIDES, DECIDES.id == RegisterEntry.decides_id)
    return deciding.outerjoin(KEEPER, KEEPER.id == RegisterEntry.keeper_id)


ENTRIES = with_authorities(
    select(LAST_CHANGE.label("version"), RegisterEntry.their_ref, *FOR_EVERYBODY).select_from(RegisterEntry)
)


@dataclass(frozen=True)
class EntryShown:
    """What the register says of one case. Authorities are slugs, with their names beside.

    `version` is the number of the event of the case that changed the entry last, 0 while there is no entry.
    """

    version: int = 0
    decides: str | None = None
    decides_name: str | None = None
    keeper: str | None = None
    keeper_name: str | None = None
    where: str | None = None
    sort: str | None = None
    forwarded_on: date | None = None
    their_ref: str | None = None
    answered_on: date | None = None
    answer: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything but the reference of the others is known."""
        return any((self.decides, self.keeper, self.where, self.sort, self.forwarded_on))


def entry_of(session: Session, case_id: int) -> EntryShown:
    """Return what the register says of the case; an empty entry when it says nothing. One query."""
    row = session.execute(ENTRIES.where(RegisterEntry.case_id == case_id)).one_or_none()
    return EntryShown(**row._asdict()) if row else EntryShown()


def published_entry(session: Session, case_id: int) -> EntryShown:
    """Return what everybody may read of the case's entry, with personal data masked; all is empty unless published."""
    is_published = select(Published.case_id).where(Published.case_id == RegisterEntry.case_id).exists()
    row = session.execute(ENTRIES.where(RegisterEntry.case_id == case_id, is_published)).one_or_none()
    return for_everybody(EntryShown(**row._asdict())) if row else EntryShown()


def for_everybody(entry: EntryShown) -> EntryShown:
    """Return the entry as everybody may read it: texts masked, without the reference of the others."""
    where, answer = (text and mask(text) for text in (entry.where, entry.answer))
    return replace(entry, where=where, answer=answer, their_ref=None)
