"""Reading single settings from environment variables, for the settings of this room."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


class BadSetting(Exception):
    """Raised for a setting that cannot be used; its message is one line of text for the administrator."""


def scheme_and_host(name: str, given: str) -> tuple[str, str | None]:
    """Return scheme and host of the address that the variable `name` gives. Raises `BadSetting` when it is none."""
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError:
        raise BadSetting(f"{name} is not an address: its host or its port cannot be read") from None
    return parts.scheme, parts.hostname


def is_loopback(host: str) -> bool:
    """Return whether this host is the machine itself: localhost, ::1, or any address of 127.0.0.0/8 (RFC 1122)."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return the value of the variable, the default when it is empty. Raises `BadSetting` for one not allowed."""
    given = env.get(name) or default
    if given not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}, not {given!r}")
    return given


def whole_number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Return the whole number that the variable gives, the default when it is empty. Raises `BadSetting`."""
    given = env.get(name) or str(default)
    if not given.isdecimal() or not least <= int(given) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {given!r}")
    return int(given)
