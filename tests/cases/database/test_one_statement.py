"""The rows of one act are written in one statement, and the session treats them as loaded."""

import pytest
from sqlalchemy.orm.exc import StaleDataError
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.actors import A_COMMAND
from cases.case import Case, case_to_change
from cases.database.base import table_of
from cases.database.writing.one_statement import ChangedRow, write_in_one_statement
from cases.handing_in import Reporter, Request, hand_in
from cases.organisation.units import unit_named
from cases.progress import Change, change_state
from cases.states import Kind, State

ASKS = Request(Kind.ISSUE, "Trasig lykta", reporter=Reporter(name="Åsa Öman"))


def test_a_case_and_who_asks_are_there_and_nothing_is_left_to_write(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        case = hand_in(session, ASKS, by=A_COMMAND, at=MONDAY)
        assert not session.new and not session.dirty
        assert case in session and case.reporter in session
    stored = small_house.case(case.ref)
    assert (stored.id, stored.reporter_id, stored.version) == (case.id, case.reporter.id, 1)
    assert stored.tracked() == case.tracked()


def test_what_is_done_next_in_the_same_breath_is_written_too(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        case = hand_in(session, ASKS, by=A_COMMAND, at=MONDAY)
        change_state(session, case, Change(State.IN_PROGRESS), by=A_COMMAND, at=MONDAY)
    assert (small_house.case(case.ref).state, small_house.case(case.ref).version) == (State.IN_PROGRESS, 2)


def test_what_else_was_changed_is_written_with_it(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    with small_house.database.transaction() as session:
        unit_named(session, "gata").name = "Gatukontoret"
        change_state(session, case_to_change(session, ref), Change(State.IN_PROGRESS), by=A_COMMAND, at=MONDAY)
        assert not session.dirty
    with small_house.database.reading() as session:
        assert unit_named(session, "gata").name == "Gatukontoret"
    assert small_house.case(ref).state is State.IN_PROGRESS


def test_what_was_written_is_read_and_changed_as_if_the_session_had_written_it(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(reporter=Reporter(name="Åsa Öman"))
    with small_house.database.transaction() as session:
        case = case_to_change(session, ref)
        change_state(session, case, Change(State.IN_PROGRESS), by=A_COMMAND, at=MONDAY)
        assert case in session and not session.dirty and not session.new
        assert session.get(Case, case.id) is case
        assert case.reporter is not None and case.reporter.name == "Åsa Öman"
        case.title = "Trasiga lyktor"
        assert session.dirty
    assert small_house.case(ref).title == "Trasiga lyktor"


@pytest.mark.postgres
@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_nothing_is_changed_in_a_row_that_is_not_there(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session, pytest.raises(StaleDataError):
        write_in_one_statement(session, [ChangedRow("itself", table_of(Case), {"title": "Ingens"}, 404)])
