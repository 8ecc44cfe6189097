"""Hypothesis strategies for the life machine: which of the possible steps is taken, and with which fields."""

from dataclasses import dataclass
from datetime import timedelta

import hypothesis.strategies as some
from support.lives.course import Given
from support.lives.oracle import NEEDS_A_DAY, TAKEN_ON, Attempt, Life, answers, holds

from proof.simulation.second_calendar import local_day


@dataclass(frozen=True)
class LifeChoice:
    """One generated choice among the possible steps, with the values of its fields."""

    number: int
    days: int  # until it is due
    waits_for: str
    as_read: bool  # with the version that somebody has read, which may be stale
    names_a_day: bool  # where the day is optional

    def given(self, life: Life, attempt: Attempt) -> Given:
        """Return the fields of the step: its day, and whom it waits for, where it has them."""
        only_answers = answers(life, attempt) and not holds(life, attempt.who)
        may_have_a_day = attempt.to in TAKEN_ON and self.names_a_day and not only_answers
        dated = may_have_a_day or (attempt.to in NEEDS_A_DAY and not answers(life, attempt))
        day = local_day(attempt.at) + timedelta(days=self.days) if dated else None
        return Given(day, self.waits_for if attempt.to == "waiting" else None)

    def among(self, steps: list[Attempt]) -> Attempt:
        """Choose one of the steps: first its state, so that a step open to many is not chosen more often."""
        states = sorted({step.to for step in steps})
        chosen = [step for step in steps if step.to == states[self.number % len(states)]]
        return chosen[self.number // len(states) % len(chosen)]


CHOICES = some.builds(
    LifeChoice,
    some.integers(0, 10_000),
    some.integers(1, 100),
    some.sampled_from(["reporter", "other", "norrby"]),
    some.booleans(),
    some.booleans(),
)
SEVERAL = some.lists(CHOICES, min_size=1, max_size=4)
