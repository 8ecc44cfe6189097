"""G1: nobody's case does not exist. Every row that would be one is tried by plain SQL, and refused by the database."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import case_to_change, case_to_read
from cases.database.transactions import Database
from cases.refusals import NotFound
from cases.states import OPEN, State

OPEN_ROW = {  # what is done to a case that is planned, promised and well
    "no responsible unit": "responsible_id = NULL",
    "a responsible unit that nothing holds to": "responsible_holds = NULL",
    "a responsible unit that does not hold cases": "responsible_holds = false",
    "a responsible unit that does not exist": "responsible_id = 4711",
    "a responsible board": "responsible_id = (SELECT id FROM unit WHERE slug = 'byggnamnd')",
    "the forum responsible": "responsible_id = (SELECT id FROM unit WHERE slug = 'forum')",
    "a board that does not hold cases": (
        "responsible_id = (SELECT id FROM unit WHERE slug = 'byggnamnd'), responsible_holds = false"
    ),
    "an inactive unit": "responsible_id = (SELECT id FROM unit WHERE slug = 'vatten')",
    "no next moment": "next_at = NULL",
    "no due day": "due_at = NULL",
    "no state clock": "rung_at = NULL",
    "a next moment after the state's clock": "rung_at = '2026-01-01 00:00:00+00:00'",
    "a next moment after the sign of life": "life_at = '2026-01-01 00:00:00+00:00'",
    "a next moment after the law's": "statutory_at = '2026-01-01 00:00:00+00:00'",
    "a next moment after the promise": "promise_breaks_at = '2026-01-01 00:00:00+00:00'",
    "no state": "state = NULL",
    "an unknown state": "state = 'lost'",
    "a state in capitals": "state = 'PLANNED'",
    "no kind": "kind = NULL",
    "an unknown kind": "kind = 'rumour'",
    "an end with its clocks running": "state = 'closed'",
    "an end with a next moment": "state = 'declined', due_at = NULL, responsible_holds = NULL",
    "an end with a due day": "state = 'closed', next_at = NULL, responsible_holds = NULL",
    "an end that holds on to a unit": "state = 'closed', next_at = NULL, due_at = NULL",
    "waiting for nobody": "state = 'waiting'",
    "waiting while planned": "waiting_for = 'reporter'",
    "merged into nothing": "state = 'merged', next_at = NULL, due_at = NULL, responsible_holds = NULL",
    "merged and planned": "merged_into_id = id",
    "no title": "title = NULL",
    "an empty title": "title = ''",
    "no policy": "policy_id = NULL",
    "an unknown policy": "policy_id = 4711",
    "no reference": "ref = NULL",
    "another case's reference": "ref = (SELECT ref FROM \"case\" WHERE ref <> '{ref}')",
    "another case's public id": "public_id = (SELECT public_id FROM \"case\" WHERE ref <> '{ref}')",
    "no version": "version = NULL",
    "no day of receipt": "received_at = NULL",
}
ENDED_ROW = {
    "a next moment": "next_at = '2026-05-01 05:00:00+00:00'",
    "a due day": "due_at = '2026-05-01 05:00:00+00:00'",
    "a unit that holds it": "responsible_holds = true",
    "open again without clocks": "state = 'received'",
    "open again with half of them": "state = 'received', next_at = '2026-05-01 05:00:00+00:00'",
}
UNIT_ROW = {  # what is done to gata, which has an open case
    "switched off": "active = false, holds_cases = false",
    "not holding cases": "holds_cases = false",
    "inactive and holding cases": "active = false",
    "a board": "kind = 'board', holds_cases = false",
    "a board that holds cases": "kind = 'board'",
    "an unknown kind": "kind = 'club'",
    "without a kind": "kind = NULL",
    "another number": "id = 4711",
}


def tried(database: Database, statement: str) -> None:
    """Run the statement in a transaction that is then given up; what the database says against it is raised."""
    with database.engine.connect() as connection:
        connection.execute(text(statement))
        connection.rollback()


def switch_off(database: Database, slug: str) -> None:
    with database.transaction() as session:
        session.execute(text(f"UPDATE unit SET active = false, holds_cases = false WHERE slug = '{slug}'"))


def test_no_open_row_is_nobodys_case(small_house: SmallHouse) -> None:
    small_house.hand_in("En annan")
    ref = small_house.reach(State.PLANNED)
    switch_off(small_house.database, "vatten")
    tried(small_house.database, f"UPDATE \"case\" SET quick_win = true WHERE ref = '{ref}'")
    accepted = []
    for name, change in OPEN_ROW.items():
        statement = f"UPDATE \"case\" SET {change.format(ref=ref)} WHERE ref = '{ref}'"
        try:
            tried(small_house.database, statement)
        except IntegrityError:
            continue
        accepted.append(name)
    assert accepted == []


def test_no_ended_row_has_a_clock(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    for change in ENDED_ROW.values():
        with pytest.raises(IntegrityError):
            tried(small_house.database, f"UPDATE \"case\" SET {change} WHERE ref = '{ref}'")


def test_no_case_is_deleted(small_house: SmallHouse) -> None:
    small_house.hand_in()
    with pytest.raises(DBAPIError, match="not allowed"):
        tried(small_house.database, 'DELETE FROM "case"')


def test_a_unit_with_an_open_case_stays(small_house: SmallHouse) -> None:
    small_house.reach(State.ASSIGNED)
    for change in UNIT_ROW.values():
        with pytest.raises(IntegrityError):
            tried(small_house.database, f"UPDATE unit SET {change} WHERE slug = 'gata'")
    with pytest.raises(IntegrityError):
        tried(small_house.database, "DELETE FROM unit WHERE slug = 'gata'")


def test_a_unit_whose_cases_have_all_ended_may_be_switched_off(small_house: SmallHouse) -> None:
    small_house.reach(State.CLOSED)
    small_house.reach(State.DECLINED)
    switch_off(small_house.database, "gata")


def test_a_unit_that_only_meets_never_holds_cases(small_house: SmallHouse) -> None:
    with pytest.raises(IntegrityError):
        tried(small_house.database, "UPDATE unit SET holds_cases = true WHERE slug = 'forum'")


def test_only_one_promise_runs_and_one_agenda_item_is_open(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    case_id = small_house.case(ref).id
    at = "'2026-03-02 08:00:00+00:00'"
    promise = f"INSERT INTO promise (case_id, promised_on, made_at, outcome) VALUES ({case_id}, '2026-05-01', {at}"
    tried(small_house.database, f"{promise}, 'moved')")
    forum = small_house.unit_id("forum")
    item = (
        "INSERT INTO agenda_item (body_id, case_id, why, sort, added_at)"
        f" VALUES ({forum}, {case_id}, 'overdue', 'discussion', {at})"
    )
    for statement in (f"{promise}, 'running')", f"{promise}, 'forgotten')", f"{item}; {item}"):
        with pytest.raises(IntegrityError), small_house.database.engine.connect() as connection:
            for one in statement.split("; "):
                connection.execute(text(one))


# --- what can be asked of a case ------------------------------------------------------------


def test_every_open_state_has_a_next_moment_and_a_due_day(small_house: SmallHouse) -> None:
    for state in sorted(OPEN):
        case = small_house.case(small_house.reach(state))
        assert case.state is state
        assert MONDAY < case.next_at <= case.due_at


def test_a_case_is_named_by_its_reference_or_its_public_id_and_by_nothing_else(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    public_id = small_house.case(ref).public_id
    with small_house.database.reading() as session:
        assert case_to_read(session, ref).id == case_to_read(session, public_id).id
        for name in ("", "1", "2026-9999", ref.lower() + " ", public_id[:-1], "2026-0001'--"):
            with pytest.raises(NotFound):
                case_to_read(session, name)


def test_public_ids_cannot_be_guessed(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in() for _ in range(20)]
    ids = {small_house.case(ref).public_id for ref in refs}
    assert len(ids) == 20
    assert all(len(public_id) >= 22 for public_id in ids)


def test_the_answer_shows_the_unit_that_was_just_named(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    case = small_house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se")
    assert (case.responsible.slug, case.officer.email) == ("gata", "officer@example.se")
    case = small_house.change(ref, State.ASSIGNED, responsible="vatten")
    assert (case.responsible.slug, case.officer) == ("vatten", None)
    case = small_house.change(ref, State.RECEIVED, by="water_officer", reason="Inte vår")
    assert case.responsible.slug == "desk"


def test_what_was_overdue_yesterday_is_overdue_only_while_somebody_must_act(small_house: SmallHouse) -> None:
    planned = small_house.case(small_house.reach(State.PLANNED))
    assert not planned.is_overdue(planned.due_at)
    assert planned.is_overdue(planned.due_at + timedelta(seconds=1))
    done = small_house.case(small_house.reach(State.DONE))
    assert not done.is_overdue(done.due_at + timedelta(days=1))


def test_a_locked_case_is_seen_as_it_is_now(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    small_house.change(ref, State.PLANNED, due_on=date(2026, 4, 1))
    with small_house.database.transaction() as session:
        assert case_to_change(session, ref).state is State.PLANNED
