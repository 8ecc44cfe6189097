"""What goes out: a column that is not named here leaves the house for nobody. One schema for each kind of reader."""

from marshmallow import Schema, fields

from cases.states import Kind, State
from web.schemas.fields import Choice, Slug


class Links(Schema):
    """Where to go on."""

    self = fields.String()
    events = fields.String()


class CaseForEverybody(Schema):
    """What was published of a case, masked."""

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
    """What the one who asked sees of it, by the public id."""

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
    """What a group, the forum or whoever takes part sees: not the one who asked, nor the key that is theirs."""

    class Meta:
        exclude = ("public_id",)

    quick_win = fields.Boolean()
    channel = fields.String()


class ReporterOut(Schema):
    """The one who asked."""

    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    locale = fields.String()
    protected = fields.Boolean()


class CaseForStaff(CaseForReporter):
    """Everything that there is to know."""

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
    """A page of cases, and the cursor of the page after it."""

    items = fields.List(fields.Nested(CaseForStaff))
    next = fields.String(allow_none=True)


class HappeningOut(Schema):
    """One thing that happened. `actor` says what kind of somebody did it; `by` is their name."""

    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    at = fields.DateTime()
    actor = fields.String()
    by = fields.String(allow_none=True)
    facts = fields.Dict()
    note = fields.String(allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String())


class History(Schema):
    """What has happened to a case, in order."""

    items = fields.List(fields.Nested(HappeningOut))
    next = fields.String(allow_none=True)


class NamedOut(Schema):
    """Something that cases name by its slug."""

    slug = Slug(required=True)
    name = fields.String(required=True)


class UnitOut(NamedOut):
    """A unit."""

    kind = fields.String(required=True)


class NamedList(Schema):
    """Everything of one kind that can be named."""

    items = fields.List(fields.Nested(NamedOut))


class UnitList(Schema):
    """The units."""

    items = fields.List(fields.Nested(UnitOut))


class AskedOut(Schema):
    """The address has been asked by mail, if it can be."""

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
