"""The tempers of simulated people, and what units do with a case in each state, as likelihoods and weights.

All figures are invented: they are to show what the ladder does to prompt, lazy and silent people.
"""

from dataclasses import dataclass

from cases.states import State


@dataclass(frozen=True)
class Temper:
    """How people react. `notices` and `heeds_...`: the share of letters that they react to. Days are working days."""

    notices: float  # a letter to the officer or the unit's mailbox
    heeds_head: float  # a letter that reached the head
    heeds_others: float  # the contact person rings, or the forum asks
    answers_in: tuple[int, int]
    works_for: tuple[int, int]
    slips: float  # share of cases left past their own due day until a reminder
    shows_life: float
    keeps: float = 0.5  # share of times that they do what they owe, and do not put it off


TEMPERS: dict[str, Temper] = {
    "prompt": Temper(0.97, 1.0, 1.0, (0, 4), (3, 20), 0.08, 0.25, 0.95),
    "lazy": Temper(0.5, 0.85, 0.95, (2, 9), (8, 35), 0.4, 0.1, 0.6),
    "silent": Temper(0.12, 0.3, 0.55, (4, 20), (15, 60), 0.65, 0.02, 0.3),
}
GROUPS_TEMPER = Temper(0.8, 0.9, 0.9, (1, 8), (8, 40), 0.2, 0.1, 0.8)
DESKS_TEMPER = Temper(0.95, 0.95, 0.95, (0, 2), (2, 8), 0.1, 0.1, 0.85)

Moves = dict[str, float]  # act -> weight

# What a unit does with a case in each state.
OF_A_UNIT: dict[State, Moves] = {
    State.ASSIGNED: {
        "start": 38, "plan": 34, "finish": 7, "ask": 8, "send_back": 5, "wait_outside": 5, "wait_for_forum": 3,
    },
    State.PLANNED: {"finish": 74, "start": 8, "plan_anew": 10, "show_life": 8},
    State.IN_PROGRESS: {"finish": 70, "plan": 8, "show_life": 14, "wait_outside": 5, "wait_for_forum": 3},
    State.WAITING: {"go_on": 85, "finish": 15},
}  # fmt: skip
OF_THE_DESK: dict[State, Moves] = {
    State.RECEIVED: {"assign": 80, "assign_elsewhere": 6, "decline": 5, "park": 5, "merge": 2, "finish": 2},
    State.ASSIGNED: {"finish": 100},
    State.PLANNED: {"finish": 100},
    State.WAITING: {"go_on": 100},
}
CONTESTS, ANSWERS = 0.09, 0.85  # shares of those who asked: contest what is done, answer a question

KEEPS: dict[str, Moves] = {
    "contact": {"meet": 85, "agree_on_contact": 15}, "plan": {"revise": 100}, "meeting": {"call": 100},
    "agenda": {"prepare_agenda": 100}, "minutes": {"adjust": 100},
}  # fmt: skip
PUTS_OFF: Moves = {"plan_anew": 70, "show_life": 30}


def moves_of_what_is_owed(obligation: str, temper: Temper) -> Moves:
    """Return what a unit of this temper does with a planned case by which this is owed."""
    kept = {act: weight * temper.keeps for act, weight in KEEPS[obligation].items()}
    return kept | {act: weight * (1 - temper.keeps) for act, weight in PUTS_OFF.items()}
