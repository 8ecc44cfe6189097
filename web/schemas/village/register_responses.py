"""The bodies of responses about registers. Authorities are slugs, with their names beside."""

from marshmallow import Schema, fields

from cases.states import Kind, State
from web.schemas.fields import Choice


class EntryFields(Schema):
    """What a register says of a case."""

    decides = fields.String(required=True, allow_none=True)
    decides_name = fields.String(required=True, allow_none=True)
    keeper = fields.String(required=True, allow_none=True)
    keeper_name = fields.String(required=True, allow_none=True)
    where = fields.String(required=True, allow_none=True)
    sort = fields.String(required=True, allow_none=True)
    forwarded_on = fields.Date(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class RegisterRowOut(EntryFields):
    """One published case of the topic. `days` are from receipt until it was done or ended, null before that."""

    ref = fields.String(required=True)
    kind = Choice(Kind, required=True)
    title = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)
    state = Choice(State, required=True)
    responsible = fields.String(required=True)
    received_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    done_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    days = fields.Integer(required=True, allow_none=True)


class RegisterOut(Schema):
    """A page of the register of one topic, with the town's words for it; `next` is the cursor of the next page."""

    category = fields.String(required=True)
    name = fields.String(required=True)
    decides = fields.String(required=True, allow_none=True)
    keeper = fields.String(required=True, allow_none=True)
    sorts = fields.List(fields.String(), required=True)
    items = fields.List(fields.Nested(RegisterRowOut), required=True)
    next = fields.String(required=True, allow_none=True)


class RegisterEntryOut(EntryFields):
    """The entry of one case, as staff read it; `version` is the number of the event that changed it last."""

    ref = fields.String(required=True)
    version = fields.Integer(required=True)
    their_ref = fields.String(required=True, allow_none=True)
