"""A day is read as people type it, in Swedish and in English."""

from datetime import date

import pytest

from web.language.days.typed_days import AnotherWeekday, NotADay, read_day

TODAY = date(2026, 11, 29)
APRIL = date(2027, 4, 15)


@pytest.mark.parametrize(
    "text",
    [
        "2027-04-15", "2027-4-15", "20270415", "2027/04/15", "2027.04.15",
        "15 april 2027", "15 apr 2027", "15 apr. 2027", "den 15 april 2027", "15 April, 2027", "15:e april 2027",
        "15 april", "15 apr", "15 apr.", "15april", "torsdag 15 april", "torsdagen den 15 april 2027", "tors 15 apr",
        "15/4 2027", "15/4/2027", "15/4-2027", "15/4 27", "15/4-27", "15/4", "15/04", "15.4.2027", "15.4. 2027",
        "15-4-2027",
        "April 15, 2027", "Apr 15", "15th of April 2027", "April 15th", "Thursday 15 April", "Thu, 15 Apr 2027",
        " 15\N{NO-BREAK SPACE}april   2027 ", "15 APRIL 2027", "\uff11\uff15 april 2027",
    ],
)  # fmt: skip
def test_a_day_is_read_as_it_is_written(text):
    assert read_day(text, today=TODAY) == APRIL


@pytest.mark.parametrize(
    ("text", "coming", "been"),
    [
        ("29 nov", date(2026, 11, 29), date(2026, 11, 29)),
        ("30/11", date(2026, 11, 30), date(2025, 11, 30)),
        ("28 november", date(2027, 11, 28), date(2026, 11, 28)),
        ("29 feb", date(2028, 2, 29), date(2024, 2, 29)),
        ("3 maj", date(2027, 5, 3), date(2026, 5, 3)),
    ],
)
def test_without_a_year_it_is_the_next_such_day_or_the_last(text, coming, been):
    assert read_day(text, today=TODAY) == coming
    assert read_day(text, today=TODAY, has_been=True) == been


def test_the_words_for_days_near_by():
    assert [read_day(text, today=TODAY).day for text in ("i dag", "Idag", "today", "i morgon", "tomorrow")] == [
        29, 29, 29, 30, 30,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "i vår", "31 april 2027", "30/2", "4/15", "15 smörgås", "2027-13-01", "15 april 27 x", "0/4", "15", "2027",
     "32/1", "april", "15 april 20277", "270415", "2027-0415", "-1 maj", "15 april -2027"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(NotADay):
        read_day(text, today=TODAY)


def test_a_weekday_that_is_not_that_of_the_day_is_told():
    with pytest.raises(AnotherWeekday) as refused:
        read_day("måndag 15 april 2027", today=TODAY)
    assert refused.value.day == APRIL
