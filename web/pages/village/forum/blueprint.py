"""The blueprint of all pages of meetings, to which the modules of this room add their routes, and what they share."""

from flask import Blueprint

bp = Blueprint("forum", __name__)


def addresses_in(text: str | None) -> list[str]:
    """Return the mail addresses that were typed, each on a line or with commas between them, as they were typed."""
    return [line for part in (text or "").replace(",", "\n").splitlines() if (line := part.strip())]
