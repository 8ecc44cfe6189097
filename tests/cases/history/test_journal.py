"""G6: the history is the truth. Appended to, never changed; numbered, chained, and enough to give the present back."""

import hashlib
import json
import random
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from support.houses.brought_along import bring_along
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.actors import A_COMMAND, THE_IMPORT
from cases.case import Case, case_to_change
from cases.correcting import Correction, correct, erase_words
from cases.database.transactions import Database
from cases.handing_in import Reporter, Request, hand_in
from cases.history.events import CaseRelated
from cases.history.journal import Entry, Event, plain, replay
from cases.history.outbox import OutboxEntry
from cases.history.words import Visibility, Words
from cases.progress import Change, WaitingFor, change_state
from cases.refusals import NotAllowed, Refusal, StaleVersion, WordsNeeded
from cases.states import Kind, State

CANARIES = ("Kanariefågel", "kanarie@example.se", "070-123 45 67", "Fågelvägen", "19121212-1212")


def tried(database: Database, statement: str) -> None:
    with database.engine.connect() as connection:
        connection.execute(text(statement))
        connection.rollback()


# --- append-only ----------------------------------------------------------------------------

EVENT_COLUMNS = "id, stream, seq, type, at, recorded_at, actor, facts, changes, commitments, previous_hash, hash"
REFUSED = {
    "an event edited": "UPDATE event SET type = 'case.closed'",
    "an event's own value written again": "UPDATE event SET type = type",
    "an event moved to another act": "UPDATE event SET act_seq = 1 WHERE seq = 2",
    "an event deleted": "DELETE FROM event WHERE seq = 1",
    "a number twice": f"INSERT INTO event ({EVENT_COLUMNS}) SELECT 4711, {EVENT_COLUMNS[4:]} FROM event WHERE seq = 1",
    "the number 0": f"INSERT INTO event ({EVENT_COLUMNS}) SELECT 4711, stream, 0, {EVENT_COLUMNS[17:]} FROM event",
    "a policy edited": "UPDATE policy SET terms = '{}'",
    "the catch-all deleted": "DELETE FROM policy WHERE scope = '*/*/*'",
    "a policy's version twice": (
        "INSERT INTO policy (scope, version, name, terms) SELECT scope, version, name, terms FROM policy"
    ),
    "words edited": "UPDATE words SET text = 'Ingenting' WHERE text IS NOT NULL",
    "words salted anew": "UPDATE words SET salt = 'aa' WHERE text IS NOT NULL",
    "words shown to others": "UPDATE words SET visibility = 'public' WHERE text IS NOT NULL",
    "words moved to another event": "UPDATE words SET event_id = 1 WHERE text IS NOT NULL",
    "half erased words": "UPDATE words SET text = NULL WHERE text IS NOT NULL",
    "words deleted": "DELETE FROM words",
}
ON_SQLITE = {
    "an event replaced by its id": f"INSERT OR REPLACE INTO event ({EVENT_COLUMNS}) SELECT {EVENT_COLUMNS} FROM event",
    "an event replaced by its number": (
        f"INSERT OR REPLACE INTO event ({EVENT_COLUMNS}) SELECT 4711, {EVENT_COLUMNS[4:]} FROM event WHERE seq = 1"
    ),
    "an event updated over another": "UPDATE OR REPLACE event SET seq = 1",
    "a policy replaced": (
        "INSERT OR REPLACE INTO policy (id, scope, version, name, terms) SELECT id, scope, 1, 'Ny', '{}' FROM policy"
    ),
    "words replaced": (
        "INSERT OR REPLACE INTO words (id, event_id, field, visibility, text, salt)"
        " SELECT id, event_id, field, visibility, 'Ny', 'aa' FROM words"
    ),
}
ON_POSTGRESQL = {
    "events emptied": "TRUNCATE event CASCADE",
    "policies emptied": "TRUNCATE policy CASCADE",
    "words emptied": "TRUNCATE words",
}


def accepted(database: Database) -> list[str]:
    """Return what the database lets happen of all that it must refuse."""
    found = []
    for name, statement in (REFUSED | (ON_SQLITE if database.is_sqlite else ON_POSTGRESQL)).items():
        with suppress(DBAPIError):
            tried(database, statement)
            found.append(name)
    return found


def test_what_is_written_is_never_changed(small_house: SmallHouse) -> None:
    small_house.reach(State.PLANNED, description="Djupt.")
    assert accepted(small_house.database) == []


@pytest.mark.parametrize("since", ["0001", "0002"])
def test_nor_in_a_house_that_was_brought_along(small_house: SmallHouse, since: str) -> None:
    small_house.reach(State.PLANNED, description="Djupt.")
    bring_along(small_house.database, since)
    assert accepted(small_house.database) == []


# --- numbers, chain, replay -----------------------------------------------------------------


def broken_at(name: str, events: list[Event]) -> int | None:
    """Give the first seq that does not fit, worked out here from what the design says."""
    before = ""
    for number, event in enumerate(events, start=1):
        content = [
            name, event.seq, event.type, event.at.isoformat(), event.actor.value, event.person_id,
            event.facts, event.changes, event.commitments, before,
        ]  # fmt: skip
        told = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256(told.encode()).hexdigest()
        if (event.seq, event.hash) != (number, before):
            return number
    return None


def now_of(case: Case) -> dict[str, object]:
    return {name: plain(value) for name, value in case.tracked().items() if value is not None}


def test_events_are_numbered_without_gaps_and_chained(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    events = small_house.events(ref)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert broken_at(ref, events) is None
    assert (small_house.case(ref).version, small_house.case(ref).head_hash) == (events[-1].seq, events[-1].hash)


def test_an_edited_deleted_or_reordered_event_is_seen(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    edited, deleted, reordered = (small_house.events(ref) for _ in range(3))
    edited[1].facts = edited[1].facts | {"responsible": "vatten"}
    del deleted[1]
    reordered[1], reordered[2] = reordered[2], reordered[1]
    assert [broken_at(ref, events) for events in (edited, deleted, reordered)] == [2, 2, 2]
    assert broken_at("2026-9999", small_house.events(ref)) == 1


def test_the_chain_holds_whatever_zone_the_moment_was_told_in(small_house: SmallHouse) -> None:
    local = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    ref = small_house.hand_in(at=local)
    small_house.change(ref, State.ASSIGNED, responsible="gata", at=local + timedelta(hours=1))
    small_house.change(ref, State.DECLINED, reason="Nej", at=local + timedelta(hours=2))
    assert broken_at(ref, small_house.events(ref)) is None
    assert replay(small_house.events(ref)) == now_of(small_house.case(ref))


def test_a_moment_without_a_zone_is_refused(small_house: SmallHouse) -> None:
    with pytest.raises(ValueError, match="aware"):
        small_house.hand_in(at=datetime(2026, 3, 2, 9, 30))  # noqa: DTZ001


def test_every_event_of_an_act_has_its_moment_and_who_did_it(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    contact = small_house.actors["contact"].person_id
    assert {(event.at, event.person_id, event.actor) for event in small_house.events(ref)} == {
        (MONDAY, contact, "person")
    }


STEPS_TO_TRY = [
    {"to": State.ASSIGNED, "responsible": "gata"},
    {"to": State.ASSIGNED, "responsible": "vatten", "officer": "water_officer@example.se"},
    {"to": State.ASSIGNED},
    {"to": State.RECEIVED, "reason": "Inte vårt"},
    {"to": State.PLANNED, "due_in": 9},
    {"to": State.PLANNED, "due_in": 30, "promised_in": 40},
    {"to": State.IN_PROGRESS},
    {"to": State.WAITING, "waiting_for": WaitingFor("reporter"), "note": "Var?"},
    {"to": State.WAITING, "waiting_for": WaitingFor("unit", unit="byggnamnd")},
    {"to": State.PARKED, "due_in": 60, "reason": "Senare"},
    {"to": State.DONE, "note": "Klart"},
    {"to": State.DECLINED, "reason": "Nej"},
    {"to": State.MERGED, "reason": "Samma"},
]
WHO = ("contact", "officer", "head", "water_officer", "reporter", "member", "board_member")


@pytest.mark.parametrize("seed", range(4))
def test_replaying_the_events_gives_the_case_back(small_house: SmallHouse, seed: int) -> None:
    chance = random.Random(seed)
    refs = [small_house.hand_in(f"Fråga {n}", by="contact", group="norrby") for n in range(6)]
    at = MONDAY
    for _ in range(60):
        at += timedelta(hours=chance.choice((1, 5, 30, 200)))
        _one_thing(small_house, chance, refs, at)
        if chance.random() < 0.3:
            small_house.sweep(at)
    for ref in refs:
        events = small_house.events(ref)
        assert replay(events) == now_of(small_house.case(ref))
        assert broken_at(ref, events) is None
        assert small_house.case(ref).version == len(events)


def _one_thing(house: SmallHouse, chance: random.Random, refs: list[str], at: datetime) -> None:
    ref, who = chance.choice(refs), chance.choice(WHO)
    if chance.random() < 0.2:
        with suppress(Refusal):
            house.comment(ref, "Hur går det?", chance.choice(list(Visibility)), by=who, at=at)
        return
    what = dict(chance.choice(STEPS_TO_TRY))
    for name, given in (("due_in", "due_on"), ("promised_in", "promised_on")):
        if name in what:
            what[given] = at.date() + timedelta(days=what.pop(name))
    if what["to"] is State.MERGED:
        what["into"] = chance.choice(refs)
    with suppress(Refusal):
        house.change(ref, what.pop("to"), by=who, at=at, **what)


def test_a_correction_is_replayed_too(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(kind=Kind.ACTION)
    with small_house.database.transaction() as session:
        wanted = Correction(category="trafik", place="norrby", quick_win=True, raised_on=date(2026, 1, 15))
        correct(session, case_to_change(session, ref), wanted, by=small_house.actors["contact"], at=MONDAY)
    assert replay(small_house.events(ref)) == now_of(small_house.case(ref))


# --- stale versions -------------------------------------------------------------------------


def test_only_a_changing_event_in_between_makes_a_version_stale(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    read = small_house.case(ref).version
    small_house.comment(ref, by="officer")
    small_house.sweep(MONDAY + timedelta(days=30))
    assert small_house.case(ref).version > read
    small_house.change(ref, State.PLANNED, by="officer", version=read, due_on=date(2026, 5, 4))
    with pytest.raises(StaleVersion) as refused:
        small_house.change(ref, State.DONE, version=read, note="Klart")
    assert refused.value.since[0][1] == "case.commented"
    assert "case.planned" in [type_ for _, type_ in refused.value.since]


# --- words apart ----------------------------------------------------------------------------


def test_no_words_and_no_address_stand_in_an_event(small_house: SmallHouse) -> None:
    name, email, phone, street, number = CANARIES
    reporter = Reporter(name=name, email=email, phone=phone)
    ref = small_house.hand_in(f"{name} på {street}", description=f"{number} {email}", reporter=reporter)
    small_house.comment(ref, f"Ring {phone}", by="reporter")
    small_house.change(ref, State.ASSIGNED, responsible="gata", note=f"{name} väntar")
    other = WaitingFor("other", name=name, their_ref=street)
    small_house.change(ref, State.WAITING, waiting_for=other, note=phone)
    small_house.change(ref, State.DECLINED, reason=f"{street} är enskild")
    with small_house.database.reading() as session:
        columns = "facts, changes, commitments, type, hash, previous_hash"
        kept = str(session.execute(text(f"SELECT {columns} FROM event")).all())
        tasks = str(session.execute(text("SELECT * FROM work")).all())
    assert [canary for canary in CANARIES if canary in kept + tasks] == []


def erase(house: SmallHouse, ref: str, *seqs: int, by: str = "contact", decision: str = "Beslut 2026:7") -> None:
    with house.database.transaction() as session:
        case = case_to_change(session, ref)
        erase_words(session, case, decision, list(seqs), by=house.actors[by], at=MONDAY)


def words_of(house: SmallHouse, ref: str) -> list[tuple[str, str | None, str | None]]:
    with house.database.reading() as session:
        of_case = select(Words).where(Words.case_id == house.case(ref).id).order_by(Words.id)
        return [(words.field, words.text, words.salt) for words in session.scalars(of_case)]


def test_erasing_blanks_words_and_salt_and_keeps_the_chain(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Rut ser illa", description="Hon bor på Ågatan")
    small_house.comment(ref, "Vi ringer", by="contact")
    erase(small_house, ref, 1)
    assert sorted(words_of(small_house, ref)[:2]) == [("description", None, None), ("title", None, None)]
    assert words_of(small_house, ref)[2][1] == "Vi ringer"
    assert small_house.case(ref).title == "(raderat)"
    events = small_house.events(ref)
    assert (events[-1].type, events[-1].facts["decision"]) == ("case.words_erased", "Beslut 2026:7")
    assert broken_at(ref, events) is None


def test_words_are_what_their_event_committed_to(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Hål", description="Djupt")
    committed = dict(small_house.events(ref)[0].commitments)
    for name, said, salt in words_of(small_house, ref):
        assert committed[name] == hashlib.sha256(f"{salt}{said}".encode()).hexdigest()


def test_an_older_title_can_be_erased_without_the_present_one(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Ruts väg")
    with small_house.database.transaction() as session:
        wanted = Correction(title="En väg")
        correct(session, case_to_change(session, ref), wanted, by=small_house.actors["contact"], at=MONDAY)
    erase(small_house, ref, 1)
    assert small_house.case(ref).title == "En väg"


def test_erasing_a_note_shows_nothing_more_to_the_public(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Ring 070-123 45 67", description="Det är djupt.")
    with small_house.database.transaction() as session:
        wanted = Correction(published=True)
        correct(session, case_to_change(session, ref), wanted, by=small_house.actors["contact"], at=MONDAY)
    small_house.comment(ref, "Rut bor där", Visibility.INTERNAL, by="contact")
    erase(small_house, ref, small_house.case(ref).version)
    [(title, description)] = _published(small_house.database)
    assert title.startswith("Ring ")
    assert "070" not in title
    assert description == "Det är djupt."
    erase(small_house, ref, 1)
    assert _published(small_house.database) == [("(raderat)", "")]


def _published(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text("SELECT title, description FROM published"))]


def test_words_are_erased_by_decision_and_by_the_desk_alone(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    for who in ("officer", "member", "visitor"):
        with pytest.raises(NotAllowed):
            erase(small_house, ref, 1, by=who)
    with pytest.raises(WordsNeeded):
        erase(small_house, ref, 1, decision="  ")


# --- the wire -------------------------------------------------------------------------------


def test_every_event_of_a_person_is_told_by_a_work_row_and_none_of_a_tick(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.sweep(MONDAY + timedelta(days=200))
    with small_house.database.reading() as session:
        told = set(session.scalars(select(OutboxEntry.event_id)))
    events = small_house.events(ref)
    assert {event.id for event in events if event.tick_id is None} == told
    assert any(event.tick_id for event in events)


def test_an_import_tells_nobody(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        request = Request(kind=Kind.ISSUE, title="Från förr", source="gammalt", external_id="17")
        case = hand_in(session, request, by=THE_IMPORT, at=MONDAY - timedelta(days=900))
        change_state(session, case, Change(State.DONE, note="Klart"), by=THE_IMPORT, at=MONDAY - timedelta(days=899))
        change_state(session, case, Change(State.CLOSED), by=THE_IMPORT, at=MONDAY - timedelta(days=880))
    with small_house.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(OutboxEntry)).one() == 0
    assert [event.type for event in small_house.events(case.ref)] == ["case.received", "case.done", "case.closed"]
    assert replay(small_house.events(case.ref)) == now_of(small_house.case(case.ref))


def test_a_failing_act_leaves_nothing_behind(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    with pytest.raises(ZeroDivisionError), small_house.database.transaction() as session:
        case = case_to_change(session, ref)
        entry = Entry(case, by=A_COMMAND, at=MONDAY)
        entry.add(CaseRelated(to="2026-9999"))
        entry.write(session)
        raise ZeroDivisionError
    assert [event.type for event in small_house.events(ref)] == ["case.received"]
    assert small_house.case(ref).version == 1
