"""The bodies of requests about meetings, their agendas and their minutes. Money is in kronor."""

import re
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate

from cases.case import LONGEST_TEXT
from cases.meetings.agenda_items import ItemSort, SettledHow
from cases.meetings.invited import InvitationAnswer
from cases.meetings.meeting import MeetingPlan, MeetingSort
from cases.meetings.resolution import Verdict
from cases.organisation.units import FORUM
from cases.village.forum.choosing import LONGEST_TOPIC, MOST_ITEMS, WantedItem
from cases.village.forum.convening.calling import LONGEST, Calling
from cases.village.forum.convening.inviting import MOST_INVITED, Invitee
from cases.village.forum.convening.rearranging import Rearrangement
from cases.village.forum.minutes.closing import Closing
from cases.village.forum.minutes.recommending import LONGEST_NUMBER, Recommendation
from cases.village.forum.minutes.settling import Settling
from web.current import current
from web.schemas.fields import (
    MISSING_MESSAGES,
    Bool,
    Choice,
    LocalDay,
    LongText,
    MailAddress,
    Number,
    PlainText,
    Slug,
    Strict,
    within,
)
from web.schemas.village.plan_requests import Kronor

LARGEST_NUMBER = 2**31 - 1
MOST_NUMBERED = within(1, 9999)
AT_MOST_INVITED = validate.Length(max=MOST_INVITED, error=_("At most %(most)s people.", most=MOST_INVITED))
AT_MOST_ITEMS = validate.Length(max=MOST_ITEMS, error=_("At most %(most)s items.", most=MOST_ITEMS))
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")


class StartsAt(PlainText):
    """When a meeting begins: a time of its day, such as 18:30, or a moment with its time zone (ISO 8601)."""

    default_error_messages = {"time": _("Write the time as 18.30.")}  # noqa: RUF012 - marshmallow's own

    def __init__(self, **more: Any) -> None:
        super().__init__(most=40, **more)
        self.validators = []  # what is loaded is no text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more).strip()
        if match := CLOCK.fullmatch(text):
            hour, minute = int(match[1]), int(match[2])
            if hour < 24 and minute < 60:
                return time(hour, minute)
        else:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                moment = None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        raise self.make_error("time")


def moment_of(on: Any, starts_at: time | datetime | None) -> datetime | None:
    """Return the moment (UTC) of a time of this local day; what is a moment already, or None, as it is."""
    if isinstance(starts_at, time):
        return current().database.calendar.moment_of(on, starts_at)
    return starts_at


class InviteeIn(Strict):
    """Somebody to invite besides those who sit in the body."""

    email = MailAddress(required=True)
    name = PlainText(most=200, allow_none=True)
    guest = Bool(load_default=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Invitee:
        """Return `given`, the loaded fields, as an `Invitee`."""
        return Invitee(**given)


class MeetingIn(Strict):
    """The body of POST /meetings: a meeting to call."""

    body = Slug(load_default=FORUM)
    sort = Choice(MeetingSort, load_default=MeetingSort.ORDINARY)
    held_on = LocalDay(required=True)
    starts_at = StartsAt(allow_none=True)
    name = PlainText(most=LONGEST["name"], required=True)
    where = PlainText(most=LONGEST["where"], allow_none=True)
    theme = PlainText(most=LONGEST["theme"], allow_none=True)
    invited = fields.List(
        fields.Nested(InviteeIn), load_default=list, validate=AT_MOST_INVITED,
        error_messages=MISSING_MESSAGES,
    )  # fmt: skip

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Calling:
        """Return `given`, the loaded fields, as a `Calling`."""
        invited, starts_at = tuple(given.pop("invited")), moment_of(given["held_on"], given.pop("starts_at", None))
        return Calling(MeetingPlan(starts_at=starts_at, **given), invited)


class MeetingMoveIn(Strict):
    """The body of PATCH /meetings/<number>: what is to be otherwise. A time of the day needs `held_on` beside it."""

    held_on = LocalDay()
    starts_at = StartsAt()
    name = PlainText(most=LONGEST["name"])
    where = PlainText(most=LONGEST["where"])
    theme = PlainText(most=LONGEST["theme"])

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Rearrangement:
        """Return `given`, the loaded fields, as a `Rearrangement`."""
        starts_at = given.pop("starts_at", None)
        if isinstance(starts_at, time) and "held_on" not in given:
            raise ValidationError({"held_on": [str(MISSING_MESSAGES["required"])]})
        return Rearrangement(starts_at=moment_of(given.get("held_on"), starts_at), **given)


class CancellationIn(Strict):
    """The body of POST /meetings/<number>/cancellation: why the meeting comes to nothing."""

    why = LongText(most=LONGEST_TEXT, required=True)


class AnswerIn(Strict):
    """The body of POST /meetings/<number>/answers: one's own answer, or what somebody with `email` said."""

    answer = Choice(InvitationAnswer, required=True)
    email = MailAddress(allow_none=True)


class InvitationsIn(Strict):
    """The body of POST /meetings/<number>/invitations: more people to invite."""

    invited = fields.List(
        fields.Nested(InviteeIn), required=True, validate=AT_MOST_INVITED, error_messages=MISSING_MESSAGES
    )


class PresenceIn(Strict):
    """The body of PUT /meetings/<number>/presence: the mail addresses of who is there, all of them."""

    present = fields.List(MailAddress(), required=True, validate=AT_MOST_INVITED, error_messages=MISSING_MESSAGES)


class AgendaItemIn(Strict):
    """One item of an agenda: a `case` by its reference, or a `topic`; `n` is its number as it was read."""

    n = Number(allow_none=True, validate=MOST_NUMBERED)
    case = PlainText(most=20, allow_none=True)
    topic = PlainText(most=LONGEST_TOPIC, allow_none=True)
    sort = Choice(ItemSort, allow_none=True)
    under = Number(allow_none=True, validate=MOST_NUMBERED)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> WantedItem:
        """Return `given`, the loaded fields, as a `WantedItem`."""
        return WantedItem(number=given.pop("n", None), **given)


class AgendaIn(Strict):
    """The body of PUT /meetings/<number>/agenda: the whole agenda, in its order."""

    items = fields.List(
        fields.Nested(AgendaItemIn), required=True, validate=AT_MOST_ITEMS,
        error_messages=MISSING_MESSAGES,
    )  # fmt: skip
    version = Number(
        allow_none=True, validate=within(0, LARGEST_NUMBER),
        metadata={"description": "The version that was read. 409 when somebody has saved the agenda since."},
    )  # fmt: skip


class SettlingIn(Strict):
    """How one item is settled at the table."""

    n = Number(required=True, validate=MOST_NUMBERED)
    how = Choice(SettledHow, required=True)
    words = LongText(most=LONGEST_TEXT, load_default="")

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Settling:
        """Return `given`, the loaded fields, as a `Settling`."""
        return Settling(given["n"], given["how"], given["words"], corrects=given.get("corrects", False))


class SettlingOrCorrectionIn(SettlingIn):
    """The body of POST /meetings/<number>/settlings: how one item is settled, or was settled in truth."""

    corrects = Bool(
        load_default=False,
        metadata={"description": "True: puts right how the item was settled, until the minutes are approved."},
    )


class ClosingIn(Strict):
    """The body of POST /meetings/<number>/closing: who came, and how the items are settled."""

    present = fields.List(
        MailAddress(), load_default=None, validate=AT_MOST_INVITED, error_messages=MISSING_MESSAGES,
        metadata={"description": "Left out: as it was saved at the table."},
    )  # fmt: skip
    items = fields.List(
        fields.Nested(SettlingIn), load_default=list, validate=AT_MOST_ITEMS,
        error_messages=MISSING_MESSAGES,
    )  # fmt: skip
    quorate = Bool(load_default=True, metadata={"description": "False: too few came, and the rest is postponed."})
    on = LocalDay(allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Closing:
        """Return `given`, the loaded fields, as a `Closing`."""
        present = None if given["present"] is None else tuple(given["present"])
        return Closing(**{**given, "present": present, "items": tuple(given["items"])})


class AdjustmentIn(Strict):
    """The body of POST /meetings/<number>/adjustment: when the minutes were approved, and by whom."""

    on = LocalDay(allow_none=True)
    by = fields.List(MailAddress(), load_default=list, validate=AT_MOST_INVITED, error_messages=MISSING_MESSAGES)


class RecommendationIn(Strict):
    """The body of POST /cases/<ref>/recommendations: what a body says of an item of its meeting."""

    meeting = Number(required=True, validate=within(1, LARGEST_NUMBER))
    item = Number(required=True, validate=MOST_NUMBERED)
    verdict = Choice(Verdict, required=True)
    words = LongText(most=LONGEST_TEXT, required=True)
    amount_kr = Kronor(allow_none=True)
    number = PlainText(most=LONGEST_NUMBER, allow_none=True)
    aside = fields.List(MailAddress(), load_default=list, validate=AT_MOST_INVITED, error_messages=MISSING_MESSAGES)
    replaces = Number(allow_none=True, validate=within(1, LARGEST_NUMBER))
    corrects = Bool(
        load_default=False,
        metadata={"description": "True: puts right how the item was settled, until the minutes are approved."},
    )

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Recommendation:
        """Return `given`, the loaded fields, as a `Recommendation`."""
        return Recommendation(
            given["meeting"], given["item"], given["verdict"], given["words"], amount_ore=given.get("amount_kr"),
            aside=tuple(given["aside"]), called=given.get("number"), replaces=given.get("replaces"),
            corrects=given["corrects"],
        )  # fmt: skip


class MeetingsQuery(Strict):
    """The query of GET /meetings: only those of one body, and only from a day on."""

    body = Slug(load_default=None)
    since = LocalDay(load_default=None)
