"""Rows written in bulk are in the database as if they had been written one by one."""

from datetime import UTC, date, datetime, timedelta, timezone

from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.actors import ActorKind
from cases.case import Case
from cases.database.base import JsonText
from cases.database.writing.bulk import fresh_ids, insert_many, reserve_ids, update_many, values_of
from cases.deadlines.policies import Policy
from cases.history.journal import Event
from cases.parties import Party
from cases.promises import Promise

STRANGE = "tab\t, line\nbreak, back\\slash, \\N, \"quotes\", 'single', åäö and nothing: "
IN_STOCKHOLM = datetime(2026, 7, 1, 9, 30, 0, 5, tzinfo=timezone(timedelta(hours=2)))


def an_event(event_id: int, seq: int, facts: object) -> dict[str, object]:
    return {
        "id": event_id, "stream": 990, "seq": seq, "type": "case.commented", "at": IN_STOCKHOLM, "recorded_at": MONDAY,
        "actor": ActorKind.COMMAND, "person_id": None, "facts": facts, "changes": {}, "commitments": [],
        "previous_hash": "", "hash": "",
    }  # fmt: skip


def test_every_kind_of_value_is_read_back_as_it_was(small_house: SmallHouse) -> None:
    facts = {"said": STRANGE, "none": None, "list": [1, 2.5, True]}
    with small_house.database.transaction() as session:
        first, second = reserve_ids(session, Event, 2)
        written_out = JsonText('{"said":"already JSON"}')
        insert_many(session, Event, [an_event(first, 1, facts), an_event(second, 2, written_out)])
        insert_many(session, Party, [{"name": STRANGE, "email": None, "locale": "sv", "protected": True}])
    with small_house.database.reading() as session:
        one, two = session.scalars(select(Event).where(Event.stream == 990).order_by(Event.seq))
        party = session.scalars(select(Party).where(Party.name == STRANGE)).one()
    assert (one.facts, two.facts) == (facts, {"said": "already JSON"})
    assert (one.at, one.at.tzinfo, one.actor, one.person_id) == (IN_STOCKHOLM, UTC, ActorKind.COMMAND, None)
    assert (party.email, party.protected) == (None, True)


def test_moments_that_are_written_many_at_once_sort_among_others(small_house: SmallHouse) -> None:
    """SQLite compares moments as text: both ways of writing must give the same."""
    ref = small_house.hand_in(at=MONDAY)
    with small_house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        update_many(session, Case, [{"id": case.id, "touched_at": MONDAY + timedelta(microseconds=1)}])
    with small_house.database.reading() as session:
        later = select(Case.ref).where(Case.touched_at > MONDAY, Case.touched_at < MONDAY + timedelta(seconds=1))
        assert session.scalars(later).all() == [ref]


def test_days_and_nothing_are_updated_too(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    row = {"id": small_house.case(ref).id, "raised_on": date(2026, 4, 1), "life_at": None, "quick_win": True}
    with small_house.database.transaction() as session:
        update_many(session, Case, [row])
    case = small_house.case(ref)
    assert (case.raised_on, case.life_at, case.quick_win) == (date(2026, 4, 1), None, True)


def test_a_reserved_id_is_given_to_nobody_else(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        [mine] = reserve_ids(session, Party, 1)
        insert_many(session, Party, [{"id": mine, "name": "Rut", "locale": "sv", "protected": False}])
        after = fresh_ids(session, Party)
        assert mine < next(after) < next(after)
    with small_house.database.transaction() as session:
        other = Party(name="Nils")
        session.add(other)
        session.flush()
        assert other.id > mine


def test_more_ids_than_a_handful_never_come_twice(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        ids = fresh_ids(session, Promise)
        given = [next(ids) for _ in range(1_200)]
    assert given == sorted(set(given))


def test_a_new_rows_columns_hold_what_the_database_would_be_given(small_house: SmallHouse) -> None:
    party = Party(name="Rut")
    party.id = 7
    assert values_of(party) == {
        "id": 7, "name": "Rut", "email": None, "phone": None, "locale": "sv", "protected": False
    }  # fmt: skip


def test_nothing_to_write_is_no_statement(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        insert_many(session, Policy, [])
        update_many(session, Policy, [])
        assert not session.in_nested_transaction()
