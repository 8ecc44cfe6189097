"""Events of plans. `plan` is the slug of the plan, `version` the number of its version, `item` the id of its item."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PlanAdopted(DomainEvent):
    """A group adopted a version of its plan; the event stands beside the "case.done" of what the group owed.

    `group` is the slug of the unit whose plan it is, `items` the number of items. The cases of these items are named
    by reference: in `new` those that began now, in `carried` those that go on. `dropped` names the cases of items that
    the version leaves out for a reason, `ended` those whose cases had ended.
    """

    type: ClassVar[str] = "plan.adopted"
    plan: str
    group: str
    version: int
    year: int
    on: str
    items: int
    new: list[str]
    carried: list[str]
    dropped: list[str]
    ended: list[str]


@dataclass(frozen=True, kw_only=True)
class PlanAnchored(DomainEvent):
    """A group showed how its plan is anchored in the village: by a survey, a meeting or information.

    `on` is the local day on which that was, `reached` how many it reached and `answered` how many answered.
    `replaces` is the number of the anchoring that this one puts right.
    """

    type: ClassVar[str] = "plan.anchored"
    plan: str
    group: str
    kind: str
    on: str
    reached: int | None = None
    answered: int | None = None
    replaces: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseCarried(DomainEvent):
    """A new version of a plan carries on the item whose case this is."""

    type: ClassVar[str] = "case.carried"
    changing: ClassVar[bool] = False
    plan: str
    version: int
    item: int


@dataclass(frozen=True, kw_only=True)
class CaseDroppedFromPlan(DomainEvent):
    """A new version of a plan leaves out the item whose case this is; why is said in words.

    `fate` is "dropped", "joined" (with another item) or "moved" (to somebody else).
    """

    type: ClassVar[str] = "case.dropped_from_plan"
    plan: str
    version: int
    item: int
    fate: str
