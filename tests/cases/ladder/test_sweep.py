"""G2 and G3: no silent deadline, and a ladder that never ends. Cases under a moving clock, swept."""

import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text, update
from support.houses.small_house import A_DATE, CALENDAR, MONDAY, SmallHouse

from cases.access.actors import A_COMMAND
from cases.calendar import add_months
from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.database.clock import NOW_SETTING
from cases.database.transactions import Database
from cases.deadlines.policies import Policy
from cases.handing_in import Request, hand_in
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.ladder.climbing import FiredRung
from cases.ladder.sweep import TICK_LEASE, Sweeper, sweep
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.municipality import municipality
from cases.progress import WaitingFor
from cases.promises import Promise
from cases.refusals import ClockTrouble
from cases.states import Kind, State

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def morning(day: date) -> datetime:
    return CALENDAR.morning_of(day)


def sweep_daily(house: SmallHouse, start: datetime, days: int) -> None:
    """Sweep at each local morning, as a house that is never down does."""
    first = CALENDAR.day_of(start)
    for n in range(days):
        house.sweep(morning(first + n * DAY))


def rungs(house: SmallHouse, ref: str, clock: str = "state") -> list[tuple[int, date]]:
    """The rungs that have fired of this clock, each with its local day."""
    fired = [event for event in house.events(ref, "case.escalated") if event.facts["clock"] == clock]
    return [(event.facts["rung"], CALENDAR.day_of(event.at)) for event in fired]


# --- the ladder -----------------------------------------------------------------------------


def test_a_planned_case_that_nobody_touches_climbs_the_whole_ladder_and_goes_on_weekly(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    sweep_daily(small_house, MONDAY, 150)
    assert rungs(small_house, ref)[:8] == [
        (0, date(2026, 4, 13)),
        (1, date(2026, 4, 15)),
        (2, date(2026, 4, 22)),
        (3, date(2026, 4, 29)),
        (4, date(2026, 5, 15)),
        (5, date(2026, 5, 22)),
        (6, date(2026, 5, 29)),
        (7, date(2026, 6, 5)),
    ]
    later = rungs(small_house, ref)[8:]
    assert [rung for rung, _ in later] == list(range(8, 8 + len(later)))
    assert all(day.weekday() < 5 for _, day in later)
    assert later[-1][1] > date(2026, 7, 20)
    assert small_house.case(ref).next_at > morning(CALENDAR.day_of(MONDAY + 149 * DAY))


@pytest.mark.parametrize("hour", [3, 7, 12])
def test_no_rung_fires_before_its_moment(small_house: SmallHouse, hour: int) -> None:
    ref = small_house.reach(State.PLANNED)
    for n in range(50):
        small_house.sweep(datetime(2026, 4, 1, hour, tzinfo=UTC) + n * DAY)
    for event in small_house.events(ref, "case.escalated"):
        before = small_house.case(ref).due_at - timedelta(days=2, hours=20)
        assert event.at >= before


def test_the_desks_own_case_climbs_after_two_working_days(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(at=MONDAY)
    sweep_daily(small_house, MONDAY, 12)
    assert rungs(small_house, ref) == [(1, date(2026, 3, 4)), (2, date(2026, 3, 11))]


def test_an_assigned_case_is_to_be_answered_within_ten_working_days_of_its_receipt(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(at=MONDAY)
    two_days_on = datetime(2026, 3, 4, 8, tzinfo=UTC)
    case = small_house.change(ref, State.ASSIGNED, responsible="gata", at=two_days_on)
    assert CALENDAR.working_days_between(CALENDAR.day_of(MONDAY), CALENDAR.day_of(case.due_at)) == 10


def test_at_rung_4_the_case_comes_on_the_forums_agenda_once(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2026, 10, 14), "Forum"))
    ref = small_house.reach(State.PLANNED)
    sweep_daily(small_house, MONDAY, 100)
    assert [event.facts["meeting_on"] for event in small_house.events(ref, "case.put_on_agenda")] == ["2026-10-14"]
    with small_house.database.reading() as session:
        items = select(AgendaItem).join(Case, Case.id == AgendaItem.case_id).where(Case.ref == ref)
        assert len(session.scalars(items).all()) == 1


def test_a_case_that_stands_on_the_agenda_already_is_not_put_there_twice(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    sweep_daily(small_house, MONDAY, 90)
    small_house.change(ref, State.PLANNED, due_on=date(2026, 8, 3), at=datetime(2026, 7, 1, 8, tzinfo=UTC))
    sweep_daily(small_house, datetime(2026, 7, 2, 8, tzinfo=UTC), 80)
    with small_house.database.reading() as session:
        items = select(AgendaItem).join(Case, Case.id == AgendaItem.case_id).where(Case.ref == ref)
        assert len(session.scalars(items).all()) == 1


def test_only_a_person_stops_the_ladder_and_then_a_new_cycle_begins(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    sweep_daily(small_house, MONDAY, 60)
    assert small_house.case(ref).highest_rung == 3
    cycle = small_house.case(ref).cycle
    case = small_house.change(ref, State.PLANNED, by="officer", due_on=date(2026, 6, 1), at=MONDAY + 60 * DAY)
    assert (case.cycle, case.rung, case.highest_rung) == (cycle + 1, 0, 0)


def test_appointing_an_officer_does_not_give_the_unit_more_time(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    before = small_house.case(ref)
    after = small_house.change(ref, State.ASSIGNED, by="head", officer="colleague@example.se", at=MONDAY + 5 * DAY)
    assert (after.due_at, after.rung, after.cycle) == (before.due_at, before.rung, before.cycle)


# --- outages --------------------------------------------------------------------------------


def test_after_three_weeks_of_outage_everything_due_fires_once(small_house: SmallHouse) -> None:
    refs = [small_house.reach(State.PLANNED) for _ in range(5)]
    back = morning(date(2026, 5, 6)) + 3 * HOUR
    fired = small_house.sweep(back)
    assert fired == 5
    assert small_house.sweep(back) == 0
    for ref in refs:
        assert rungs(small_house, ref) == [(1, date(2026, 5, 6))]
    sweep_daily(small_house, back, 20)
    assert rungs(small_house, refs[0])[1:3] == [(2, date(2026, 5, 13)), (3, date(2026, 5, 21))]


def test_rung_0_is_skipped_when_the_house_was_down_until_the_day_itself(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.sweep(morning(A_DATE))
    assert rungs(small_house, ref) == [(1, A_DATE)]


def test_a_clock_that_goes_back_fires_nothing_twice(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.sweep(morning(date(2026, 4, 22)))
    small_house.sweep(morning(date(2026, 4, 15)))
    small_house.sweep(morning(date(2026, 4, 22)) + HOUR)
    assert len(rungs(small_house, ref)) == 1


# --- what runs out without a ladder -----------------------------------------------------------


def test_a_parked_case_comes_back_to_the_desk_on_its_morning(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PARKED)
    small_house.sweep(morning(date(2026, 6, 1)) - timedelta(seconds=1))
    assert small_house.case(ref).state is State.PARKED
    small_house.sweep(morning(date(2026, 6, 1)))
    case = small_house.case(ref)
    assert (case.state, case.responsible_id, case.officer_id) == (State.RECEIVED, small_house.unit_id("desk"), None)
    [taken_up] = small_house.events(ref, "case.taken_up")
    assert (taken_up.actor, taken_up.facts["due_on"]) == ("clock", "2026-06-03")


def test_what_is_done_closes_after_fourteen_days_if_nobody_objects(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    small_house.sweep(CALENDAR.end_of(date(2026, 3, 16)) - timedelta(seconds=1))
    assert small_house.case(ref).state is State.DONE
    small_house.sweep(CALENDAR.end_of(date(2026, 3, 16)))
    assert small_house.case(ref).state is State.CLOSED
    assert small_house.events(ref, "case.escalated") == []


def test_the_follow_up_of_a_waiting_case_climbs_the_ladder(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    other = WaitingFor("other", name="Trafikverket", their_ref="TRV 2026/1")
    small_house.change(ref, State.WAITING, by="officer", waiting_for=other, due_on=date(2026, 4, 1))
    sweep_daily(small_house, MONDAY, 40)
    assert rungs(small_house, ref)[:3] == [(0, date(2026, 3, 30)), (1, date(2026, 4, 1)), (2, date(2026, 4, 10))]


def test_a_parked_proposal_can_be_taken_up_and_warned_of_in_one_sweep(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    small_house.change(ref, State.PARKED, due_on=date(2026, 9, 1), reason="Efter sommaren")
    small_house.sweep(morning(date(2026, 9, 20)))
    assert small_house.case(ref).state is State.RECEIVED
    assert [rung for rung, _ in rungs(small_house, ref, "statutory")] == [1]


# --- signs of life ----------------------------------------------------------------------------


def test_work_in_progress_without_a_sign_of_life_for_forty_working_days_climbs(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.IN_PROGRESS, by="officer", due_on=date(2026, 11, 2))
    fortieth = CALENDAR.add_working_days(CALENDAR.day_of(MONDAY), 40)
    sweep_daily(small_house, MONDAY, 75)
    assert rungs(small_house, ref, "life")[0] == (1, fortieth)
    assert rungs(small_house, ref, "state") == []


@pytest.mark.parametrize(
    ("who", "counts"), [("officer", True), ("contact", True), ("member", False), ("reporter", False)]
)
def test_a_comment_by_the_unit_or_the_desk_is_a_sign_of_life_and_nothing_else_is(
    small_house: SmallHouse, who: str, counts: bool
) -> None:
    ref = small_house.reach(State.ASSIGNED, group="norrby")
    small_house.change(ref, State.IN_PROGRESS, by="officer", due_on=date(2026, 11, 2))
    before = small_house.case(ref).life_due_at
    small_house.comment(ref, by=who, at=MONDAY + 10 * DAY)
    assert (small_house.case(ref).life_due_at > before) is counts


# --- promises -----------------------------------------------------------------------------------


def promises(house: SmallHouse) -> list[tuple[date, str]]:
    with house.database.reading() as session:
        return [(row.promised_on, row.outcome) for row in session.scalars(select(Promise).order_by(Promise.id))]


def test_a_promise_is_broken_at_seven_the_day_after(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.sweep(morning(A_DATE + DAY) - timedelta(seconds=1))
    assert small_house.events(ref, "case.promise_broken") == []
    small_house.sweep(morning(A_DATE + DAY))
    small_house.sweep(morning(A_DATE + 2 * DAY))
    [broken] = small_house.events(ref, "case.promise_broken")
    assert (broken.facts, promises(small_house)) == ({"promised_on": "2026-04-15"}, [(A_DATE, "broken")])


@pytest.mark.parametrize(
    ("to", "what"),
    [
        (State.PARKED, {"due_on": date(2026, 6, 1), "reason": "Senare"}),
        (State.WAITING, {"waiting_for": WaitingFor("reporter"), "note": "Var?"}),
        (State.ASSIGNED, {"responsible": "vatten"}),
        (State.IN_PROGRESS, {}),
    ],
)
def test_a_promise_runs_on_in_whatever_state(small_house: SmallHouse, to: State, what: dict[str, object]) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.change(ref, to, **what)
    assert promises(small_house) == [(A_DATE, "running")]
    small_house.sweep(morning(A_DATE + DAY))
    assert promises(small_house) == [(A_DATE, "broken")]
    assert small_house.case(ref).state is to


@pytest.mark.parametrize(
    ("to", "what", "outcome"),
    [
        (State.DONE, {"note": "Lagat"}, "kept"),
        (State.DECLINED, {"reason": "Nej"}, "dropped"),
        (State.MERGED, {"reason": "Samma"}, "dropped"),
        (State.PLANNED, {"due_on": date(2026, 5, 4)}, "moved"),
    ],
)
def test_a_promise_is_settled_by_what_happens(
    small_house: SmallHouse, to: State, what: dict[str, object], outcome: str
) -> None:
    ref = small_house.reach(State.PLANNED)
    if to is State.MERGED:
        what = what | {"into": small_house.hand_in("En annan")}
    small_house.change(ref, to, **what)
    assert promises(small_house)[0] == (A_DATE, outcome)
    small_house.sweep(morning(A_DATE + DAY))
    assert small_house.events(ref, "case.promise_broken") == []


def test_a_promise_may_be_another_day_than_the_plans(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.PLANNED, by="officer", due_on=A_DATE, promised_on=date(2026, 5, 1))
    assert small_house.case(ref).promised_on == date(2026, 5, 4)  # 1 May is a day off, a Friday
    assert [event.facts["promised_on"] for event in small_house.events(ref, "case.promised")] == ["2026-05-04"]


@pytest.mark.parametrize("end", ["contested", "reopened"])
def test_a_case_that_comes_back_needs_a_new_promise(small_house: SmallHouse, end: str) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.change(ref, State.DONE, by="officer", note="Lagat")
    who = "reporter" if end == "contested" else "contact"
    case = small_house.change(ref, State.ASSIGNED, by=who, note="Nej, det är kvar")
    assert (case.promised_on, case.promise_breaks_at) == (None, None)
    small_house.change(ref, State.PLANNED, by="officer", due_on=date(2026, 5, 11))
    assert "was" not in small_house.events(ref, "case.promised")[-1].facts
    assert promises(small_house) == [(A_DATE, "kept"), (date(2026, 5, 11), "running")]


# --- the law's clock ------------------------------------------------------------------------------


def a_proposal(house: SmallHouse, *, raised_on: date) -> str:
    with house.database.transaction() as session:
        municipality(session).proposals = True
    ref = house.hand_in("Belys gångvägen", kind=Kind.PROPOSAL)
    correct_case(house, ref, raised_on=raised_on)
    return ref


def correct_case(house: SmallHouse, ref: str, *, at: datetime = MONDAY, **what: object) -> None:
    with house.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(**what), by=house.actors["contact"], at=at)


def duties(house: SmallHouse) -> list[Case]:
    """Return the duties of the house, but for what is owed by groups and to them."""
    found = select(Case).where(Case.kind == Kind.DUTY, Case.obligation.is_(None)).order_by(Case.id)
    with house.database.reading() as session:
        return list(session.scalars(found))


def sweep_weekly(house: SmallHouse, start: date, weeks: int) -> None:
    for n in range(weeks):
        house.sweep(morning(start + timedelta(weeks=n)))


def test_a_proposal_is_warned_of_by_the_law_and_reported_at_eleven_months(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    small_house.change(ref, State.PLANNED, due_on=date(2028, 3, 1))
    sweep_weekly(small_house, date(2026, 3, 9), 49)
    assert [rung for rung, _ in rungs(small_house, ref, "statutory")] == [1, 2, 3]
    [duty] = duties(small_house)
    assert (duty.state, CALENDAR.day_of(duty.due_at)) == (State.PLANNED, date(2027, 3, 2))
    assert ref in duty.title
    sweep_weekly(small_house, date(2027, 2, 15), 14)
    assert [rung for rung, _ in rungs(small_house, ref, "statutory")] == [1, 2, 3, 4, 5, 6]
    assert len([one for one in duties(small_house) if ref in one.title]) == 1


def test_an_outage_over_the_eleventh_month_still_makes_the_duty(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    small_house.change(ref, State.PLANNED, due_on=date(2028, 3, 1))
    small_house.sweep(morning(date(2026, 9, 2)))
    small_house.sweep(morning(date(2027, 2, 15)))
    small_house.sweep(morning(date(2027, 2, 16)))
    assert len(rungs(small_house, ref, "statutory")) == 2
    assert len(duties(small_house)) == 1


def test_a_corrected_day_of_raising_begins_the_laws_clock_anew(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    small_house.sweep(morning(date(2026, 9, 2)))
    correct_case(small_house, ref, raised_on=date(2026, 4, 1), at=morning(date(2026, 9, 3)))
    small_house.sweep(morning(date(2026, 10, 1)))
    assert len(rungs(small_house, ref, "statutory")) == 2


def test_a_new_category_takes_the_laws_clock_with_it(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    correct_case(small_house, ref, category="trafik")
    assert small_house.case(ref).statutory_at == morning(date(2026, 9, 2))


def test_a_contested_proposal_keeps_the_laws_clock(small_house: SmallHouse) -> None:
    ref = a_proposal(small_house, raised_on=date(2026, 3, 2))
    small_house.change(ref, State.DONE, note="Beslutat")
    assert small_house.case(ref).statutory_at is None
    small_house.change(ref, State.ASSIGNED, by="reporter", note="Nej")
    assert small_house.case(ref).statutory_at == morning(date(2026, 9, 2))


# --- duties -----------------------------------------------------------------------------------------


def test_closing_a_duty_makes_the_next_in_the_same_sweep(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(
        "Redovisa bidraget", by="contact", kind=Kind.DUTY, due_on=date(2026, 4, 1), every_months=12, responsible="gata"
    )
    small_house.change(ref, State.DONE, by="officer", note="Redovisat", at=morning(date(2026, 3, 30)))
    small_house.sweep(CALENDAR.end_of(date(2026, 4, 13)))
    first, after = duties(small_house)
    assert (first.ref, first.state) == (ref, State.CLOSED)
    assert (after.state, after.responsible_id, after.duty_on, after.every_months) == (
        State.PLANNED, small_house.unit_id("gata"), date(2027, 4, 1), 12
    )  # fmt: skip
    assert small_house.events(after.ref, "case.received")[0].facts["follows"] == ref


def test_a_duty_that_is_reopened_and_closed_again_makes_no_second_one(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Redovisa", by="contact", kind=Kind.DUTY, due_on=date(2026, 4, 1), every_months=12)
    for at in (date(2026, 3, 30), date(2026, 5, 4)):
        if small_house.case(ref).state is State.CLOSED:
            small_house.change(ref, State.ASSIGNED, responsible="desk", note="En sak till", at=morning(at))
        small_house.change(ref, State.DONE, note="Klart", at=morning(at) + HOUR)
        small_house.sweep(morning(at) + 20 * DAY)
    assert small_house.case(ref).state is State.CLOSED
    assert len(duties(small_house)) == 2


def test_a_duty_closed_by_an_import_has_a_successor_too(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Redovisa", by="contact", kind=Kind.DUTY, due_on=date(2026, 4, 1), every_months=12)
    small_house.change(ref, State.DONE, note="Klart")
    small_house.change(ref, State.CLOSED, by="command")
    assert len(duties(small_house)) == 2


# --- many sweepers, and few statements ----------------------------------------------------------------


def test_two_sweepers_at_once_fire_each_rung_once(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in(f"Fråga {n}") for n in range(60)]
    at = morning(date(2026, 3, 20))
    start = threading.Barrier(4)
    fired: list[int] = []

    def one() -> None:
        start.wait()
        fired.append(sweep(small_house.database, now=at))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 60
    assert all(rungs(small_house, ref) == [(1, date(2026, 3, 20))] for ref in refs)
    with small_house.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(FiredRung)).one() == 60
        assert session.scalars(select(func.count()).where(EventBatch.sealed_at.is_(None))).one() == 0


def test_a_sweep_does_not_pass_over_a_case_whose_letters_are_being_planned(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Fråga")
    referred_to = select(Case.id).where(Case.ref == ref).with_for_update(read=True, key_share=True)
    planning = small_house.database.engine.connect().execution_options(ventil_reads=True)  # SQLite has but one writer
    with planning as planner:
        planner.execute(referred_to)  # the lock that PostgreSQL takes when a letter about the case is written
        assert sweep(small_house.database, now=morning(date(2026, 3, 20))) == 1


def statements(database: Database, at: datetime) -> int:
    """How many statements one sweep takes."""
    seen = []

    def count(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
    try:
        sweep(database, now=at)
    finally:
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
    return len(seen)


def hand_in_many(house: SmallHouse, count: int, at: datetime) -> None:
    with house.database.transaction() as session:
        for n in range(count):
            hand_in(session, Request(kind=Kind.ISSUE, title=f"Fråga {n}"), by=A_COMMAND, at=at)


def test_the_sweeps_statements_do_not_grow_with_what_exists_or_what_is_due(small_house: SmallHouse) -> None:
    hand_in_many(small_house, 30, MONDAY)
    few = statements(small_house.database, morning(date(2026, 3, 4)))
    hand_in_many(small_house, 300, morning(date(2026, 3, 4)))
    not_due = statements(small_house.database, morning(date(2026, 3, 5)))
    many = statements(small_house.database, morning(date(2026, 3, 11)))
    assert not_due <= few
    assert many <= few + 4


def climbing(due: date) -> list[date]:
    """The days from a due day to the rung that puts a case on the agenda."""
    days = [due, due + DAY]
    for distance in (5, 5, 10):
        days.append(CALENDAR.add_working_days(days[-1] if len(days) > 2 else due, distance))
    return days


def test_promises_and_agendas_take_no_statement_each(small_house: SmallHouse) -> None:
    for day, count in ((date(2026, 4, 15), 2), (date(2026, 5, 18), 12)):
        for _ in range(count):
            small_house.change(small_house.hand_in(), State.PLANNED, due_on=day)
    of_two = [statements(small_house.database, morning(day)) for day in climbing(date(2026, 4, 15))]
    of_twelve = [statements(small_house.database, morning(day)) for day in climbing(date(2026, 5, 18))]
    per_row = 13 if small_house.database.is_sqlite else 2  # SQLite takes events one by one; one is of the forum's duty
    assert max(many - few for few, many in zip(of_two, of_twelve, strict=True)) <= per_row


def test_cases_that_close_or_come_back_take_no_statement_each(small_house: SmallHouse) -> None:
    parked = {"due_on": date(2026, 3, 16), "reason": "Senare"}
    of = {}
    for day, count in ((MONDAY, 2), (MONDAY + 30 * DAY, 12)):
        refs = [small_house.reach(State.DONE, at=day) for _ in range(count)]
        refs += [small_house.reach(State.ASSIGNED, at=day) for _ in range(count)]
        parked["due_on"] = CALENDAR.day_of(day + 14 * DAY)
        for ref in refs[count:]:
            small_house.change(ref, State.PARKED, at=day, **parked)
        of[count] = statements(small_house.database, day + 18 * DAY)
        states = [small_house.case(ref).state for ref in refs]
        assert states == [State.CLOSED] * count + [State.RECEIVED] * count
    assert of[12] <= of[2] + 6


def test_more_than_a_batch_is_swept_to_the_end(small_house: SmallHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.ladder.sweep.Sweeper", partial(Sweeper, _size=50))
    hand_in_many(small_house, 120, MONDAY)
    assert small_house.sweep(morning(date(2026, 3, 4))) == 120
    with small_house.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(EventBatch)).one() == 1


# --- ticks --------------------------------------------------------------------------------------------


def ticks(house: SmallHouse) -> list[EventBatch]:
    with house.database.reading() as session:
        return list(session.scalars(select(EventBatch).order_by(EventBatch.id)))


def test_a_sweep_that_finds_something_is_one_sealed_tick(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    small_house.sweep(MONDAY)
    what_is_owed = ticks(small_house)
    small_house.sweep(MONDAY)
    assert ticks(small_house) == what_is_owed
    at = morning(date(2026, 3, 4))
    small_house.sweep(at)
    tick = ticks(small_house)[len(what_is_owed)]
    assert (tick.at, tick.sealed_at is not None, tick.planned_at) == (at, True, None)
    assert small_house.events(ref)[-1].tick_id == tick.id


@pytest.mark.parametrize("lease", ["over", "voided"])  # `ventil up` begins with voiding all leases
def test_the_tick_of_a_killed_sweeper_is_sealed_by_the_next(
    small_house: SmallHouse, monkeypatch: pytest.MonkeyPatch, lease: str
) -> None:
    ref = small_house.hand_in()
    with monkeypatch.context() as killed:
        killed.setattr("cases.ladder.sweep.Sweeper.seal", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            small_house.sweep(morning(date(2026, 3, 4)))
    assert ticks(small_house)[0].sealed_at is None
    small_house.sweep(morning(date(2026, 3, 4)) + HOUR)
    assert ticks(small_house)[0].sealed_at is None  # its lease still runs: it may be alive
    with small_house.database.transaction() as session:
        session.execute(
            update(EventBatch).values(lease_until=datetime.now(UTC) - TICK_LEASE if lease == "over" else None)
        )
    small_house.sweep(morning(date(2026, 3, 4)) + HOUR)
    assert ticks(small_house)[0].sealed_at is not None
    assert len(rungs(small_house, ref)) == 1


def test_a_sweep_that_dies_in_the_middle_leaves_nothing_and_the_next_does_it_all(
    small_house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = small_house.hand_in()
    with monkeypatch.context() as killed:
        killed.setattr("cases.ladder.climbing.Batch.write", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            small_house.sweep(morning(date(2026, 3, 4)))
    assert len(small_house.events(ref)) == 1
    assert small_house.sweep(morning(date(2026, 3, 4))) == 1


def set_the_databases_clock(database: Database, moment: datetime) -> None:
    """Let the database believe that it is this moment, as a simulation does."""
    if database.is_sqlite:
        shown = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
        sqlalchemy_event.listen(
            database.engine, "connect", lambda connection, _: connection.create_function("ventil_now", 0, lambda: shown)
        )
    else:
        with database.transaction() as session:
            name = session.scalars(text("SELECT current_database()")).one()
            session.execute(text(f"ALTER DATABASE {name} SET {NOW_SETTING} = '{moment.isoformat()}'"))
    database.engine.dispose()


def test_a_case_that_cannot_be_handled_holds_up_no_other(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in(f"Fråga {n}") for n in range(5)]
    with small_house.database.transaction() as session:
        odd = Policy(scope="odd", name="Udda", terms={"an unknown term": 1})
        session.add(odd)
        session.flush()
        case_to_change(session, refs[2]).policy_id = odd.id
    with pytest.raises(TypeError, match="unknown term"):
        small_house.sweep(morning(date(2026, 3, 4)))
    assert [len(rungs(small_house, ref)) for ref in refs] == [1, 1, 0, 1, 1]
    assert all(tick.sealed_at for tick in ticks(small_house))


@pytest.mark.usefixtures("cold_connections")
def test_a_clock_that_is_wrong_is_trouble_and_an_outage_is_not(small_house: SmallHouse) -> None:
    small_house.hand_in(at=datetime(2020, 1, 7, 8, tzinfo=UTC))
    set_the_databases_clock(small_house.database, datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(ClockTrouble) as refused:
        sweep(small_house.database)
    assert 350 <= refused.value.seconds <= 370
    set_the_databases_clock(small_house.database, datetime.now(UTC) + timedelta(minutes=4))
    assert sweep(small_house.database) == 1


def test_an_event_of_the_clock_says_what_it_was_about(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.sweep(morning(A_DATE))
    [event] = small_house.events(ref, "case.escalated")
    assert event.facts == {
        "clock": "state", "cycle": small_house.case(ref).cycle, "rung": 1, "due_at": "2026-04-15T21:59:59+00:00",
        "next_on": "2026-04-22", "state": "planned", "responsible": "gata",
    }  # fmt: skip
    assert (event.at, event.actor) == (morning(A_DATE), "clock")


def test_years_of_sweeping_leave_every_open_case_with_a_next_moment(small_house: SmallHouse) -> None:
    start = date(2026, 3, 2)
    for state in (State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING, State.PARKED):
        small_house.reach(state)
    at = start
    while at < add_months(start, 24):
        small_house.sweep(morning(at))
        at += timedelta(days=5)
    with small_house.database.reading() as session:
        assert session.scalars(select(func.count()).where(Case.next_at <= morning(at - 5 * DAY))).one() == 0
        assert session.scalars(select(func.count()).where(Event.type == "case.escalated")).one() > 400
