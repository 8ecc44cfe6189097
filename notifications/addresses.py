"""Mail addresses: one row each, however they were written."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.adding import add_new
from notifications.asking import among, asked
from notifications.deliveries import Address

MOST_DOMAINS = 1000  # kept at hand: a house writes to few
KNOWN = select(Address.email_normalised, Address.id).where(among(Address.email_normalised, "keys"))


def normalised(email: str) -> str:
    """Give the address in lower case with its domain in ASCII (IDNA); `ValueError` when it is none."""
    name, at, domain = email.strip().lower().rpartition("@")
    if not (name and at and domain):
        raise ValueError("not a mail address")
    return f"{name}@{in_ascii(domain)}"


@lru_cache(MOST_DOMAINS)
def in_ascii(domain: str) -> str:
    """Give the domain as IDNA has it; `UnicodeError` when it cannot be one."""
    return domain.encode("idna").decode("ascii")


def is_address(email: str | None) -> bool:
    """Say whether a letter can be sent there."""
    try:
        return bool(email) and bool(normalised(email or ""))
    except ValueError:  # UnicodeError is one
        return False


def addresses_of(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """Give the ids of these addresses by their normalised form, adding those that are new."""
    written = {normalised(email): email.strip() for email in emails}
    known = _known(session, set(written))
    if new := sorted(written.keys() - known.keys()):
        rows = [{"email_normalised": key, "email": written[key]} for key in new]
        known |= dict(add_new(session, Address, rows, ("email_normalised", "id")))
    return known | _known(session, written.keys() - known.keys())  # what another relay has added meanwhile


def _known(session: Session, keys: set[str]) -> dict[str, int]:
    return dict(asked(session, KNOWN, {"keys": list(keys)})) if keys else {}
