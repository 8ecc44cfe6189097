"""The marshmallow schema of a mapping: what each of its TOML tables may hold."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from cases.administration.file_schema import MISSING_KEY, TomlField, TomlSchema
from cases.imports.columns import NAMES, NEEDED
from cases.organisation.units import MAY_BE_RESPONSIBLE

OURS = fields.String(validate=OneOf(NAMES, error="we have no such column"))
NO_UNIT = "must be department or group, not {input!r}"


# --- values --------------------------------------------------------------------------------


class Plain(TomlField[str]):
    """A field that accepts a TOML value of one of the types in `types`, and loads it as a text."""

    def __init__(self, must: str, *types: type, **kwargs: Any) -> None:
        super().__init__(must, **kwargs)
        self.types = types

    def accepts(self, value: Any) -> bool:
        return isinstance(value, self.types)

    def read(self, value: Any) -> str:
        return str(value)


def _text(**kwargs: Any) -> Plain:
    return Plain("must be a text", str, **kwargs)


def _text_or_number() -> Plain:
    return Plain("must be a text or a whole number", str, int)


def _single() -> Plain:
    return Plain("must be one value", str, int, float, date, time)


class Encoding(TomlField[str]):
    """The encoding of a CSV file, by its name in Python, such as cp1252; an empty text means that it is detected."""

    def __init__(self) -> None:
        super().__init__("must be an encoding such as cp1252")

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)

    def read(self, value: str) -> str:
        try:
            "a".encode(value or "ascii")
        except LookupError:
            raise ValueError("no encoding of text") from None
        return value


class Delimiter(TomlField[str]):
    """The delimiter of a CSV file, one character; an empty text means that it is detected."""

    def __init__(self) -> None:
        super().__init__("must be one character")

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) <= 1


class Formats(TomlField[list[str]]):
    """A list of formats, as `strptime` reads them, in which a file writes its days and times."""

    def __init__(self) -> None:
        super().__init__('must be a list such as ["%d/%m/%Y %H:%M"]')

    def accepts(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(form, str) for form in value)


class Zone(fields.Field[ZoneInfo]):
    """A time zone of the IANA database."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> ZoneInfo:
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise ValidationError(f"there is no {value!r}") from None


class MappingTable(fields.Dict):
    """A field for a TOML table with any keys. Errors of a key or its value are reported under that key."""

    def __init__(self, values: fields.Field[Any], keys: fields.Field[Any] | None = None) -> None:
        super().__init__(keys=keys or fields.String(), values=values, load_default=dict)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError(f"must be a table, not {value!r}")
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            wrongs = error.messages_dict
            raise ValidationError({key: wrong.get("key") or wrong["value"] for key, wrong in wrongs.items()}) from None


# --- tables --------------------------------------------------------------------------------


class FileTable(TomlSchema):
    time_zone = Zone()
    dates = Formats()
    encoding = Encoding()
    delimiter = Delimiter()


class CreateTable(TomlSchema):
    error_messages = {"unknown": "only category, place, responsible can be created"}  # noqa: RUF012 - as marshmallow
    category = _text()
    place = _text()
    responsible = _text(validate=OneOf(MAY_BE_RESPONSIBLE, error=NO_UNIT))


class MappingSchema(TomlSchema):
    """The schema of a whole mapping. Loading returns a dict of its TOML tables by name."""

    error_messages = {"unknown": "is not known"}  # noqa: RUF012 - marshmallow reads it so
    file = fields.Nested(FileTable, load_default=dict)
    columns = MappingTable(_text(), keys=OURS)
    constants = MappingTable(_text_or_number(), keys=OURS)
    values = MappingTable(MappingTable(_single()), keys=OURS)
    names = MappingTable(MappingTable(_single()), keys=OURS)
    notes = MappingTable(_text())
    create = fields.Nested(CreateTable, load_default=dict)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _names_what_is_needed(self, _: Any, original: dict[str, Any], **__: Any) -> None:
        given = [original.get(name, {}) for name in ("columns", "constants")]
        if not all(isinstance(table, dict) for table in given):
            return
        lacking = [name for name in NEEDED if not any(name in table for table in given)]
        if lacking:
            raise ValidationError({"columns": {name: [MISSING_KEY] for name in lacking}})
