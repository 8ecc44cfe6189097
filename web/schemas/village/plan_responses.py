"""The bodies of responses about plans. Money is in kronor."""

from marshmallow import Schema, fields

from cases.states import State
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.plans.records.plan import PlanKind
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind
from web.schemas.fields import Choice


class PlanVersionOut(Schema):
    """One adopted version."""

    number = fields.Integer(required=True)
    year = fields.Integer(required=True)
    adopted_on = fields.Date(required=True)


class PlanListedOut(Schema):
    """One plan in the list; `current` is the version that stands, null before the first adoption."""

    slug = fields.String(required=True)
    kind = Choice(PlanKind, required=True)
    unit = fields.String(required=True)
    name = fields.String(required=True)
    current = fields.Nested(PlanVersionOut, required=True, allow_none=True)
    next_revision_on = fields.Date(required=True, allow_none=True)
    late = fields.Boolean(required=True)


class PlanList(Schema):
    """All plans, by the name of their unit."""

    items = fields.List(fields.Nested(PlanListedOut), required=True)


class AreaOut(Schema):
    """One focus area; rank 1 is the most important."""

    rank = fields.Integer(required=True)
    name = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)


class PlanItemOut(Schema):
    """One item. `state`, `due_on`, `late`, `done_on` and `done_by` are those of its case.

    `late` is true from the day after the day by which it is to be done: not while only an answer is late.
    `responsible` has the case, and `asked` is the unit that the group asks as long as somebody else has it.
    """

    key = fields.Integer(required=True)
    area = fields.Integer(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    kind = Choice(PlanItemKind, required=True)
    category = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    responsible = fields.String(required=True, allow_none=True)
    asked = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    quarter = fields.Integer(required=True, allow_none=True)
    cost_kr = fields.Float(required=True, allow_none=True)
    origin = fields.Integer(required=True, allow_none=True)
    case = fields.String(required=True, allow_none=True)
    state = Choice(State, required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    done_on = fields.Date(required=True, allow_none=True)
    done_by = fields.String(required=True, allow_none=True)


class DropOut(Schema):
    """An item of the version before that is left out, and why."""

    item = fields.Integer(required=True)
    title = fields.String(required=True)
    fate = Choice(Fate, required=True)
    reason = fields.String(required=True)


class AnchoringOut(Schema):
    """One anchoring of a group's plan."""

    number = fields.Integer(required=True)
    kind = Choice(AnchoringKind, required=True)
    on = fields.Date(required=True)
    reached = fields.Integer(required=True, allow_none=True)
    answered = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)


class LeftOut(Schema):
    """An item of the version before that the draft neither carries on nor leaves out."""

    key = fields.Integer(required=True)
    title = fields.String(required=True)


class DraftOut(Schema):
    """The whole draft. `left` must be settled before it can be adopted; `lacks` says in words all that is missing."""

    version = fields.Integer(required=True)
    number = fields.Integer(required=True)
    year = fields.Integer(required=True)
    vision = fields.String(required=True, allow_none=True)
    situation = fields.String(required=True, allow_none=True)
    strengths = fields.String(required=True, allow_none=True)
    areas = fields.List(fields.Nested(AreaOut), required=True)
    items = fields.List(fields.Nested(PlanItemOut), required=True)
    dropped = fields.List(fields.Nested(DropOut), required=True)
    left = fields.List(fields.Nested(LeftOut), required=True)
    lacks = fields.List(fields.String(), required=True)


class PlanOut(PlanListedOut):
    """A version of a plan. `draft` is there for the group and for staff only, null when there is none."""

    versions = fields.List(fields.Nested(PlanVersionOut), required=True)
    vision = fields.String(required=True, allow_none=True)
    situation = fields.String(required=True, allow_none=True)
    strengths = fields.String(required=True, allow_none=True)
    areas = fields.List(fields.Nested(AreaOut), required=True)
    items = fields.List(fields.Nested(PlanItemOut), required=True)
    dropped = fields.List(fields.Nested(DropOut), required=True)
    anchorings = fields.List(fields.Nested(AnchoringOut), required=True)
    draft = fields.Nested(DraftOut, allow_none=True)


class AdoptedOut(Schema):
    """What an adoption led to: the number of the version, and how many items it has, by what became of them."""

    number = fields.Integer(required=True)
    items = fields.Integer(required=True)
    new = fields.Integer(required=True)
    carried = fields.Integer(required=True)
    dropped = fields.Integer(required=True)
