"""Form fields for a contact (mail address or telephone number, in one field) and for a position on the map."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from cases.contacts.phone_numbers import is_phone_number
from web.schemas.fields import MailAddress


class ContactField(fields.Field[tuple[str | None, str | None]]):
    """A field for a mail address or telephone number, loaded as (email, phone), one of which is None."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own
        "reach": _l("This is neither an e-mail address nor a telephone number.")
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> tuple[str | None, str | None]:
        if is_phone_number(value):
            return None, value
        if "@" not in value:
            raise self.make_error("reach")
        return MailAddress().deserialize(value, attr, data), None


class Position(fields.Field[tuple[float, float]]):
    """A field for a position such as "57.70887, 11.97456", loaded as (degrees north, degrees east)."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own
        "position": _l("Write the position as two numbers, such as 57.70887, 11.97456.")
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> tuple[float, float]:
        try:
            latitude, longitude = (float(part) for part in re.split(r"[,;]\s*|\s+", value))
        except ValueError:
            raise self.make_error("position") from None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise self.make_error("position")
        return latitude, longitude
