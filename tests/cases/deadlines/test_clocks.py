"""The ladder of DESIGN section 4, rung by rung, as pure functions over days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.houses.small_house import CALENDAR

from cases.deadlines import clocks
from cases.deadlines.clocks import Clock
from cases.deadlines.policies import DEFAULT_TERMS, PROPOSAL_TERMS, Terms

DUE = date(2026, 4, 15)  # a Wednesday
LONG_BEFORE = datetime(2026, 3, 2, 8, tzinfo=UTC)


def morning(year: int, month: int, day: int) -> datetime:
    return CALENDAR.morning_of(date(year, month, day))


def climbed(clock: Clock, rungs: int) -> list[tuple[int, datetime]]:
    """The rungs and moments of a ladder that is swept as each moment comes."""
    fired = []
    for _ in range(rungs):
        now = clock.fires_at
        rung = clocks.due_rung(clock, now, CALENDAR)
        fired.append((rung, now))
        clock = clocks.after_rung(clock, rung, now, DEFAULT_TERMS, CALENDAR)
    return fired


def test_the_default_ladder_is_the_one_that_the_design_tells() -> None:
    clock = clocks.escalating(DUE, 1, LONG_BEFORE, DEFAULT_TERMS, CALENDAR)
    assert clock.due_at == CALENDAR.end_of(DUE)
    assert climbed(clock, 8) == [
        (0, morning(2026, 4, 13)),  # two working days before
        (1, morning(2026, 4, 15)),  # on the day, 07:00
        (2, morning(2026, 4, 22)),  # five working days later
        (3, morning(2026, 4, 29)),  # five later
        (4, morning(2026, 5, 15)),  # ten later: 1 May and Ascension Day are days off
        (5, morning(2026, 5, 22)),  # every seven days
        (6, morning(2026, 5, 29)),
        (7, morning(2026, 6, 5)),
    ]


def test_the_weekly_rung_rolls_forward_over_days_off() -> None:
    clock = Clock(CALENDAR.end_of(DUE), 1, 5, morning(2026, 6, 12))
    after = clocks.after_rung(clock, 5, morning(2026, 6, 12), DEFAULT_TERMS, CALENDAR)
    assert after.fires_at == morning(2026, 6, 22)  # the 19th is Midsummer's Eve


def test_rung_0_is_skipped_when_its_morning_has_passed() -> None:
    clock = clocks.escalating(DUE, 1, morning(2026, 4, 13), DEFAULT_TERMS, CALENDAR)
    assert (clock.rung, clock.fires_at) == (1, morning(2026, 4, 15))


def test_rung_0_is_skipped_once_the_day_itself_has_come() -> None:
    clock = clocks.escalating(DUE, 1, LONG_BEFORE, DEFAULT_TERMS, CALENDAR)
    assert clocks.due_rung(clock, morning(2026, 4, 14), CALENDAR) == 0
    assert clocks.due_rung(clock, morning(2026, 4, 15), CALENDAR) == 1


def test_a_clock_set_on_its_own_day_fires_when_the_day_ends() -> None:
    clock = clocks.escalating(DUE, 1, datetime(2026, 4, 15, 9, tzinfo=UTC), DEFAULT_TERMS, CALENDAR)
    assert (clock.rung, clock.fires_at) == (1, CALENDAR.end_of(DUE))


def test_the_distance_counts_from_the_day_on_which_the_rung_before_fired() -> None:
    clock = Clock(CALENDAR.end_of(DUE), 1, 1, morning(2026, 4, 15))
    late = datetime(2026, 5, 6, 15, tzinfo=UTC)  # three weeks out
    assert clocks.after_rung(clock, 1, late, DEFAULT_TERMS, CALENDAR).fires_at == morning(2026, 5, 13)


@given(st.dates(date(2020, 1, 1), date(2050, 1, 1)), st.integers(0, 400 * 24))
def test_every_rung_sets_the_next_one_and_later_than_now(due: date, hours_late: int) -> None:
    clock = clocks.escalating(CALENDAR.roll_forward(due), 1, CALENDAR.morning_of(due), DEFAULT_TERMS, CALENDAR)
    for _ in range(12):
        now = clock.fires_at + timedelta(hours=hours_late)
        rung = clocks.due_rung(clock, now, CALENDAR)
        after = clocks.after_rung(clock, rung, now, DEFAULT_TERMS, CALENDAR)
        assert after.fires_at > now
        assert after.rung == rung + 1
        assert CALENDAR.is_working_day(CALENDAR.day_of(after.fires_at))
        clock = after


def test_a_policy_has_a_ladder_of_its_own() -> None:
    terms = Terms(rung_days=(1,), repeat_calendar_days=14)
    clock = Clock(CALENDAR.end_of(DUE), 1, 1, morning(2026, 4, 15))
    second = clocks.after_rung(clock, 1, morning(2026, 4, 15), terms, CALENDAR)
    assert second.fires_at == morning(2026, 4, 16)
    assert clocks.after_rung(second, 2, second.fires_at, terms, CALENDAR).fires_at == morning(2026, 4, 30)


# --- the law's clock -----------------------------------------------------------------------------

RAISED = date(2026, 1, 26)


def warnings(count: int) -> list[tuple[int, date]]:
    clock = clocks.statutory(RAISED, 0, CALENDAR.morning_of(RAISED), PROPOSAL_TERMS, CALENDAR)
    fired = []
    for _ in range(count):
        fired.append((clock.rung, CALENDAR.day_of(clock.fires_at)))
        clock = clocks.statutory(RAISED, clock.rung, clock.fires_at, PROPOSAL_TERMS, CALENDAR)
    return fired


def test_a_proposal_is_warned_of_at_6_9_11_and_12_months_and_then_every_month() -> None:
    assert warnings(6) == [
        (1, date(2026, 7, 27)),  # the 26th is a Sunday
        (2, date(2026, 10, 26)),
        (3, date(2026, 12, 28)),
        (4, date(2027, 1, 26)),
        (5, date(2027, 2, 26)),
        (6, date(2027, 3, 30)),  # Good Friday on the 26th, Easter Monday on the 29th
    ]


def test_its_last_day_is_a_year_from_when_it_was_raised() -> None:
    clock = clocks.statutory(RAISED, 0, CALENDAR.morning_of(RAISED), PROPOSAL_TERMS, CALENDAR)
    assert clock.due_at == CALENDAR.end_of(date(2027, 1, 26))


def test_other_kinds_have_no_such_clock() -> None:
    assert clocks.statutory(RAISED, 0, CALENDAR.morning_of(RAISED), DEFAULT_TERMS, CALENDAR) is None


@pytest.mark.parametrize("weeks", [0, 3, 60, 500])
def test_the_laws_clock_never_ends(weeks: int) -> None:
    now = CALENDAR.morning_of(RAISED) + timedelta(weeks=weeks)
    assert clocks.statutory(RAISED, 0, now, PROPOSAL_TERMS, CALENDAR).fires_at > now
