"""The stamp of a form: signed, with the time at which the form was shown and a number of its own.

It tells a person's pace from a machine's, and makes one form one act (`web.pages.sending.spending`).
"""

import hashlib
import secrets
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.current import right_now

SLOWEST = 24 * 3600  # seconds from showing a form to sending it


def new_stamp() -> str:
    """Return a stamp for a form that is being shown."""
    return str(_stamps().dumps(secrets.token_urlsafe(12)))


@dataclass(frozen=True)
class FormStamp:
    """A stamp as it was sent with a form."""

    text: str

    @property
    def is_ours(self) -> bool:
        """Whether we signed it, however long ago."""
        try:
            _stamps().loads(self.text)
        except BadSignature:
            return False
        return True

    @property
    def age(self) -> float | None:
        """How many seconds ago the form was shown; None for a stamp that we did not sign or that is too old."""
        try:
            _, at = _stamps().loads(self.text, max_age=SLOWEST, return_timestamp=True)
        except BadSignature:
            return None
        return float((right_now() - at).total_seconds())

    @property
    def hash(self) -> str:
        """The hash by which it is known to be spent."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _stamps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key), salt="form", signer_kwargs={"digest_method": hashlib.sha256}
    )
