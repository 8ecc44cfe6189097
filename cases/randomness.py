"""Random bits: the operating system's, unless somebody tells a story that must be the same each time."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Source = Callable[[int], bytes]
_SOURCE: ContextVar[Source] = ContextVar("source of random bits", default=secrets.token_bytes)
FLOAT_BITS = 53  # bits that a float between 0 and 1 holds


def random_hex(count: int) -> str:
    """Give so many random bytes, hexadecimal."""
    return _SOURCE.get()(count).hex()


def random_word(count: int) -> str:
    """Give so many random bytes as a word that can stand in an address on the web."""
    return urlsafe_b64encode(_SOURCE.get()(count)).rstrip(b"=").decode()


def random_share() -> float:
    """Give a random share: from 0 up to, but never, 1."""
    return (int.from_bytes(_SOURCE.get()(7)) >> 3) / float(1 << FLOAT_BITS)


@contextmanager
def drawn_from(source: Source) -> Iterator[None]:
    """Let all bits come from this source until the block ends: for a simulation, on data that is thrown away.

    It holds in this thread alone; another one that begins meanwhile gets the operating system's.
    """
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)
