"""Marshmallow schemas for TOML files that people write: unknown keys and wrong types are errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any, ClassVar, TypeVar

from marshmallow import Schema, ValidationError, fields, post_load, pre_load

from cases.database.texts import is_storable_line, visible

# Errors about a table: `$key` is filled in, and the path ends at the table.
MISSING_KEY, UNKNOWN_KEY = "lacks $key", "knows no $key"
Path = tuple[str | int, ...]  # keys of tables, and indexes of list items from 0
Value = TypeVar("Value")


class TomlSchema(Schema):
    """Marshmallow schema of one TOML table; an unknown key is an error.

    `load` calls `makes` with the table's keys and values as arguments, lists turned into tuples, and returns the
    result. Each subclass sets `makes`, mostly to a dataclass.
    """

    makes: ClassVar[Callable[..., Any]] = dict
    error_messages = {"type": "must be a table"}  # noqa: RUF012 - marshmallow reads it so

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if not any("unknown" in vars(kind).get("error_messages", {}) for kind in type(self).__mro__):
            self.error_messages["unknown"] = f"{UNKNOWN_KEY}; it knows {', '.join(self._keys())}"

    def _keys(self) -> list[str]:
        return [field.data_key or name for name, field in self.fields.items()]

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Set the message that is shown when this field's key is missing; marshmallow calls it once for each field."""
        field_obj.error_messages["required"] = MISSING_KEY

    @pre_load
    def _refuse_non_table(self, given: Any, *, many: bool, **_: Any) -> Any:
        if not many and not isinstance(given, dict):
            raise ValidationError(f"{self.error_messages['type']}, not {given!r}")
        return given

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Any:
        return self.makes(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def errors_in(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield (path, message) for each error in the nested `messages` of a marshmallow `ValidationError`.

    A path is the keys and indexes that lead to the wrong value, such as ("roles", 0, "unit"). The argument `path` is
    the path of `messages` itself: it begins every path.
    """
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from errors_in(inner, path if key == "_schema" else (*path, key))
        return
    for message in messages:
        is_about_table = message.startswith((MISSING_KEY, UNKNOWN_KEY))
        yield (path[:-1], message.replace("$key", str(path[-1]), 1)) if is_about_table else (path, message)


def readable_path(path: Path) -> str:
    """Return the path as text, with indexes that count from 1: ("roles", 0, "unit") becomes "roles no. 1, unit"."""
    parts = (f" no. {part + 1}" if isinstance(part, int) else f", {part}" for part in path)
    return "".join(parts).removeprefix(", ")


# --- values --------------------------------------------------------------------------------


class TomlField(fields.Field[Value]):
    """A field that loads a value as TOML parsed it, without converting its type.

    For a wrong value, the error message is `must` (such as "must be true or false"), followed by the value found.
    """

    def __init__(self, must: str, **options: Any) -> None:
        super().__init__(**options)
        self.must = must

    def accepts(self, value: Any) -> bool:
        """Return whether the value has the right type and range."""
        raise NotImplementedError

    def read(self, value: Any) -> Value:
        """Return the loaded form of a value for which `accepts` is true.

        Raises `ValueError` when the value is wrong nevertheless, such as the name of an unknown encoding.
        """
        loaded: Value = value
        return loaded

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Value:
        try:
            if self.accepts(value):
                return self.read(value)
        except ValueError:
            pass
        raise ValidationError(f"{self.must}, not {value!r}")


class TomlText(TomlField[str]):
    """One line of 1 to `most` characters, none of them a control character; white space around it is removed."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(f"must be a text of 1 to {most} characters", **options)
        self.most = most

    def accepts(self, value: Any) -> bool:
        is_text = isinstance(value, str) and bool(visible(value)) and len(value) <= self.most
        return is_text and is_storable_line(value.strip())

    def read(self, value: str) -> str:
        return value.strip()


class TomlChoice(TomlField[str]):
    """A text that must be one of the words in `allowed`."""

    def __init__(self, allowed: Iterable[str], **options: Any) -> None:
        self.allowed = tuple(map(str, allowed))
        super().__init__(f"must be one of {', '.join(self.allowed)}", **options)

    def accepts(self, value: Any) -> bool:
        return value in self.allowed


class TomlInteger(TomlField[int]):
    """A whole number from `least` to `most`; true and false are refused."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(f"must be a whole number from {least} to {most}", **options)
        self.least, self.most = least, most

    def accepts(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most


class TomlDate(TomlField[date]):
    """A date; a date with a time is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__("must be a date such as 2026-04-14", **options)

    def accepts(self, value: Any) -> bool:
        return type(value) is date


class TomlTime(TomlField[time]):
    """A local time of day; one with a date or a time zone is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__("must be a time such as 18:30:00", **options)

    def accepts(self, value: Any) -> bool:
        return type(value) is time
