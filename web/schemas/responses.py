"""The bodies of the API's responses. A case has a schema for each kind of reader: fields outside it are never sent."""

from marshmallow import Schema, fields

from cases.states import Kind, State
from notifications.inbound_mail import InboundOutcome
from web.schemas.fields import Choice, Slug


class Links(Schema):
    """The API paths of a case (`self`) and of its events."""

    self = fields.String()
    events = fields.String()


class CaseForEverybody(Schema):
    """The fields of a published case. Personal numbers, phone numbers and mail addresses in its texts are masked."""

    ref = fields.String(required=True)
    kind = Choice(Kind)
    state = Choice(State)
    title = fields.String()
    description = fields.String()
    category = Slug(allow_none=True)
    place = Slug(allow_none=True)
    responsible = Slug()
    due_on = fields.Date(allow_none=True)
    overdue = fields.Boolean()
    published = fields.Boolean()
    received_on = fields.Date()
    links = fields.Nested(Links)


class CaseForParticipants(CaseForEverybody):
    """The fields of a case that everybody who takes part in it may read."""

    group = Slug(allow_none=True)
    officer_name = fields.String(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    promised_on = fields.Date(allow_none=True)
    waiting_for = fields.Raw(allow_none=True)
    received_at = fields.DateTime()
    merged_into = fields.String(allow_none=True)
    perspective = Slug(allow_none=True)
    version = fields.Integer()


class CaseForForum(CaseForEverybody):
    """The fields of a case for those who read it on the forum's agenda: what everybody may read, and its dates."""

    group = Slug(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    promised_on = fields.Date(allow_none=True)
    received_at = fields.DateTime()
    version = fields.Integer()


class CaseForReporter(CaseForParticipants):
    """The fields of a case for its reporter. Only they get the public id, which is their key to the case."""

    public_id = fields.String()


class CaseForMembers(CaseForParticipants):
    """The fields of a case for its group and other participants."""

    quick_win = fields.Boolean()
    channel = fields.String()


class FoundAgain(Schema):
    """The case that an Idempotency-Key without a token has made before, for somebody else than its first sender."""

    ref = fields.String(required=True)


class ReporterOut(Schema):
    """The reporter of a case, for staff. `name`, `email` and `phone` are null if unknown or hidden from the reader."""

    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    locale = fields.String()
    protected = fields.Boolean()


class CaseForStaff(CaseForParticipants):
    """The fields of a case for staff: all but the reporter's key, with which anybody could act as the reporter.

    `unread_reply` is the number (`seq`) of the event with a reply to "done" that waits to be read; `junk` says that the
    case came by mail and is likely to be junk.
    """

    quick_win = fields.Boolean()
    channel = fields.String()
    officer = fields.String(allow_none=True)
    next_at = fields.DateTime(allow_none=True)
    origin = fields.String(allow_none=True)
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    wants_public = fields.Boolean()
    sent_back_count = fields.Integer()
    unread_reply = fields.Integer(allow_none=True)
    junk = fields.Boolean()
    reporter = fields.Nested(ReporterOut, allow_none=True)


class CaseOut(CaseForStaff):
    """One case, as the API's description has it: with the fields of every reader, of which each gets their own."""

    public_id = fields.String()


class CaseListResponse(Schema):
    """A page of cases, and the cursor of the next page (null on the last page)."""

    items = fields.List(fields.Nested(CaseForStaff), required=True)
    next = fields.String(required=True, allow_none=True)


class EventOut(Schema):
    """One event of a case. `seq` is its number among the case's events; `facts` are its data, `words` its texts.

    `actor` is the kind of actor that caused it, `by` that actor's name: "unit" is a unit's shared mailbox. Of a
    published case everybody gets the events that have a public note: without `by` and `words`, with no `facts`, and
    with the local day `on`.
    """

    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    at = fields.DateTime(required=True)
    on = fields.Date()
    actor = fields.String(required=True)
    by = fields.String(allow_none=True)
    facts = fields.Dict(required=True)
    note = fields.String(required=True, allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String())


class History(Schema):
    """A page of a case's events, oldest first. `next` is the `cursor` of the page after; null when there is none."""

    items = fields.List(fields.Nested(EventOut), required=True)
    next = fields.String(required=True, allow_none=True)


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


class NamedOut(Schema):
    """The slug and the name of a category or a place. Cases refer to it by the slug."""

    slug = Slug(required=True)
    name = fields.String(required=True)


class UnitOut(NamedOut):
    """The slug, the name and the kind of a unit. Cases refer to it by the slug."""

    kind = fields.String(required=True)


class NamedList(Schema):
    """All categories or all places in use."""

    items = fields.List(fields.Nested(NamedOut), required=True)


class UnitList(Schema):
    """All units in use."""

    items = fields.List(fields.Nested(UnitOut), required=True)


class AskedOut(Schema):
    """The response to a subscription: `status` is always "asked", even if the address follows the case already."""

    status = fields.String(required=True)


class ProblemOut(Schema):
    """The body of every error response: a problem document (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String()
    code = fields.String(required=True)
    errors = fields.Dict()
    version = fields.Integer()
    since = fields.List(fields.Dict())
    lacks = fields.List(fields.Dict())
