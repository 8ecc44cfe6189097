"""An event is told with those that were written in the same event, and with no other."""

from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.acts_written import Acts, live, names_of, recorded
from support.houses.small_house import SmallHouse

from cases.database.base import table_of
from cases.database.transactions import Database
from cases.history.journal import Event
from notifications.audiences.sibling_events import batch_in_context, events_in_context

EVENT = table_of(Event)


def test_beside_an_event_stand_those_of_its_entry(
    small_house: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = recorded(monkeypatch)
    live(small_house, tmp_path)
    expected = _siblings(small_house.database, written)
    with small_house.database.reading() as session:
        ids = sorted(expected)
        found = {event.row.id: set(event.siblings) for event in events_in_context(session, ids)}
        ticks = session.scalars(select(Event.tick_id).where(Event.tick_id.is_not(None)).distinct())
        told = [event for tick in ticks.all() for event in batch_in_context(session, tick)]
        of_ticks = {event.row.id: set(event.siblings) for event in told}
    assert found == expected
    assert of_ticks == {id_: expected[id_] for id_ in of_ticks}
    assert {"case.put_on_agenda"} in of_ticks.values()


def test_an_event_of_an_older_version_is_an_act_of_its_own(small_house: SmallHouse) -> None:
    event = small_house.events(small_house.hand_in())[0]
    row = {column.name: getattr(event, column.name) for column in EVENT.columns if column.name != "act_seq"}
    older = event.id + 1000
    with small_house.database.transaction() as session:
        session.execute(EVENT.insert(), [row | {"id": older, "seq": 2}])
        events = events_in_context(session, [older, event.id])
        assert [(event.row.id, event.siblings) for event in events] == [(older, {}), (event.id, {})]


def _siblings(database: Database, written: Acts) -> dict[int, set[str]]:
    """Return the types of the other events of its entry, by id of the event."""
    with database.reading() as session:
        names = names_of(session)
        events = {(names[event.stream], event.seq): event for event in session.scalars(select(Event))}
    return {
        events[name, seq].id: {events[name, other].type for other in act if other != seq}
        for name, act in written
        for seq in act
    }
