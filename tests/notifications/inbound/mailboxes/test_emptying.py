"""The folder "Ventil" is emptied of what came long ago and is kept; nothing else is deleted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from support.inbound_rows import mail_about

from cases.settings.mail_in import MailInSettings
from notifications.inbound.mailboxes import polling
from notifications.inbound.mailboxes.emptying import empty_all
from notifications.inbound.mailboxes.polling import poll
from notifications.inbound_mail import InboundMail


@pytest.fixture
def settings(mailbox):
    return MailInSettings(mailboxes=(mailbox.login(),), kept_days=30)


def ago(days):
    return datetime.now(UTC) - timedelta(days=days)


def test_what_came_long_ago_is_deleted_and_what_came_lately_stays(database, mailbox, settings):
    mailbox.put(mail_about("gammalt"), at=ago(40))
    mailbox.put(mail_about("nytt"), at=ago(20))
    poll(database, mailbox.login())
    assert [empty_all(database, settings) for _ in range(2)] == [1, 0]
    assert mailbox.mails("Ventil") == [mail_about("nytt")]


def test_what_was_erased_here_is_deleted_too(database, mailbox, settings):
    mailbox.put(mail_about("gammalt"), at=ago(40))
    poll(database, mailbox.login())
    with database.transaction() as session:
        session.execute(update(InboundMail).values(raw=None))
    assert empty_all(database, settings) == 1


def test_what_somebody_put_into_the_folder_by_hand_stays(database, mailbox, settings):
    mailbox.put(mail_about("aldrig last"), "Ventil", at=ago(400))
    assert empty_all(database, settings) == 0
    assert len(mailbox.mails("Ventil")) == 1


def test_what_was_too_big_stays(database, mailbox, settings, monkeypatch):
    monkeypatch.setattr(polling, "LARGEST_MAIL", 1000)
    mailbox.put(mail_about("stort", 4000), at=ago(400))
    poll(database, mailbox.login())
    assert empty_all(database, settings) == 0
    assert len(mailbox.mails("Ventil/För stort")) == 1


def test_a_mailbox_that_cannot_be_read_does_not_stop_the_others(database, mailbox):
    mailbox.put(mail_about("gammalt"), at=ago(40))
    poll(database, mailbox.login())
    broken = mailbox.login(password="fel", folder="Annat")
    assert empty_all(database, MailInSettings(mailboxes=(broken, mailbox.login()))) == 1
