"""Reads what the register says of one case, and the authorities that an entry may name."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.village.registers.authority import Authority, AuthorityKind
from cases.village.registers.entering import last_change
from cases.village.registers.entry import RegisterEntry

DECIDES, KEEPER = aliased(Authority), aliased(Authority)
ENTRIES = (
    select(RegisterEntry, DECIDES.slug, DECIDES.name, KEEPER.slug, KEEPER.name)
    .outerjoin(DECIDES, DECIDES.id == RegisterEntry.decides_id)
    .outerjoin(KEEPER, KEEPER.id == RegisterEntry.keeper_id)
)


@dataclass(frozen=True)
class EntryShown:
    """What the register says of one case. Authorities are slugs, with their names beside; texts are not masked.

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


def entry_of(session: Session, case: Case) -> EntryShown:
    """Return what the register says of the case; an empty entry when it says nothing."""
    row = session.execute(ENTRIES.where(RegisterEntry.case_id == case.id)).one_or_none()
    if row is None:
        return EntryShown()
    entry, decides, decides_name, keeper, keeper_name = row
    return EntryShown(
        last_change(session, entry), decides, decides_name, keeper, keeper_name, entry.where_text, entry.sort,
        entry.forwarded_on, entry.their_ref, entry.answered_on, entry.answer,
    )  # fmt: skip


@dataclass(frozen=True)
class AuthorityListed:
    """One authority, by the slug that entries name it by."""

    slug: str
    name: str
    kind: AuthorityKind


def authorities(session: Session) -> list[AuthorityListed]:
    """Return all authorities, by name. One query."""
    found = select(Authority.slug, Authority.name, Authority.kind).order_by(Authority.name, Authority.id)
    return [AuthorityListed(*row) for row in session.execute(found)]
