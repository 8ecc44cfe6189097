"""What ought to be owed is owed once, from the first day, whoever forgot to say so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse
from support.houses.statements import counted

from cases.access.actors import THE_CLOCK
from cases.administration.reorganising import UnitDetails, add_unit, dissolve_unit, switch_off_unit
from cases.case import Case, case_to_change
from cases.organisation.units import Unit, UnitKind, unit_named
from cases.progress import Change, change_state
from cases.refusals import DateOutside, FieldNotUsed, NotAllowed, RecordNeeded, RecordStands
from cases.states import State
from cases.steps.transition import WaitingFor
from cases.village.obligations.ensuring import ensure_missing
from workers.relay.draining import drain_outbox

GROUPS = ("norrby", "soderby")
TUESDAY = MONDAY + timedelta(days=1)
MOST_STATEMENTS = 14


def owed(house: SmallHouse, obligation: str) -> dict[str, Case]:
    """Return the open cases that owe this, by their subject."""
    found = select(Case).where(Case.obligation == obligation, Case.due_at.is_not(None))
    with house.database.reading() as session:
        return {case.subject: case for case in session.scalars(found)}


def test_a_house_that_was_never_told_of_a_group_owes_its_plan_and_its_contact_within_a_day(small_house) -> None:
    assert owed(small_house, "plan") == {}
    small_house.sweep(MONDAY)
    plans, contacts = owed(small_house, "plan"), owed(small_house, "contact")
    assert set(plans) == set(contacts) == set(GROUPS)
    assert {case.responsible_id for case in contacts.values()} == {small_house.unit_id("desk")}
    for slug, case in plans.items():
        assert case.responsible_id == small_house.unit_id(slug)
        assert date(2027, 3, 2) <= case.duty_on < date(2027, 6, 2)
    assert all(date(2026, 5, 1) <= case.duty_on <= date(2026, 8, 31) for case in contacts.values())


def test_nothing_is_owed_twice_on_the_same_day_or_on_another(small_house: SmallHouse) -> None:
    for at in (MONDAY, MONDAY, TUESDAY, MONDAY):
        small_house.sweep(at)
        assert len(owed(small_house, "plan")) == len(owed(small_house, "contact")) == len(GROUPS)
    with small_house.database.reading() as session:  # and a meeting of the forum
        assert session.scalar(text('SELECT count(*) FROM "case" WHERE obligation IS NOT NULL')) == 2 * len(GROUPS) + 1


def test_a_day_ahead_does_not_stand_in_for_the_days_before_it(small_house: SmallHouse) -> None:
    small_house.sweep(datetime(2027, 1, 4, 8, tzinfo=UTC))
    with small_house.database.transaction() as session:
        session.add(Unit(slug="vasterby", kind=UnitKind.GROUP, name="Västerby"))
    small_house.sweep(TUESDAY)
    assert "vasterby" in owed(small_house, "contact")


def test_the_daily_look_takes_few_statements_however_many_groups_there_are(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    few = _statements_of_a_look(small_house, TUESDAY)
    with small_house.database.transaction() as session:
        session.add_all(Unit(slug=f"by-{n}", kind=UnitKind.GROUP, name=f"By {n}") for n in range(20))
    small_house.sweep(MONDAY + timedelta(days=2))
    assert _statements_of_a_look(small_house, MONDAY + timedelta(days=3)) == few <= MOST_STATEMENTS


def _statements_of_a_look(house: SmallHouse, at: datetime) -> int:
    """Return how many statements the look of a day takes on which nothing lacks."""
    with house.database.transaction() as session, counted(house.database) as sent:
        assert ensure_missing(session, at.date(), by=lambda: THE_CLOCK, at=at) == []
    return len(sent)


def test_a_new_group_owes_its_plan_at_once(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        add_unit(session, "osterby", UnitKind.GROUP, UnitDetails("Österby"), by=small_house.actors["admin"], at=MONDAY)
    assert set(owed(small_house, "plan")) == set(owed(small_house, "contact")) == {"osterby"}
    assert owed(small_house, "plan")["osterby"].title == "Uppdatera den lokala planen: Österby"


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE \"case\" SET obligation = 'plan', subject = 'norrby' WHERE obligation = 'plan' AND subject = 'soderby'",
        "UPDATE \"case\" SET subject = NULL WHERE obligation = 'plan'",
        "UPDATE \"case\" SET obligation = NULL WHERE subject = 'norrby'",
        "UPDATE unit SET sort = 'village' WHERE slug = 'gata'",
        "UPDATE unit SET sort = 'hamlet' WHERE slug = 'norrby'",
        "UPDATE unit SET sort = 'sector', place_id = (SELECT min(id) FROM place) WHERE slug = 'norrby'",
    ],
)
def test_v1_the_database_refuses_what_is_owed_twice_or_by_halves(small_house: SmallHouse, forbidden: str) -> None:
    small_house.sweep(MONDAY)
    with pytest.raises(IntegrityError), small_house.database.transaction() as session:
        session.execute(text(forbidden))


@pytest.mark.parametrize(
    "change",
    [
        Change(State.DONE, note="Klart"),
        Change(State.DECLINED, reason="Nej"),
        Change(State.MERGED, into="2026-0001", reason="Samma"),
        Change(State.DONE, note="Klart", fulfils="contact"),
    ],
)
def test_what_is_owed_ends_by_the_act_that_gives_it(small_house: SmallHouse, change: Change) -> None:
    small_house.sweep(MONDAY)
    ref = owed(small_house, "plan")["norrby"].ref
    with pytest.raises(RecordNeeded), small_house.database.transaction() as session:
        change_state(session, case_to_change(session, ref), change, by=small_house.actors["contact"], at=TUESDAY)


def test_what_was_given_is_not_taken_back(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    ref = owed(small_house, "plan")["norrby"].ref
    small_house.change(ref, State.DONE, note="Antagen", fulfils="plan", at=TUESDAY)
    with pytest.raises(RecordStands):
        small_house.change(ref, State.ASSIGNED, note="Nej", responsible="norrby", at=TUESDAY)


def test_what_is_given_is_owed_again_a_year_after_the_day_before(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    first = owed(small_house, "plan")["norrby"]
    small_house.change(first.ref, State.DONE, note="Antagen", fulfils="plan", at=TUESDAY)
    assert owed(small_house, "plan")["norrby"].ref == first.ref
    small_house.sweep(TUESDAY + timedelta(days=1))
    again = owed(small_house, "plan")["norrby"]
    assert again.ref != first.ref
    assert again.duty_on == first.duty_on.replace(year=first.duty_on.year + 1)


@pytest.mark.parametrize("how", ["dissolved", "switched off"])
def test_what_is_owed_of_a_group_ends_with_it(small_house: SmallHouse, how: str) -> None:
    small_house.sweep(MONDAY)
    refs = [owed(small_house, name)["norrby"].ref for name in ("plan", "contact")]
    small_house.change(refs[1], State.PARKED, due_on=date(2026, 6, 1), reason="Senare", at=TUESDAY)
    with small_house.database.transaction() as session:
        unit, admin = unit_named(session, "norrby"), small_house.actors["admin"]
        if how == "dissolved":
            dissolve_unit(session, unit, "soderby", by=admin, at=TUESDAY)
        else:
            switch_off_unit(session, unit, by=admin, at=TUESDAY)
    assert {small_house.case(ref).state for ref in refs} == {State.DECLINED}
    small_house.sweep(TUESDAY + timedelta(days=1))
    assert set(owed(small_house, "plan")) == set(owed(small_house, "contact")) == {"soderby"}


@pytest.mark.parametrize(
    "change",
    [
        Change(State.PLANNED, due_on=date(2035, 1, 2)),
        Change(State.IN_PROGRESS),
        Change(State.WAITING, waiting_for=WaitingFor("unit", "gata"), note="Hinner ni?"),
    ],
)
def test_whoever_owes_something_moves_no_day_of_theirs(small_house: SmallHouse, change: Change) -> None:
    small_house.sweep(MONDAY)
    before = owed(small_house, "plan")["norrby"]
    with pytest.raises(NotAllowed), small_house.database.transaction() as session:
        case = case_to_change(session, before.ref)
        change_state(session, case, change, by=small_house.actors["member"], at=TUESDAY)
    assert small_house.case(before.ref).due_at == before.due_at


def test_an_answer_by_whoever_owes_it_brings_the_day_back_and_sets_none(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    before = owed(small_house, "plan")["norrby"]
    asked = {"waiting_for": WaitingFor("unit", "norrby"), "note": "Hur går det?"}
    small_house.change(before.ref, State.WAITING, at=TUESDAY, **asked)
    answer = {"by": "member", "note": "Bra", "step": "answer", "at": TUESDAY}
    with pytest.raises(FieldNotUsed):
        small_house.change(before.ref, State.PLANNED, due_on=date(2035, 1, 2), **answer)
    assert small_house.change(before.ref, State.PLANNED, **answer).due_at == before.due_at


def test_the_contact_person_moves_the_day_of_a_plan_by_a_year_at_most_and_the_group_is_told(small_house) -> None:
    small_house.sweep(MONDAY)
    ref = owed(small_house, "plan")["norrby"].ref
    for step in ({"to": State.PLANNED}, {"to": State.PARKED, "reason": "Senare"}):
        with pytest.raises(DateOutside) as refused:
            small_house.change(ref, due_on=date(2027, 3, 4), at=TUESDAY, **step)
        assert refused.value.latest == date(2027, 3, 3)
    small_house.change(ref, State.PLANNED, due_on=date(2027, 3, 3), at=TUESDAY)
    assert CALENDAR.day_of(small_house.case(ref).due_at) == date(2027, 3, 3)
    drain_outbox(small_house.database)
    told = "SELECT email, letter FROM delivery JOIN address ON address.id = delivery.address_id"
    with small_house.database.reading() as session:
        assert ("norrby@example.se", "news") in {tuple(row) for row in session.execute(text(told))}


def test_nobody_is_promised_a_day_for_what_is_owed(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    ref = owed(small_house, "contact")["norrby"].ref
    small_house.change(ref, State.PLANNED, due_on=date(2026, 4, 15), at=TUESDAY)
    assert small_house.case(ref).promised_on is None


@pytest.mark.parametrize("name", ["Norr\x1eby", "N" * 200])
def test_a_group_whose_name_is_no_title_owes_all_the_same(small_house: SmallHouse, name: str) -> None:
    with small_house.database.transaction() as session:
        unit_named(session, "norrby").name = name
    small_house.sweep(MONDAY)
    title = owed(small_house, "plan")["norrby"].title
    assert title.startswith("Uppdatera den lokala planen: N")
    assert len(title) <= 200
