"""The morning letter, the stuck-work check, cleaning up, and the watchdog."""

import hashlib
import os
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from support.houses.migrated import CALENDAR
from support.keys import SECRET_KEY

from cases.access.request_counts import RequestCount
from cases.access.tokens import LOGIN, UNFOLLOW, Link, WebSession, make_link
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.checks.looks import Breach
from cases.database.clock import now
from cases.database.tables.idempotency_keys import KeptAnswer
from cases.database.tables.sent_forms import KeptForm, SpentForm
from cases.demo.passing_days import let_days_pass
from cases.files.storage import attachments_under
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.history.outbox import OutboxEntry
from cases.organisation.municipality import Municipality, municipality
from cases.refusals import NotFound
from cases.settings import read_settings
from cases.states import State
from notifications.deliveries import Delivery, MailServer
from workers.health.watchdog import Watchdog
from workers.jobs import morning_letter
from workers.jobs.cleaning import clean_up
from workers.jobs.morning_letter import chain_head, write_morning_letter
from workers.jobs.stuck_work import look_for_stuck_work
from workers.runtime import open_runtime


@pytest.fixture
def runtime(town, tmp_path):
    settings = read_settings({"VENTIL_SECRET_KEY": SECRET_KEY}, folder=tmp_path)
    return open_runtime(town.database, settings, None)


def mornings(town):
    with town.database.reading() as session:
        return [event.facts for event in session.scalars(select(Event).where(Event.type == "house.morning"))]


def count(town, kind):
    with town.database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind))


def a_while_ago(session, **time):
    return session.scalars(select(now())).one() - timedelta(**time)


# --- the morning letter -------------------------------------------------------------------------


def test_the_morning_comes_once_a_day_with_its_figures(runtime, town):
    town.hand_in(at=datetime.now(UTC))
    town.assigned(at=datetime(2020, 1, 7, 9, tzinfo=UTC))
    assert write_morning_letter(runtime)
    assert not write_morning_letter(runtime)
    (facts,) = mornings(town)
    assert (facts["received"], facts["overdue"], facts["set_aside"]) == (2, 1, 0)
    with town.database.reading() as session:
        before_it = facts["head"]
        assert chain_head(session) != before_it  # the morning is itself in the history
    town.plan()
    assert town.deliveries("morning")


def test_the_morning_after_a_day_that_passed_in_a_demonstration_counts_what_came_in_since(runtime, town):
    with town.database.transaction() as session:
        session.execute(update(Municipality).values(demonstration=True))
    let_days_pass(town.database, 1)
    assert write_morning_letter(runtime)
    let_days_pass(town.database, 1)
    town.hand_in(at=datetime.now(UTC))
    assert write_morning_letter(runtime)
    assert not write_morning_letter(runtime)
    first, second = mornings(town)
    assert date.fromisoformat(second["day"]) - date.fromisoformat(first["day"]) == timedelta(days=1)
    assert second["received"] == 1


def test_the_chain_head_is_over_every_stream(town):
    ref = town.hand_in()
    with town.database.reading() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        lines = f"house {municipality(session).head_hash}\n{ref} {case.head_hash}\n"
        assert chain_head(session) == hashlib.sha256(lines.encode()).hexdigest()


TWO_BREACHES = [Breach("G1", "it has no next moment", "2026-0001"), Breach("G2", "it waits for nothing", "2026-0002")]


def test_the_all_clear_is_given_only_when_nothing_is_forgotten(runtime, town, monkeypatch):
    monkeypatch.setattr(morning_letter, "find_forgotten", lambda session, at, histories: TWO_BREACHES)
    write_morning_letter(runtime)
    (facts,) = mornings(town)
    assert (facts["all_clear"], facts["breaches"]) == (False, 2)


def test_a_history_cut_off_at_its_end_is_known_only_by_the_head_that_was_mailed(runtime, town):
    ref = town.assigned()
    with town.database.reading() as session:
        mailed = chain_head(session)
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        earlier = session.execute(
            select(Event.hash, Event.seq).where(Event.stream == case.id).order_by(Event.seq.desc()).offset(1)
        ).first()
    with town.database.transaction() as session:  # by somebody who passes the triggers and makes all of it fit
        if town.database.is_sqlite:
            for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        events = f"(SELECT id FROM event WHERE stream = {case.id} AND seq > {earlier.seq})"
        session.execute(text(f"DELETE FROM delivery_line WHERE event_id IN {events}"))
        session.execute(text(f"DELETE FROM work WHERE event_id IN {events}"))
        session.execute(text(f"DELETE FROM words WHERE event_id IN {events}"))
        session.execute(text(f"DELETE FROM event WHERE id IN {events}"))
        session.execute(update(Case).where(Case.id == case.id).values(head_hash=earlier.hash, version=earlier.seq))
    with town.database.reading() as session:
        assert "the chain is broken" not in {breach.what for breach in find_forgotten(session, datetime.now(UTC))}
        assert chain_head(session) != mailed


def test_each_morning_reads_the_histories_that_went_on_since_the_one_before(runtime, town, monkeypatch):
    read = []
    monkeypatch.setattr(morning_letter, "find_forgotten", lambda session, at, histories: read.append(histories) or [])
    write_morning_letter(runtime)
    with town.database.reading() as session:
        last_morning = session.scalars(select(Event.id).where(Event.type == "house.morning")).one()
    write_morning_letter(runtime)
    assert [portion.after for portion in read] == [0, last_morning]
    assert {portion.day for portion in read} == {CALENDAR.day_of(datetime.now(UTC))}


# --- stuck work ---------------------------------------------------------------------------------


def test_work_that_has_been_due_for_long_is_found(runtime, town):
    town.hand_in()
    town.plan()
    town.hand_in()
    assert not any(look_for_stuck_work(runtime).values())
    with town.database.transaction() as session:
        session.execute(update(OutboxEntry).values(recorded_at=a_while_ago(session, minutes=11)))
        session.execute(update(Delivery).values(created_at=a_while_ago(session, minutes=11)))
    assert look_for_stuck_work(runtime) == {"works": 1, "ticks": 0, "letters": 1, "mails": 0}
    assert runtime.broker.depth("letters") == 1
    with town.database.transaction() as session:
        session.add(MailServer(name=runtime.transport.server.name, down_since=a_while_ago(session, hours=1)))
    assert look_for_stuck_work(runtime)["letters"] == 0  # they wait for their server, not for us


# --- cleaning up ----------------------------------------------------------------------------------


def test_what_is_old_is_removed_and_what_is_needed_stays(runtime, town):
    town.hand_in(at=datetime(2020, 1, 7, 9, tzinfo=UTC))
    town.sweep(datetime.now(UTC))
    with town.database.transaction() as session:
        old, new = a_while_ago(session, days=60), a_while_ago(session, days=1)
        person = town.people["olle"]
        for at in (old, new):
            make_link(session, LOGIN, key="k", at=at, person_id=person)
            make_link(session, UNFOLLOW, key="k", at=at)
            row = {"hash": f"{at}", "person_id": person, "made_at": at, "seen_at": at, "expires_at": at}
            session.execute(insert(WebSession).values(**row))
            session.execute(
                text("INSERT INTO kept_answer (key, request, made_at) VALUES (:key, 'r', :at)").bindparams(
                    key=f"{at}"[:60], at=at.replace(tzinfo=None) if town.database.is_sqlite else at
                )
            )
            session.add(EventBatch(at=at, started_at=at, sealed_at=at, planned_at=at))
            session.add(SpentForm(key=f"{at}", browser="b", content="c", made_at=at))
            session.add(KeptForm(hash=f"{at}", path="/", typed="{}", made_at=at))
        session.execute(update(EventBatch).values(planned_at=old))
    ticks = count(town, EventBatch)
    once = {"answers": 1, "sessions": 1, "links": 1, "empty_ticks": 1, "spent_forms": 1, "kept_forms": 2}
    assert clean_up(runtime) == once
    assert count(town, SpentForm) == 1
    assert (count(town, KeptAnswer), count(town, WebSession), count(town, Link)) == (1, 1, 3)
    assert count(town, EventBatch) == ticks - 1  # the one that an event names stays
    assert clean_up(runtime) == dict.fromkeys(once, 0)


def test_a_file_that_no_case_names_is_removed_after_a_day(runtime):
    storage = attachments_under(runtime.settings.var)
    old, new = storage.keep(b"nobody's"), storage.keep(b"perhaps somebody's soon")
    for file in runtime.settings.var.rglob(f"*{old[2:]}*"):
        os.utime(file, (0, 0))
    clean_up(runtime)
    assert storage.content(new) == b"perhaps somebody's soon"
    with pytest.raises(NotFound):
        storage.content(old)


# --- the watchdog ---------------------------------------------------------------------------------


def test_a_process_that_claims_nothing_while_things_are_due_is_ill():
    due = [False]
    watchdog = Watchdog(lambda: due[0], patience=0.05)
    assert watchdog.is_well()
    due[0] = True
    end = threading.Event()
    ill = []
    watcher = threading.Thread(target=watchdog.watch, args=(end, lambda: (ill.append(1), end.set())))
    watcher.start()
    watcher.join(5)
    assert ill == [1]


def test_a_process_that_claims_or_has_nothing_due_is_well():
    watchdog = Watchdog(lambda: True, patience=0.05)
    for _ in range(5):
        threading.Event().wait(0.02)
        watchdog.claimed()
        assert watchdog.is_well()
    idle = Watchdog(lambda: False, patience=0.01)
    threading.Event().wait(0.03)
    assert idle.is_well()


def test_the_state_of_a_case_is_no_business_of_the_cleaner(runtime, town):
    ref = town.assigned()
    town.change(ref, State.IN_PROGRESS)
    before = count(town, Event)
    clean_up(runtime)
    assert count(town, Event) == before


def test_counts_of_requests_go_when_their_window_is_over(runtime, town):
    with town.database.transaction() as session:
        for key, ends_at in {"over": a_while_ago(session, minutes=1), "open": a_while_ago(session, minutes=-1)}.items():
            session.add(RequestCount(key=key, count=3, ends_at=ends_at))
    clean_up(runtime)
    with town.database.reading() as session:
        assert session.scalars(select(RequestCount.key)).all() == ["open"]
