"""Mail addresses in the database: one row for each address, even if people spell it in several ways."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.database.queries import any_of, fetch_rows
from cases.database.writing.upsert import insert_missing
from cases.mail_addresses import as_compared, is_mail_address, normalised, owner_of
from cases.organisation.people import Membership, Person, serves_on
from notifications.deliveries import Address

KNOWN = select(Address.email_normalised, Address.id).where(any_of(Address.email_normalised, "keys"))


def is_address(email: str | None) -> bool:
    """Return whether this is a mail address to which a letter can be sent; False for None."""
    return bool(email) and is_mail_address((email or "").strip())


def ensure_addresses(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """Return the id in the table `address` of each of these mail addresses, as a dict by normalised address.

    Addresses that are not in the table yet are inserted. `emails` may be spelled in any way.
    """
    written = {normalised(email): email.strip() for email in emails}
    known = _ids_of(session, set(written))
    if new := sorted(written.keys() - known.keys()):
        rows = [{"email_normalised": key, "email": written[key], "owner": owner_of(key)} for key in new]
        known |= dict(insert_missing(session, Address, rows, ("email_normalised", "id")))
    return known | _ids_of(session, written.keys() - known.keys())  # what another relay inserted meanwhile


def dead_since(session: Session, email: str) -> datetime | None:
    """Return since when (UTC) nothing reaches this mail address; None for one that lives or was never written to."""
    own = (Address.email_normalised == as_compared(email), Address.dead_since.is_not(None))
    return session.scalar(select(Address.dead_since).where(*own))


def unreached_people(session: Session, unit_id: int, *, on: date) -> list[tuple[Person, datetime]]:
    """Return who serves in this unit on this local day and gets no mails, and since when (UTC), by name."""
    serves = select(Membership.person_id).where(Membership.unit_id == unit_id, serves_on(on))
    found = (
        select(Person, Address.dead_since)
        .join(Address, Address.email_normalised == func.lower(Person.email))
        .where(Address.dead_since.is_not(None), Person.active, Person.id.in_(serves))
        .order_by(Person.name, Person.id)
    )
    return [(person, since) for person, since in session.execute(found) if since is not None]


def _ids_of(session: Session, keys: set[str]) -> dict[str, int]:
    return dict(fetch_rows(session, KNOWN, {"keys": list(keys)})) if keys else {}
