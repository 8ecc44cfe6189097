"""Cursors for keyset pagination: the sort key of the last row of a page, encoded for use in a URL."""

import base64
import json
from typing import Any

LARGEST_ID = 2**63 - 1


def encode_cursor(*sort_key: Any) -> str:
    """Return the cursor for a row with this sort key, which ends with the row's id.

    The cursor is the sort key as JSON, in URL-safe base64 without padding.
    """
    return base64.urlsafe_b64encode(json.dumps(sort_key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[Any]:
    """Return the sort key that `encode_cursor` encoded. Raises `ValueError` for any other text."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except RecursionError:
        raise ValueError(cursor) from None
    if not isinstance(key, list) or not key or any(isinstance(part, bool) for part in key):
        raise ValueError(cursor)
    if not isinstance(key[-1], int) or not 0 <= key[-1] <= LARGEST_ID:
        raise ValueError(cursor)
    return key
