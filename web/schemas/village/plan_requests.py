"""The bodies of requests about plans: a whole draft, an adoption, an anchoring. Money is in kronor."""

from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load

from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.village.plans.adopting import LONGEST_NOTE, LONGEST_WHERE, Adoption
from cases.village.plans.anchoring import MOST_PEOPLE, AnchoringShown
from cases.village.plans.draft_content import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_AREAS,
    DraftArea,
    DraftContent,
    DraftDrop,
    DraftItem,
)
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.plans.records.focus_area import LONGEST_NAME
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind
from web.schemas.fields import Choice, LocalDay, LongText, Number, PlainText, Slug, Strict, within
from web.schemas.requests import LARGEST_VERSION

LARGEST_KEY = 2**53 - 1
MOST_KR = 10**12
IN_REACH = within(0, MOST_KR)  # beside the field: as its validator it would be documented as a text
ORE = 100  # in a krona


class Kronor(fields.Decimal):
    """An amount of money in kronor, with at most two decimals; loaded as a whole number of öre."""

    def __init__(self, **more: Any) -> None:
        super().__init__(places=2, metadata={"minimum": 0, "maximum": MOST_KR}, **more)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **more: Any) -> Any:
        """Return the amount in öre. Raises marshmallow's `ValidationError` for what is no amount."""
        amount = super().deserialize(value, attr, data, **more)
        return int(IN_REACH(amount) * ORE) if isinstance(amount, Decimal) else amount


class AreaIn(Strict):
    """One focus area of a draft."""

    rank = Number(required=True, validate=within(1, MOST_AREAS))
    name = PlainText(most=LONGEST_NAME, required=True)
    why = LongText(most=LONGEST_TEXT, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> DraftArea:
        """Return `given`, the loaded fields, as a `DraftArea`."""
        return DraftArea(**given)


class PlanItemIn(Strict):
    """One item of a draft. `area` is the rank of its area, `origin` the key of the item that it carries on."""

    area = Number(required=True, validate=within(1, MOST_AREAS))
    title = PlainText(most=LONGEST_TITLE, required=True)
    kind = Choice(PlanItemKind, required=True)
    origin = Number(allow_none=True, validate=within(1, LARGEST_KEY))
    text = LongText(most=LONGEST_TEXT, allow_none=True)
    category = Slug(allow_none=True)
    place = Slug(allow_none=True)
    responsible = Slug(allow_none=True)
    year = Number(allow_none=True, validate=within(FIRST_YEAR, LAST_YEAR))
    quarter = Number(allow_none=True, validate=within(1, 4))
    cost_kr = Kronor(allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> DraftItem:
        """Return `given`, the loaded fields, as a `DraftItem`."""
        return DraftItem(cost_ore=given.pop("cost_kr", None), **given)


class DropIn(Strict):
    """An item of the version before that is left out: its key, what becomes of it, and why."""

    item = Number(required=True, validate=within(1, LARGEST_KEY))
    fate = Choice(Fate, required=True)
    reason = LongText(most=LONGEST_TEXT, required=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> DraftDrop:
        """Return `given`, the loaded fields, as a `DraftDrop`."""
        return DraftDrop(**given)


class DraftIn(Strict):
    """The body of PUT /plans/{slug}/draft: the whole draft. `version` is the one that was read."""

    version = Number(allow_none=True, validate=within(0, LARGEST_VERSION))
    year = Number(required=True, validate=within(FIRST_YEAR, LAST_YEAR))
    vision = LongText(most=LONGEST_TEXT, allow_none=True)
    situation = LongText(most=LONGEST_TEXT, allow_none=True)
    strengths = LongText(most=LONGEST_TEXT, allow_none=True)
    areas = fields.List(fields.Nested(AreaIn), load_default=())
    items = fields.List(fields.Nested(PlanItemIn), load_default=())
    dropped = fields.List(fields.Nested(DropIn), load_default=())

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> DraftContent:
        """Return `given`, the loaded fields, as a `DraftContent`."""
        return DraftContent(**given | {name: tuple(given[name]) for name in ("areas", "items", "dropped")})


class AdoptionIn(Strict):
    """The body of POST /plans/{slug}/adoption: the draft that was read, and when and where it was adopted."""

    version = Number(allow_none=True, validate=within(0, LARGEST_VERSION))
    on = LocalDay(allow_none=True)
    where = PlainText(most=LONGEST_WHERE, allow_none=True)
    note = LongText(most=LONGEST_NOTE, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Adoption:
        """Return `given`, the loaded fields, as an `Adoption`."""
        return Adoption(**given)


class AnchoringIn(Strict):
    """The body of POST /units/{slug}/anchorings. `replaces` is the number of one that was wrong."""

    kind = Choice(AnchoringKind, required=True)
    on = LocalDay(required=True)
    reached = Number(allow_none=True, validate=within(0, MOST_PEOPLE))
    answered = Number(allow_none=True, validate=within(0, MOST_PEOPLE))
    text = LongText(most=LONGEST_TEXT, required=True)
    replaces = Number(allow_none=True, validate=within(1, LARGEST_KEY))

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> AnchoringShown:
        """Return `given`, the loaded fields, as an `AnchoringShown`."""
        return AnchoringShown(**given)


class PlanQuery(Strict):
    """The query parameters of GET /plans/{slug}: the number of a version; without it the one that stands."""

    version = Number(load_default=None, validate=within(1, LARGEST_VERSION))
