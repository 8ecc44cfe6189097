"""Every run of the chaos comes to an end in its time, and reports it when the backlog was not drained."""

import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from support.houses.migrated import a_house

from cases.database.tables.scheduled_jobs import Scheduled
from notifications.deliveries import Address, Delivery
from notifications.inbound.keeping import ReceivedMail, keep
from proof.chaos.faults import striking
from proof.chaos.faults.fault import Fault
from proof.chaos.faults.schedule import Planned
from proof.chaos.faults.striking import strike
from proof.chaos.house.processes import ChaosHouse, Member
from proof.chaos.outcome import quiet
from proof.chaos.outcome.ending import Overdue, ending_within
from proof.chaos.outcome.quiet import (
    ENOUGH_LOOKS,
    STILL_LOOKS,
    Backlog,
    RestState,
    backlog_of,
    drained_after,
    rest_state,
    undrained,
)
from proof.mutants.at_large import AT_LARGE, DECK, NO_WORKER, NOT_NOW, SCHEDULE, SECONDS, STRUCK_EARLY
from proof.mutants.mutant import Caught

NOW = datetime.now(UTC)
SOON, END, LATER = NOW + timedelta(seconds=20), NOW + timedelta(minutes=3), NOW + timedelta(days=3650)
NOTHING, SOME, PUT_OFF = Backlog(0, 0), Backlog(2, 0), Backlog(2, 1)
LONG = 30.0
RUT = "rut@prov.example"
LETTER: dict[str, Any] = {"occasion": "event:1", "recipient": RUT, "letter": "news", "address_id": 1}


# --- coming to rest ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looks", "rest"),
    [
        ([], RestState.NOT_YET),
        ([NOTHING] * (ENOUGH_LOOKS - 1), RestState.NOT_YET),
        ([NOTHING, SOME, *[NOTHING] * (ENOUGH_LOOKS - 1)], RestState.NOT_YET),
        ([SOME, *[NOTHING] * ENOUGH_LOOKS], RestState.DRAINED),
        ([SOME] * STILL_LOOKS, RestState.NOT_YET),  # it may still be done in time
        ([PUT_OFF] * (STILL_LOOKS - 1), RestState.NOT_YET),
        ([Backlog(3, 1), *[PUT_OFF] * (STILL_LOOKS - 1)], RestState.NOT_YET),  # something else was done meanwhile
        ([PUT_OFF] * STILL_LOOKS, RestState.HOPELESS),
    ],
)
def test_what_is_put_off_beyond_the_end_is_not_waited_for(looks: list[Backlog], rest: RestState) -> None:
    assert rest_state(looks) is rest


@pytest.mark.parametrize(("due", "left"), [(SOON, Backlog(1, 0)), (LATER, Backlog(1, 1))])
def test_a_letter_counts_as_too_late_when_it_is_due_after_the_end(due: datetime, left: Backlog, tmp_path: Path) -> None:
    assert backlog_of(_house_where_a_letter_waits_until(due, tmp_path), END) == left


def test_a_letter_that_gathers_comments_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    url = _house_where_a_letter_waits_until(LATER, tmp_path)
    _let_it_tell(url, 1, "case.commented")
    assert backlog_of(url, END) == NOTHING
    _let_it_tell(url, 2, "case.started")
    assert backlog_of(url, END) == Backlog(1, 1)


def _let_it_tell(url: str, number: int, kind: str) -> None:
    """Add to the letter a line about an event of this type."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "INSERT INTO event (id, stream, seq, type, at, recorded_at, actor, facts, changes, commitments,"
            f" previous_hash, hash) VALUES ({number}, 1, {number}, '{kind}', '{NOW}', '{NOW}', 'clock', '{{}}', '{{}}',"
            " '{}', '', 'x')"
        )
        connection.execute(f"INSERT INTO delivery_line VALUES (1, {number}, 'handler', 'news')")


def test_mail_is_waited_for_until_it_is_read_and_filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "LOOKS_EVERY", 0.01)
    database = a_house(tmp_path)
    with database.transaction() as session:
        session.execute(update(Scheduled).values(next_at=END))
    url, inbox = f"sqlite:///{tmp_path / 'house.sqlite3'}", tmp_path / "maildir" / "new"
    inbox.mkdir(parents=True)
    (inbox / "1").write_text("Subject: ett\n\nHej\n")
    assert drained_after(url, 0.5, tmp_path / "maildir") is None
    (inbox / "1").unlink()
    assert drained_after(url, 30.0, tmp_path / "maildir") is not None
    with database.transaction() as session:
        keep(session, ReceivedMail(b"Subject: ett\n\nHej\n", "a mailbox"))
    database.close()
    assert backlog_of(url, END) == Backlog(1, 0)


def test_what_cannot_be_seen_is_pending(tmp_path: Path) -> None:
    assert backlog_of(f"sqlite:///{tmp_path}/nowhere.sqlite3", END) == Backlog(1, 0)


def test_a_house_that_does_not_drain_is_a_finding(tmp_path: Path) -> None:
    rested = drained_after(_house_where_a_letter_waits_until(SOON, tmp_path), patience=0.1)
    [breach] = undrained(rested, 0.1, Backlog(1, 0, "1 letters"))
    assert breach.invariant == "I7" and "1 letters" in str(breach)
    assert undrained(2.0, 0.1, NOTHING) == []


def _house_where_a_letter_waits_until(due: datetime, folder: Path) -> str:
    database = a_house(folder)
    with database.transaction() as session:
        session.add(Address(email_normalised=RUT, email=RUT))
        session.add(Delivery(**LETTER, created_at=NOW, next_attempt_at=due))
        session.execute(update(Scheduled).values(next_at=END))
    database.close()
    return f"sqlite:///{folder / 'house.sqlite3'}"


# --- coming to an end --------------------------------------------------------------------------


def test_a_run_that_hangs_is_ended() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Overdue), ending_within(0.05):
        threading.Event().wait(LONG)
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_ends_in_time_is_let_be() -> None:
    with ending_within(LONG):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_fault_that_does_not_end_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    @contextmanager
    def hangs(*_: Any) -> Iterator[None]:
        over.wait(LONG)
        yield

    monkeypatch.setattr(striking, "PATIENCE", 0.1)
    struck = strike(None, {"hanging": Fault(hangs, "all")}, [Planned(0.0, "hanging", 0.0, 0)])
    over.set()
    assert struck.failed == ["hanging: it came to no end"]


def test_nothing_is_started_again_in_a_house_that_is_closed(tmp_path: Path) -> None:
    house, member = ChaosHouse(tmp_path, {}, {}), Member("worker 1", ("worker",))
    house.close()
    house.restart(member)
    assert member.starts == 0


# --- mutants at large --------------------------------------------------------------------------


def test_the_faults_of_the_mutants_at_large_are_the_same_whatever_the_seed() -> None:
    assert STRUCK_EARLY.planned(SECONDS, 1) == STRUCK_EARLY.planned(SECONDS, 2) == SCHEDULE
    assert {one.name for one in SCHEDULE} == STRUCK_EARLY.deck(SECONDS).keys()
    assert all(one.ends < SECONDS for one in SCHEDULE)


def test_what_makes_a_retry_necessary_happens_early_in_it() -> None:
    assert any(one.name == NOT_NOW and one.ends < SECONDS / 3 for one in SCHEDULE)


def test_no_two_faults_of_it_break_one_part_at_once_but_for_the_two_workers() -> None:
    for part in {fault.part for fault in DECK.values()}:
        own = [one for one in SCHEDULE if DECK[one.name].part == part and one.name != NO_WORKER]
        assert all(earlier.ends < later.at for earlier, later in pairwise(own))


def test_a_sound_house_lives_through_the_same() -> None:
    assert [mutant.name for mutant in AT_LARGE if mutant.seam is None] == ["a sound house, at large"]


@pytest.mark.parametrize(
    ("seen_by", "seen", "is_right"),
    [("I7", ("I6", "I7"), True), ("I7", ("I6",), False), ("I7", (), False), ("", (), True), ("", ("I7",), False)],
)
def test_a_mutant_must_be_seen_by_its_invariant_and_a_sound_house_by_none(
    seen_by: str, seen: tuple[str, ...], is_right: bool
) -> None:
    caught = Caught("one", seen_by, seen, 1.0)
    assert caught.is_right is is_right
    assert ("WRONG" in str(caught)) is not is_right
