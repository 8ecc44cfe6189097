"""No sentence of marshmallow's own reaches anybody: every field of every schema that reads something is provoked."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask_babel import force_locale
from marshmallow import Schema, ValidationError, fields, validate
from support.houses.small_web import Web

import web as the_package
from web.pages.forms import TypedSchema
from web.schemas import responses, statistics
from web.schemas.fields import Strict, Translated
from web.schemas.village import contact_responses, meeting_responses, plan_responses, register_responses, seat_responses

TYPED = ("x", "x" * 30_000, "", "\u200b", "-1", "1.5", "9" * 400, "2026-02-30")  # a form knows nothing but texts
BAD_VALUES = (
    *TYPED,
    None,
    "x" * 30_000,
    "",
    "\u200b",
    10**400,
    -1,
    1.5,
    float("nan"),
    [],
    ["x"],
    {},
    {"x": 1},
    True,
    b"\xff",
)
VILLAGE = (contact_responses, meeting_responses, plan_responses, register_responses, seat_responses)
ANSWERS = {module.__name__ for module in (responses, statistics, *VILLAGE)}
OWN = tuple(
    text.partition("{")[0]
    for kind in vars(fields).values()
    if isinstance(kind, type) and issubclass(kind, fields.Field)
    for text in kind.default_error_messages.values()
    if isinstance(text, str) and text.partition("{")[0].strip('"')
)

for module in pkgutil.walk_packages(the_package.__path__, "web."):
    import_module(module.name)


def schemas(of: type[Schema]) -> Iterator[type[Schema]]:
    """Yield every schema that reads what was sent, and is derived from this one."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith("web") and kind.__module__ not in ANSWERS:
            yield kind
        yield from schemas(kind)


READING = sorted(set(schemas(Schema)) - {Strict, Translated}, key=lambda kind: kind.__name__)


def sentences(errors: Any) -> Iterator[str]:
    """Yield every sentence in a schema's errors."""
    if isinstance(errors, dict):
        errors = list(errors.values())
    for error in errors if isinstance(errors, list) else ():
        yield from sentences(error)
    if not isinstance(errors, list | dict):
        yield str(errors)


@pytest.mark.parametrize("kind", READING)
def test_every_provoked_error_is_a_sentence_of_ours(kind: type[Schema], sqlite_web: Web) -> None:
    with sqlite_web.app.test_request_context(), force_locale("sv"):
        for name, field in kind().load_fields.items():
            for value in TYPED if issubclass(kind, TypedSchema) else BAD_VALUES:
                try:
                    field.deserialize(value, name, {name: value})
                except ValidationError as refused:
                    for sentence in sentences(refused.normalized_messages()):
                        assert sentence and not sentence.startswith(OWN), (name, value, sentence)


@pytest.mark.parametrize("kind", READING)
def test_no_message_or_validator_keeps_a_sentence_of_marshmallow(kind: type[Schema]) -> None:
    for name, field in kind().load_fields.items():
        said = [str(message) for message in field.error_messages.values()]
        assert not [message for message in said if message.startswith(OWN)], name
        plain = [one for one in field.validators if isinstance(one, validate.Range | validate.Length | validate.OneOf)]
        assert all(one.error for one in plain), name


def test_every_schema_that_reads_is_translated() -> None:
    assert [kind.__name__ for kind in READING if not issubclass(kind, Translated)] == []
