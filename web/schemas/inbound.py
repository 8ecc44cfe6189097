"""Mails that came in, in the API: what is asked of their list, and what it answers."""

from typing import Any

from marshmallow import Schema, fields, post_load

from notifications.inbound.listing import MOST_ROWS, InboundPart
from notifications.inbound_mail import InboundOutcome
from web.schemas.fields import Choice, Number, PlainText, Strict, within
from web.schemas.queries import LONGEST_CURSOR


class InboundQuery(Strict):
    """The query parameters of GET /inbound: the outcome, the page size (`limit`) and the place in the list.

    `cursor` is what the page before gave as `next`; without it the list begins with the latest mail.
    """

    outcome = Choice(InboundOutcome, load_default=None)
    limit = Number(load_default=50, validate=within(1, MOST_ROWS))
    cursor = PlainText(most=LONGEST_CURSOR, load_default=None)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> InboundPart:
        """Return `given`, the loaded parameters, as an `InboundPart`."""
        return InboundPart(**given)


class InboundOut(Schema):
    """One mail that came in: when, from whom, and what became of it, under the event `seq` of the case `case`.

    `sender` and `subject` are null when they are not known or were erased; for whoever is no contact person, also when
    who asked has a protected identity.
    """

    id = fields.Integer(required=True)
    received_at = fields.DateTime(required=True)
    sender = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True, allow_none=True)
    outcome = Choice(InboundOutcome, required=True)
    case = fields.String(required=True, allow_none=True)
    seq = fields.Integer(required=True, allow_none=True)


class InboundList(Schema):
    """A page of mails that came in, the latest first, and the cursor of the next page (null on the last page)."""

    items = fields.List(fields.Nested(InboundOut), required=True)
    next = fields.String(required=True, allow_none=True)
