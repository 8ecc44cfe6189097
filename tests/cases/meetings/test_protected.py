"""A case whose reporter lives under protected identity never comes on an agenda, in whatever way it would."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.access.actors import THE_IMPORT
from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.history.journal import Entry
from cases.meetings.agenda import agenda_of
from cases.meetings.agenda_items import AgendaItem, choose_for_agenda, leave_agenda_when_protected
from cases.meetings.meeting import Meeting, MeetingPlan, plan_meeting
from cases.organisation.units import FORUM, Unit, UnitKind, unit_named
from cases.parties import Party
from cases.progress import WaitingFor
from cases.reading.visibility import may_see, seen_by
from cases.refusals import AlreadySettled, ProtectedIdentity
from cases.states import State

HIDDEN = Reporter("Siv", "siv@hemma.example", protected=True)
FOR_THE_FORUM = WaitingFor("unit", unit="forum")
APRIL = date(2026, 4, 15)


def items(house: SmallHouse) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(AgendaItem.why).where(AgendaItem.settled_at.is_(None))))


def on_paper(house: SmallHouse, who: str) -> list[str]:
    """The references on April's agenda, as this person sees it on the first Monday of March."""
    with house.database.transaction() as session:
        if session.scalar(select(Meeting.id)) is None:
            plan_meeting(session, MeetingPlan(APRIL, "Forum"))
    with house.database.reading() as session:
        meeting = session.scalars(select(Meeting)).one()
        seen, day = seen_by(house.actors[who]), CALENDAR.day_of(MONDAY)
        return [one.case.ref for one in agenda_of(session, meeting, seen, day=day, calendar=CALENDAR)]


def reads(house: SmallHouse, ref: str, who: str = "representative") -> bool:
    with house.database.reading() as session:
        return may_see(house.actors[who], session.scalars(select(Case).where(Case.ref == ref)).one())


def protect(house: SmallHouse, ref: str) -> None:
    with house.database.transaction() as session:
        reporter = select(Case.reporter_id).where(Case.ref == ref).scalar_subquery()
        session.execute(update(Party).where(Party.id == reporter).values(protected=True))


def let_it_lie(house: SmallHouse, days: int = 120) -> None:
    with house.database.transaction() as session:
        unit_named(session, FORUM).meets = None  # what it owes would come on its own agenda
    for day in range(days):
        house.sweep(CALENDAR.morning_of(CALENDAR.day_of(MONDAY + timedelta(days=day))))


@pytest.mark.parametrize("state", [State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING])
def test_the_clock_puts_no_protected_case_on_the_agenda_and_says_so(small_house: SmallHouse, state: State):
    ref, other = small_house.reach(state, reporter=HIDDEN), small_house.reach(state)
    let_it_lie(small_house)
    assert len(small_house.events(ref, "case.kept_off_agenda")) >= 1
    assert small_house.events(ref, "case.put_on_agenda") == []
    assert small_house.events(other, "case.kept_off_agenda") == []
    assert on_paper(small_house, "contact") == on_paper(small_house, "representative") == [other]
    assert not reads(small_house, ref)
    assert reads(small_house, other)
    rungs = [event.facts["rung"] for event in small_house.events(ref, "case.escalated")]
    assert max(rungs) > 4, "the ladder goes on"


def test_nobody_puts_a_protected_case_there_by_hand(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED, reporter=HIDDEN)
    with pytest.raises(ProtectedIdentity), small_house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=small_house.actors["contact"], at=MONDAY)
    assert items(small_house) == []


def test_a_protected_case_cannot_wait_for_the_forum(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED, reporter=HIDDEN)
    with pytest.raises(ProtectedIdentity) as refused:
        small_house.change(ref, State.WAITING, waiting_for=FOR_THE_FORUM)
    assert refused.value.field == "waiting_for"
    assert small_house.case(ref).state is State.ASSIGNED
    with small_house.database.transaction() as session:
        session.add(Unit(slug="rad", kind=UnitKind.FORUM, name="Rådet"))
    with pytest.raises(ProtectedIdentity):  # its members would read it as well
        small_house.change(ref, State.WAITING, waiting_for=WaitingFor("unit", unit="rad"))
    small_house.change(ref, State.WAITING, waiting_for=WaitingFor("unit", unit="byggnamnd"))


def test_an_import_tells_that_it_waited_and_puts_it_nowhere(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED, reporter=HIDDEN)
    small_house.actors["import"] = THE_IMPORT
    small_house.change(ref, State.WAITING, by="import", waiting_for=FOR_THE_FORUM)
    assert [event.facts["why"] for event in small_house.events(ref, "case.kept_off_agenda")] == ["waits"]
    assert (items(small_house), on_paper(small_house, "contact"), reads(small_house, ref)) == ([], [], False)


@pytest.mark.parametrize("way", ["chosen", "waits", "overdue"])
def test_a_case_that_becomes_protected_leaves_the_agenda(small_house: SmallHouse, way: str):
    ref = small_house.reach(State.ASSIGNED)
    if way == "waits":
        small_house.change(ref, State.WAITING, waiting_for=FOR_THE_FORUM)
    elif way == "chosen":
        with small_house.database.transaction() as session:
            choose_for_agenda(session, case_to_change(session, ref), by=small_house.actors["contact"], at=MONDAY)
    else:
        let_it_lie(small_house, 60)
    assert (items(small_house), on_paper(small_house, "representative")) == ([way], [ref])
    assert reads(small_house, ref)
    protect(small_house, ref)
    assert (on_paper(small_house, "contact"), on_paper(small_house, "representative")) == ([], [])
    assert not reads(small_house, ref)


def test_the_act_that_protects_settles_the_item_and_says_so(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED)
    with small_house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=small_house.actors["contact"], at=MONDAY)
    for times in (0, 1):
        with small_house.database.transaction() as session:
            case = case_to_change(session, ref)
            entry = Entry(case, by=small_house.actors["contact"], at=MONDAY)
            leave_agenda_when_protected(session, case, entry)
            assert len(entry) == times
            if entry:
                entry.write(session)
        protect(small_house, ref)
    assert items(small_house) == []
    assert [event.facts["why"] for event in small_house.events(ref, "case.kept_off_agenda")] == ["chosen"]


# --- reading only while the item is open -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "more"),
    [
        (State.DONE, {"note": "Lagat"}),
        (State.DECLINED, {"reason": "Inte kommunens väg"}),
        (State.ASSIGNED, {"responsible": "vatten"}),
        (State.PARKED, {"due_on": date(2026, 6, 1), "reason": "Senare"}),
        (State.WAITING, {"waiting_for": WaitingFor("unit", unit="byggnamnd")}),
    ],
)
def test_the_forum_reads_a_case_while_it_waits_for_it_and_no_longer(small_house: SmallHouse, to: State, more: dict):
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.WAITING, waiting_for=FOR_THE_FORUM)
    assert reads(small_house, ref)
    small_house.change(ref, to, **more)
    assert not reads(small_house, ref)
    assert items(small_house) == []


@pytest.mark.parametrize("state", [State.DONE, State.CLOSED, State.DECLINED])
def test_what_is_settled_is_not_put_there(small_house: SmallHouse, state: State):
    ref = small_house.reach(state)
    with pytest.raises(AlreadySettled), small_house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=small_house.actors["contact"], at=MONDAY)
    assert items(small_house) == []


def test_the_sign_of_life_that_nobody_gives_puts_a_case_on_the_agenda_too(small_house: SmallHouse):
    """Its ladder says so in a letter: then it must be so."""
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.IN_PROGRESS, due_on=date(2027, 3, 1))
    let_it_lie(small_house)
    rungs = [(event.facts["clock"], event.facts["rung"]) for event in small_house.events(ref, "case.escalated")]
    assert ("life", 4) in rungs
    assert ("state", 4) not in rungs
    assert items(small_house) == ["overdue"]
    assert on_paper(small_house, "representative") == [ref]


def test_two_clocks_on_one_morning_put_it_there_once(small_house: SmallHouse):
    ref = small_house.reach(State.IN_PROGRESS)
    for _ in range(5):
        with small_house.database.transaction() as session:
            case = session.scalars(select(Case).where(Case.ref == ref)).one()
            case.rung_at = case.life_at = case.next_at = MONDAY + timedelta(days=90)
        small_house.sweep(MONDAY + timedelta(days=120))
    fourth = {event.at for event in small_house.events(ref, "case.put_on_agenda")}
    assert len(small_house.events(ref, "case.put_on_agenda")) == len(fourth) == 1
