"""What was erased here is deleted from the mailbox at its next reading: exactly that mail, each copy of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from support.inbound_rows import kept_rows, mail_about
from support.servers.services import free_port

from cases.case import Case
from cases.settings.mail_in import MailInSettings
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.mailboxes import erased
from notifications.inbound.mailboxes.polling import poll, poll_all
from notifications.inbound_mail import BY_DOOR, InboundMail, InboundOutcome
from notifications.planning.forgetting_mails import forget_mails

ID = "Message-ID: <{}@hemma.example>"


def file_on(house, ref, **columns):
    """Let all mails that are kept and not filed be filed on this case."""
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        values = {"outcome": InboundOutcome.COMMENT, "finished_at": datetime.now(UTC), "case_id": case.id, **columns}
        session.execute(update(InboundMail).where(InboundMail.outcome == InboundOutcome.WAITING).values(**values))


def erase(house, ref):
    with house.database.transaction() as session:
        assert forget_mails(session, session.scalars(select(Case).where(Case.ref == ref)).one())


@pytest.fixture
def house(small_house):
    return small_house


def listed(house):
    return [row.id for row in kept_rows(house.database) if row.delete_since is not None]


def test_the_next_reading_deletes_each_copy_and_no_other_mail(house, mailbox):
    ref, spared = house.hand_in(), mail_about("annat")
    for mail in (mail_about("ett"), mail_about("ett"), spared):
        mailbox.put(mail)
    poll(house.database, mailbox.login())
    mailbox.put(mail_about("ett").replace(b"lyser", b"blinkar"), "Ventil")  # the same Message-ID, another mail
    file_on(house, ref, message_id="ett@hemma.example")
    with house.database.transaction() as session:
        session.execute(
            update(InboundMail).where(InboundMail.id == 2).values(case_id=None, message_id="annat@hemma.example")
        )
    erase(house, ref)
    assert len(mailbox.mails("Ventil")) == 4
    poll(house.database, mailbox.login())
    assert sorted(mailbox.mails("Ventil")) == sorted([spared, mail_about("ett").replace(b"lyser", b"blinkar")])
    assert listed(house) == []


@pytest.mark.parametrize("message_id", ["", 'odd"id\\@hemma.example', None])
def test_a_mail_without_a_message_id_or_with_an_odd_one_is_found(house, mailbox, message_id):
    head = ID.format("ett").encode() + b"\r\n"
    given = f"Message-ID: <{message_id}>\r\n".encode() if message_id else b""
    mail = mail_about("ett") if message_id is None else mail_about("ett").replace(head, given)
    ref = house.hand_in()
    mailbox.put(mail_about("annat"))
    mailbox.put(mail)
    poll(house.database, mailbox.login())
    first, second = kept_rows(house.database)
    file_on(house, ref, message_id=None)
    with house.database.transaction() as session:  # a second delivery has no Message-ID of its own
        other = {"message_id": "ett@hemma.example"} if message_id is None else {"case_id": None}
        session.execute(update(InboundMail).where(InboundMail.id == first.id).values(**other))
        if message_id is not None:
            session.execute(update(InboundMail).where(InboundMail.id == second.id).values(message_id=message_id))
    erase(house, ref)
    poll(house.database, mailbox.login())
    assert mail not in mailbox.mails("Ventil")
    assert listed(house) == []


def test_a_mailbox_that_is_away_loses_nothing(house, mailbox):
    ref = house.hand_in()
    mailbox.put(mail_about("ett"))
    poll(house.database, mailbox.login())
    file_on(house, ref, message_id="ett@hemma.example")
    erase(house, ref)
    away = replace(mailbox.login(), port=free_port())
    poll_all(house.database, MailInSettings(mailboxes=(away,)))
    assert len(listed(house)) == 1
    poll(house.database, mailbox.login())
    assert (mailbox.mails("Ventil"), listed(house)) == ([], [])


def test_whoever_dies_before_it_is_noted_deletes_nothing_twice(house, mailbox, monkeypatch):
    def die(*_args, **_more):
        raise KeyboardInterrupt

    ref = house.hand_in()
    mailbox.put(mail_about("ett"))
    poll(house.database, mailbox.login())
    file_on(house, ref, message_id="ett@hemma.example")
    erase(house, ref)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(erased, "update", die)
        poll(house.database, mailbox.login())
    assert len(listed(house)) == 1
    poll(house.database, mailbox.login())
    assert (mailbox.mails("Ventil"), listed(house)) == ([], [])


def test_an_erased_mail_that_comes_once_more_is_deleted_again(house, mailbox):
    ref = house.hand_in()
    mailbox.put(mail_about("ett"))
    poll(house.database, mailbox.login())
    file_on(house, ref, message_id="ett@hemma.example")
    erase(house, ref)
    poll(house.database, mailbox.login())
    mailbox.put(mail_about("ett"))
    poll(house.database, mailbox.login())
    assert (mailbox.mails(), mailbox.mails("Ventil"), len(kept_rows(house.database))) == ([], [], 1)


def test_what_the_door_took_lies_in_no_mailbox(house):
    ref = house.hand_in()
    with house.database.transaction() as session:
        keep(session, ReceivedMail(mail_about("ett"), BY_DOOR, "a@hemma.example", "arende@kommun.example"))
    file_on(house, ref)
    erase(house, ref)
    assert listed(house) == []
