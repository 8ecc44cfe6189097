"""The village years of the demonstration: groups adopt plans, and what they planned gets done, or late."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, actor_for
from cases.calendar import Calendar, add_months
from cases.case import case_to_change
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.demo.villages.forum_years import forum_acts
from cases.demo.villages.plans_told import AdoptionTold, ItemTold, PlanTold
from cases.organisation.people import Person
from cases.progress import Change, change_state
from cases.refusals import Refusal
from cases.states import State
from cases.village.owing import open_case
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.obligations import PLAN
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.records.anchoring import AnchoringKind

BEGINS_AT, A_STEP = time(9), timedelta(minutes=3)
DESK = "kontakt@tallvinda.example"
NEXT_YEAR = "Om ett år uppdaterar ni planen. Hör av er om ni vill ha hjälp."
TAKEN_ON = "Vi har tagit med det i vår planering."
BEGUN = "Arbetet är i gång."
DELAYED = "Det blir senare än vi trodde, men det är på väg."


@dataclass
class VillageAct:
    """One act in the name of the person with this mail address; `take` is called in a transaction, with that actor."""

    by: str
    take: Callable[[Session, Actor, datetime], None]


@dataclass
class VillageYears:
    """Plays what the plans of all groups tell, and the forum's `meetings`, from the local day `first` of the story on.

    `refused` counts the acts that could not be taken, because a rule did not allow them.
    """

    plans: tuple[PlanTold, ...]
    first: date
    database: Database
    clock: MovingClock
    meetings: tuple[date, ...] = ()
    refused: int = 0
    _acts: list[tuple[date, int, VillageAct]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        for plan in self.plans:
            for number, adoption in enumerate(plan.adoptions, start=1):
                self._plot_adoption(plan, number, adoption)
        for day, take in forum_acts(self.meetings):
            self._plot(day, DESK, take)

    def live(self, day: date, end: datetime) -> None:
        """Take the acts that are due by the local day `day`, before the moment `end` (UTC)."""
        moment = datetime.combine(day, BEGINS_AT, self._calendar.zone).astimezone(end.tzinfo)
        while self._acts and self._acts[0][0] <= day and moment < end:
            _, _, act = heapq.heappop(self._acts)
            self.clock.now = moment
            try:
                with self.database.transaction() as session:
                    act.take(session, _actor(session, act.by, day), moment)
            except Refusal:
                self.refused += 1
            moment += A_STEP

    @property
    def _calendar(self) -> Calendar:
        return self.database.calendar

    def _plot(self, day: date, by: str, take: Callable[[Session, Actor, datetime], None]) -> None:
        heapq.heappush(self._acts, (self._calendar.roll_forward(day), next(self._numbers), VillageAct(by, take)))

    def _plot_adoption(self, plan: PlanTold, number: int, told: AdoptionTold) -> None:
        day = add_months(self.first, told.month) + timedelta(days=len(plan.group) % 5)

        def ask(session: Session, by: Actor, at: datetime) -> None:
            begin_draft(session, plan.group, by=by, at=at)
            shown = AnchoringShown(AnchoringKind.SURVEY, day - timedelta(days=14), plan.survey, 120, 48 + 7 * number)
            show_anchoring(session, plan.group, shown, by=by, at=at)

        def adopt(session: Session, by: Actor, at: datetime) -> None:
            draft = draft_shown(session, plan.group, by=by, at=at)
            if draft is not None:
                content = plan.content(number, draft, self._calendar.day_of(at))
                put_draft(session, plan.group, content, by=by, at=at)
                adopt_plan(session, plan.group, Adoption(where=told.where, note=told.note), by=by, at=at)
                self._plot_items(session, plan, number, by, at)

        def agree(session: Session, by: Actor, at: datetime) -> None:
            case = open_case(session, PLAN.name, plan.group)
            if case is not None and case.state is State.PLANNED:
                due_on = add_months(self._calendar.day_of(at), 12)
                change = Change(State.PLANNED, due_on=due_on, note=NEXT_YEAR)
                change_state(session, case_to_change(session, case.ref), change, by=by, at=at)

        self._plot(day, plan.chair, ask)
        self._plot(day + timedelta(days=8), plan.chair, adopt)
        self._plot(day + timedelta(days=12), DESK, agree)

    def _plot_items(self, session: Session, plan: PlanTold, number: int, by: Actor, at: datetime) -> None:
        cases = {item.title: item.case for item in plan_shown(session, plan.group, by=by, at=at).items}
        for item in plan.items:
            ref = cases.get(item.title)
            if item.version == number and ref is not None:
                self._plot_fate(plan, item, ref, self._calendar.day_of(at))

    def _plot_fate(self, plan: PlanTold, item: ItemTold, ref: str, adopted_on: date) -> None:
        is_own = item.responsible == plan.group
        holder = plan.chair if is_own else f"handlaggare.{item.responsible}@tallvinda.example"
        for who, days, step in FATES[item.fate]:
            on = adopted_on + timedelta(days=item.after if days is None else days)
            self._plot(on, DESK if who == "desk" else holder, _step(item, ref, step))


def _step(
    item: ItemTold, ref: str, step: Callable[[ItemTold, date], Change]
) -> Callable[[Session, Actor, datetime], None]:
    def take(session: Session, by: Actor, at: datetime) -> None:
        change_state(session, case_to_change(session, ref), step(item, at.date()), by=by, at=at)

    return take


def _actor(session: Session, email: str, day: date) -> Actor:
    person = session.scalars(select(Person.id).where(Person.email == email)).one()
    actor = actor_for(session, person, on=day)
    if actor is None:
        raise LookupError(email)
    return actor


def _assign(item: ItemTold, day: date) -> Change:
    return Change(State.ASSIGNED, responsible=item.responsible)


def _plan(item: ItemTold, day: date) -> Change:
    return Change(State.PLANNED, due_on=add_months(day, 3 * item.quarter), note=TAKEN_ON)


def _plan_anew(item: ItemTold, day: date) -> Change:
    return Change(State.PLANNED, due_on=add_months(day, 6), note=DELAYED)


def _start(item: ItemTold, day: date) -> Change:
    return Change(State.IN_PROGRESS, due_on=add_months(day, 4), note=BEGUN)


def _finish(item: ItemTold, day: date) -> Change:
    return Change(State.DONE, note=item.done, done_on=day - timedelta(days=3), done_by=item.done_by or None)


TAKEN = (("desk", 2, _assign), ("holder", 7, _plan))
FATES: dict[str, tuple[tuple[str, int | None, Callable[[ItemTold, date], Change]], ...]] = {
    # who takes the step, on which day after the adoption (None: on the day of the item), and the step
    "left": (),
    "done": (("holder", None, _finish),),
    "begun": (("holder", None, _start),),
    "anew": (("holder", None, _plan_anew),),
    "taken on": TAKEN,
    "helped": (*TAKEN, ("holder", None, _finish)),
    "at work": (*TAKEN, ("holder", None, _start)),
}
