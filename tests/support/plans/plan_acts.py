"""Acts on the plan of the group norrby of the small municipality, as its member or the contact person does them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from support.houses.small_house import MONDAY, SmallHouse

from cases.village.plans.adopting import AdoptedPlan, Adoption, adopt_plan
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftDrop, DraftItem
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.reading.shown import DraftShown, PlanItemShown, PlanShown
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind

A_YEAR_ON = MONDAY + timedelta(days=366)
OWN = DraftItem(1, "Måla bystugan", PlanItemKind.OWN, None, "Färg finns", "trafik", None, "norrby", 2026, 3)
JOINT = DraftItem(2, "Ny badplats", PlanItemKind.JOINT, category="belysning", responsible="vatten", year=2026)
ASKED = DraftItem(1, "Cykelväg till tätorten", PlanItemKind.ASKED, category="trafik", responsible="gata", year=2027)
AREAS = (DraftArea(1, "Vägar", "Det är långt"), DraftArea(2, "Bad"))
WHOLE = DraftContent(2026, vision="En by att bo i", areas=AREAS, items=(OWN, JOINT, ASKED))


@dataclass
class PlanActs:
    """The plan of norrby in this house."""

    house: SmallHouse
    slug: str = "norrby"

    def begin(self, *, by: str = "member", at: datetime = MONDAY) -> DraftShown:
        """Begin a draft and return it."""
        with self.house.database.transaction() as session:
            begin_draft(session, self.slug, by=self.house.actors[by], at=at)
        return self.draft(at=at)

    def put(self, content: DraftContent = WHOLE, *, by: str = "member", at: datetime = MONDAY) -> DraftShown:
        """Save the draft and return it."""
        with self.house.database.transaction() as session:
            put_draft(session, self.slug, content, by=self.house.actors[by], at=at)
        return self.draft(at=at)

    def adopt(self, adoption: Adoption | None = None, *, by: str = "member", at: datetime = MONDAY) -> AdoptedPlan:
        """Adopt the draft."""
        with self.house.database.transaction() as session:
            return adopt_plan(session, self.slug, adoption or Adoption(), by=self.house.actors[by], at=at)

    def adopted(self, content: DraftContent = WHOLE, *, by: str = "member", at: datetime = MONDAY) -> PlanShown:
        """Begin, save and adopt a draft; return the plan."""
        self.begin(by=by, at=at)
        self.put(content, by=by, at=at)
        self.adopt(by=by, at=at)
        return self.plan(at=at)

    def draft(self, *, by: str = "contact", at: datetime = MONDAY) -> DraftShown:
        """Return the draft; there must be one."""
        with self.house.database.reading() as session:
            draft = draft_shown(session, self.slug, by=self.house.actors[by], at=at)
        assert draft is not None
        return draft

    def plan(self, number: int | None = None, *, by: str = "contact", at: datetime = MONDAY) -> PlanShown:
        """Return the plan as this person reads it."""
        with self.house.database.reading() as session:
            return plan_shown(session, self.slug, number, by=self.house.actors[by], at=at)

    def named(self, title: str, *, at: datetime = MONDAY) -> PlanItemShown:
        """Return the item of the plan with this title."""
        return next(item for item in self.plan(at=at).items if item.title == title)


def content_of(draft: DraftShown, **changes: object) -> DraftContent:
    """Return what the draft says, as its author would send it back unchanged, but for these changes."""
    content = DraftContent(
        draft.year, draft.version, draft.vision, draft.situation, draft.strengths,
        tuple(DraftArea(area.rank, area.name, area.why) for area in draft.areas),
        tuple(
            DraftItem(
                item.area, item.title, item.kind, item.origin, item.text, item.category, item.place, item.responsible,
                item.year, item.quarter, item.cost_ore,
            )
            for item in draft.items
        ),
        tuple(DraftDrop(drop.item, drop.fate, drop.reason) for drop in draft.dropped),
    )  # fmt: skip
    return replace(content, **changes)


def dropping(draft: DraftShown, title: str, reason: str = "Ingen vill", fate: Fate = Fate.DROPPED) -> DraftContent:
    """Return what the draft says, with the item of this title dropped."""
    content = content_of(draft)
    gone = next(item for item in content.items if item.title == title)
    kept = tuple(item for item in content.items if item is not gone)
    return replace(content, items=kept, dropped=(*content.dropped, DraftDrop(gone.origin or 0, fate, reason)))
