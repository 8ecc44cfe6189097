"""The job that reads mailboxes, what the morning letter says of them, and mails that wait too long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support.inbound_rows import kept_rows, let_it_fail_for, mail_about, polls, troubles
from support.keys import SECRET_KEY
from support.servers.services import free_port

from cases.database.clock import present
from cases.history.journal import Event
from cases.settings import read_settings
from cases.settings.mail_in import MailInSettings
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.mailboxes.poll_records import record_not_read
from notifications.inbound_mail import InboundMail
from workers.jobs.cleaning import clean_up
from workers.jobs.morning_letter import write_morning_letter
from workers.jobs.stuck_work import look_for_stuck_work
from workers.runtime import open_runtime
from workers.schedule.scheduler import make_schedule, run_job


@pytest.fixture
def runtime(town, mailbox, tmp_path):
    settings = read_settings({"VENTIL_SECRET_KEY": SECRET_KEY, "VENTIL_MAIL_IN": mailbox.url()}, folder=tmp_path)
    return open_runtime(town.database, settings, None)


def with_mailboxes(runtime, *logins):
    return replace(runtime, settings=replace(runtime.settings, incoming=MailInSettings(mailboxes=logins)))


def test_the_job_keeps_what_lies_in_the_mailbox(runtime, town, mailbox):
    mailbox.put(mail_about("ett"))
    make_schedule(runtime.database, runtime.settings)
    assert run_job(runtime, "mail")
    assert [row.raw for row in kept_rows(town.database)] == [mail_about("ett")]


def test_a_mailbox_that_cannot_be_read_fails_no_job(runtime, town, mailbox):
    away = replace(mailbox.login(), port=free_port())
    broken = with_mailboxes(runtime, away)
    make_schedule(broken.database, broken.settings)
    assert run_job(broken, "mail")
    assert "cannot be reached" in polls(town.database)[away.name].last_error
    assert clean_up(broken)["answers"] == 0  # nor does the night's


def test_a_mailbox_that_cannot_be_read_is_told_to_desk_and_administrators(town, mailbox):
    name = mailbox.login().name
    with town.database.transaction() as session:
        record_not_read(session, name, "gone")
    let_it_fail_for(town.database, name, minutes=11)
    with town.database.transaction() as session:
        record_not_read(session, name, "gone")
    assert len(troubles(town.database)) == 1
    town.plan()
    assert {to for to, _ in town.told("house.mail_trouble")} >= {"kontakt", "admin"}


@pytest.mark.parametrize(("minutes", "is_told"), [(9, False), (11, True)])
def test_the_morning_names_a_mailbox_that_cannot_be_read(runtime, town, mailbox, minutes, is_told):
    name = mailbox.login().name
    with town.database.transaction() as session:
        record_not_read(session, name, "gone")
    let_it_fail_for(town.database, name, minutes=minutes)
    assert write_morning_letter(runtime)
    with town.database.reading() as session:
        facts = session.scalars(select(Event.facts).where(Event.type == "house.morning")).one()
    assert set(facts.get("unread_mailboxes", ())) == ({name} if is_told else set())


def test_mails_that_wait_for_ten_minutes_are_stuck_and_rung_for(runtime, town):
    with town.database.transaction() as session:
        keep(session, ReceivedMail(mail_about("ett"), "lmtp"))
        keep(session, ReceivedMail(mail_about("tva"), "lmtp"))
    assert look_for_stuck_work(runtime)["mails"] == 0
    with town.database.transaction() as session:
        long_ago, soon = present(session) - timedelta(minutes=11), present(session) + timedelta(hours=1)
        session.execute(update(InboundMail).values(received_at=long_ago))
        session.execute(update(InboundMail).where(InboundMail.raw == mail_about("tva")).values(next_attempt_at=soon))
    assert look_for_stuck_work(runtime)["mails"] == 1
    assert runtime.broker.depth("mail") == 1
