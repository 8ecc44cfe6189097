"""A mail address that looks mistyped is asked about once, beside its field; whoever sends it again means it."""

from flask import request
from marshmallow import ValidationError

from cases.contacts.likely_slips import likely_address
from web.language.gettext import gettext

ASKED_ABOUT = "asked_about"  # the hidden field with the address that the form was shown again for


def ask_about_slip(address: str | None, *, field: str) -> None:
    """Raise `ValidationError` for the field when the address is likely a slip, unless that was asked before."""
    likely = likely_address(address or "")
    if likely and request.form.get(ASKED_ABOUT, "").strip().lower() != (address or "").strip().lower():
        words = gettext("Did you mean %(likely)s? If the address is right, just send once more.", likely=likely)
        raise ValidationError({field: [words]})
