"""What is shown of plans: plain rows for pages, the API and files. Money is in öre, days are local."""

from dataclasses import dataclass
from datetime import date, datetime

from cases.refusals import Lack
from cases.states import State
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.plans.records.plan import PlanKind
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind


@dataclass(frozen=True)
class VersionListed:
    """One adopted version of a plan."""

    number: int
    year: int
    adopted_on: date


@dataclass(frozen=True)
class PlanListed:
    """One plan in the list of all: whose it is, the version that stands, and by when the next one is owed.

    `is_late` is True from the day after that day.
    """

    slug: str
    kind: PlanKind
    unit: str
    unit_name: str
    current: VersionListed | None
    next_revision_on: date | None
    is_late: bool


@dataclass(frozen=True)
class AreaShown:
    """One focus area; rank 1 is the most important."""

    rank: int
    name: str
    why: str | None


@dataclass(frozen=True)
class PlanItemShown:
    """One item, with how far its case has come.

    `key` is its id, `area` the rank of its area, `origin` the key of the item that it carries on. `responsible` is who
    has the case now, in a draft who is to have it. `named` is the unit that the plan itself names, `holder` who has the
    case, and `asked` is `named` as long as somebody else has the open case for it. `state` is None in a draft for an
    item that has no case yet. `case` is the reference of the case, None for readers who may not open it. `done_on` and
    `done_by` say when and by whom it was done. `is_late` is True from the day after the one by which the item is to be
    done, `answer_is_late` from the day after that of an answer, while it has no such day.
    """

    key: int
    area: int
    title: str
    text: str | None
    kind: PlanItemKind
    category: str | None
    category_name: str | None
    place: str | None
    responsible: str | None
    responsible_name: str | None
    year: int | None
    quarter: int | None
    cost_ore: int | None
    origin: int | None
    case: str | None
    state: State | None
    due_on: date | None
    is_late: bool
    done_on: date | None = None
    done_by: str | None = None
    named: str | None = None
    holder: str | None = None
    asked: str | None = None
    asked_name: str | None = None
    answer_is_late: bool = False


@dataclass(frozen=True)
class DropShown:
    """An item of an earlier version that is not carried on: its key and title, what became of it, and why."""

    item: int
    title: str
    fate: Fate
    reason: str


@dataclass(frozen=True)
class AnchoringListed:
    """One anchoring of the group's plan; one that was put right is not listed."""

    number: int
    kind: AnchoringKind
    on: date
    reached: int | None
    answered: int | None
    text: str


@dataclass(frozen=True)
class PlanShown:
    """A version of a plan, with its areas by rank and its items by area, own ones first.

    Before the first adoption `current` is None, and there are no areas and items. `versions` are all adopted ones,
    the newest first.
    """

    plan: PlanListed
    current: VersionListed | None
    versions: tuple[VersionListed, ...]
    vision: str | None
    situation: str | None
    strengths: str | None
    areas: tuple[AreaShown, ...]
    items: tuple[PlanItemShown, ...]
    dropped: tuple[DropShown, ...]
    anchorings: tuple[AnchoringListed, ...]


@dataclass(frozen=True)
class DraftShown:
    """The draft of a plan, for its group and for staff.

    `version` is its revision, to be given back when it is saved. `left` are the items of the versions before that it
    neither carries on nor drops and that must be settled; `lacks` says all that keeps it from being adopted.
    """

    slug: str
    version: int
    number: int
    year: int
    vision: str | None
    situation: str | None
    strengths: str | None
    changed_at: datetime
    changed_by: str | None
    areas: tuple[AreaShown, ...]
    items: tuple[PlanItemShown, ...]
    dropped: tuple[DropShown, ...]
    left: tuple[PlanItemShown, ...]
    lacks: tuple[Lack, ...]
