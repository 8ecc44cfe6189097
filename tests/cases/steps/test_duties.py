"""The days of a recurring duty: counted from the first one, whenever the earlier ones were done."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from support.houses.brought_along import bring_along, take_back
from support.houses.small_house import CALENDAR, SmallHouse

from cases.case import Case
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.states import Kind, State
from cases.steps.duties import day_after

JANUARY = date(2026, 1, 31)  # a Saturday


def _duties(database: Database) -> list[Case]:
    with database.reading() as session:
        return list(session.scalars(select(Case).where(Case.kind == Kind.DUTY).order_by(Case.id)))


def _begin(house: SmallHouse, due_on: date, every_months: int) -> None:
    at = CALENDAR.morning_of(date(due_on.year, due_on.month, 1))
    house.hand_in("Läs av", by="contact", kind=Kind.DUTY, due_on=due_on, every_months=every_months, at=at)


def _do_the_last(house: SmallHouse, on: date) -> Case:
    """Do and close the last duty on this day; return the one that follows it."""
    ref, at = _duties(house.database)[-1].ref, CALENDAR.morning_of(on)
    house.change(ref, State.DONE, note="Klart", at=at)
    house.change(ref, State.CLOSED, by="command", at=at)
    return _duties(house.database)[-1]


def test_a_short_month_does_not_move_the_months_after_it(small_house: SmallHouse) -> None:
    _begin(small_house, JANUARY, 1)
    days = [JANUARY]
    for _ in range(4):
        days.append(_do_the_last(small_house, days[-1]).duty_on)
    assert days[1:] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_a_day_off_moves_the_clock_of_a_duty_and_no_later_duty(small_house: SmallHouse) -> None:
    _begin(small_house, JANUARY, 1)
    after = _do_the_last(small_house, date(2026, 2, 2))
    assert (after.duty_on, CALENDAR.day_of(after.due_at)) == (date(2026, 2, 28), date(2026, 3, 2))
    assert _do_the_last(small_house, date(2026, 3, 2)).duty_on == date(2026, 3, 31)


def test_leap_day_comes_back(small_house: SmallHouse) -> None:
    _begin(small_house, date(2028, 2, 29), 12)
    days = [date(2028, 2, 29)]
    for _ in range(4):
        days.append(_do_the_last(small_house, days[-1]).duty_on)
    assert days[1:] == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]


@pytest.mark.parametrize(
    ("done_on", "after"),
    [
        (date(2026, 3, 2), date(2026, 6, 30)),  # early
        (date(2026, 3, 31), date(2026, 6, 30)),  # on its day
        (date(2026, 5, 4), date(2026, 6, 30)),  # late
        (date(2026, 6, 30), date(2026, 9, 30)),  # on the day of the one after it
        (date(2027, 2, 1), date(2027, 3, 31)),  # so late that several were left out
    ],
)
def test_the_next_has_its_own_day_whenever_the_last_was_done(
    small_house: SmallHouse, done_on: date, after: date
) -> None:
    _begin(small_house, date(2026, 3, 31), 3)
    assert _do_the_last(small_house, done_on).duty_on == after
    assert len(_duties(small_house.database)) == 2


@pytest.mark.parametrize("every_months", [1, 2, 3, 6, 7, 12, 120])
def test_every_day_is_the_first_day_again_or_the_last_of_a_shorter_month(every_months: int) -> None:
    first = date(2024, 1, 31)
    days = [first]
    while days[-1].year < 2080:
        days.append(day_after(days[-1], first=first, every_months=every_months, today=first))
    assert all(day.day == 31 or (day + timedelta(days=1)).day == 1 for day in days)
    assert {(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(days)} == {every_months}


def test_old_duties_count_from_the_day_with_which_their_row_began(small_house: SmallHouse) -> None:
    _begin(small_house, JANUARY, 1)
    _do_the_last(small_house, date(2026, 1, 30))
    small_house.hand_in("En gång", by="contact", kind=Kind.DUTY, due_on=date(2026, 5, 4))
    bring_along(small_house.database, "0003")
    assert [duty.duty_first_on for duty in _duties(small_house.database)] == [JANUARY, JANUARY, date(2026, 5, 4)]


def test_a_house_keeps_no_name_for_exports_that_another_has(small_house: SmallHouse) -> None:
    names = set()
    for _ in range(2):
        take_back(small_house.database, "0003")
        migrate(small_house.database)
        with small_house.database.reading() as session:
            names.add(session.connection().exec_driver_sql("SELECT export_name FROM house").scalar())
    assert len(names) == 2
