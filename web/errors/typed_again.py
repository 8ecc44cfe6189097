"""What somebody typed, to be shown on an error page and sent again: an error never takes a text with it."""

from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException

from web.current import is_for_machines
from web.requests.kept_forms import LEFT_OUT, Typed, typed_fields
from web.requests.security import may_be_shown_again

LABELS: dict[str, LazyString] = {
    "title": _l("What is it about?"),
    "description": _l("Add details"),
    "decision": _l("Decision"),
    "reach": _l("How do we reach you?"),
    "name": _l("Name"),
    "email": _l("E-mail address"),
    "code": _l("The code in the e-mail"),
    "phone": _l("Telephone"),
    "asker_name": _l("Name"),
    "asker_email": _l("E-mail address"),
    "asker_phone": _l("Telephone"),
    "asker_why": _l("Why"),
    "protection_why": _l("Why"),
    "to": _l("Its reference"),
    "into": _l("With which case"),
    "waiting_name": _l("Who, if somebody else"),
    "their_ref": _l("Their reference"),
    "due_on": _l("Day"),
    "promised_on": _l("Date promised"),
    "raised_on": _l("Raised in the council"),
    "held_on": _l("Day"),
    "on": _l("Day of the contact"),
    "next_on": _l("Day of the next contact"),
    "since": _l("First day"),
    "until": _l("Last day"),
    "met": _l("With whom?"),
    "questions": _l("Questions from the group"),
    "every_months": _l("Comes again after so many months"),
    "position": _l("Position"),
    "where": _l("Where"),
}
CHOSEN = frozenset({  # what a person chose and did not write, or the form says itself: it goes along unseen
    "step", "version", "visibility", "kind", "channel", "category", "place", "group", "responsible", "officer",
    "waiting_for", "public", "protected", "quick_win", "event", "reporter", "person", "how", "opened",
    "sector", "office",
})  # fmt: skip
LONG = 60
SEVERAL_LINES = frozenset({"description", "text", "note", "questions"})


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
    return TypedForm(kept.path, _fields({name: typed for name, typed in kept.fields.items() if name not in LEFT_OUT}))


def _fields(typed: dict[str, list[str]]) -> tuple[TypedField, ...]:
    return tuple(TypedField(name, value, _label(name, value)) for name, values in typed.items() for value in values)


def _label(name: str, value: str) -> str:
    kind = name.partition("-")[0]
    if kind in CHOSEN and len(value) <= LONG:
        return ""
    return str(LABELS.get(kind, _l("Your words")))
