"""The schemas' types of fields. A field accepts only what a database can hold; errors are in the caller's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import RAISE, Schema, fields, validate

from cases.administration.reorganising import LONGEST_SLUG
from cases.calendar import FIRST_YEAR, LAST_YEAR
from cases.contacts.phone_numbers import LONGEST_PHONE, is_phone_number
from cases.database.texts import is_storable, is_storable_line, visible
from cases.mail_addresses import LONGEST_ADDRESS, read_public_address
from cases.refusals import FieldRefusal, LettersBeforeTheAt, NotAMailAddress, NotAPhoneNumber
from web.language.refusals import BAD_CHARACTERS, SENTENCES

MISSING_MESSAGES = {"required": _("Fill in this field."), "null": _("This may not be empty.")}


BUILT_IN: Mapping[str, Any] = {  # our sentence for each of marshmallow's own, which are English and speak of types
    "Missing data for required field.": _("Fill in this field."),
    "Field may not be null.": _("This may not be empty."),
    "Invalid value.": _("This cannot be used."),
    "Not a valid string.": _("This must be text."),
    "Not a valid utf-8 string.": _("This must be text."),
    "Not a valid number.": _("This must be a number."),
    "Number too large.": _("The number is too large."),
    "Special numeric values (nan or infinity) are not permitted.": _("This must be a number."),
    "Not a valid integer.": _("This must be a whole number."),
    "Not a valid boolean.": _("This must be true or false."),
    "Not a valid {obj_type}.": _("Write the day as YYYY-MM-DD."),
    "Not a valid {awareness} {obj_type}.": _("Write the day as YYYY-MM-DD."),
    '"{input}" cannot be formatted as a {obj_type}.': _("Write the day as YYYY-MM-DD."),
    "Must be one of: {choices}.": _("This is none of the choices."),
    "Not a valid list.": _("This must be a list."),
    "Invalid type.": _("This must be an object."),
    "Unknown field.": _("There is no such field."),
    "Invalid input type.": _("This must be an object."),
}


class Translated(Schema):
    """A schema whose errors are all in the caller's language: none of marshmallow's own sentences reaches anybody."""

    error_messages = {  # noqa: RUF012 - marshmallow's own
        "unknown": _("There is no such field."),
        "type": _("This must be an object."),
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Put our sentences in the place of marshmallow's, in the field and in what it holds."""
        held: Any = field_obj
        while held is not None:
            held.error_messages = {key: BUILT_IN.get(str(said), said) for key, said in held.error_messages.items()}
            held = getattr(held, "inner", None)


def words_of(*refusals: type[FieldRefusal]) -> dict[str, Any]:
    """Return the sentences for these refusals by their codes, as marshmallow's fields want them."""
    return {refusal.code: SENTENCES[refusal.code] for refusal in refusals}


class Strict(Translated):
    """A schema that refuses data with a field that it does not declare."""

    class Meta:
        unknown = RAISE


class PlainText(fields.String):
    """One line of at most `most` characters that can be stored: no control characters, no lone surrogates."""

    fits = staticmethod(is_storable_line)
    pattern = r"^[^\u0000-\u001f\u007f\u0085\u2028\u2029\ufffe\uffff]*$"  # the same, in the document

    default_error_messages = MISSING_MESSAGES | {
        "invalid": _("This must be text."),
        "characters": BAD_CHARACTERS,
    }

    def __init__(self, *, most: int = 200, **more: Any) -> None:
        length = validate.Length(max=most, error=_too_long(most))
        super().__init__(validate=length, metadata={"pattern": self.pattern} | more.pop("metadata", {}), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if not self.fits(text):
            raise self.make_error("characters")
        return text if visible(text) else ""  # what nobody sees is no text


class LongText(PlainText):
    """Text of several lines, at most `most` characters, that can be stored."""

    fits = staticmethod(is_storable)
    pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]*$"


class Slug(PlainText):
    """The slug (short name in URLs and fields) of a unit, a category or a place."""

    def __init__(self, **more: Any) -> None:
        super().__init__(most=LONGEST_SLUG, **more)


class MailAddress(PlainText):
    """One mail address, without the name of its owner, loaded as it is stored."""

    default_error_messages = words_of(NotAMailAddress, LettersBeforeTheAt)

    def __init__(self, **more: Any) -> None:
        super().__init__(most=LONGEST_ADDRESS, metadata={"format": "email"}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return read_public_address(text)
        except FieldRefusal as refusal:
            raise self.make_error(refusal.code) from None


class PhoneNumber(PlainText):
    """A telephone number, loaded as it was typed."""

    default_error_messages = words_of(NotAPhoneNumber)

    def __init__(self, **more: Any) -> None:
        super().__init__(most=LONGEST_PHONE, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more).strip()
        if text and not is_phone_number(text):
            raise self.make_error(NotAPhoneNumber.code)
        return text


class LocalDay(fields.Date):
    """A local date, such as 2026-04-30, in a year that the calendar of working days covers."""

    default_error_messages = MISSING_MESSAGES | {
        "invalid": _("Write the day as YYYY-MM-DD."),
        "format": _("Write the day as YYYY-MM-DD."),
        "years": _("The day must lie between %(first)s and %(last)s.", first=FIRST_YEAR + 1, last=LAST_YEAR - 1),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **more)
        if not FIRST_YEAR < day.year < LAST_YEAR:
            raise self.make_error("years")
        return day


class Bool(fields.Boolean):
    """A field that is true or false."""

    default_error_messages = MISSING_MESSAGES | {"invalid": _("This must be true or false.")}


class Number(fields.Integer):
    """A field that is a whole number."""

    default_error_messages = MISSING_MESSAGES | {
        "invalid": _("This must be a whole number."),
        "too_large": _("The number is too large."),
    }


class Choice(fields.String):
    """A field that accepts only the words of a tuple or an enum. Words of an enum are loaded as its members."""

    default_error_messages = MISSING_MESSAGES | {"invalid": _("This must be text.")}

    def __init__(self, words: type[Any] | tuple[str, ...], **more: Any) -> None:
        self.make = words if isinstance(words, type) else str
        known = [str(word) for word in words]
        one_of = validate.OneOf(known, error=_("This must be one of: %(known)s.", known=", ".join(known)))
        super().__init__(validate=one_of, **more)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **more: Any) -> Any:
        """Return the word or, with an enum, its member. Raises marshmallow's `ValidationError` for any other word."""
        word = super().deserialize(value, attr, data, **more)
        return self.make(word) if isinstance(word, str) else word


def within(least: float, most: float) -> validate.Range:
    """Return the validator that accepts the numbers from `least` to `most`, both included."""
    return validate.Range(least, most, error=_("This must lie between %(least)s and %(most)s.", least=least, most=most))


def _too_long(most: int) -> Any:
    return _("The text may have at most %(most)s characters.", most=most)
