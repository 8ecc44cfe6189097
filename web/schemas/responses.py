"""The bodies of the API's responses, one schema for each kind of reader. A field that is not named is never sent."""

from marshmallow import Schema, fields

from cases.states import Kind, State
from web.schemas.fields import Choice, Slug


class Links(Schema):
    """Paths that lead on from a case."""

    self = fields.String()
    events = fields.String()


class CaseForEverybody(Schema):
    """What everybody may read of a published case, with numbers and addresses masked."""

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


class CaseForReporter(CaseForEverybody):
    """What the reporter sees of the case, by its public id."""

    public_id = fields.String()
    group = Slug(allow_none=True)
    officer_name = fields.String(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    promised_on = fields.Date(allow_none=True)
    waiting_for = fields.Raw(allow_none=True)
    received_at = fields.DateTime()
    merged_into = fields.String(allow_none=True)
    version = fields.Integer()


class CaseForMembers(CaseForReporter):
    """What a group, the forum or a participant sees: neither the reporter nor the public id, which is their key."""

    class Meta:
        exclude = ("public_id",)

    quick_win = fields.Boolean()
    channel = fields.String()


class ReporterOut(Schema):
    """The reporter of a case."""

    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    locale = fields.String()
    protected = fields.Boolean()


class CaseForStaff(CaseForReporter):
    """All fields of a case."""

    quick_win = fields.Boolean()
    channel = fields.String()
    officer = fields.String(allow_none=True)
    next_at = fields.DateTime(allow_none=True)
    origin = fields.String(allow_none=True)
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    wants_public = fields.Boolean()
    sent_back_count = fields.Integer()
    reporter = fields.Nested(ReporterOut, allow_none=True)


class CaseListResponse(Schema):
    """A page of cases, and the cursor of the next page."""

    items = fields.List(fields.Nested(CaseForStaff))
    next = fields.String(allow_none=True)


class EventOut(Schema):
    """One event of a case. `actor` is the kind of actor; `by` is their name."""

    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    at = fields.DateTime()
    actor = fields.String()
    by = fields.String(allow_none=True)
    facts = fields.Dict()
    note = fields.String(allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String())


class History(Schema):
    """The events of a case, in order."""

    items = fields.List(fields.Nested(EventOut))
    next = fields.String(allow_none=True)


class NamedOut(Schema):
    """A category or a place: the slug by which cases name it, and its name."""

    slug = Slug(required=True)
    name = fields.String(required=True)


class UnitOut(NamedOut):
    """A unit: the slug by which cases name it, its name and its kind."""

    kind = fields.String(required=True)


class NamedList(Schema):
    """All active categories or places."""

    items = fields.List(fields.Nested(NamedOut))


class UnitList(Schema):
    """All active units."""

    items = fields.List(fields.Nested(UnitOut))


class AskedOut(Schema):
    """The answer to a wish to follow: it is the same whether or not the address can be asked."""

    status = fields.String(required=True)


class ProblemOut(Schema):
    """A problem document (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String()
    code = fields.String(required=True)
    errors = fields.Dict()
    version = fields.Integer()
    since = fields.List(fields.Dict())
