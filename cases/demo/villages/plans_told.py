"""What the file plans.toml tells of the groups' plans: their areas, their items, and what becomes of each."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cases.calendar import add_months
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftItem
from cases.village.plans.reading.shown import DraftShown
from cases.village.plans.records.plan_item import PlanItemKind

PLANS_FILE = Path(__file__).with_name("plans.toml")


@dataclass(frozen=True)
class ItemTold:
    """One item of a plan: in which version it begins, when it is meant to be done, and what becomes of it.

    `quarter` counts from that of the adoption, which is 0. `fate` names a list of steps in `cases.demo.villages.years`;
    the last of them is taken `after` days from the adoption. `done` and `done_by` are what is said when it is done.
    `responsible` is the slug of a unit, by default the group.
    """

    title: str
    area: int
    kind: PlanItemKind
    category: str
    quarter: int
    fate: str
    responsible: str = ""
    version: int = 1
    after: int = 30
    text: str = ""
    done: str = "Det är klart."
    done_by: str = ""


@dataclass(frozen=True)
class AdoptionTold:
    """One adoption of a plan, so many months after the first day of the story."""

    month: int
    where: str
    note: str


@dataclass(frozen=True)
class PlanTold:
    """The plans of one group over the years. `chair` is the mail address of who acts for the group."""

    group: str
    chair: str
    vision: str
    survey: str
    areas: tuple[DraftArea, ...]
    adoptions: tuple[AdoptionTold, ...]
    items: tuple[ItemTold, ...]

    def content(self, number: int, draft: DraftShown, adopted_on: date) -> DraftContent:
        """Return what version `number` says: what the draft carries on, and the items that begin in this version."""
        carried = tuple(
            DraftItem(
                one.area, one.title, one.kind, one.origin, one.text, one.category, one.place, one.responsible,
                one.year, one.quarter,
            )
            for one in draft.items
        )  # fmt: skip
        new = tuple(_item(one, adopted_on) for one in self.items if one.version == number)
        return DraftContent(adopted_on.year, draft.version, self.vision, areas=self.areas, items=(*carried, *new))


def read_plans() -> tuple[PlanTold, ...]:
    """Return the plans of all groups, as the file plans.toml tells them."""
    return tuple(_plan(told) for told in tomllib.loads(PLANS_FILE.read_text(encoding="utf-8"))["plans"])


def _plan(told: dict[str, Any]) -> PlanTold:
    areas = tuple(DraftArea(rank, **area) for rank, area in enumerate(told["areas"], start=1))
    group = {"responsible": told["group"]}
    items = tuple(ItemTold(**group | item | {"kind": PlanItemKind(item["kind"])}) for item in told["items"])
    adoptions = tuple(AdoptionTold(**one) for one in told["adoptions"])
    return PlanTold(told["group"], told["chair"], told["vision"], told["survey"], areas, adoptions, items)


def _item(told: ItemTold, adopted_on: date) -> DraftItem:
    meant = add_months(adopted_on, 3 * told.quarter)
    return DraftItem(
        told.area, told.title, told.kind, None, told.text or None, told.category, None, told.responsible,
        meant.year, (meant.month + 2) // 3,
    )  # fmt: skip
