"""Cursors: where a page of a list ended, as a word of an address that asks for the page after it."""

import base64
import json
from typing import Any

LARGEST_ID = 2**63 - 1


def encode_cursor(*place: Any) -> str:
    """Return the sort key of the last row, its id at the end, as JSON in URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[Any]:
    """Return what `encode_cursor` was given. Raises `ValueError` for what it cannot have written."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except RecursionError:
        raise ValueError(cursor) from None
    if not isinstance(place, list) or not place or not isinstance(place[-1], int) or not 0 <= place[-1] <= LARGEST_ID:
        raise ValueError(cursor)
    return place
