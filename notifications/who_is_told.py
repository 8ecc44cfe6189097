"""Who is told what: one table, from each thing that can happen to its letters and their audiences.

The rules of an event are read from the top: the first audience that holds an address words its letter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cases.deadlines.clocks import AGENDA_RUNG, DAY_RUNG, DELAYED_RUNG, FIRST_RUNG, HEAD_RUNG, REPEATED_RUNG
from cases.history.words import Visibility
from notifications.read_models import EventRow


@dataclass(frozen=True)
class EventInContext:
    """One event, with the facts of those that were written beside it in the same act."""

    event: EventRow
    beside: Mapping[str, Mapping[str, Any]]  # type -> facts

    @property
    def facts(self) -> dict[str, Any]:
        """What the event itself holds."""
        return self.event.facts

    def fact_beside(self, type_: str, name: str) -> Any:
        """Give a fact of the event of this type beside it; None when there is none."""
        return self.beside.get(type_, {}).get(name)


Condition = Callable[[EventInContext], bool]


def always(_: EventInContext) -> bool:
    """Hold whatever happened."""
    return True


@dataclass(frozen=True)
class Rule:
    """This letter goes to this audience, when the condition holds."""

    letter: str
    audience: str
    when: Condition = always


Rules = tuple[Rule, ...]


# --- conditions ------------------------------------------------------------------------


def is_taken_on(act: EventInContext) -> bool:
    """Hold when nobody worked on the case before. The letter carries a promise made beside it."""
    return act.facts.get("previous") not in AT_WORK and "case.received" not in act.beside


def moves_its_promise(act: EventInContext) -> bool:
    """Hold when somebody worked on the case already, and the date that was promised is now another."""
    return act.facts.get("previous") in AT_WORK and bool(act.fact_beside("case.promised", "was"))


def goes_on(act: EventInContext) -> bool:
    """Hold when somebody worked on the case already, and what was promised stands."""
    return act.facts.get("previous") in AT_WORK and not moves_its_promise(act)


def begins_as_planned(act: EventInContext) -> bool:
    """Hold for a duty: it is handed in and planned in one act."""
    return "case.received" in act.beside


def waits_to_be_read(act: EventInContext) -> bool:
    """Hold unless it is a duty, which is planned in the same act."""
    return "case.planned" not in act.beside


def stands_alone(*, moved: bool) -> Condition:
    """Hold for a promise that no other letter of its act tells, in place of another one or not."""
    return lambda act: not act.beside and bool(act.facts.get("was")) is moved


def gets_a_new_holder(act: EventInContext) -> bool:
    """Hold when a correction gave the case to somebody else: the one who had it left."""
    return bool({"officer", "responsible"} & set(act.facts["what"]))


def unit_is_new(act: EventInContext) -> bool:
    """Hold unless the case only got another officer in the unit that has it already."""
    return act.facts.get("responsible_was") != act.facts["responsible"] or (act.facts.get("previous") != "assigned")


def waits_for(whom: str) -> Condition:
    """Hold when the case now waits for `whom`."""
    return lambda act: act.facts["waiting_for"] == whom


def said_to(*visibilities: Visibility) -> Condition:
    """Hold when a comment was meant for one of these circles."""
    return lambda act: act.facts["visibility"] in visibilities


def on_rung(clocks: frozenset[str], rung: int) -> Condition:
    """Hold on this rung of one of these clocks."""
    return lambda act: act.facts["clock"] in clocks and act.facts["rung"] == rung


def from_rung(clocks: frozenset[str], rung: int) -> Condition:
    """Hold on this rung and every one above it."""
    return lambda act: act.facts["clock"] in clocks and act.facts["rung"] >= rung


def was_chosen(act: EventInContext) -> bool:
    """Hold when a person put the case on the agenda for its own sake."""
    return act.facts.get("why") == "chosen"


AT_WORK = frozenset({"planned", "in_progress"})
OF_A_COMMENT = said_to(Visibility.PARTICIPANTS, Visibility.PUBLIC)


# --- audiences that often stand together ---------------------------------------------------


def everyone(letter: str, when: Condition = always) -> Rules:
    """The one who asked, the group, and those who follow."""
    return tuple(Rule(letter, audience, when) for audience in ("reporter", "group", "followers"))


def _climb(clocks: frozenset[str], rungs: dict[int, tuple[tuple[str, str], ...]]) -> Rules:
    top = max(rungs)
    return tuple(
        Rule(letter, audience, (from_rung if rung == top else on_rung)(clocks, rung))
        for rung, told in rungs.items()
        for letter, audience in told
    )


LADDER = _climb(
    frozenset({"state", "life"}),
    {
        FIRST_RUNG: (("due_soon", "officer"),),
        DAY_RUNG: (("due_now", "officer"), ("due_now", "unit")),
        HEAD_RUNG: (("overdue", "head"),),
        DELAYED_RUNG: (
            ("overdue", "contact"),
            ("delayed", "reporter"),
            ("delayed", "group"),
            ("delayed", "followers"),
        ),
        AGENDA_RUNG: (("on_agenda", "contact"), ("on_agenda", "head")),
        REPEATED_RUNG: (("overdue", "contact"), ("overdue", "head")),
    },
)
STATUTORY_LADDER = _climb(
    frozenset({"statutory"}),
    {
        1: (("statutory", "officer"), ("statutory", "unit")),
        2: (("statutory", "officer"), ("statutory", "head")),
        3: (("statutory", "officer"), ("statutory", "head"), ("statutory", "contact")),
    },
)

TAKING_ON = (
    *everyone("taken_on", is_taken_on),
    *everyone("promise_moved", moves_its_promise),
    *everyone("news", goes_on),
)

WHO_IS_TOLD: dict[str, Rules] = {
    # The desk has its list and its morning letter: nothing is mailed to it one by one.
    "case.received": (Rule("receipt", "reporter"), Rule("receipt", "group", waits_to_be_read)),
    "case.assigned": (Rule("assigned", "handler"), *everyone("news", unit_is_new)),
    "case.sent_back": (Rule("sent_back", "contact"), *everyone("news")),
    "case.planned": (
        *TAKING_ON,
        Rule("assigned", "handler", begins_as_planned),
        Rule("news", "handler"),
    ),
    "case.started": (*TAKING_ON, Rule("news", "handler")),
    "case.waiting": (
        Rule("question", "reporter", waits_for("reporter")),
        Rule("question", "group", waits_for("reporter")),
        Rule("question", "asked", waits_for("unit")),
        *everyone("news"),
        Rule("news", "handler"),
    ),
    "case.answered": (Rule("answered", "handler"), *everyone("news")),
    "case.parked": (*everyone("parked"), Rule("news", "handler")),
    "case.taken_up": (*everyone("taken_up"), Rule("taken_up", "contact")),
    "case.done": (*everyone("done"), Rule("news", "handler")),
    "case.contested": (
        Rule("contested", "handler"),
        Rule("contested", "contact"),
        *everyone("reopened"),
    ),
    "case.reopened": (Rule("assigned", "handler"), *everyone("reopened")),
    "case.closed": everyone("closed"),
    "case.declined": (*everyone("declined"), Rule("news", "handler")),
    "case.merged": (*everyone("merged"), Rule("news", "handler")),
    "case.took_over": (Rule("news", "handler"),),
    "case.commented": (
        Rule("news", "reporter", OF_A_COMMENT),
        Rule("news", "group", OF_A_COMMENT),
        Rule("news", "handler", OF_A_COMMENT),
        Rule("news", "followers", said_to(Visibility.PUBLIC)),
    ),
    "case.attached": (),
    "case.corrected": (Rule("assigned", "handler", gets_a_new_holder),),
    "case.related": (),
    "case.followed": (),
    "case.unfollowed": (),
    "case.promised": (
        *everyone("promise_moved", stands_alone(moved=True)),
        *everyone("news", stands_alone(moved=False)),
    ),
    "case.promise_broken": (
        Rule("promise_broken", "handler"),
        Rule("promise_broken", "contact"),
        *everyone("promise_broken"),
    ),
    "case.escalated": (*LADDER, *STATUTORY_LADDER),
    # The ladder's rung and the question to the forum tell it themselves.
    "case.put_on_agenda": (
        Rule("on_agenda", "contact", was_chosen),
        Rule("on_agenda", "handler", was_chosen),
    ),
    "case.words_erased": (),
    "case.imported": (),
    "person.added": (),
    "person.changed": (),
    "person.switched_off": (),
    "person.logged_in": (),
    "person.asked_for_link": (Rule("login", "person"),),
    "house.follower_asked": (Rule("opt_in", "new_follower"),),
    "unit.added": (),
    "unit.changed": (),
    "unit.switched_off": (),
    "house.setting_changed": (),
    "house.morning": (Rule("morning", "morning"),),
    "house.set_aside": (Rule("set_aside", "contact"), Rule("set_aside", "admins")),
    "house.sent_again": (),
}


class UnknownEvent(Exception):
    """An event of a type that this version has no rule for: it waits for one that has."""


def rules_for(act: EventInContext) -> list[Rule]:
    """Give the rules that hold, in order. Raises `UnknownEvent` for a type that is not in the table."""
    if act.event.type not in WHO_IS_TOLD:
        raise UnknownEvent(act.event.type)
    return [rule for rule in WHO_IS_TOLD[act.event.type] if rule.when(act)]
