"""The bodies of responses about meetings, their agendas and their minutes. Money is in kronor."""

from marshmallow import Schema, fields

from cases.meetings.agenda_items import AgendaReason, ItemSort, SettledHow
from cases.meetings.invited import InvitationAnswer
from cases.meetings.meeting import MeetingSort
from cases.meetings.resolution import Verdict
from cases.village.forum.reading.shown import MeetingStage
from web.schemas.fields import Choice


class MeetingOut(Schema):
    """One meeting in the list."""

    number = fields.Integer(required=True)
    body = fields.String(required=True)
    sort = Choice(MeetingSort, required=True)
    held_on = fields.Date(required=True)
    starts_at = fields.DateTime(required=True, allow_none=True)
    name = fields.String(required=True)
    where = fields.String(required=True, allow_none=True)
    theme = fields.String(required=True, allow_none=True)
    stage = Choice(MeetingStage, required=True)


class MeetingList(Schema):
    """The meetings, the latest first."""

    items = fields.List(fields.Nested(MeetingOut), required=True)


class RecommendationOut(Schema):
    """What a body recommends; `aside` are the names of those who took no part."""

    number = fields.Integer(required=True)
    verdict = Choice(Verdict, required=True)
    amount_kr = fields.Float(required=True, allow_none=True)
    called = fields.String(required=True, allow_none=True)
    aside = fields.List(fields.String(), required=True)


class AgendaItemOut(Schema):
    """One item. `n` is null while it is only proposed. Of a case that the reader may not read `case` is null too."""

    n = fields.Integer(required=True, allow_none=True)
    proposed = fields.Boolean(required=True)
    case = fields.String(required=True, allow_none=True)
    topic = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    sort = Choice(ItemSort, required=True)
    why = Choice(AgendaReason, required=True)
    under = fields.Integer(required=True, allow_none=True)
    carried = fields.Boolean(required=True)
    how = Choice(SettledHow, required=True, allow_none=True)
    words = fields.String(required=True, allow_none=True)
    recommendation = fields.Nested(RecommendationOut, required=True, allow_none=True)


class InvitedOut(Schema):
    """Somebody who is invited; `email` is null but for staff."""

    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    guest = fields.Boolean(required=True)
    answer = Choice(InvitationAnswer, required=True, allow_none=True)
    present = fields.Boolean(required=True, allow_none=True)


class AgendaOut(MeetingOut):
    """A meeting with its agenda and, once it is held, its minutes. `case` is the one by which it is owed."""

    version = fields.Integer(required=True)
    sent_on = fields.Date(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)
    adjusted_on = fields.Date(required=True, allow_none=True)
    quorate = fields.Boolean(required=True, allow_none=True)
    case = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(AgendaItemOut), required=True)
    invited = fields.List(fields.Nested(InvitedOut), required=True)
    adjusters = fields.List(fields.String(), required=True)
