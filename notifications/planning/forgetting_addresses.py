"""Forgetting mail addresses: every one to which letters to an erased party went, unless somebody else has it.

A party keeps only its present address; those that a correction has replaced are known by the letters that went there.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import String, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.base import table_of
from cases.database.queries import any_of, fetch_rows
from cases.mail_addresses import normalised
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party
from notifications.addresses import is_address
from notifications.deliveries import Address, Delivery
from notifications.planning.rendering_anew import tells_of

IN_USE = [
    select(written).where(any_of(written, "keys"))
    for written in (func.lower(func.trim(table_of(model).c.email), type_=String()) for model in (Party, Person, Unit))
]
HAS_LETTERS = exists().where(Delivery.address_id == Address.id)


def former_addresses(session: Session, case: Case, party_id: int) -> list[Address]:
    """Return the addresses to which letters to this party of the case went, and which nobody has any more."""
    return _only_of(session, _told(session, case, {party_id}))


def forget_addresses(session: Session, case: Case, parties: Collection[int], emails: Iterable[str]) -> None:
    """Blank the rows of all addresses that these parties of the case ever had, unless somebody else has one of them.

    `emails` are those that they had last. Rows of addresses that nobody has and to which no letter goes are deleted,
    whoever had them: a letter that was readdressed before it was sent leaves one behind.
    """
    session.flush()
    keys = [normalised(email) for email in emails if is_address(email)]
    last = session.scalars(select(Address).where(Address.email_normalised.in_(keys))).all()
    for address in _only_of(session, [*_told(session, case, parties), *last]):
        address.email = address.email_normalised = f"(raderat {address.id})"
        address.owner = None
    session.flush()
    orphans = session.scalars(select(Address).where(~HAS_LETTERS).with_for_update(skip_locked=True)).all()
    ids = [address.id for address in _only_of(session, orphans)]
    session.execute(delete(Address).where(Address.id.in_(ids), ~HAS_LETTERS))


def _told(session: Session, case: Case, parties: Collection[int]) -> list[Address]:
    """Return the addresses of all letters that told one of these parties something."""
    rows = session.execute(
        select(Delivery.address_id, Delivery.party_id, Delivery.context).where(
            Delivery.address_id.is_not(None), or_(Delivery.party_id.in_(parties), tells_of(case))
        )
    )
    ids = {row.address_id for row in rows if {row.party_id, *_parties_in(row.context)} & set(parties)}
    return list(session.scalars(select(Address).where(Address.id.in_(ids))))


def _parties_in(context: dict[str, list[dict[str, int]]]) -> set[int | None]:
    return {line.get("party") for line in context["lines"]}


def _only_of(session: Session, addresses: Iterable[Address]) -> list[Address]:
    """Return those of the addresses that no party, person or unit has; without those that are blanked already."""
    found = {address.id: address for address in addresses if is_address(address.email)}
    keys = {"keys": sorted(set().union(*(_spellings(address) for address in found.values())))}
    used = {row[0] for statement in IN_USE for row in fetch_rows(session, statement, keys)}
    return [address for address in found.values() if not _spellings(address) & used]


def _spellings(address: Address) -> set[str]:
    return {address.email_normalised, address.email.strip().lower()}
