"""Guards over the table: nothing can happen that nobody has thought of."""

import pytest
from sqlalchemy import select
from support.houses.letter_town import LetterTown

from cases.access.actors import ActorKind
from cases.history.events import EVENT_TYPES
from cases.history.journal import Event
from notifications.audiences.audiences import AUDIENCES
from notifications.planning.planning import UnknownEvent, plan_events
from notifications.who_is_told import WHO_IS_TOLD, EventInContext, rules_for


@pytest.mark.parametrize("type_", [name for name in EVENT_TYPES if name])
def test_every_event_has_a_rule_of_who_is_told(type_: str) -> None:
    assert type_ in WHO_IS_TOLD


def test_the_table_holds_nothing_that_cannot_happen() -> None:
    assert set(WHO_IS_TOLD) == {name for name in EVENT_TYPES if name}


def test_every_audience_of_the_table_is_known() -> None:
    assert {rule.audience for rules in WHO_IS_TOLD.values() for rule in rules} == set(AUDIENCES)


@pytest.mark.parametrize("clock", ["state", "life", "statutory"])
@pytest.mark.parametrize("rung", range(40))
def test_every_rung_has_a_rule_that_ends_in_a_person_or_a_role(clock: str, rung: int) -> None:
    if clock == "statutory" and rung == 0:
        return
    facts = {"clock": clock, "rung": rung}
    event = Event(stream=1, seq=1, type="case.escalated", at=None, recorded_at=None, actor=ActorKind.CLOCK, facts=facts)  # type: ignore[arg-type]
    chains = {"officer", "unit", "head", "contact"}
    assert chains & {rule.audience for rule in rules_for(EventInContext(event, {}))}


def test_an_event_of_an_unknown_type_waits(town: LetterTown, monkeypatch: pytest.MonkeyPatch) -> None:
    town.hand_in()
    monkeypatch.delitem(WHO_IS_TOLD, "case.received")
    with town.database.transaction() as session, pytest.raises(UnknownEvent):
        plan_events(session, session.scalars(select(Event.id)).all())
