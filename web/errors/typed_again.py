"""What somebody typed, to be shown on an error page and sent again: an error never takes a text with it."""

from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException

from web.current import is_for_machines
from web.requests.kept_forms import Typed, typed_fields
from web.requests.security import may_be_shown_again

LABELS: dict[str, LazyString] = {
    "title": _l("What is it about?"),
    "description": _l("Tell more"),
    "text": _l("Your words"),
    "note": _l("Your words"),
    "decision": _l("Decision"),
    "reach": _l("How do we reach you?"),
    "name": _l("Name"),
    "email": _l("E-mail"),
    "code": _l("The code in the letter"),
}
LONG = 60
SEVERAL_LINES = frozenset({"description", "text", "note"})


@dataclass(frozen=True)
class TypedField:
    """One value of a field. `label` is "" for what a person did not write: it goes along unseen."""

    name: str
    value: str
    label: str

    @property
    def is_long(self) -> bool:
        """Whether it needs more than a line."""
        return self.name in SEVERAL_LINES or len(self.value) > LONG or "\n" in self.value


@dataclass(frozen=True)
class TypedForm:
    """A form as it was sent. `action` is where it may be sent again, "" when it may only be read."""

    action: str
    fields: tuple[TypedField, ...]


def typed_form() -> TypedForm | None:
    """Return what was typed in the form of this request; None when it was no form of a page, or nothing was typed."""
    if request.method != "POST" or is_for_machines():
        return None
    try:
        fields = _fields(typed_fields())
    except (HTTPException, OSError):
        return None  # the form cannot be read at all
    if not any(field.label for field in fields):
        return None
    return TypedForm(request.path if may_be_shown_again() else "", fields)


def form_to_send(kept: Typed) -> TypedForm:
    """Return a form that was kept, to be sent now."""
    return TypedForm(kept.path, _fields(kept.fields))


def _fields(typed: dict[str, list[str]]) -> tuple[TypedField, ...]:
    return tuple(TypedField(name, value, _label(name, value)) for name, values in typed.items() for value in values)


def _label(name: str, value: str) -> str:
    known = LABELS.get(name) or LABELS.get(name.partition("-")[0])
    if known:
        return str(known)
    return str(_l("Your words")) if len(value) > LONG else ""
