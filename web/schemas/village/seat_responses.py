"""The bodies of responses about seats. No mail address is in them."""

from marshmallow import Schema, fields

from cases.organisation.sectors import Office, Sector
from web.schemas.fields import Choice


class EmptySeatOut(Schema):
    """A seat that nobody holds today, of a group or of a sector."""

    group = fields.String(required=True, allow_none=True)
    sector = Choice(Sector, required=True, allow_none=True)
    slot = fields.Integer(required=True)


class SeatOut(Schema):
    """A seat that somebody holds from the day `since` up to the day before `until`.

    `slot` is null for a member who has no seat of a group or sector, `name` for a reader who may not know it.
    """

    number = fields.Integer(required=True)
    group = fields.String(required=True, allow_none=True)
    sector = Choice(Sector, required=True, allow_none=True)
    slot = fields.Integer(required=True, allow_none=True)
    office = Choice(Office, required=True, allow_none=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class SeatList(Schema):
    """The seats of one body on this day."""

    held = fields.List(fields.Nested(SeatOut), required=True)
    coming = fields.List(fields.Nested(SeatOut), required=True)
    former = fields.List(fields.Nested(SeatOut), required=True)
    empty = fields.List(fields.Nested(EmptySeatOut), required=True)
