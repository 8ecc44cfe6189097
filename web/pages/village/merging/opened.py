"""What a form was opened with: it goes along in one hidden field, so that changes can be told from what stood there."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

LARGEST = 4_000_000  # characters when unpacked: more than a form may hold


def packed(number: int, fields: dict[str, str]) -> str:
    """Return the value of the hidden field; `number` is that of the version whose draft the form holds."""
    return urlsafe_b64encode(zlib.compress(json.dumps([number, fields]).encode(), 9)).decode()


def unpacked(number: int, value: str) -> dict[str, str] | None:
    """Return the fields that were packed; None when it is no such value, or one of another version."""
    try:
        text = zlib.decompressobj().decompress(urlsafe_b64decode(value), LARGEST)
        found, fields = json.loads(text)
    except (Error, ValueError, TypeError, zlib.error):
        return None
    if found != number or not isinstance(fields, dict):
        return None
    return {str(name): str(value) for name, value in fields.items()}
