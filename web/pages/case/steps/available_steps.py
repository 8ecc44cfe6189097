"""The step form's options: the steps that a person may take with a case now, their fields, and who gets a letter."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.journal import Event
from cases.organisation.units import UnitKind
from cases.states import Step, steps_open_to
from cases.steps.confirming import confirmed_by, own_side
from notifications.audiences.context import Following
from notifications.audiences.preview import each_would_tell
from web.current import current, right_now, today
from web.language.gettext import gettext, language
from web.language.labels import STEP_ICONS, step_name, told_of_step, words_of_step
from web.pages.options import Choices, officers_to_choose, suggested_unit, suggested_units, units_to_choose

USUAL_ORDER = (
    "assign", "take_up", "plan", "start", "answer", "finish", "reopen", "contest", "confirm",
    "wait", "appoint", "hand_over", "send_back", "park", "decline", "merge",
)  # fmt: skip

OF_WHO_ASKED = frozenset({"contest", "confirm"})  # staff are not asked whether it is fixed
GIVES_A_TOPIC = frozenset({"assign", "hand_over"})  # to a case that has none
FIRST_READERS = {"assign": "internal", "hand_over": "internal", "appoint": "internal", "wait": "participants"}


@dataclass(frozen=True)
class AvailableStep:
    """One step that can be taken with a case now, as the step form offers it; `step` is its row in the state machine.

    `title` is the step's name as the page shows it, `told` the names of those who would get a letter about it.
    `usual_day` is the day by which the case is due after the step when nobody gives one; None for a step without such.
    """

    step: Step
    title: str
    told: tuple[str, ...]
    usual_day: date | None = None

    @property
    def name(self) -> str:
        """The step's name in `cases.states.STEPS`."""
        return self.step.name

    @property
    def icon(self) -> str:
        """The name of the icon on the step's button."""
        return STEP_ICONS[self.step.name]

    @property
    def words(self) -> str:
        """What the field for words asks for in this step."""
        return words_of_step(self.step.name)

    @property
    def tells(self) -> dict[str, str]:
        """What those get who are told, where it needs saying: sentences by whom the case is to wait for."""
        return told_of_step(self.step.name)

    @property
    def first_reader(self) -> str:
        """The visibility that words for a unit have unless another is chosen; "" in a step with other words."""
        return FIRST_READERS.get(self.step.name, "")

    @property
    def may_be_wordless(self) -> bool:
        """True when the words may be left out, whatever else is chosen in the form."""
        return not {"note", "reason"} & set(self.step.needs) and self.step.name != "wait"

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of all arguments that the step takes."""
        return (*self.step.needs, *self.step.may_have)

    def takes(self, field: str) -> bool:
        """Return whether the form shows `field`, the name of an argument of steps such as "reason", for this step."""
        return field in self.fields

    def needs(self, field: str) -> bool:
        """Return whether this step requires `field`, the name of an argument of steps such as "reason"."""
        return field in self.step.needs


def available_steps(session: Session, case: Case, following: list[Following], actor: Actor) -> list[AvailableStep]:
    """Find the steps that `actor` may take with the case now, the usual ones first.

    `following` are the case's followers; they are among those who would get a letter about a step.
    """
    steps = steps_open_to(
        case.state, actor.roles_in(case), came_from=case.waiting_from, owes=case.obligation is not None
    )
    is_in_time = case.unread_reply is not None or (case.due_at is not None and right_now() <= case.due_at)
    can_contest = not actor.is_staff and is_in_time
    offered = [step for step in steps if step.name not in OF_WHO_ASKED or can_contest]
    if any(step.name == "confirm" for step in offered) and own_side(actor, case) in confirmed_by(session, case):
        offered = [step for step in offered if step.name != "confirm"]
    events = [step.event for step in offered]
    told = each_would_tell(session, case, following, events, language(), by=actor, at=right_now())
    days = _usual_days(case)
    appointed = {"appoint": (gettext("the officer who is chosen"),)}  # by the event it is told as an assigning
    shown = [
        AvailableStep(
            step,
            step_name(step.name, case.state),
            appointed.get(step.name) or tuple(told[step.event]),
            days.get(step.name),
        )
        for step in offered
    ]
    return sorted(shown, key=lambda one: USUAL_ORDER.index(one.name))


def _usual_days(case: Case) -> dict[str, date]:
    """Return the day that each step sets by the case's policy when the form names none, by the step's name."""
    calendar, terms = current().database.calendar, case.terms
    working_days = {
        "assign": terms.answer_days,
        "hand_over": terms.answer_days,
        "start": terms.progress_days,
        "wait": terms.waiting_days,
    }
    return {name: calendar.add_working_days(today(), days) for name, days in working_days.items()}


def step_choices(
    session: Session, case: Case, following: list[Following], actor: Actor, *, asked: str | None = None
) -> dict[str, Any]:
    """Return the template's variables for the step form: `steps` from `available_steps`, and the select options.

    `step_units` and `step_waits` (whom the case may wait for) are pairs (value, name), `step_officers` the officers by
    unit, `step_topics` the suggested units by topic, `step_suggests` the slug of the suggested unit and `step_chosen`
    of the one that is chosen at first: the unit that the group's plan asks (`asked`), else the suggested one. Nothing
    is given anew to whom has said that it is not theirs. `following` are the followers of the case.
    """
    others = units_to_choose(session, *UnitKind)
    not_theirs = _said_not_theirs(session, case)
    suggested, wanted = (
        "" if slug in not_theirs else slug for slug in (suggested_unit(session, case.category_id), asked or "")
    )
    may_hold = units_to_choose(session)
    return {
        "steps": available_steps(session, case, following, actor),
        "step_units": may_hold,
        "step_officers": officers_to_choose(session, None if actor.is_contact else {case.responsible.slug}),
        "step_suggests": suggested,
        "step_chosen": wanted if wanted in dict(may_hold) else suggested,
        "step_topics": {} if case.category_id else suggested_units(session),
        "step_waits": _waiting_options(others),
    }


def _said_not_theirs(session: Session, case: Case) -> set[str]:
    """Return the slugs of the units that have sent the case back."""
    if not case.sent_back_count:
        return set()
    sent_back = select(Event.facts).where(Event.stream == case.id, Event.type == "case.sent_back")
    return {facts["by_unit"] for facts in session.scalars(sent_back)}


def _waiting_options(units: Choices) -> Choices:
    people = [("reporter", gettext("The person who asked")), ("other", gettext("Somebody else: write who"))]
    return people + [(f"unit:{slug}", name) for slug, name in units if slug != "desk"]
