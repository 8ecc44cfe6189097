"""Whether the sender's domain is confirmed, and whether the mail is junk: by what servers wrote into its headers."""

import re
from typing import Any

from authres import AuthenticationResultsHeader

from notifications.inbound.reading.headers import MailHeaders
from notifications.inbound.reading.what_a_mail_says import OurAddresses, SenderVerdict

NAME = "Authentication-Results"
SPAM_STATUS = re.compile(r"yes\b", re.IGNORECASE)
SPAM_LEVEL = re.compile(r"\bSCL:(-?\d)", re.IGNORECASE)
JUNK_FROM = 5  # Microsoft's spam confidence level, -1 to 9
IDENTITIES = {"spf": {"mailfrom"}, "dkim": {"d", "i"}}  # the properties that name the domain that has passed


def verdict_on(headers: MailHeaders, ours: OurAddresses) -> SenderVerdict:
    """Return what our own mail server says about the domain in From (RFC 8601, RFC 7489).

    Only its topmost header counts, by the name that the municipality has set: anybody can write more of them, below.
    It has to say that DMARC has passed, or, where the domain has no DMARC, that SPF or DKIM has passed for this domain,
    one above it or one below it. A mail of several writers never passes.
    """
    results = _own_results(headers, ours.authserv_id)
    if results is None:
        return SenderVerdict.UNKNOWN
    writers = headers.writers
    if len(writers) != 1 or len(headers.all("From")) != 1:
        return SenderVerdict.FAILED
    domain = writers[0].address.rpartition("@")[2]
    said = [(method, result, properties) for method, result, properties in results if method in ("dmarc", *IDENTITIES)]
    dmarc = [(result, properties) for method, result, properties in said if method == "dmarc"]
    if any(result == "fail" for result, _ in dmarc):
        return SenderVerdict.FAILED
    if any(
        result == "pass" and _speaks_of(domain, properties, {"from"}, or_nothing=True) for result, properties in dmarc
    ):
        return SenderVerdict.PASSED
    aligned = any(
        result == "pass" and _speaks_of(domain, properties, IDENTITIES[method], or_nothing=False)
        for method, result, properties in said
        if method in IDENTITIES
    )
    return SenderVerdict.PASSED if aligned else SenderVerdict.FAILED


def is_junk(headers: MailHeaders) -> bool:
    """Return whether a server on the way took the mail for junk.

    "Yes" is believed whoever says it: whoever writes it into a mail of their own harms nobody else. "No" is not read.
    """
    return (
        any(value.lower() == "yes" for value in headers.all("X-Spam-Flag"))
        or any(SPAM_STATUS.match(value) for value in headers.all("X-Spam-Status"))
        or any(_level(f"SCL:{value}") >= JUNK_FROM for value in headers.all("X-MS-Exchange-Organization-SCL"))
        or any(_level(value) >= JUNK_FROM for value in headers.all("X-Forefront-Antispam-Report"))
    )


def _own_results(headers: MailHeaders, authserv_id: str) -> list[tuple[str, str, dict[str, str]]] | None:
    """Return the results in our server's topmost header: method, result, properties by name. None without a header."""
    if not authserv_id:
        return None
    parsed = (_parsed(value) for value in headers.all(NAME))
    own = next((one for one in parsed if one and str(one.authserv_id).lower() == authserv_id.lower()), None)
    if own is None:
        return None
    return [
        (
            str(result.method).lower(),
            str(result.result).lower(),
            {str(of.name).lower(): str(of.value).lower() for of in result.properties},
        )
        for result in own.results
    ]


def _parsed(value: str) -> Any:
    try:
        return AuthenticationResultsHeader.parse(f"{NAME}: {value}")
    except Exception:  # whatever a broken header raises, it says nothing
        return None


def _speaks_of(domain: str, properties: dict[str, str], names: set[str], *, or_nothing: bool) -> bool:
    """Return whether the properties name this domain, or one that it belongs to or that belongs to it."""
    named = [properties[name].rpartition("@")[2].strip('"<>.') for name in names if name in properties]
    if not named:
        return or_nothing
    return any(_are_related(domain, one) for one in named)


def _are_related(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return "." in shorter and (shorter == longer or longer.endswith(f".{shorter}"))


def _level(value: str) -> int:
    found = SPAM_LEVEL.search(value)
    return int(found[1]) if found else 0
