"""Sending: whatever the mail server does, no letter is lost, doubled without need, or overtaken."""

import hashlib
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support.houses.migrated import CALENDAR
from support.houses.statements import counted
from support.servers.mail_server import ANSWERS

from cases.access.actors import A_COMMAND
from cases.access.tokens import UNFOLLOW, Link
from cases.database.clock import now, present
from cases.database.leases.claims import Claim
from cases.database.leases.leased import LeasePolicy
from cases.database.leases.renewing import LeaseRenewer
from cases.handing_in import Reporter
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.refusals import NotFound
from cases.states import State
from notifications.deliveries import Delivery, MailServer, Outcome
from notifications.letters.rendering import LetterSettings
from notifications.sending import circuit_breaker, outcomes, preparing, sending
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer
from notifications.set_aside import list_set_aside, send_again

LETTER_SETTINGS = LetterSettings("http://127.0.0.1:8000", "k" * 32, "ventil@kommun.example", CALENDAR)
FRIDA = "frida@hemma.example"


@pytest.fixture
def town(either_town):
    return either_town


def letters_for(town, count=1):
    """Plan so many letters for Frida, about one case; return its reference."""
    ref = town.hand_in()
    for number in range(count - 1):
        town.change(ref, State.IN_PROGRESS, note=f"Nyhet {number}")
    town.plan()
    return ref


def all_of(town):
    with town.database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def let_all_be_due(town):
    """End all waits and leases."""
    with town.database.transaction() as session:
        session.execute(update(Delivery).values(next_attempt_at=None, lease_until=None))
        session.execute(update(MailServer).values(probe_at=None, probing_until=None))


def message_ids(sink):
    return [letter.message["Message-ID"] for letter in sink.letters]


def test_a_letter_is_sent_once_and_only_its_hash_is_kept(town, transport, smtp_sink):
    letters_for(town)
    assert deliver_some(town.database, transport) == 1
    assert deliver_some(town.database, transport) == 0
    (letter,) = smtp_sink.to(FRIDA)
    (row,) = all_of(town)
    assert (row.outcome, row.attempts, row.message) == (Outcome.SENT, 1, None)
    assert row.message_sha256 == hashlib.sha256(letter.content).hexdigest()
    assert letter.message["Message-ID"] == f"<{row.message_id}>"
    assert letter.sender == "ventil@kommun.example"


def test_twenty_letters_take_few_statements(town, transport):
    for number in range(20):
        town.hand_in(reporter=Reporter(email=f"nummer{number}@hemma.example"))
    town.plan()
    with counted(town.database) as statements:
        assert deliver_some(town.database, transport) == 20
    assert len(statements) <= 40


def test_the_links_of_many_new_followers_take_one_round_trip(town, transport):
    ref = town.hand_in()
    for number in range(20):
        town.follow(ref, f"nummer{number}@hemma.example")
    town.change(ref, State.ASSIGNED, responsible="gata")
    town.plan()
    with counted(town.database) as statements:
        assert deliver_some(town.database, transport) > 20
    inserts = [each for each in statements if each.startswith("INSERT INTO link ")]
    assert len(inserts) == (20 if town.database.is_sqlite else 1)  # SQLite is no trip away
    with town.database.reading() as session:
        links = session.scalars(select(Link).where(Link.purpose == UNFOLLOW)).all()
    assert len({link.follower_id for link in links}) == len(links) == 20


def test_letters_to_one_address_come_in_the_order_in_which_they_were_planned(town, transport, smtp_sink):
    letters_for(town, 5)
    deliver_some(town.database, transport)
    ids = [row.message_id for row in all_of(town)]
    assert message_ids(smtp_sink) == [f"<{id_}>" for id_ in ids]
    assert smtp_sink.connections == 1


def test_what_was_refused_for_now_is_sent_later_byte_for_byte_and_nothing_overtakes_it(town, transport, smtp_sink):
    letters_for(town, 3)
    smtp_sink.mood = "451"
    deliver_some(town.database, transport)
    first, *others = all_of(town)
    assert smtp_sink.attempts == 1
    assert (first.attempts, first.claims, first.outcome) == (1, 0, Outcome.WAITING)
    assert "451" in first.last_error
    assert [row.claims for row in others] == [0, 0]
    smtp_sink.mood = "accept"
    deliver_some(town.database, transport)
    assert smtp_sink.letters == []  # it waits, and they wait for it
    let_all_be_due(town)
    deliver_some(town.database, transport)
    assert len(smtp_sink.letters) == 3
    assert hashlib.sha256(smtp_sink.letters[0].content).hexdigest() == first.message_sha256
    assert message_ids(smtp_sink)[0] == f"<{first.message_id}>"


def test_one_address_in_trouble_keeps_no_other_waiting(town, transport, smtp_sink):
    letters_for(town)
    town.assigned(reporter=None)
    smtp_sink.moods_by_address[FRIDA] = "451"
    deliver_some(town.database, transport)
    assert smtp_sink.to(FRIDA) == []
    assert len(smtp_sink.letters) == 1


def test_waits_grow_to_half_an_hour_with_full_jitter():
    waits = [[outcomes.wait_after(attempt) for _ in range(200)] for attempt in (1, 3, 50)]
    assert max(waits[0]) <= timedelta(seconds=30)
    assert timedelta(seconds=60) < max(waits[1]) <= timedelta(seconds=120)
    assert timedelta(minutes=15) < max(waits[2]) <= timedelta(minutes=30)
    assert min(waits[2]) < timedelta(minutes=10)


def test_after_five_days_of_being_refused_a_person_must_look(town, transport, smtp_sink):
    letters_for(town)
    smtp_sink.mood = "451"
    with town.database.transaction() as session:
        long_ago = present(session) - timedelta(days=5, hours=1)
        session.execute(update(Delivery).values(first_attempt_at=long_ago, attempts=10))
    deliver_some(town.database, transport)
    assert all_of(town)[0].outcome is Outcome.WAITING  # ten tries are an outage, not five days of no
    with town.database.transaction() as session:
        session.execute(update(Delivery).values(next_attempt_at=None, attempts=200))
    deliver_some(town.database, transport)
    assert all_of(town)[0].outcome is Outcome.SET_ASIDE


def test_what_is_refused_for_good_is_set_aside_with_an_alarm_and_can_be_sent_again(town, transport, smtp_sink):
    letters_for(town)
    smtp_sink.moods_by_address[FRIDA] = "550"
    deliver_some(town.database, transport)
    (row,) = all_of(town)
    assert row.outcome is Outcome.SET_ASIDE
    with town.database.reading() as session:
        (aside,) = list_set_aside(session)
    assert (aside.kind, aside.row_id, aside.about) == ("delivery", row.id, "receipt")
    assert "550" in aside.reason
    town.plan()
    assert {to for to, _ in town.told("house.set_aside")} >= {"kontakt", "admin"}
    smtp_sink.moods_by_address.clear()
    with town.database.transaction() as session:
        send_again(session, "delivery", row.id, by=A_COMMAND, at=present(session))
    deliver_some(town.database, transport)
    assert len(smtp_sink.to(FRIDA)) == 1
    with town.database.transaction() as session, pytest.raises(NotFound):
        send_again(session, "delivery", row.id, by=A_COMMAND, at=present(session))


def test_an_alarm_names_no_address(town, transport, smtp_sink, monkeypatch):
    monkeypatch.setitem(ANSWERS, "550", f"550 <{FRIDA}> unknown here")
    smtp_sink.moods_by_address[FRIDA] = "550"
    letters_for(town)
    deliver_some(town.database, transport)
    assert all_of(town)[0].reason == "550 … unknown here"


def test_a_server_that_cannot_be_reached_ages_no_letter_and_then_everything_goes_out_in_order(
    town, transport, smtp_sink
):
    letters_for(town, 4)
    smtp_sink.mood = "refuse"
    for _ in range(12):
        assert deliver_some(town.database, transport) == 0
        let_all_be_due(town)
    assert [(row.claims, row.attempts, row.first_attempt_at) for row in all_of(town)] == [(0, 0, None)] * 4
    smtp_sink.mood = "accept"
    deliver_some(town.database, transport)
    assert message_ids(smtp_sink) == [f"<{row.message_id}>" for row in all_of(town)]
    with town.database.reading() as session:
        assert session.scalars(select(MailServer)).one().down_since is None


def test_a_server_that_is_down_is_probed_by_one_at_a_time(town, transport, smtp_sink, monkeypatch):
    letters_for(town)
    smtp_sink.mood = "refuse"
    deliver_some(town.database, transport)
    tried = []
    monkeypatch.setattr(SmtpServer, "connection", lambda self: tried.append(1) or pytest.fail("nobody may try"))
    assert deliver_some(town.database, transport) == 0  # it is not time for a probe
    assert tried == []
    let_all_be_due(town)
    assert circuit_breaker.begin_probe(town.database, transport.server.name)
    assert not circuit_breaker.begin_probe(town.database, transport.server.name)


@pytest.mark.parametrize("mood", ["hang", "drop"])
def test_a_line_that_breaks_after_the_dot_costs_that_letter_alone_a_try(town, transport, smtp_sink, mood):
    letters_for(town, 3)
    smtp_sink.mood = mood
    deliver_some(town.database, transport)
    assert [(row.claims, row.attempts) for row in all_of(town)] == [(0, 1), (0, 0), (0, 0)]
    smtp_sink.mood = "accept"
    let_all_be_due(town)
    deliver_some(town.database, transport)
    kept = smtp_sink.letters
    assert len({letter.message["Message-ID"] for letter in kept}) == 3
    assert len({letter.content for letter in kept}) == 3  # a double is the same, byte for byte
    assert len(kept) == (4 if mood == "drop" else 3)
    assert all(row.outcome is Outcome.SENT for row in all_of(town))


def test_what_a_dead_worker_had_claimed_is_claimed_again(town, transport, smtp_sink, monkeypatch):
    letters_for(town, 2)

    def die(*_):
        raise SystemExit

    monkeypatch.setattr(sending.SmtpConnection, "send", die)
    monkeypatch.setattr(sending._Round, "_release", lambda *_: None)  # nor does it tidy up
    with pytest.raises(SystemExit):
        deliver_some(town.database, transport)
    monkeypatch.undo()
    assert deliver_some(town.database, transport) == 0  # the lease still runs
    let_all_be_due(town)
    deliver_some(town.database, transport)
    assert len(smtp_sink.letters) == 2


def test_what_kills_its_worker_is_set_aside_and_takes_no_other_with_it(town, transport, smtp_sink, monkeypatch):
    letters_for(town, 1)
    town.assigned(reporter=None)
    poison = all_of(town)[0].id
    prepare = sending.prepare

    def die_of_it(session, token, *more):
        held = session.scalars(select(Delivery.id).where(Delivery.lease_token == token)).all()
        if poison in held:
            raise SystemExit
        return prepare(session, token, *more)

    monkeypatch.setattr(sending, "prepare", die_of_it)
    deaths = 0
    for _ in range(12):
        try:
            deliver_some(town.database, MailTransport(transport.server, LETTER_SETTINGS, LeasePolicy(most_claims=3)))
        except SystemExit:
            deaths += 1
        let_all_be_due(town)
    assert deaths == 3
    rows = {row.id: row for row in all_of(town)}
    assert rows[poison].outcome is Outcome.SET_ASIDE
    assert all(row.outcome is Outcome.SENT for id_, row in rows.items() if id_ != poison)


def test_a_letter_that_cannot_be_written_is_set_aside_and_holds_back_only_its_address(
    town, transport, smtp_sink, monkeypatch
):
    letters_for(town, 2)
    town.assigned(reporter=None)
    poison = all_of(town)[0].id
    render = preparing.render

    def fail_on_it(snapshot, delivery, settings):
        if delivery.id == poison:
            raise ZeroDivisionError
        return render(snapshot, delivery, settings)

    monkeypatch.setattr(preparing, "render", fail_on_it)
    deliver_some(town.database, MailTransport(transport.server, LETTER_SETTINGS, LeasePolicy(most_claims=3)))
    assert smtp_sink.to(FRIDA) == []
    assert len(smtp_sink.letters) == 1
    for _ in range(4):
        let_all_be_due(town)
        deliver_some(town.database, MailTransport(transport.server, LETTER_SETTINGS, LeasePolicy(most_claims=3)))
    assert all_of(town)[0].outcome is Outcome.SET_ASIDE
    assert len(smtp_sink.to(FRIDA)) == 1


def test_sent_is_recorded_even_when_the_lease_was_lost(town, transport, smtp_sink, monkeypatch):
    letters_for(town)
    send = sending.SmtpConnection.send

    def send_slowly(connection, letter):
        send(connection, letter)
        with town.database.transaction() as session:
            session.execute(update(Delivery).values(lease_token="another", lease_until=now()))

    monkeypatch.setattr(sending.SmtpConnection, "send", send_slowly)
    deliver_some(town.database, transport)
    assert all_of(town)[0].outcome is Outcome.SENT


def test_what_is_recorded_as_sent_while_another_worker_claims_it_is_held_by_nobody(town, transport, smtp_sink):
    letters_for(town)
    with town.database.recording() as connection:
        outcomes.record_sent(connection, [all_of(town)[0].id])  # its worker stands still before it commits
        another = threading.Thread(target=deliver_some, args=(town.database, transport))
        another.start()
        another.join(1)
        assert another.is_alive()
    another.join()
    letter = all_of(town)[0]
    assert (letter.outcome, letter.lease_token, letter.lease_until) == (Outcome.SENT, None, None)
    assert smtp_sink.letters == []


def test_a_refusal_is_not_recorded_over_another_workers_lease(town, transport, smtp_sink, monkeypatch):
    letters_for(town)
    smtp_sink.mood = "550"
    send = sending.SmtpConnection.send

    def send_slowly(connection, letter):
        with town.database.transaction() as session:
            session.execute(update(Delivery).values(lease_token="another"))
        send(connection, letter)

    monkeypatch.setattr(sending.SmtpConnection, "send", send_slowly)
    deliver_some(town.database, transport)
    assert all_of(town)[0].outcome is Outcome.WAITING


def test_who_has_lost_the_right_to_a_letter_does_not_get_it(town, transport, smtp_sink):
    town.assigned(reporter=None)
    with town.database.transaction() as session:
        session.execute(update(Person).values(active=False))
        session.execute(update(Unit).values(email=None))
    deliver_some(town.database, transport)
    assert smtp_sink.letters == []
    assert {row.outcome for row in all_of(town)} == {Outcome.SUPPRESSED}
    assert all(row.reason and row.finished_at for row in all_of(town))


def test_two_workers_send_each_letter_once_and_in_order(town, transport, smtp_sink):
    for _ in range(3):
        letters_for(town, 4)
    failures = []

    def work():
        try:
            for _ in range(20):
                deliver_some(town.database, MailTransport(transport.server, LETTER_SETTINGS, LeasePolicy(batch=3)))
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert failures == []
    expected = [f"<{row.message_id}>" for row in all_of(town) if row.outcome is Outcome.SENT]
    assert message_ids(smtp_sink) == expected  # all of it is for one address


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(town, transport, smtp_sink, monkeypatch):
    letters_for(town, 3)
    stop, send = threading.Event(), sending.SmtpConnection.send

    def send_and_hear(connection, letter):
        send(connection, letter)
        stop.set()

    monkeypatch.setattr(sending.SmtpConnection, "send", send_and_hear)
    deliver_some(town.database, transport, stop=stop)
    assert [row.claims for row in all_of(town)[1:]] == [0, 0]
    assert all(row.lease_token is None for row in all_of(town))
    assert len(smtp_sink.letters) == 1


def test_a_lease_is_kept_while_a_slow_server_answers(town):
    letters_for(town)
    policy = LeasePolicy(lease=timedelta(seconds=2))
    with town.database.transaction() as session:
        first = present(session) + policy.lease
        session.execute(update(Delivery).values(lease_token="ours", lease_until=first))
        claimed = Claim(Delivery, "ours", session.execute(select(Delivery.id)).all())

    def lease_until():
        with town.database.reading() as session:
            return session.scalars(select(Delivery.lease_until)).one()

    with LeaseRenewer(town.database, claimed, policy) as lease:
        deadline = time.monotonic() + 20
        while lease_until() <= first and time.monotonic() < deadline:
            time.sleep(0.05)
        assert lease.is_ours
        assert lease_until() > first


def test_a_lease_that_could_not_be_kept_is_not_ours(town, monkeypatch):
    monkeypatch.setattr(LeaseRenewer, "_renew_until_stopped", lambda self: None)
    with LeaseRenewer(town.database, Claim(Delivery, "ours", []), LeasePolicy(lease=timedelta(seconds=0.05))) as lease:
        time.sleep(0.1)
        assert not lease.is_ours


def test_without_a_mail_server_letters_lie_in_the_mailbox(town, tmp_path):
    letters_for(town, 2)
    mailbox = Mailbox(tmp_path / "mailbox")
    assert deliver_some(town.database, MailTransport(mailbox, LETTER_SETTINGS)) == 2
    assert [letter.to for letter in mailbox.letters()] == [FRIDA, FRIDA]


def test_a_file_that_goes_while_the_mailbox_is_read_is_left_out(town, tmp_path):
    letters_for(town, 2)
    mailbox = Mailbox(tmp_path / "mailbox")
    deliver_some(town.database, MailTransport(mailbox, LETTER_SETTINGS))
    for name in ("0" * 32 + ".eml", "half-written"):
        (tmp_path / "mailbox" / name).symlink_to(tmp_path / "is gone")
    assert [letter.to for letter in mailbox.letters()] == [FRIDA, FRIDA]
    assert mailbox.letter("0" * 32 + ".eml") is None


def test_a_mailbox_that_cannot_be_written_ages_no_letter(town, tmp_path):
    letters_for(town)
    (tmp_path / "mailbox").write_text("no folder")
    deliver_some(town.database, MailTransport(Mailbox(tmp_path / "mailbox"), LETTER_SETTINGS))
    (row,) = all_of(town)
    assert (row.outcome, row.claims, row.attempts) == (Outcome.WAITING, 0, 0)


def test_a_server_that_goes_away_between_two_letters_ages_none(town, transport, smtp_sink, monkeypatch):
    letters_for(town, 3)
    send = sending.SmtpConnection.send

    def send_and_lose_the_server(connection, letter):
        send(connection, letter)
        smtp_sink.mood = "refuse"

    monkeypatch.setattr(sending.SmtpConnection, "send", send_and_lose_the_server)
    deliver_some(town.database, transport)
    first, *others = all_of(town)
    assert first.outcome is Outcome.SENT
    assert [(row.claims, row.attempts, row.lease_token) for row in others] == [(0, 0, None)] * 2
