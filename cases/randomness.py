"""Random values from the operating system; a simulation can replace the source to be reproducible."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Source = Callable[[int], bytes]
_SOURCE: ContextVar[Source] = ContextVar("source of random bits", default=secrets.token_bytes)
FLOAT_BITS = 53  # of precision of a float between 0 and 1


def random_hex(count: int) -> str:
    """Return `count` random bytes as hexadecimal digits."""
    return _SOURCE.get()(count).hex()


def random_word(count: int) -> str:
    """Return `count` random bytes as URL-safe base64 without padding."""
    return urlsafe_b64encode(_SOURCE.get()(count)).rstrip(b"=").decode()


def random_share() -> float:
    """Return a random float from 0 (included) to 1 (excluded)."""
    return (int.from_bytes(_SOURCE.get()(7)) >> 3) / float(1 << FLOAT_BITS)


@contextmanager
def drawn_from(source: Source) -> Iterator[None]:
    """Draw all random values from this source until the block ends. Only for a simulation on data that is thrown away.

    `source` is a function that returns as many bytes as its argument says. It is used in this thread only; a thread
    that starts meanwhile draws from the operating system.
    """
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)
