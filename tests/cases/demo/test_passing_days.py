"""Days that pass in a demonstration: each morning is swept, the clock of the database stands, and nothing goes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from support.houses.migrated import CALENDAR
from support.houses.small_house import SmallHouse

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.database.clock import present
from cases.demo import passing_days
from cases.demo.passing_days import DayStays, a_day_later, let_days_pass, next_morning
from cases.history.journal import Event
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.domain_time import domain_time
from cases.organisation.municipality import Municipality
from cases.states import State


@pytest.fixture
def demonstration(small_house: SmallHouse) -> SmallHouse:
    """The small house as a demonstration, on each database."""
    with small_house.database.transaction() as session:
        session.execute(update(Municipality).values(demonstration=True))
    return small_house


def today(house: SmallHouse) -> date:
    with house.database.reading() as session:
        return CALENDAR.day_of(domain_time(session))


def rungs(house: SmallHouse, ref: str) -> list[Event]:
    fired = select(Event).join(Case, Case.id == Event.stream).where(Case.ref == ref, Event.type == "case.escalated")
    with house.database.reading() as session:
        return list(session.scalars(fired.order_by(Event.seq)))


def test_the_ladder_climbs_morning_by_morning_and_the_agenda_fills_itself(demonstration: SmallHouse) -> None:
    ref = demonstration.reach(State.ASSIGNED, at=datetime.now(UTC))
    let_days_pass(demonstration.database, 60)
    fired = rungs(demonstration, ref)
    assert [event.facts["rung"] for event in fired][:5] == [0, 1, 2, 3, 4]
    assert {event.at.astimezone(CALENDAR.zone).hour for event in fired} == {7}
    due_on = CALENDAR.day_of(datetime.fromisoformat(fired[0].facts["due_at"]))
    days = [CALENDAR.day_of(event.at) for event in fired]
    assert days[:4] == [CALENDAR.add_working_days(due_on, count) for count in (-2, 0, 5, 10)]
    with demonstration.database.reading() as session:
        on_agenda = select(AgendaItem.id).join(Case, Case.id == AgendaItem.case_id).where(Case.ref == ref)
        assert session.scalars(on_agenda).all()


def test_what_is_owed_is_looked_for_on_the_day_that_is_reached(demonstration: SmallHouse) -> None:
    let_days_pass(demonstration.database, 3)
    with demonstration.database.reading() as session:
        assert session.scalars(select(Municipality.obligations_on)).one() == today(demonstration)


def test_only_domain_time_moves(demonstration: SmallHouse) -> None:
    demonstration.reach(State.ASSIGNED, at=datetime.now(UTC))
    before = today(demonstration)
    let_days_pass(demonstration.database, 40)
    assert today(demonstration) == before + timedelta(days=40)
    with demonstration.database.reading() as session:
        latest = session.scalars(select(Event.recorded_at).order_by(Event.id.desc())).first()
        assert abs(present(session) - datetime.now(UTC)) < timedelta(minutes=5)
        assert abs(latest - datetime.now(UTC)) < timedelta(minutes=5)
        late = [found for found in find_forgotten(session, domain_time(session)) if found.guarantee != "G4"]
    assert late == []  # G4: no letter is sent in this test


def test_two_who_move_it_at_once_move_it_twice_and_leave_out_no_morning(
    demonstration: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: set[datetime | None] = set()
    real = passing_days.sweep

    def noting(database, *, now=None):
        swept.add(now)
        return real(database, now=now)

    monkeypatch.setattr(passing_days, "sweep", noting)
    ref, before = demonstration.reach(State.ASSIGNED, at=datetime.now(UTC)), today(demonstration)
    with ThreadPoolExecutor(2) as both:
        list(both.map(let_days_pass, [demonstration.database] * 2, [10, 10]))
    assert today(demonstration) == before + timedelta(days=20)
    assert len(swept - {None}) == 20
    assert len(rungs(demonstration, ref)) == len({event.facts["rung"] for event in rungs(demonstration, ref)})


def test_the_day_of_a_real_house_stays(small_house: SmallHouse) -> None:
    before = today(small_house)
    with pytest.raises(DayStays):
        let_days_pass(small_house.database, 1)
    with pytest.raises(IntegrityError), small_house.database.transaction() as session:
        session.execute(text("UPDATE house SET seconds_ahead = 86400"))
    assert today(small_house) == before


def test_the_database_lets_no_day_go_back_before_its_clock(demonstration: SmallHouse) -> None:
    with pytest.raises(IntegrityError), demonstration.database.transaction() as session:
        session.execute(text("UPDATE house SET seconds_ahead = -86400"))


def test_the_day_stays_where_the_calendar_ends(demonstration: SmallHouse) -> None:
    with demonstration.database.transaction() as session:
        ahead = datetime(2091, 1, 2, tzinfo=UTC) - present(session)
        session.execute(update(Municipality).values(seconds_ahead=round(ahead.total_seconds())))
    with pytest.raises(DayStays):
        let_days_pass(demonstration.database, 1)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_at_most_a_year_passes_at_a_time_and_none_passes_back(demonstration: SmallHouse, days: int) -> None:
    with pytest.raises(ValueError, match="cannot pass"):
        let_days_pass(demonstration.database, days)


def local(*given: int) -> datetime:
    return datetime(*given, tzinfo=CALENDAR.zone).astimezone(UTC)


@pytest.mark.parametrize(("moment", "morning"), [
    (local(2027, 3, 2, 6, 59), local(2027, 3, 2, 7)),
    (local(2027, 3, 2, 7, 0), local(2027, 3, 3, 7)),
    (local(2027, 12, 31, 23, 30), local(2028, 1, 1, 7)),
    (local(2027, 3, 27, 12), local(2027, 3, 28, 7)),  # the night to summer time
])  # fmt: skip
def test_the_next_morning(moment: datetime, morning: datetime) -> None:
    assert next_morning(moment, CALENDAR) == morning


@pytest.mark.parametrize(("moment", "later"), [
    (local(2027, 3, 2, 23, 30), local(2027, 3, 3, 23, 30)),
    (local(2027, 3, 27, 23, 30), local(2027, 3, 28, 23, 30)),  # that day has 23 hours
    (local(2027, 10, 30, 23, 30), local(2027, 10, 31, 23, 30)),  # and that one 25
    (local(2027, 12, 31, 12), local(2028, 1, 1, 12)),
])  # fmt: skip
def test_a_day_later_the_clocks_on_the_wall_show_the_same_hour(moment: datetime, later: datetime) -> None:
    assert a_day_later(moment, CALENDAR) == later
