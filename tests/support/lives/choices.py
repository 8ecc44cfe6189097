"""Choices: which of the steps that are possible somebody takes, and what they say with it."""

from dataclasses import dataclass
from datetime import timedelta

import hypothesis.strategies as some
from support.lives.course import Given
from support.lives.oracle import NEEDS_A_DAY, TAKEN_ON, Attempt, Life, answers

from proof.simulation.second_calendar import local_day


@dataclass(frozen=True)
class LifeChoice:
    """Which of the steps that are possible is taken, and what is said with it."""

    number: int
    days: int  # until it is due
    waits_for: str
    as_read: bool  # it is changed as somebody has read it
    names_a_day: bool

    def given(self, life: Life, attempt: Attempt) -> Given:
        """Give the day and whom it waits for, as far as the step has them."""
        may_have_a_day = attempt.to in TAKEN_ON and self.names_a_day
        dated = may_have_a_day or (attempt.to in NEEDS_A_DAY and not answers(life, attempt))
        day = local_day(attempt.at) + timedelta(days=self.days) if dated else None
        return Given(day, self.waits_for if attempt.to == "waiting" else None)

    def among(self, steps: list[Attempt]) -> Attempt:
        """Choose: first to which state, so that the one that many may take is not all that happens."""
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
