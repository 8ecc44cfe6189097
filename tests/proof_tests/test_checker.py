"""The checker is seen to fail: one thing is broken by hand, on each database, and it says which invariant that is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.houses.good_house import NOW, TITLES, GoodHouse, build, copy_of
from support.houses.small_house import MONDAY, copied_sqlite, furnish, open_small_house
from support.meetings.held_meeting import hold_meeting
from support.meetings.meeting_acts import MeetingActs
from support.plans.lived_in_village import REVISED, furnish_village

from cases.states import Kind, State
from proof.chaos.house.processes import IMPORTED_FROM
from proof.checker import (
    Gauge,
    Journal,
    JournalLine,
    MailLine,
    Outside,
    Restart,
    SunkMail,
    Window,
    check,
    mails_in,
    store_mail,
)
from proof.checker.checking import ALL
from proof.checker.evidence.journal import ANSWERED, ASKED
from proof.checker.evidence.mails import OFFERED, TAKEN
from workers.relay.draining import drain_outbox


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> GoodHouse:
    """A copy of the good house, on each database."""
    made = run_folder / f"good_{request.param}"
    if request.param == "sqlite":
        return copy_of(made, tmp_path, copied_sqlite(run_folder, tmp_path, "good", lambda url: build(url, made)))
    copied = request.getfixturevalue("postgres_copy")
    return copy_of(made, tmp_path, copied("good", lambda url: build(url, made)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def village(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> GoodHouse:
    """A village that has adopted plans and been visited, on each database; nobody was told yet."""
    if request.param == "sqlite":
        return GoodHouse(copied_sqlite(run_folder, tmp_path, "lived_in_village", furnish_village), tmp_path)
    copied = request.getfixturevalue("postgres_copy")
    return GoodHouse(copied("lived_in_village", furnish_village), tmp_path)


def _found(house: GoodHouse, outside: Outside) -> set[str]:
    return {breach.invariant for breach in check(house.url, outside)}


def test_a_house_that_keeps_its_promises_is_clear(house: GoodHouse) -> None:
    assert check(house.url, house.outside) == []


# --- what is broken in the database ----------------------------------------------------------

PAST = "'2026-01-01 06:00:00.000000'"
LAST_RUNG = (  # of what somebody asked for
    "(SELECT max(id) FROM event WHERE type = 'case.escalated'"
    ' AND stream NOT IN (SELECT id FROM "case" WHERE obligation IS NOT NULL))'
)
A_CALL = "(SELECT min(id) FROM delivery WHERE channel = 'call')"
A_LETTER = "(SELECT min(id) FROM delivery WHERE outcome = 'sent')"
A_NOTE = "(SELECT max(id) FROM words WHERE text = 'Samma sak')"
A_COMMENT = "(SELECT min(id) FROM event WHERE type = 'case.commented')"
TAMPERED = {
    "a version that is no event's": ("I5", "UPDATE \"case\" SET version = version + 1 WHERE title = 'Fel väg'"),
    "an officer whom no event names": ("I5", "UPDATE \"case\" SET officer_id = 1 WHERE title = 'Fel väg'"),
    "a comment in an act that was not its own": ("I5", f"UPDATE event SET act_seq = seq - 1 WHERE id = {A_COMMENT}"),
    "an event of an act that is not there": ("I5", f"UPDATE event SET act_seq = 77 WHERE id = {A_COMMENT}"),
    "an act torn apart": ("I5", "UPDATE event SET act_seq = seq WHERE type = 'case.put_on_agenda'"),
    "the house's own version": ("I5", "UPDATE house SET version = version + 1"),
    "a call that nobody planned": ("I6", f"DELETE FROM delivery_line WHERE delivery_id = {A_CALL}"),
    "somebody who was told without reason": (
        "I6",
        "INSERT INTO delivery_line (delivery_id, event_id, audience, letter)"
        f" SELECT {A_CALL}, id, 'reporter', 'news' FROM event WHERE type = 'case.followed'",
    ),
    "a lease that nobody ended": ("I7", f"UPDATE work SET lease_token = 'x', lease_until = {PAST} WHERE id = 3"),
    "a letter that still waits": ("I7", f"UPDATE delivery SET outcome = 'waiting' WHERE id = {A_LETTER}"),
    "an event without work": (
        "I7", "DELETE FROM work WHERE event_id IN (SELECT id FROM event WHERE type = 'case.followed')",
    ),
    "work for somebody whom nobody checks": (
        "I12",
        "INSERT INTO work (event_id, consumer, stream, recorded_at, claims, done_at)"
        " SELECT event_id, 'webhooks', stream, recorded_at, 1, done_at FROM work WHERE id = 3",
    ),
    "work begun again and again": ("I15", "UPDATE work SET claims = 9 WHERE id = 3"),
    "a letter set aside in silence": (
        "I15", f"UPDATE delivery SET outcome = 'set_aside' WHERE id = {A_LETTER}",
    ),
    "a mailbox that acted without a letter": (
        "I25", "UPDATE letter_link SET delivery_id = 1, ended_as = NULL, ended_at = NULL WHERE party_id IS NULL"
        " AND ended_as = 'used'",
    ),
    "a link that was used for nothing": (
        "I25", "UPDATE letter_link SET ended_as = 'used', ended_at = made_at"
        " WHERE id = (SELECT max(id) FROM letter_link WHERE ended_as IS NULL)",
    ),
    "a letter that was another's": (
        "I25", "UPDATE letter_link SET unit_id = 1 WHERE ended_as = 'used' AND person_id IS NULL AND party_id IS NULL",
    ),
    "a mail of other bytes": ("I23", "UPDATE inbound SET raw_sha256 = 'other' WHERE outcome = 'comment'"),
    "a mail that stands for another event": ("I23", "UPDATE inbound SET seq = 1 WHERE outcome = 'comment'"),
    "a machine that was taken for a person": (
        "I24", "UPDATE inbound SET envelope_sender = '' WHERE outcome = 'comment'",
    ),
    "a held letter that no digest tells": (
        "I26", f"UPDATE delivery SET outcome = 'suppressed', reason = 'told in digest 999' WHERE id = {A_LETTER}",
    ),
    "a digest of what nothing held": ("I26", f"UPDATE delivery SET occasion = 'digest:999' WHERE id = {A_LETTER}"),
    "a held letter that was sent itself": ("I26", f"UPDATE delivery SET held_for = 'monday' WHERE id = {A_LETTER}"),
    "a question that no event tells of": (
        "I27", f"INSERT INTO satisfaction (case_id, asked_at, whose) SELECT min(id), {PAST}, 'reporter' FROM \"case\"",
    ),
    "words that nobody said": ("I19", f"UPDATE words SET text = 'Något annat' WHERE id = {A_NOTE}"),
    "words erased without a decision": ("I19", f"UPDATE words SET text = NULL, salt = NULL WHERE id = {A_NOTE}"),
    "words that are gone": ("I19", f"DELETE FROM words WHERE id = {A_NOTE}"),
    "an event that was changed": ("I19", f"UPDATE event SET at = {PAST} WHERE id = {A_COMMENT}"),
    "a case that forgot its last event": ("I19", "UPDATE \"case\" SET head_hash = '' WHERE title = 'Fel väg'"),
}  # fmt: skip
FORGED = {
    "a step that the life of a case lacks": (
        "I5", "UPDATE event SET type = 'case.taken_up' WHERE type = 'case.declined'",
    ),
    "a rung before its moment": ("I14", f"UPDATE event SET at = {PAST} WHERE id = {LAST_RUNG}"),
    "a rung that fired twice": (
        "I14",
        "UPDATE event SET facts = (SELECT e.facts FROM event e WHERE e.type = 'case.escalated'"
        f" AND e.stream = (SELECT stream FROM event WHERE id = {LAST_RUNG}) ORDER BY e.seq LIMIT 1)"
        f" WHERE id = {LAST_RUNG}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_it_sees_what_was_changed_by_hand(house: GoodHouse, what: str) -> None:
    invariant, statement = TAMPERED[what]
    house.tamper(statement)
    assert _found(house, house.outside) == {invariant}


@pytest.mark.parametrize("what", FORGED)
def test_it_sees_a_history_that_was_forged_with_its_chain(house: GoodHouse, what: str) -> None:
    invariant, statement = FORGED[what]
    house.forge(statement)
    assert _found(house, house.outside) - {"I6"} == {invariant}  # another history would have told others


def test_it_sees_an_open_case_in_a_unit_that_may_hold_none(house: GoodHouse) -> None:
    house.tamper("UPDATE unit SET active = false, holds_cases = false WHERE slug = 'gata'")
    assert "I13" in _found(house, house.outside)  # SQLite's own check of its foreign keys sees it too


def test_it_sees_what_is_owed_twice(house: GoodHouse) -> None:
    house.disarm("DROP INDEX uq_case_obligation")
    small = open_small_house(house.url)
    again = {"due_on": (NOW + timedelta(days=30)).date(), "obligation": "plan", "subject": "norrby"}
    ref = small.hand_in("Planen en gång till", by="contact", kind=Kind.DUTY, responsible="norrby", at=NOW, **again)
    small.database.close()
    found = [str(breach) for breach in check(house.url, replace(house.outside, drained=False))]
    assert [line for line in found if line.startswith("I20")] == [
        f"I20 {ref}: owes plan norrby, which {_owing(house, 'plan')} owed then"
    ]


@pytest.mark.parametrize("obligation", ["plan", "contact"])
def test_it_sees_what_was_owed_and_ended_with_nothing_given(house: GoodHouse, obligation: str) -> None:
    ref, small = _owing(house, obligation), open_small_house(house.url)
    case = small.change(ref, State.DONE, note="Klart", fulfils=obligation, at=NOW)
    small.database.close()
    found = [str(breach) for breach in check(house.url, replace(house.outside, drained=False))]
    assert [line for line in found if line.startswith("I20")] == [
        f"I20 {ref}: owed {obligation} and is done ({case.version}), and nothing was given"
    ]


def _owing(house: GoodHouse, obligation: str) -> object:
    owed = f"SELECT ref FROM \"case\" WHERE obligation = '{obligation}' AND subject = 'norrby' ORDER BY id"
    return house.ask(owed)[0][0]


GONE = {  # by what is done by hand, what is said of it: of records and of the events that tell of them
    "DELETE FROM anchoring": {"2026-0001: plan.anchored (5) tells of a record that is not there"},
    "UPDATE contact SET unit_id = (SELECT id FROM unit WHERE slug = 'soderby')": {
        "2026-0003: contact.logged 1 is not of contact soderby",
    },
    "UPDATE plan_version SET event_id = (SELECT min(id) FROM event WHERE stream = 1) WHERE number = 2": {
        "2026-0001: plan.adopted 2 was written by case.received (1)",
        "2026-0010: plan.adopted (4) tells of a record that is not there",
    },
    "UPDATE plan_version SET event_id = 4711 WHERE number = 1": {
        "plan.adopted 1: its event is not there",
        "2026-0001: plan.adopted (4) tells of a record that is not there",
    },
}  # fmt: skip


def test_v3_it_sees_records_and_events_that_do_not_match(village: GoodHouse) -> None:
    assert _of_records(village) == set()
    village.tamper(*GONE)
    assert _of_records(village) == set().union(*GONE.values())


def _of_records(village: GoodHouse) -> set[str]:
    found = check(village.url, Outside(now=REVISED + timedelta(days=7), drained=False))
    return {breach.sentence for breach in found if breach.invariant == "I20"}


MINUTES_TOLD = "(SELECT id FROM event WHERE type = 'minutes.adjusted')"
OF_MEETINGS = {  # by what is done by hand, what is said of it
    "DELETE FROM resolution": {"I20 2026-0002: case.recommended (7) tells of a record that is not there"},
    "UPDATE agenda_item SET settled_how = 'withdrawn' WHERE settled_how = 'noted'": {
        "I20 2026-0001: case.settled_on_agenda (7) says noted, the item says withdrawn"
    },
    "UPDATE meeting SET agenda_sent_on = held_on WHERE agenda_sent_on IS NULL": {
        "I20 2026-0003: meeting 2 has agenda_sent_on, and no meeting.agenda_sent stands there"
    },
    "UPDATE meeting SET adjusted_on = NULL": {
        "I20 2026-0001: minutes.adjusted stands there, and meeting 1 has no adjusted_on"
    },
    "UPDATE event SET act_seq = seq WHERE type = 'minutes.adjusted'": {
        "I5 2026-0001: minutes.adjusted (10) stands alone, and goes with another",
        "I20 2026-0001: owed minutes and is done (9), and nothing was given",
    },
    f"DELETE FROM delivery_line WHERE event_id IN {MINUTES_TOLD} AND audience = 'invited'": {
        "I6 2026-0001: minutes.adjusted (10) was not told to the invited"
    },
    f"DELETE FROM delivery_line WHERE event_id IN {MINUTES_TOLD} AND audience = 'groups'": {
        "I6 2026-0001: minutes.adjusted (10) was not told to the groups"
    },
    "UPDATE delivery_line SET event_id = (SELECT min(id) FROM event WHERE type = 'meeting.held')"
    " WHERE event_id IN (SELECT id FROM event WHERE type = 'meeting.agenda_sent')": {
        "I6 2026-0001: meeting.agenda_sent (5) was not told to the invited",
        "I6 2026-0001: meeting.held (8) was told to address:2, who has no part in it",
    },
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def forum(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> GoodHouse:
    """A house whose forum has held a meeting, and told of it, on each database."""
    if request.param == "sqlite":
        return GoodHouse(copied_sqlite(run_folder, tmp_path, "forum_that_met", _meet), tmp_path)
    return GoodHouse(request.getfixturevalue("postgres_copy")("forum_that_met", _meet), tmp_path)


def _meet(url: str) -> None:
    furnish(url)
    house = open_small_house(url)
    hold_meeting(MeetingActs(house))
    drain_outbox(house.database)
    house.database.close()


def _of_the_forum(forum: GoodHouse) -> set[str]:
    found = check(forum.url, Outside(now=MONDAY, drained=False))
    return {str(breach) for breach in found if breach.invariant in {"I5", "I6", "I20"}}


@pytest.mark.parametrize("statement", OF_MEETINGS)
def test_it_sees_what_meetings_tell_and_what_was_told_of_them(forum: GoodHouse, statement: str) -> None:
    assert _of_the_forum(forum) == set()
    forum.tamper(statement)
    assert _of_the_forum(forum) == OF_MEETINGS[statement]


def test_it_sees_an_event_that_is_gone(house: GoodHouse) -> None:
    house.tamper(f"DELETE FROM event WHERE id = {A_COMMENT}")
    assert {"I5", "I19"} <= _found(house, house.outside)


def test_it_sees_a_history_that_nothing_guards(house: GoodHouse) -> None:
    if house.url.startswith("sqlite"):
        guards = house.ask("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
        house.disarm(*(f'DROP TRIGGER "{name}"' for (name,) in guards))
    else:
        house.disarm("ALTER TABLE event DISABLE TRIGGER ALL")
    assert _found(house, house.outside) == {"I19"}


# --- what is broken outside ------------------------------------------------------------------


def _promised_too_much(house: GoodHouse) -> Outside:
    _journal(house, ("99", "hand_in", "Aldrig sagt"), status=201, ref="2026-9999")
    return house.outside


def _done_by_itself(house: GoodHouse) -> Outside:
    lines = house.journal.read_text().splitlines(keepends=True)
    house.journal.write_text("".join(line for line in lines if json.loads(line)["mark"] != TITLES[-1]))
    return house.outside


def _refused_and_done(house: GoodHouse) -> Outside:
    house.journal.write_text(house.journal.read_text().replace('"status": 201', '"status": 409'))
    return house.outside


def _done_twice(house: GoodHouse) -> Outside:
    small = open_small_house(house.url)
    small.hand_in(TITLES[0], at=NOW)
    small.database.close()
    return replace(house.outside, drained=False)


def _lost_on_the_way(house: GoodHouse) -> Outside:
    next(house.mails.glob("*.mail")).unlink()
    return house.outside


def _sent_to_another(house: GoodHouse) -> Outside:
    mail = next(mails_in(house.mails))
    shutil.rmtree(house.mails)
    house.mails.mkdir()
    store_mail(house.mails, replace(mail, recipients=("nagon.annan@example.se",)))
    return replace(house.outside, sink=house.mails)


def _sent_by_nobody(house: GoodHouse) -> Outside:
    store_mail(
        house.mails, SunkMail(datetime.now(UTC), ("nagon@example.se",), b"Message-ID: <okand@example.se>\r\n\r\nHej")
    )
    return house.outside


def _other_bytes(house: GoodHouse) -> Outside:
    path = next(house.mails.glob("*.mail"))
    path.write_bytes(path.read_bytes() + b"PS")
    return house.outside


def _sent_twice(house: GoodHouse) -> Outside:
    store_mail(house.mails, replace(next(mails_in(house.mails)), at=datetime.now(UTC)))
    return house.outside


def _sent_backwards(house: GoodHouse) -> Outside:
    mails = sorted(house.mails.glob("*.mail"))
    for number, path in enumerate(reversed(mails)):
        path.rename(house.mails / f"{number:06d}.mail")
    return house.outside


def _accepted_while_down(house: GoodHouse) -> Outside:
    long = Window("disk_full", datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1))
    return replace(house.outside, faults=(long,))


# --- mails that a mailbox took ---------------------------------------------------------------


def _taken(house: GoodHouse, *lines: tuple[str, str, str, tuple[str, ...]], lying_in: str = ".Ventil/cur") -> Outside:
    """Journal mails that were taken and lie in this folder: Message-ID, address, mark, and what is right for it."""
    journal, maildir = Journal(house.folder / "taken"), house.folder / "maildir"
    (maildir / lying_in).mkdir(parents=True)
    for message_id, address, mark, becomes in lines:
        journal.append(MailLine(TAKEN, message_id, address, mark, becomes, datetime.now(UTC)))
        (maildir / lying_in / message_id).write_text(f"Message-ID: <{message_id}>\n\n{mark}\n")
    journal.close()
    return replace(house.outside, mails=house.folder / "taken", maildir=maildir)


MIAS = ("0@mia.example", "", "Tack!", ("comment",))
MIAS_PROGRAM = ("1@mia.example", "", "Jag är borta.", ("automatic",))
LOST_MAIL = ("2@mia.example", "arende@example.se", "Hallå?", ("case",))


def test_mails_that_became_what_they_should_are_no_breach(house: GoodHouse) -> None:
    assert check(house.url, _taken(house, MIAS, MIAS_PROGRAM)) == []


def _said_twice(house: GoodHouse) -> Outside:
    small = open_small_house(house.url)
    for _ in range(2):
        small.hand_in("Hallå?", at=NOW)
    small.database.close()
    return replace(_taken(house, LOST_MAIL), drained=False)


OF_MAILS: dict[str, tuple[Callable[[GoodHouse], Outside], str]] = {
    "taken and nowhere": (lambda house: _taken(house, LOST_MAIL), "became nothing"),
    "a new case twice": (_said_twice, "is said 2 times"),
    "taken for something else": (lambda house: _taken(house, (*MIAS[:3], ("case",))), "became comment"),
    "other words than were written": (lambda house: _taken(house, (*MIAS[:2], "Tacka!", MIAS[3])), "nobody says"),
    "left in the inbox": (lambda house: _taken(house, MIAS, lying_in="new"), "lies in the inbox"),
    "in no folder": (lambda house: _taken(house, MIAS, lying_in=".Trash/cur"), "does not lie in .Ventil"),
}


@pytest.mark.parametrize("what", OF_MAILS)
def test_it_sees_mails_that_did_not_become_one_thing(house: GoodHouse, what: str) -> None:
    breaks, sentence = OF_MAILS[what]
    found = [str(breach) for breach in check(house.url, breaks(house)) if breach.invariant == "I23"]
    assert any(sentence in one for one in found), found


def test_what_the_mail_server_never_said_that_it_took_may_be_lost_but_not_doubled(house: GoodHouse) -> None:
    journal = Journal(house.folder / "offered")
    for mail in (LOST_MAIL, MIAS):
        journal.append(MailLine(OFFERED, *mail, datetime.now(UTC)))
    journal.close()
    outside = replace(house.outside, mails=house.folder / "offered")
    assert check(house.url, outside) == []
    house.tamper("UPDATE words SET text = 'Tack!' WHERE id = (SELECT max(id) FROM words WHERE field = 'note')")
    assert any("is said 2 times" in breach.sentence for breach in check(house.url, outside))


# ---------------------------------------------------------------------------------------------

BROKEN_OUTSIDE: dict[str, tuple[Callable[[GoodHouse], Outside], str]] = {
    "answered ok and not there": (_promised_too_much, "I1"),
    "there and never asked for": (_done_by_itself, "I2"),
    "refused and there": (_refused_and_done, "I3"),
    "there twice for one key": (_done_twice, "I4"),
    "sent and never arrived": (_lost_on_the_way, "I8"),
    "a mail from nobody": (_sent_by_nobody, "I9"),
    "other bytes than were stored": (_other_bytes, "I9"),
    "a double without a fault": (_sent_twice, "I10"),
    "letters in the wrong order": (_sent_backwards, "I11"),
    "a moment that went by": (lambda house: replace(house.outside, now=NOW + timedelta(days=400)), "I13"),
    "letters after a restart": (lambda house: replace(house.outside, restarts=(Restart("wiped", 3, 4),)), "I16"),
    "a queue that grew": (lambda house: replace(house.outside, gauges=(Gauge("depth", 8, (3.0, 9.0)),)), "I17"),
    "accepted while the disk was full": (_accepted_while_down, "I18"),
}


@pytest.mark.parametrize("what", BROKEN_OUTSIDE)
def test_it_sees_what_the_outside_tells_otherwise(house: GoodHouse, what: str) -> None:
    breaks, invariant = BROKEN_OUTSIDE[what]
    assert _found(house, breaks(house)) == {invariant}


def test_every_invariant_is_seen_to_fail() -> None:
    seen = {invariant for invariant, _ in (*TAMPERED.values(), *FORGED.values())}
    assert seen | {"I20"} | {invariant for _, invariant in BROKEN_OUTSIDE.values()} == set(ALL)


def test_a_letter_that_came_to_somebody_else_is_seen(house: GoodHouse) -> None:
    sentences = [str(breach) for breach in check(house.url, _sent_to_another(house))]
    assert any(sentence.startswith("I8") and "somebody else" in sentence for sentence in sentences)


def test_doubles_are_borne_within_a_fault_and_counted(house: GoodHouse) -> None:
    outside = _sent_twice(house)
    first = next(mails_in(house.mails)).at
    borne = replace(outside, faults=(Window("kill", first, first),))
    assert check(house.url, borne) == []
    assert _found(house, replace(borne, doubles=0)) == {"I10"}


def _journal(house: GoodHouse, act: tuple[str, str, str], **said: object) -> None:
    number, name, mark = act
    journal = Journal(house.journal)
    for step, more in ((ASKED, {}), (ANSWERED, said)):
        journal.append(JournalLine(step, number, name, mark, datetime.now(UTC), f"key-{number}", **more))
    journal.close()


def test_the_command_prints_what_is_broken_and_ends_with_one(house: GoodHouse) -> None:
    house.tamper("UPDATE house SET version = version + 1")
    done = subprocess.run(
        [sys.executable, "-m", "proof.checker", house.url, "--sink", house.mails, "--now", NOW.isoformat()],
        env=os.environ | {"PYTHONPATH": IMPORTED_FROM},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.split()[0]) == (1, "I5")
