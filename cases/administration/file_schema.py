"""Schemas of TOML files that people write: strict in keys and types, each error with the path to its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from marshmallow import Schema, ValidationError, fields, post_load, pre_load

MISSING_KEY, UNKNOWN_KEY = "lacks $key", "knows no $key"  # said of the table, not of the key in it
Path = tuple[str | int, ...]  # keys, and the places of items in lists from 0
Value = TypeVar("Value")


class TomlSchema(Schema):
    """A table of a file. What it loads becomes `makes`, with tuples for lists; an unknown key is an error."""

    makes: ClassVar[Callable[..., Any]] = dict
    error_messages = {"type": "must be a table"}  # noqa: RUF012 - marshmallow reads it so

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not any("unknown" in vars(kind).get("error_messages", {}) for kind in type(self).__mro__):
            self.error_messages["unknown"] = f"{UNKNOWN_KEY}; it knows {', '.join(self.fields)}"

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Let every field that lacks say so in our words."""
        field_obj.error_messages["required"] = MISSING_KEY

    @pre_load
    def _refuse_what_is_no_table(self, given: Any, *, many: bool, **_: Any) -> Any:
        if not many and not isinstance(given, dict):
            raise ValidationError(f"{self.error_messages['type']}, not {given!r}")
        return given

    @post_load
    def _make(self, said: dict[str, Any], **_: Any) -> Any:
        return self.makes(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})


def errors_in(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield path and words of every error in marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from errors_in(inner, path if key == "_schema" else (*path, key))
        return
    for words in messages:
        of_the_table = words.startswith((MISSING_KEY, UNKNOWN_KEY))
        yield (path[:-1], words.replace("$key", str(path[-1]), 1)) if of_the_table else (path, words)


def readable_path(path: Path) -> str:
    """Return the path as people count, such as "roles no. 1, unit"."""
    named = (f" no. {part + 1}" if isinstance(part, int) else f", {part}" for part in path)
    return "".join(named).removeprefix(", ")


# --- values --------------------------------------------------------------------------------


class TomlField(fields.Field[Value]):
    """A value as TOML tells it: nothing is converted, and an error says what it must be and what it is."""

    def __init__(self, must: str, **more: Any) -> None:
        super().__init__(**more)
        self.must = must

    def accepts(self, value: Any) -> bool:
        """Return whether the value can be used."""
        raise NotImplementedError

    def read(self, value: Any) -> Value:
        """Return what an accepted value means. Raises `ValueError` when it means nothing after all."""
        read: Value = value
        return read

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Value:
        try:
            if self.accepts(value):
                return self.read(value)
        except ValueError:
            pass
        raise ValidationError(f"{self.must}, not {value!r}")


class TomlText(TomlField[str]):
    """Words, without the gaps around them."""

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(f"must be a text of 1 to {most} characters", **more)
        self.most = most

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip()) and len(value) <= self.most

    def read(self, value: str) -> str:
        return value.strip()


class TomlChoice(TomlField[str]):
    """One of a few words."""

    def __init__(self, allowed: Iterable[str], **more: Any) -> None:
        self.allowed = tuple(map(str, allowed))
        super().__init__(f"must be one of {', '.join(self.allowed)}", **more)

    def accepts(self, value: Any) -> bool:
        return value in self.allowed


class TomlInteger(TomlField[int]):
    """A whole number; true and false are none."""

    def __init__(self, least: int, most: int, **more: Any) -> None:
        super().__init__(f"must be a whole number from {least} to {most}", **more)
        self.least, self.most = least, most

    def accepts(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most


class TomlDate(TomlField[date]):
    """A date; a moment is none."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be a date such as 2026-04-14", **more)

    def accepts(self, value: Any) -> bool:
        return type(value) is date
