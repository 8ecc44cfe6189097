"""The letter to ourselves: sent over SMTP, seen in the mailbox, deleted there; or said why not, in one line."""

from datetime import UTC, datetime

import pytest
from support.inbound_rows import mail_about
from support.keys import SECRET_KEY

from cases.settings import read_settings
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.mailboxes.errors import MailboxLoginRefused
from notifications.inbound.mailboxes.polling import poll
from notifications.inbound.mailboxes.round_trip import NoRoundTrip, send_and_wait

A_DAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
PATTERN = "arende+{token}@kommun.example"


@pytest.fixture
def seen_of(small_house):
    return lambda settings, **more: list(send_and_wait(settings, small_house.database, at=A_DAY, **more))


@pytest.fixture
def environ(mailbox, smtp_sink):
    return {
        "VENTIL_SECRET_KEY": SECRET_KEY,
        "VENTIL_SMTP_URL": smtp_sink.url,
        "VENTIL_MAIL_FROM": "ventil@kommun.example",
        "VENTIL_MAIL_REPLY": PATTERN,
        "VENTIL_MAIL_IN": mailbox.url(),
    }


def test_a_letter_that_comes_back_is_seen_and_deleted(seen_of, environ, mailbox, smtp_sink):
    mailbox.put(mail_about("annat"))
    smtp_sink.keep = lambda mail: mailbox.put(mail.content)
    seen = seen_of(read_settings(environ))
    assert "1 waiting" in seen[0] and seen[1] == "sent a letter to arende+0.prov@kommun.example"
    assert "seen in the folder INBOX, and was deleted" in seen[2]
    assert mailbox.mails() == [mail_about("annat")]


def test_it_is_found_in_the_folder_to_which_a_running_ventil_moved_it(
    seen_of, environ, mailbox, smtp_sink, small_house
):
    def deliver_and_poll(mail):
        assert mail.message["Auto-Submitted"] == "auto-generated"
        mailbox.put(mail.content)
        poll(small_house.database, mailbox.login())

    smtp_sink.keep = deliver_and_poll
    assert "folder Ventil" in seen_of(read_settings(environ))[-1]
    assert mailbox.mails("Ventil") == []


def test_a_letter_that_does_not_come_is_said(seen_of, environ):
    with pytest.raises(NoRoundTrip, match="has not come within"):
        seen_of(read_settings(environ), patience=1.5)


def test_a_letter_that_nobody_takes_is_said(seen_of, environ, smtp_sink):
    smtp_sink.moods_by_address["arende+0.prov@kommun.example"] = "550"
    with pytest.raises(NoRoundTrip, match="cannot be sent"):
        seen_of(read_settings(environ))


def test_what_is_not_set_is_named(seen_of, environ):
    with pytest.raises(NoRoundTrip) as error:
        seen_of(read_settings(environ | {"VENTIL_SMTP_URL": "", "VENTIL_MAIL_REPLY": ""}))
    assert error.value.remedy == "set VENTIL_MAIL_REPLY, VENTIL_SMTP_URL"
    assert str(error.value).startswith(
        "VENTIL_MAIL_REPLY, VENTIL_SMTP_URL are not set: no letter was sent to ourselves,"
    )
    assert str(error.value).endswith("could be tried, above")


def test_without_a_mailbox_and_a_door_it_says_that_nothing_was_tried(seen_of, environ):
    with pytest.raises(NoRoundTrip) as error:
        seen_of(read_settings(environ | {"VENTIL_MAIL_IN": "", "VENTIL_MAIL_REPLY": ""}))
    assert str(error.value) == (
        "VENTIL_MAIL_IN, VENTIL_MAIL_REPLY are not set: no letter was sent to ourselves, "
        "nothing of incoming mail could be tried"
    )
    assert "VENTIL_LMTP" in error.value.remedy


def test_by_the_door_alone_it_is_seen_once_it_is_kept(seen_of, environ, smtp_sink, small_house):
    def hand_over(mail):
        with small_house.database.transaction() as session:
            keep(session, ReceivedMail(mail.content, "lmtp", "ventil@kommun.example", "arende+0.prov@kommun.example"))

    smtp_sink.keep = hand_over
    seen = seen_of(read_settings(environ | {"VENTIL_MAIL_IN": "", "VENTIL_LMTP": "127.0.0.1:8024"}))
    assert "it came to the door for mail" in seen[-1]


def test_the_door_alone_without_a_mail_server_says_what_was_tried(seen_of, environ):
    with pytest.raises(NoRoundTrip, match=r"VENTIL_SMTP_URL is not set: .* only the door for mail"):
        seen_of(read_settings(environ | {"VENTIL_MAIL_IN": "", "VENTIL_LMTP": "127.0.0.1:8024", "VENTIL_SMTP_URL": ""}))


def test_a_mailbox_that_cannot_be_read_is_said_before_anything_is_sent(seen_of, environ, mailbox, smtp_sink):
    with pytest.raises(MailboxLoginRefused):
        seen_of(read_settings(environ | {"VENTIL_MAIL_IN": mailbox.url(password="fel")}))
    assert smtp_sink.attempts == 0
