"""What groups do with their plans and the desk with its contacts; each act tells what it must have led to.

What it must have led to is worked out from the cases as they were before the act, not from what the domain answers.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, text

from cases.case import Case
from cases.demo.scene import Scene
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftDrop, DraftItem
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.shown import DraftShown, PlanItemShown
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact
from proof.simulation.environment.post import SECRET
from proof.simulation.people.outcomes import BegunCase, BegunSort, VillageAct, VillageOutcome, happens
from proof.simulation.people.town import DESK, SimulatedTown
from proof.simulation.second_calendar import local_day

STANDS = text('SELECT c.state, u.slug FROM "case" c JOIN unit u ON u.id = c.responsible_id WHERE c.ref = :ref')
AREAS = (DraftArea(1, "Vägar och ljus"), DraftArea(2, "Mötesplatser", "Det finns ingen annan"), DraftArea(3, "Unga"))
KINDS = {PlanItemKind.OWN: 55, PlanItemKind.JOINT: 20, PlanItemKind.ASKED: 25}
ITEMS_OF_A_YEAR, QUESTIONS_OF_A_CONTACT = (1, 3), (0, 0, 0, 0, 1, 2)
DROPPED, RENAMED, RETIMED, ANCHORED = 0.12, 0.1, 0.25, 0.7  # shares of items that are carried, and of drafts
ON_AGAIN = ("received", "assigned", "planned", "in_progress", "waiting")
ENDED = ("closed", "declined", "merged")


def revise(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Take the next step of a revision: draft, perhaps show how the plan is anchored, adopt."""
    steps = scene.tale.facts.setdefault("revision", [draft, *([anchor] * happens(scene.tale.chance, ANCHORED)), adopt])
    outcome: VillageOutcome = steps[0](scene, town)
    steps.pop(0)  # it was taken: what is refused is tried again
    return outcome


def draft(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Begin a draft, and write in it what is not to be known yet; its new items lack whatever they may lack."""
    slug = str(scene.case.subject)
    begin_draft(scene.session, slug, by=scene.by, at=scene.at)
    there = _draft(scene, slug)
    idea = DraftItem(1, f"En tanke till: {SECRET}", PlanItemKind.OWN)
    items = (*(_as_it_was(item) for item in there.items if item.origin), idea)
    content = DraftContent(there.year, there.version, f"Hit vill vi: {SECRET}", areas=_areas(there), items=items)
    put_draft(scene.session, slug, content, by=scene.by, at=scene.at)
    return VillageOutcome()


def anchor(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
    """Show how the plan is anchored in the village."""
    shown = AnchoringShown(
        scene.one_of(tuple(AnchoringKind)),
        local_day(scene.at) - timedelta(days=5),
        "Alla hushåll fick frågan.",
        120,
        48,
    )
    show_anchoring(scene.session, str(scene.case.subject), shown, by=scene.by, at=scene.at)
    return VillageOutcome(Counter({"plan.anchored": 1}))


def adopt(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Write the draft to its end, and adopt it: carry on, drop with a reason, and add new items."""
    slug, outcome = str(scene.case.subject), VillageOutcome(has_finished=True)
    there = _draft(scene, slug)
    items, dropped = _settled(scene, there, slug, outcome)
    items += [_new_item(scene, town, slug) for _ in range(scene.tale.chance.randint(*ITEMS_OF_A_YEAR))]
    content = DraftContent(
        local_day(scene.at).year, there.version, "En bygd att bo i", areas=_areas(there), items=tuple(items),
        dropped=tuple(dropped),
    )  # fmt: skip
    put_draft(scene.session, slug, content, by=scene.by, at=scene.at)
    before = scene.session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 0
    adopt_plan(scene.session, slug, Adoption(where="Årsmötet", note="Antagen."), by=scene.by, at=scene.at)
    _add_begun(scene, before, [item for item in items if item.origin is None], outcome)
    outcome.events.update(("case.done", "plan.adopted"))
    return outcome


def meet(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Log a contact with the group, and the questions that it asked."""
    chance, today = scene.tale.chance, local_day(scene.at)
    departments = town.scenario.departments
    asked = [chance.choice(departments) for _ in range(chance.choice(QUESTIONS_OF_A_CONTACT))]
    questions = tuple(QuestionTaken(f"En fråga om {one.topics[0]}", category=one.topics[0]) for one in asked)
    given = ContactGiven(
        today - timedelta(days=chance.randint(0, 3)), scene.one_of(tuple(ContactWay)),
        today + timedelta(days=chance.randint(90, 170)), f"Internt: {SECRET}", f"Ordföranden, {SECRET}", questions,
    )  # fmt: skip
    group = unit_named(scene.session, str(scene.case.subject))
    logged = log_contact(scene.session, group, given, by=scene.by, at=scene.at)
    begun = [
        BegunCase(ref, one.slug, DESK, State.RECEIVED, "Det är gjort.")
        for ref, one in zip(logged.refs, asked, strict=True)
    ]
    return VillageOutcome(Counter({"contact.logged": 1, "case.planned": 1}), begun)


VILLAGE_ACTS: dict[str, VillageAct] = {"revise": revise, "meet": meet}


def _draft(scene: Scene, slug: str) -> DraftShown:
    shown = draft_shown(scene.session, slug, by=scene.by, at=scene.at)
    if shown is None:
        raise LookupError(f"no draft of {slug}")
    return shown


def _areas(there: DraftShown) -> tuple[DraftArea, ...]:
    return tuple(DraftArea(area.rank, area.name, area.why) for area in there.areas) or AREAS


def _as_it_was(item: PlanItemShown, *, origin: int | None = None) -> DraftItem:
    return DraftItem(
        item.area, item.title, item.kind, origin or item.origin, item.text, item.category, item.place, item.responsible,
        item.year, item.quarter, item.cost_ore,
    )  # fmt: skip


def _settled(
    scene: Scene, there: DraftShown, slug: str, outcome: VillageOutcome
) -> tuple[list[DraftItem], list[DraftDrop]]:
    """Return the items that go on, and those that are dropped; what has ended is neither."""
    items, dropped = [], []
    before = [(item, item.origin) for item in there.items if item.origin] + [(item, item.key) for item in there.left]
    for item, origin in before:
        state, holder = scene.session.execute(STANDS, {"ref": item.case}).one()
        if state in ENDED:
            continue
        if happens(scene.tale.chance, DROPPED):
            dropped.append(DraftDrop(origin, Fate.DROPPED, "Det blir inget av det i år."))
            _expect_drop(str(item.case), state, holder, outcome)
        else:
            items.append(_carried(scene, item, origin, (state, holder) if holder == slug else None, outcome))
    return items, dropped


def _expect_drop(ref: str, state: str, holder: str, outcome: VillageOutcome) -> None:
    outcome.events["case.dropped_from_plan"] += 1
    if state in ON_AGAIN and holder != DESK:
        outcome.events["case.assigned"] += 1
        outcome.to_the_desk.append(ref)


def _carried(
    scene: Scene, item: PlanItemShown, origin: int, own: tuple[str, str] | None, outcome: VillageOutcome
) -> DraftItem:
    """Return the item as it goes on, perhaps with another title or time; `own`: how it stands with its group."""
    chance, carried = scene.tale.chance, _as_it_was(item, origin=origin)
    outcome.events["case.carried"] += 1
    if happens(chance, RENAMED):
        carried = replace(carried, title=f"{item.title[:150]}, del två")
    if happens(chance, RETIMED):
        carried = replace(carried, year=(item.year or 0) + 1)
        is_planned_anew = item.kind is PlanItemKind.OWN and own is not None and own[0] in ("planned", "in_progress")
        outcome.events["case.planned"] += is_planned_anew
    return carried


def _new_item(scene: Scene, town: SimulatedTown, slug: str) -> DraftItem:
    chance = scene.tale.chance
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    department = chance.choice(town.scenario.departments)
    responsible = slug if kind is PlanItemKind.OWN else department.slug
    topic, year = chance.choice(department.topics), local_day(scene.at).year + chance.randint(0, 1)
    title = f"{'Vi gör' if kind is PlanItemKind.OWN else 'Vi vill ha'} något åt {topic}"
    return DraftItem(
        chance.randint(1, len(AREAS)), title, kind, None, None, topic, None, responsible, year,
        chance.choice((None, 1, 2, 3, 4)),
    )  # fmt: skip


def _add_begun(scene: Scene, before: int, items: list[DraftItem], outcome: VillageOutcome) -> None:
    """Note the cases of the new items, which follow upon the case `before` in the order of the items."""
    refs = scene.session.scalars(select(Case.ref).where(Case.id > before, Case.obligation.is_(None)).order_by(Case.id))
    for ref, item in zip(refs, items, strict=True):
        is_own = item.kind is PlanItemKind.OWN
        outcome.events["case.planned"] += is_own
        outcome.begun.append(
            BegunCase(
                ref, str(item.responsible), str(item.responsible) if is_own else DESK,
                State.PLANNED if is_own else State.RECEIVED, "Nu är det gjort.", BegunSort.ITEM,
            )
        )  # fmt: skip
