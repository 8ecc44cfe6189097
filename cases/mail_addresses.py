"""Mail addresses: what is one, the form in which two that are the same compare, and how mail carries it.

email-validator knows the syntax and IDNA 2008, so that straße.de is not strasse.de. It asks no name server. Letters
go out without SMTPUTF8, so whatever stands before the @ is ASCII.
"""

from functools import cache, lru_cache
from types import ModuleType

LONGEST_ADDRESS = 254  # signs, as RFC 5321 and the columns have it
MOST_KEPT = 4096  # addresses: checking one takes longer than planning its letter
OWN_NETWORK = frozenset({"local", "localhost", "test"})  # reserved, so in use inside a municipality


def is_mail_address(text: str) -> bool:
    """Return whether a letter can be sent there, be it only within the house's own network."""
    try:
        return bool(with_ascii_domain(text))
    except ValueError:
        return False


def is_public_address(text: str) -> bool:
    """Return whether a letter can be sent there from anywhere: the domain has a dot, and does not end with a digit."""
    *domains, top = text.rpartition("@")[2].split(".")
    return bool(domains) and not top[-1:].isdigit() and is_mail_address(text)


def normalised(written: str) -> str:
    """Return the address in small letters with its domain in ASCII; `ValueError` when it is none."""
    return with_ascii_domain(written.strip().lower())


@lru_cache(MOST_KEPT)
def with_ascii_domain(address: str) -> str:
    """Return the address as mail carries it, with its domain in ASCII; `ValueError` when it is none."""
    try:
        found = _library().validate_email(
            address, allow_smtputf8=False, strict=True, check_deliverability=False, globally_deliverable=False
        )
    except ValueError:
        raise ValueError("not a mail address") from None
    return f"{address.rpartition('@')[0]}@{found.ascii_domain}"


@cache
def _library() -> ModuleType:
    import email_validator  # compiles for 20 ms, and few commands meet an address

    reserved: list[str] = email_validator.SPECIAL_USE_DOMAIN_NAMES
    email_validator.SPECIAL_USE_DOMAIN_NAMES = [name for name in reserved if name not in OWN_NETWORK]
    return email_validator
