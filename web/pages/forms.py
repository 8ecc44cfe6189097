"""HTML forms: what somebody typed is shown again, with the reason for a refusal beside its field."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, ValidationError, fields, missing, pre_load, validate
from werkzeug.datastructures import MultiDict

from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.database.texts import is_storable, is_storable_line, visible
from cases.refusals import BadCharacters, NotFound, Refusal
from web.current import today
from web.errors.handlers import status_of
from web.errors.refused_forms import FormSentBefore
from web.language.dates import day_words
from web.language.days.typed_days import AnotherWeekday, NoSuchDay, NotADay, read_day
from web.language.gettext import gettext
from web.language.refusals import BAD_CHARACTERS, sentence_of
from web.pages.example_days import example_day
from web.pages.stamps import FormStamp, new_stamp
from web.requests.parsing.readable import LARGEST_NUMBER
from web.schemas.fields import Translated, within

QUICKEST = 3  # seconds from showing a form to sending it
UNPROCESSABLE = 422
PICKED = "-picked"  # ends the name of the calendar beside a text field for a day
FORM_FIELDS = {
    "file": "files",
    "reason": "note",
    "taken_over_by": "to",
}  # the form's name for a field that the domain calls otherwise


class Form:
    """One form as a page shows it: what was typed (`Form(request.form)`, or first values), and why it was refused.

    Once refused, `refusals` has the sentence for each field and `refusal` the one above the form; `refused` is the
    `Refusal` that was raised (None if only the input was invalid). `status` is the HTTP status for the page, 200 until
    refused. `prefix` stands before the names that the domain has for the fields, on a page with several forms.
    `is_shown_again` says that the page is opened for this form, which was sent earlier: it must be seen.
    """

    def __init__(self, typed: Any = None, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._typed = {} if typed is None else typed
        self.refusals: dict[str, str] = {}
        self.refusal = ""
        self.refused: Refusal | None = None
        self.status = 200
        self.staged: list[tuple[str, str]] = []  # files that are kept with it: a reference, and the file's name
        self.is_shown_again = False
        self._stamp = ""

    def typed(self, name: str) -> str:
        """Return what was typed in this field, unchanged; "" when nothing was typed."""
        return str(self._typed.get(name) or "")

    def names(self) -> list[str]:
        """Return the names of the fields that were sent, or that have first values."""
        return list(self._typed)

    def has(self, name: str, value: object) -> bool:
        """Return whether this is among the values of a field that may have several, such as checkboxes."""
        return str(value) in (self._typed.getlist(name) if hasattr(self._typed, "getlist") else ())

    def fill_in(self, name: str, value: str) -> None:
        """Put this value into a field in which nothing was typed."""
        if not self.typed(name):
            self.put(name, value)

    def put(self, name: str, value: str) -> None:
        """Put this value into a field, in place of what was in it."""
        self._typed = MultiDict(self._typed)
        self._typed[name] = value

    def put_all(self, values: dict[str, str]) -> None:
        """Put these values into the form, in place of everything that was in it."""
        self._typed = MultiDict(values)

    def text(self, name: str) -> str:
        """Return what was typed in this field. Raises `BadCharacters` when it cannot be stored.

        For forms without a `TypedSchema`, whose fields check it.
        """
        text = self.typed(name)
        if not is_storable(text):
            raise BadCharacters(field=name)
        return text

    @property
    def stamp(self) -> str:
        """The stamp of the form, for a hidden field. `refuse_machines` checks it.

        It is the one that was sent with the form. It is a new one when none was sent, or that one is not valid or
        spent, or it was made for somebody else than the caller.
        """
        sent = FormStamp(self.typed("stamp"))
        if sent.age is not None and sent.is_of_the_caller and not isinstance(self.refused, FormSentBefore):
            return sent.text
        self._stamp = self._stamp or new_stamp()
        return self._stamp

    @property
    def stamp_hash(self) -> str:
        """The hash of the stamp, to bind to it what belongs to this form only."""
        return FormStamp(self.stamp).hash

    def catching_refusals(self) -> "CatchingRefusals":
        """Return a context manager that catches a refusal raised in its block and puts its sentences into this form."""
        return CatchingRefusals(self)

    def refuse(self, refused: ValidationError | Refusal) -> None:
        """Put the sentence for a refusal beside its field, or above the form when it concerns no field."""
        if isinstance(refused, ValidationError):
            self.status = UNPROCESSABLE
            messages = refused.normalized_messages()  # type: ignore[no-untyped-call]
            self.refusals |= {str(name): first_sentence(sentences) for name, sentences in messages.items()}
            self.refusal = self.refusals.pop("stamp", "")  # no field that anybody sees
        else:
            self._refuse(refused)

    def _refuse(self, refusal: Refusal) -> None:
        self.refused, self.status = refusal, status_of(refusal)
        field = FORM_FIELDS.get(getattr(refusal, "field", ""), getattr(refusal, "field", ""))
        if field:
            self.refusals[self._prefix + field] = sentence_of(refusal.code, refusal.facts)
        else:
            self.refusal = sentence_of(refusal.code, refusal.facts)


class CatchingRefusals:
    """Context manager that catches `ValidationError` and `Refusal` (not `NotFound`) and puts them into a form."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, ValidationError | Refusal) or isinstance(error, NotFound):
            return False
        self.form.refuse(error)
        return True


class TypedSchema(Translated):
    """Base of the schemas of forms: empty fields count as missing, unknown fields are ignored."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _without_the_empty(self, data: Any, **_: Any) -> dict[str, Any]:
        plain = {name: visible(value) for name, value in data.items()}
        return self._with_picked({name: value for name, value in plain.items() if value})

    def _with_picked(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the values with the days that were picked in a calendar, which is beside each text field for a day.

        Raises `ValidationError` for a field in which another day was typed.
        """
        for name, field in self.fields.items():
            picked = given.pop(name + PICKED, None) if isinstance(field, DayField) else None
            if picked and given.setdefault(name, picked) != picked and field.deserialize(given[name]) != _iso(picked):
                raise ValidationError(
                    {name: [gettext("The field and the calendar have different days. Give only one.")]}
                )
        return given


class TypedText(fields.String):
    """A typed text that can be stored; of one line, or with `fits=is_storable` of several."""

    default_error_messages = {"characters": BAD_CHARACTERS}  # noqa: RUF012 - marshmallow's own

    def __init__(self, *, fits: Callable[[str], bool], **more: Any) -> None:
        self.fits = fits
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if not self.fits(text):
            raise self.make_error("characters")
        return text


def text_field(
    longest: int = LONGEST_TITLE, needed: Any = None, fits: Callable[[str], bool] = is_storable_line
) -> fields.String:
    """Return a schema field for one line of text, at most `longest` characters.

    `needed` is the sentence that asks for a missing text; giving it makes the field required. Without it, a missing
    text is loaded as None.
    """
    too_long = _l("At most %(most)d characters fit here.", most=longest)
    return TypedText(
        fits=fits,
        required=needed is not None,
        load_default=None if needed is None else missing,
        validate=validate.Length(max=longest, error=too_long),
        error_messages={"required": needed} if needed is not None else {},
    )


def long_field(needed: Any = None) -> fields.String:
    """Return a schema field for a text of several lines.

    `needed` is the sentence that asks for a missing text; giving it makes the field required.
    """
    return text_field(LONGEST_TEXT, needed, is_storable)


def number_field(*, most: int = LARGEST_NUMBER, said: Any = None) -> fields.Integer:
    """Return a schema field for an optional whole number from 0 to `most`; a missing one is loaded as None.

    `said` is the sentence for what is none, in place of the usual ones.
    """
    if said is None:
        return fields.Integer(load_default=None, allow_none=True, validate=within(0, most))
    return fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, most, error=said),
        error_messages={"invalid": said, "too_large": said},
    )


class DayField(fields.Field[date]):
    """A day typed in a text field as people write it: see `read_day`. `has_been` is for a day in the past."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own
        "missing": _l("There is no such day. Check the month and the day."),
        "weekday": _l("That day is another weekday. Leave the weekday out, or correct it."),
    }

    def __init__(self, *, has_been: bool = False, **more: Any) -> None:
        self.has_been = has_been
        super().__init__(**more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        try:
            return read_day(str(value), today=today(), has_been=self.has_been)
        except AnotherWeekday:
            raise self.make_error("weekday") from None
        except NoSuchDay:
            raise self.make_error("missing") from None
        except NotADay:
            raise ValidationError(day_example_words(has_been=self.has_been)) from None


def day_example_words(*, has_been: bool = False) -> str:
    """Return the sentence that says how a day is written, with an example; of a day that has been when `has_been`."""
    day = example_day(has_been=has_been)
    return gettext("Write the day as %(day)s or %(in_words)s.", day=day.isoformat(), in_words=day_words(day))


def day_field(*, has_been: bool = False) -> DayField:
    """Return a schema field for an optional typed day; a missing day is loaded as None."""
    return DayField(load_default=None, has_been=has_been)


def _iso(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:
        return None


def refuse_machines() -> None:
    """Raise `ValidationError` if a machine seems to have sent the form: hidden field filled, sent too soon or too late.

    Nothing is lost: the page is shown again with what was typed, so that a person can send it once more.
    """
    if request.form.get("webbplats"):
        raise ValidationError({"stamp": [gettext("This looks like it was sent by a machine. Send it once more.")]})
    age = FormStamp(request.form.get("stamp", "")).age
    if age is None:
        raise ValidationError({"stamp": [gettext("The form has been open for too long. Send it once more.")]})
    if age < QUICKEST:
        raise ValidationError({"stamp": [gettext("That went very fast. Wait a moment and send it once more.")]})


def first_sentence(sentences: Any) -> str:
    """Return the first of the sentences of a `ValidationError`, or the one that there is."""
    return str(sentences[0] if isinstance(sentences, list) else sentences)
