"""Mail addresses: validation, the normalised form for comparison, and the ASCII form for SMTP.

email-validator knows the syntax and IDNA 2008, so that straße.de is not strasse.de. It asks no name server. Letters
go out without SMTPUTF8, so the local part (before the @) must be ASCII.
"""

import unicodedata
from functools import cache, lru_cache
from types import ModuleType

from cases.refusals import LettersBeforeTheAt, NotAMailAddress

LONGEST_ADDRESS = 254  # characters, as in RFC 5321 and the columns
AROUND = " \t\u00a0\u2009\u202f\u200b\u200e\u200f\u2060\ufeff"  # blanks that a copied address brings along at its ends
SHORTEST_TOP = 2  # letters of a top domain: every country has two
MOST_CACHED = 4096  # addresses in the cache: validating one takes longer than planning its letter
OWN_NETWORK = frozenset({"local", "localhost", "test"})  # reserved domains, used inside a municipality's network


def is_mail_address(text: str) -> bool:
    """Return whether the text is a valid mail address, on the internet or only inside the municipality's network."""
    try:
        return bool(with_ascii_domain(text))
    except ValueError:
        return False


def is_public_address(text: str) -> bool:
    """Return whether the text is a mail address on the public internet.

    That is a valid one whose domain has a dot in it, and ends neither in a digit nor in a single letter.
    """
    *domains, top = text.rpartition("@")[2].split(".")
    return bool(domains) and len(top) >= SHORTEST_TOP and not top[-1:].isdigit() and is_mail_address(text)


def read_public_address(written: str, *, field: str = "email") -> str:
    """Return the address as it is stored: without spaces around it, its domain in ASCII (IDNA 2008).

    Raises `NotAMailAddress` for the field with this name when it is none on the public internet, and
    `LettersBeforeTheAt` when all that is wrong with it is such a letter.
    """
    address = written.strip(AROUND)
    if is_public_address(address):
        return address if address.isascii() else with_ascii_domain(address)
    local, at, domain = address.rpartition("@")
    are_letters = all(sign.isascii() or unicodedata.category(sign)[0] in "LM" for sign in local)
    plain = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode()
    if (
        at
        and not local.isascii()
        and are_letters
        and local.isprintable()
        and is_public_address(f"{plain or 'a'}@{domain}")
    ):
        raise LettersBeforeTheAt(field=field)
    raise NotAMailAddress(field=field)


def read_address(written: str, *, field: str = "email") -> str:
    """Return the address as `read_public_address` does, also one that is valid only inside the municipality's network.

    Raises what `read_public_address` raises.
    """
    address = written.strip(AROUND)
    return address if address.isascii() and is_mail_address(address) else read_public_address(address, field=field)


def normalised(written: str) -> str:
    """Return the address in lower case with its domain in ASCII, for comparison. Raises `ValueError` if invalid."""
    return with_ascii_domain(written.strip().lower())


def owner_of(written: str) -> str:
    """Return the address, normalised, without what follows a plus sign: anna+vatten@example.se is anna@example.se's.

    A text that is no mail address is returned in lower case.
    """
    try:
        local, _, domain = normalised(written).rpartition("@")
    except ValueError:
        return written.strip().lower()
    return f"{local.partition('+')[0] or local}@{domain}"


def as_compared(written: str) -> str:
    """Return the address by which two spellings are found to be one; a text that is no address in lower case."""
    try:
        return normalised(written.strip(AROUND))
    except ValueError:
        return written.strip(AROUND).lower()


def spellings_of(written: str) -> set[str]:
    """Return how this address may be stored: as it was typed, and with its domain in ASCII; both in lower case.

    A text that is no mail address is only itself.
    """
    typed = written.strip(AROUND).lower()
    try:
        return {typed, normalised(typed)}
    except ValueError:
        return {typed}


@lru_cache(MOST_CACHED)
def with_ascii_domain(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA 2008), as SMTP needs it. Raises `ValueError` if invalid."""
    try:
        found = _library().validate_email(
            address, allow_smtputf8=False, strict=True, check_deliverability=False, globally_deliverable=False
        )
    except ValueError:
        raise ValueError("not a mail address") from None
    return f"{address.rpartition('@')[0]}@{found.ascii_domain}"


@cache
def _library() -> ModuleType:
    import email_validator  # takes 20 ms to import, and few commands need it

    reserved: list[str] = email_validator.SPECIAL_USE_DOMAIN_NAMES
    email_validator.SPECIAL_USE_DOMAIN_NAMES = [name for name in reserved if name not in OWN_NETWORK]
    return email_validator


def half_address(address: str) -> str:
    """Return the address as its owner knows it again and others cannot read it: "a…@example.se"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
