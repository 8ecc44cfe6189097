"""The independent check is seen to fail: for each guarantee, one row is broken by hand and it says which."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from support.houses.migrated import A_TUESDAY, CALENDAR, a_house

from cases.access.actors import A_COMMAND, A_VISITOR
from cases.administration.reorganising import UnitDetails, add_unit
from cases.case import Case, case_to_change
from cases.checks.forgotten import LOOKS, find_forgotten
from cases.checks.forgotten_history import EVENTS, OF_THESE, TURNS, Portion, parameters_of
from cases.checks.looks import Breach
from cases.commenting import comment
from cases.database.transactions import Database
from cases.handing_in import Reporter, Request, hand_in
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.ladder.sweep import sweep
from cases.organisation.units import UnitKind
from cases.progress import Change, change_state
from cases.states import Kind, State

LATER = A_TUESDAY + timedelta(days=75)
MONTH = [LATER.date() + timedelta(days=number) for number in range(TURNS)]
CASES = {
    "received": [],
    "assigned": [Change(State.ASSIGNED, responsible="gata")],
    "planned": [
        Change(State.ASSIGNED, responsible="gata"),
        Change(State.PLANNED, due_on=(LATER + timedelta(days=30)).date()),
    ],
    "in_progress": [Change(State.ASSIGNED, responsible="gata"), Change(State.IN_PROGRESS)],
    "parked": [Change(State.PARKED, due_on=(LATER + timedelta(days=30)).date(), reason="Till hösten")],
    "done": [Change(State.ASSIGNED, responsible="gata"), Change(State.DONE, note="Lagat")],
    "declined": [Change(State.DECLINED, reason="Inte vårt")],
}


@pytest.fixture(scope="module")
def a_swept_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    database = a_house(folder)
    with database.transaction() as session:
        add_unit(session, "gata", UnitKind.DEPARTMENT, UnitDetails("Gata"), by=A_COMMAND, at=A_TUESDAY)
    for title, changes in CASES.items():
        with database.transaction() as session:
            request = Request(Kind.ISSUE, title, reporter=Reporter(email="n@example.se"))
            case = case_to_change(session, hand_in(session, request, by=A_VISITOR, at=A_TUESDAY).ref)
            for change in changes:
                change_state(session, case, change, by=A_COMMAND, at=A_TUESDAY)
    for day in range((LATER - A_TUESDAY).days + 1):
        sweep(database, now=A_TUESDAY + timedelta(days=day))
    database.close()
    return folder / "house.sqlite3"


@pytest.fixture
def house(a_swept_house: Path, tmp_path: Path) -> Iterator[tuple[Database, Path]]:
    path = Path(shutil.copy(a_swept_house, tmp_path))
    database = Database(f"sqlite:///{path}", CALENDAR)
    yield database, path
    database.close()


def _check(database: Database) -> list[Breach]:
    with database.reading() as session:
        return find_forgotten(session, LATER)


def _break(path: Path, statement: str) -> None:
    """Do by hand what constraints and triggers refuse."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for one in statement.split(";"):
        assert connection.execute(one).rowcount > 0, "nothing was broken"
    connection.close()


def test_a_house_that_keeps_its_promises_is_clear(house: tuple[Database, Path]) -> None:
    assert _check(house[0]) == []


OF = "(SELECT id FROM \"case\" WHERE title = '{}')"
RECEIVED, ASSIGNED, DONE = OF.format("received"), OF.format("assigned"), OF.format("done")
PAST, FAR = "'2026-05-01 05:00:00.000000'", "'2036-05-01 05:00:00.000000'"
DAMAGE = {
    "an open case has no active unit that may hold it": (
        "G1", "UPDATE unit SET active = 0, holds_cases = 0 WHERE slug = 'gata'",
    ),
    "an open case has no next moment": ("G1", "UPDATE \"case\" SET next_at = NULL WHERE title = 'assigned'"),
    "a case is in a state that does not exist": ("G1", "UPDATE \"case\" SET state = 'lost' WHERE title = 'assigned'"),
    "a case that has ended still has a clock": (
        "G1", f"UPDATE \"case\" SET next_at = {FAR} WHERE title = 'declined'",
    ),
    "a moment has passed and nothing happened": (
        "G2", f"UPDATE \"case\" SET next_at = {PAST}, rung_at = {PAST} WHERE title = 'planned'",
    ),
    "the due day has passed and no rung has fired": ("G2", f"DELETE FROM fired_rung WHERE case_id = {ASSIGNED}"),
    "a parked case has not come back, or a done one has not closed": (
        "G2", f"UPDATE \"case\" SET due_at = {PAST} WHERE title = 'parked'",
    ),
    "a promise has passed and nobody was told": (
        "G2", f"UPDATE \"case\" SET promise_breaks_at = {PAST} WHERE title = 'planned'",
    ),
    "a promise runs that the case does not know": (
        "G2", "UPDATE \"case\" SET promise_breaks_at = NULL WHERE title = 'planned'",
    ),
    "no sign of life was asked for": ("G2", f"UPDATE \"case\" SET life_at = {PAST} WHERE title = 'planned'"),
    "a warning of the law has passed": ("G2", f"UPDATE \"case\" SET statutory_at = {PAST} WHERE title = 'planned'"),
    "the next moment is not the least of the clocks": (
        "G3", f"UPDATE \"case\" SET next_at = {FAR} WHERE title = 'assigned'",
    ),
    "the ladder has stopped: the next rung has fired already": (
        "G3", "UPDATE \"case\" SET rung = 1 WHERE title = 'assigned'",
    ),
    "the ladder has stopped: the first rung comes after the due day": (
        "G3", f"UPDATE \"case\" SET rung_at = {FAR} WHERE title = 'planned'",
    ),
    "the ladder has stopped: the next rung is years away": (
        "G3", f"UPDATE \"case\" SET rung_at = {FAR} WHERE title = 'assigned'",
    ),
    "a rung was left out": ("G3", "UPDATE \"case\" SET rung = 99 WHERE title = 'assigned'"),
    "the fourth rung put nothing on the forum's agenda": ("G3", "DELETE FROM agenda_item"),
    "a rung has fired without its event": (
        "G3", f"UPDATE fired_rung SET event_id = 1 WHERE case_id = {ASSIGNED}",
    ),
    "one event stands for two rungs": (
        "G3",
        f"UPDATE fired_rung SET event_id = (SELECT min(event_id) FROM fired_rung WHERE case_id = {ASSIGNED})"
        f" WHERE case_id = {ASSIGNED}",
    ),
    "an escalation is not in the table of rungs: it may fire again": (
        "G3", f"DELETE FROM fired_rung WHERE case_id = {ASSIGNED} AND rung = 1",
    ),
    "an event has no work: nobody will be told": ("G4", "DELETE FROM work WHERE id = 3"),
    "work has not been done": ("G4", f"UPDATE work SET recorded_at = {PAST} WHERE id = 3"),
    "a sweep was not completed": (
        "G4", f"UPDATE tick SET sealed_at = NULL, lease_until = {PAST}, started_at = {PAST} WHERE id = 1",
    ),
    "a sweep's letters are not planned": ("G4", f"UPDATE tick SET sealed_at = {PAST} WHERE id = 1"),
    "a letter waits though the mail server is up": (
        "G4",
        "INSERT INTO delivery"
        " (occasion, recipient, channel, letter, locale, context, outcome, created_at, claims, attempts)"
        f" VALUES ('event:1', 'address:1', 'mail', 'receipt', 'sv', '{{}}', 'waiting', {PAST}, 0, 0)",
    ),
    "a letter was set aside and nobody was alarmed": (
        "G4",
        "INSERT INTO delivery"
        " (occasion, recipient, channel, letter, locale, context, outcome, created_at, claims, attempts)"
        f" VALUES ('event:1', 'address:1', 'mail', 'receipt', 'sv', '{{}}', 'set_aside', {PAST}, 0, 0)",
    ),
    "what was held is told in no digest": (
        "G4",
        "INSERT INTO delivery"
        " (occasion, recipient, channel, letter, locale, context, outcome, reason, created_at, claims, attempts)"
        " VALUES ('event:1', 'address:1', 'mail', 'news', 'sv', '{}', 'suppressed', 'told in digest 1',"
        f" {PAST}, 0, 0)",
    ),
    "what was held is told in its digest and once more": (
        "G4",
        "INSERT INTO delivery"
        " (id, occasion, recipient, channel, letter, locale, context, outcome, created_at, claims, attempts) VALUES"
        f" (1, 'event:1', 'address:1', 'mail', 'news', 'sv', '{{}}', 'sent', {PAST}, 0, 0),"
        f" (2, 'digest:1', 'address:1', 'mail', 'news', 'sv', '{{}}', 'sent', {PAST}, 0, 0);"
        " INSERT INTO delivery_line (delivery_id, event_id, audience, letter)"
        " VALUES (1, 1, 'handler', 'news'), (2, 1, 'handler', 'news')",
    ),
    "work was set aside and nobody was alarmed": ("G4", f"UPDATE work SET set_aside_at = {PAST} WHERE id = 3"),
    "the person who asked was not told": (
        "G4", f"UPDATE work SET done_at = {PAST} WHERE event_id IN (SELECT id FROM event WHERE type = 'case.done')",
    ),
    "a rung has told nobody": ("G4", f"UPDATE tick SET planned_at = {PAST}"),
    "the unit was not told of what it was given": (
        "G4", "UPDATE event SET type = 'case.contested', tick_id = (SELECT id FROM tick WHERE planned_at IS NOT NULL)"
        " WHERE type = 'case.started'",
    ),
    "an act by a shared mailbox names no letter": (
        "G6", "UPDATE event SET actor = 'unit' WHERE type = 'case.started'",
    ),
    "a letter was answered and no act names it": (
        "G6",
        "INSERT INTO letter_link"
        " (delivery_id, case_id, seq, unit_id, nonce, hash, made_at, expires_at, ended_at, ended_as)"
        f" VALUES (1, {ASSIGNED}, 1, 1, 'x', 'x', {PAST}, {PAST}, {PAST}, 'used')",
    ),
    "a history has gaps": (
        "G6", f"DELETE FROM event WHERE stream = {ASSIGNED} AND seq = 1",
    ),
    "a case's version is not its last event's number": ("G6", "UPDATE \"case\" SET version = 99 WHERE title = 'done'"),
}  # fmt: skip
HISTORY = {
    "the chain is broken": f"UPDATE event SET at = {PAST} WHERE stream = {ASSIGNED} AND seq = 1",
    "the case does not know its last event": "UPDATE \"case\" SET head_hash = '' WHERE title = 'assigned'",
    "the events do not add up to the case": "UPDATE \"case\" SET officer_id = 7 WHERE title = 'assigned'",
    "words were changed": "UPDATE words SET text = 'Något annat' WHERE text = 'Lagat'",
    "a rung has fired twice": (
        f"UPDATE event SET facts = (SELECT facts FROM event WHERE type = 'case.escalated' AND stream = {ASSIGNED}"
        f" ORDER BY seq LIMIT 1) WHERE type = 'case.escalated' AND stream = {ASSIGNED}"
    ),
    "a case has no history": f"DELETE FROM event WHERE stream = {RECEIVED}",
    "events belong to no case": f"UPDATE event SET stream = 999 WHERE stream = {RECEIVED}",
}


def test_every_look_is_seen_to_fail() -> None:
    assert {look.what: look.guarantee for look in LOOKS} == {what: guarantee for what, (guarantee, _) in DAMAGE.items()}


@pytest.mark.parametrize("what", DAMAGE)
def test_it_sees_what_was_broken(house: tuple[Database, Path], what: str) -> None:
    database, path = house
    guarantee, statement = DAMAGE[what]
    if what == "the unit was not told of what it was given":
        _break(path, f"UPDATE tick SET planned_at = {PAST} WHERE id = 1")
    _break(path, statement)
    assert (guarantee, what) in {(breach.guarantee, breach.what) for breach in _check(database)}


def test_a_shared_mailbox_that_wrote_by_mail_used_no_link(house: tuple[Database, Path]) -> None:
    database, path = house
    by_mail = "facts = json_set(facts, '$.channel', 'mail')"
    _break(path, f"UPDATE event SET actor = 'unit', {by_mail} WHERE type = 'case.started'")
    assert "an act by a shared mailbox names no letter" not in {breach.what for breach in _check(database)}


@pytest.mark.parametrize("what", HISTORY)
def test_it_sees_a_history_that_was_rewritten(house: tuple[Database, Path], what: str) -> None:
    database, path = house
    _break(path, HISTORY[what])
    assert ("G6", what) in {(breach.guarantee, breach.what) for breach in _check(database)}


SINCE = {  # the same, in what has happened since the last morning
    "the chain is broken": (
        f"UPDATE event SET at = {PAST} WHERE id = (SELECT max(id) FROM event WHERE stream = {ASSIGNED})"
    ),
    "the events do not add up to the case": (
        "UPDATE \"case\" SET next_at = '2031-01-01 06:00:00' WHERE title = 'assigned'"
    ),
    "words were changed": HISTORY["words were changed"],
}


@pytest.mark.parametrize("what", SINCE)
def test_a_history_is_read_from_where_it_went_on_and_whole_when_its_turn_comes(
    house: tuple[Database, Path], what: str
) -> None:
    database, path = house
    _break(path, SINCE[what])
    with database.reading() as session:
        title = "done" if what == "words were changed" else "assigned"
        stream = session.scalars(select(Case.id).where(Case.title == title)).one()
        first, last = session.execute(
            select(func.min(Event.id), func.max(Event.id)).where(Event.stream == stream)
        ).one()
        newest = session.scalar(select(func.max(Event.id)))
        if what == "words were changed":  # those of an earlier event
            last = session.scalars(select(Words.event_id).where(Words.text == "Något annat")).one()
        its_day = next(day for day in MONTH if Portion(day, newest).turn == stream % TURNS)
        read = {day: find_forgotten(session, LATER, Portion(day, newest)) for day in MONTH}
        went_on = find_forgotten(session, LATER, Portion(its_day + timedelta(days=1), last - 1))
    assert what not in {breach.what for day in MONTH if day != its_day for breach in read[day]}
    assert what in {breach.what for breach in read[its_day]} & {breach.what for breach in went_on}
    assert first < last


def test_what_lies_before_the_last_morning_waits_for_its_turn_and_the_command_finds_it(
    house: tuple[Database, Path],
) -> None:
    database, path = house
    _break(path, HISTORY["the chain is broken"])
    with database.reading() as session:
        stream = session.scalars(select(Case.id).where(Case.title == "assigned")).one()
        last = session.scalars(select(func.max(Event.id)).where(Event.stream == stream)).one()
        its_day = next(day for day in MONTH if Portion(day, last).turn == stream % TURNS)
        went_on = find_forgotten(session, LATER, Portion(its_day + timedelta(days=1), last - 1))
        found = [find_forgotten(session, LATER, portion) for portion in (Portion(its_day, last), None)]
    assert "the chain is broken" not in {breach.what for breach in went_on}
    assert all("the chain is broken" in {breach.what for breach in breaches} for breaches in found)


@pytest.mark.parametrize("long", [10, 400])
def test_a_morning_reads_what_is_new_however_long_a_history_is(house: tuple[Database, Path], long: int) -> None:
    database, _ = house
    with database.transaction() as session:
        case = case_to_change(session, session.scalars(select(Case.ref).where(Case.title == "received")).one())
        before = session.scalars(select(func.count()).where(Event.stream == case.id)).one()
        for number in range(long):
            comment(session, case, f"{number}", Visibility.INTERNAL, by=A_COMMAND, at=LATER)
        day = next(day for day in MONTH if not Portion(day, 0).begins_at_once(case.id))
        last = session.scalars(select(func.max(Event.id))).one()
        whole, new = (_events_read(session, Portion(day, after)) for after in (0, last - 3))
    print(f"of a history of {before + long} events {new} are read in the morning, {whole} by the command")
    assert whole >= before + long
    with database.reading() as session:
        turn = session.scalars(select(func.count()).where(Event.stream % TURNS == Portion(day, 0).turn)).one()
        assert new - turn == 4  # the three that are new, and the one before them
        assert [b for b in find_forgotten(session, LATER, Portion(day, last - 3)) if b.guarantee == "G6"] == []


def _events_read(session: Session, portion: Portion) -> int:
    sql = f"SELECT count(*) FROM ({EVENTS.format(OF_THESE[EVENTS])}) AS found"
    return session.execute(text(sql), parameters_of(portion)).scalar_one()


TAMPERINGS = {  # by somebody who passes the triggers
    "edited": "UPDATE event SET facts = '{}' WHERE id = (SELECT min(id) FROM event WHERE stream = 3)",
    "deleted": "DELETE FROM event WHERE stream = 3 AND seq = 2",
    "reordered": "UPDATE event SET seq = seq - 100 WHERE stream = 3 AND seq > 100",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_history_that_was_edited_thinned_or_reordered_is_found(house: tuple[Database, Path], what: str) -> None:
    database, path = house
    if what == "reordered":
        _break(path, "UPDATE event SET seq = 105 - seq WHERE stream = 3 AND seq IN (2, 3)")
    _break(path, TAMPERINGS[what])
    assert "G6" in {breach.guarantee for breach in _check(database)}


def test_an_outage_is_judged_at_the_moment_that_is_asked_for(house: tuple[Database, Path]) -> None:
    with house[0].reading() as session:
        assert find_forgotten(session, LATER + timedelta(days=40))
