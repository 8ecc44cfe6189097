"""The stamp of a form: signed, with the time at which the form was opened, for whom, and a number of its own.

It tells a person's pace from a machine's, makes one form one act (`web.pages.sending.spending`), and keeps a form from
being taken in the name of anybody else than the one for whom it was opened (`web.pages.sending.own_name`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.current import machine_now

SLOWEST = 24 * 3600  # seconds from showing a form to sending it
NOBODY = 0  # for whom a form is opened that is shown to somebody who is not logged in


def new_stamp() -> str:
    """Return a stamp for a form that is being shown to the caller of this request."""
    return str(_stamps().dumps([secrets.token_urlsafe(12), _caller()]))


def new_stamp_for_anybody() -> str:
    """Return a stamp for a form that may be sent before or after a log-in: one on an error page."""
    return str(_stamps().dumps([secrets.token_urlsafe(12), None]))


@dataclass(frozen=True)
class FormStamp:
    """A stamp as it was sent with a form."""

    text: str

    @property
    def is_ours(self) -> bool:
        """Whether we signed it, however long ago."""
        return self._signed() is not None

    @property
    def opened_by(self) -> int | None:
        """The id of the person for whom the form was opened, `NOBODY` for a visitor; None when that is not known."""
        signed = self._signed()
        return signed[1] if isinstance(signed, list) else None

    @property
    def is_of_the_caller(self) -> bool:
        """Whether the form was opened for the caller of this request; True as long as one of the two is not known."""
        opened_by, caller = self.opened_by, _caller()
        return opened_by is None or caller is None or opened_by == caller

    @property
    def age(self) -> float | None:
        """How many seconds ago the form was shown; None for a stamp that we did not sign or that is too old."""
        try:
            _, at = _stamps().loads(self.text, max_age=SLOWEST, return_timestamp=True)
        except BadSignature:
            return None
        return float((machine_now() - at).total_seconds())

    @property
    def hash(self) -> str:
        """The hash by which it is known to be spent."""
        return hashlib.sha256(self.text.encode(errors="replace")).hexdigest()

    def _signed(self) -> Any:
        try:
            return _stamps().loads(self.text)
        except BadSignature:
            return None


def _caller() -> int | None:
    """Return the id of the person who is logged in, `NOBODY` for a visitor; None before that has been looked up."""
    caller = g.get("caller")
    return None if caller is None else caller.actor.person_id or NOBODY


def _stamps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key), salt="form", signer_kwargs={"digest_method": hashlib.sha256}
    )
