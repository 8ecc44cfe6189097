"""Handing in: a request becomes a case at the desk, with a reference that nobody else has."""

import threading
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.access.actors import A_COMMAND
from cases.deadlines.policies import Policy
from cases.handing_in import Reporter, Request, hand_in
from cases.references import ReferenceCounter
from cases.refusals import (
    FieldRefusal,
    LettersBeforeTheAt,
    MembersOnly,
    NotAMailAddress,
    TooLong,
    UnknownName,
    WordsNeeded,
)
from cases.states import Kind, State


def test_a_case_is_received_by_the_desk_and_looked_at_within_two_working_days(small_house: SmallHouse) -> None:
    case = small_house.case(small_house.hand_in("  Hål i vägen  ", category="trafik", place="norrby"))
    assert (case.state, case.title, case.ref) == (State.RECEIVED, "Hål i vägen", "2026-0001")
    assert case.responsible_id == small_house.unit_id("desk")
    assert CALENDAR.day_of(case.due_at) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"title": "   "}, WordsNeeded),
        ({"title": "x" * 201}, TooLong),
        ({"description": "x" * 20_001}, TooLong),
        ({"category": "fiske"}, UnknownName),
        ({"place": "atlantis"}, UnknownName),
        ({"group": "norrby"}, MembersOnly),
        ({"group": "ingen"}, UnknownName),
        ({"group": "gata", "by": "contact"}, UnknownName),
        ({"group": "norrby", "by": "neighbour"}, MembersOnly),
        ({"reporter": Reporter(email="x@example..se")}, NotAMailAddress),
        ({"reporter": Reporter(email="ö@example.se")}, LettersBeforeTheAt),
        ({"kind": Kind.DUTY, "every_months": 0}, FieldRefusal),
        ({"kind": Kind.DUTY, "every_months": -1}, FieldRefusal),
    ],
)
def test_what_cannot_be_handed_in_leaves_no_case(
    small_house: SmallHouse, what: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        small_house.hand_in(**what)
    assert small_house.hand_in() == "2026-0001"


@pytest.mark.parametrize("who", ["member", "contact", "officer"])
def test_a_groups_member_and_staff_hand_in_for_the_group(small_house: SmallHouse, who: str) -> None:
    case = small_house.case(small_house.hand_in(by=who, group="norrby"))
    assert case.group_id == small_house.unit_id("norrby")


def test_who_tells_nothing_of_themselves_is_nobody(small_house: SmallHouse) -> None:
    assert small_house.case(small_house.hand_in(reporter=Reporter())).reporter_id is None
    assert small_house.case(small_house.hand_in(reporter=Reporter(phone="010-100 00 00"))).reporter_id is not None


def test_a_proposal_is_an_issue_where_the_council_has_not_allowed_them(small_house: SmallHouse) -> None:
    case = small_house.case(small_house.hand_in(kind=Kind.PROPOSAL))
    assert (case.kind, case.origin) == (Kind.ISSUE, "proposal")


def test_a_policy_may_promise_an_answer_at_once(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        session.add(Policy(scope="*/*/*", version=2, name="Nytt", terms={"promise_days": 10}))
    ref = small_house.hand_in()
    assert small_house.case(ref).promised_on == date(2026, 3, 16)
    assert [event.type for event in small_house.events(ref)] == ["case.received", "case.promised"]


# --- references -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "ref"),
    [
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "2026-0001"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-0001"),  # half past midnight in Sweden
        (datetime(2026, 1, 1, 0, tzinfo=UTC), "2026-0001"),
    ],
)
def test_the_year_of_a_reference_is_that_of_its_local_receipt(small_house: SmallHouse, at: datetime, ref: str) -> None:
    assert small_house.hand_in(at=at) == ref


def test_the_ten_thousandth_case_of_a_year_has_five_digits(small_house: SmallHouse) -> None:
    small_house.hand_in()
    with small_house.database.transaction() as session:
        session.execute(update(ReferenceCounter).values(last=9998))
    refs = [small_house.hand_in() for _ in range(3)]
    assert refs == ["2026-9999", "2026-10000", "2026-10001"]
    assert small_house.case(refs[1]).ref == "2026-10000"


def test_references_are_unique_and_without_gaps_when_many_hand_in_at_once(small_house: SmallHouse) -> None:
    start, refs = threading.Barrier(8), []

    def one(n: int) -> None:
        start.wait()
        refs.extend(small_house.hand_in(f"Fråga {n}.{m}") for m in range(5))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refs) == [f"2026-{n:04d}" for n in range(1, 41)]


def test_a_hand_in_that_fails_uses_no_reference_up(small_house: SmallHouse) -> None:
    with pytest.raises(ZeroDivisionError), small_house.database.transaction() as session:
        hand_in(session, Request(kind=Kind.ISSUE, title="Fråga"), by=A_COMMAND, at=MONDAY)
        raise ZeroDivisionError
    assert small_house.hand_in() == "2026-0001"
