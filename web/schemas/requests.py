"""The bodies of the API's requests: to hand in, change, correct, comment on and follow a case."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load

from cases.case import LONGEST_TEXT, LONGEST_TITLE, WAITING_FOR_REPORTER
from cases.correcting import Correction
from cases.handing_in import Reporter, Request
from cases.history.words import Visibility
from cases.mail_addresses import LONGEST_ADDRESS
from cases.progress import Change, WaitingFor
from cases.reporters.details import LONGEST_REASON
from cases.settings import LOCALES
from cases.states import Kind, State
from web.schemas.fields import (
    Bool,
    Choice,
    LocalDay,
    LongText,
    MailAddress,
    Number,
    PhoneNumber,
    PlainText,
    Slug,
    Strict,
    within,
)

CHANNELS = ("web", "api", "phone", "mail", "letter", "meeting", "visit")
LARGEST_VERSION = 2**31 - 1
REFERENCE = 20


class ReporterIn(Strict):
    """The reporter, in the body of a new case."""

    name = PlainText(required=True)
    email = MailAddress(allow_none=True)
    phone = PhoneNumber(allow_none=True)
    locale = Choice(LOCALES, load_default="sv")

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Reporter:
        """Return `given`, the loaded fields, as a `Reporter`."""
        return Reporter(**given)


class CaseIn(Strict):
    """The body of POST /cases: the case to hand in."""

    kind = Choice(Kind, required=True)
    title = PlainText(most=LONGEST_TITLE, required=True)
    description = LongText(most=LONGEST_TEXT, load_default="")
    category = Slug(allow_none=True)
    place = Slug(allow_none=True)
    group = Slug(allow_none=True)
    latitude = fields.Float(allow_none=True, validate=within(-90, 90))
    longitude = fields.Float(allow_none=True, validate=within(-180, 180))
    reporter = fields.Nested(ReporterIn, allow_none=True)
    channel = Choice(CHANNELS, load_default="web", metadata={"description": "From staff; without a token, web or api."})
    public = Bool(load_default=False)
    perspective = Slug(allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Request:
        """Return `given`, the loaded fields, as a `Request`, which `cases.handing_in` makes into a case."""
        return Request(**given)


A_TEXT = {"type": "string", "maxLength": 60, "pattern": PlainText.pattern}


class Awaited(fields.Field[WaitingFor]):
    """The field that says whom a case waits for: "reporter", {"unit": slug} or {"name": ..., "their_ref": ...}."""

    documented: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"const": WAITING_FOR_REPORTER},
            {"type": "object", "properties": {"unit": A_TEXT}, "required": ["unit"], "additionalProperties": False},
            {
                "type": "object",
                "properties": {"name": A_TEXT, "their_ref": {"anyOf": [A_TEXT, {"type": "null"}]}},
                "required": ["name"],
                "additionalProperties": False,
            },
            {"type": "null"},
        ]
    }
    default_error_messages = {  # noqa: RUF012 - marshmallow's own
        "awaited": _("""Write "reporter", {"unit": slug} or {"name": ..., "their_ref": ...}.""")
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> WaitingFor:
        if value == WAITING_FOR_REPORTER:
            return WaitingFor(WAITING_FOR_REPORTER)
        schema = AWAITED.get(frozenset(value) - {"their_ref"}) if isinstance(value, dict) else None
        if schema is None:
            raise self.make_error("awaited")
        loaded: WaitingFor = schema.load(value)
        return loaded


class AwaitedUnit(Strict):
    """A value {"unit": slug} of the field `Awaited`: the case waits for a unit."""

    unit = Slug(required=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> WaitingFor:
        """Return `given`, the loaded fields, as a `WaitingFor`."""
        return WaitingFor("unit", **given)


class AwaitedOther(Strict):
    """A value {"name": ..., "their_ref": ...} of `Awaited`: the case waits for somebody outside the municipality."""

    name = PlainText(required=True)
    their_ref = PlainText(most=100, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> WaitingFor:
        """Return `given`, the loaded fields, as a `WaitingFor`."""
        return WaitingFor("other", **given)


AWAITED: dict[frozenset[str], Strict] = {
    frozenset({"unit"}): AwaitedUnit(),
    frozenset({"name"}): AwaitedOther(),
}


class ChangeIn(Strict):
    """The body of POST /cases/<ref>/changes: the new state (`to`), and the data of the move, such as `due_on`.

    `version` is the version of the case that the client has read; the change is refused if the case has a newer one.
    """

    to = Choice(State, required=True)
    version = Number(required=True, strict=True, validate=within(0, LARGEST_VERSION))
    note = LongText(most=LONGEST_TEXT, allow_none=True)
    reason = LongText(most=LONGEST_TEXT, allow_none=True)
    responsible = Slug(allow_none=True)
    officer = PlainText(most=LONGEST_ADDRESS, allow_none=True)
    due_on = LocalDay(allow_none=True)
    promised_on = LocalDay(allow_none=True)
    waiting_for = Awaited(allow_none=True, metadata=Awaited.documented)
    into = PlainText(most=REFERENCE, allow_none=True)
    visibility = Choice(Visibility, load_default=Visibility.PUBLIC)
    done_on = LocalDay(allow_none=True)
    done_by = PlainText(most=200, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Change:
        """Return `given`, the loaded fields, as a `Change`."""
        return Change(**given)


class CorrectionIn(Strict):
    """The body of PATCH /cases/<ref>. A field left out stays as it is; null removes the category or the place."""

    title = PlainText(most=LONGEST_TITLE)
    category = Slug(allow_none=True)
    place = Slug(allow_none=True)
    quick_win = Bool()
    published = Bool()

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Correction:
        """Return `given`, the loaded fields, as a `Correction`. A null becomes "", which removes the value."""
        emptied: dict[str, Any] = {name: "" for name, value in given.items() if value is None}
        return Correction(**(given | emptied))


class ReporterCorrectionIn(Strict):
    """The body of PATCH /cases/<ref>/reporter. A field left out stays as it is; null removes what was known."""

    name = PlainText(allow_none=True)
    email = PlainText(most=LONGEST_ADDRESS, allow_none=True)
    phone = PlainText(most=40, allow_none=True)
    protected = Bool()
    why = PlainText(most=LONGEST_REASON, required=True)


class CommentIn(Strict):
    """The body of POST /cases/<ref>/comments: the text, and who may read it."""

    text = LongText(most=LONGEST_TEXT, required=True)
    visibility = Choice(Visibility, load_default=Visibility.PARTICIPANTS)


class ReplyReadIn(Strict):
    """The body of POST /cases/<ref>/reply-read: the version of the case that the client has read.

    It is refused if the case has a newer one: then there may be another reply to read.
    """

    version = Number(required=True, strict=True, validate=within(0, LARGEST_VERSION))


class FollowerIn(Strict):
    """The body of POST /cases/<ref>/followers: the address to subscribe, and the language of its letters."""

    email = MailAddress(required=True)
    locale = Choice(LOCALES, load_default="sv")


class NothingIn(Strict):
    """An empty body: the request says all by its path."""
