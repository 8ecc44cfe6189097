"""One poll of a mailbox on a real Dovecot: kept first, moved then, each mail once whatever happens."""

import threading
from dataclasses import replace

import pytest
from support.inbound_rows import kept_bytes, kept_rows, let_it_fail_for, mail_about, polls, troubles
from support.servers.services import free_port

from cases.settings.mail_in import MailInSettings
from notifications.inbound.keeping import LARGEST_MAIL
from notifications.inbound.mailboxes import messages, polling
from notifications.inbound.mailboxes.errors import (
    CommandRefused,
    FolderMissing,
    MailboxLoginRefused,
    MailboxUnreachable,
)
from notifications.inbound.mailboxes.polling import poll, poll_all

WITHOUT_MOVE = "imap_capability = IMAP4rev1 NAMESPACE UIDPLUS"
WITHOUT_UIDPLUS = "imap_capability = IMAP4rev1 NAMESPACE"


class Killed(BaseException):
    """The process ends here."""


def test_what_lies_in_the_mailbox_is_kept_and_moved_oldest_first(database, mailbox):
    first, second = mail_about("ett"), mail_about("tva")
    mailbox.put(first)
    mailbox.put(second)
    assert poll(database, mailbox.login()) == 2
    assert kept_bytes(database) == [first, second]
    assert {row.source for row in kept_rows(database)} == {mailbox.login().name}
    assert mailbox.mails() == [] and mailbox.mails("Ventil") == [first, second]
    assert poll(database, mailbox.login()) == 0


def test_what_is_moved_stays_unread(database, mailbox):
    mailbox.put(mail_about("ett"))
    poll(database, mailbox.login())
    assert mailbox.flags("Ventil") == [("\\Recent",)]


def test_the_same_bytes_are_kept_once_and_moved_each_time(database, mailbox):
    mailbox.put(mail_about("ett"))
    mailbox.put(mail_about("ett"))
    assert poll(database, mailbox.login()) == 1
    assert len(kept_rows(database)) == 1
    assert len(mailbox.mails("Ventil")) == 2 and mailbox.mails() == []


def test_s49_one_who_dies_between_keeping_and_moving_leaves_nothing_twice_and_nothing_behind(
    database, mailbox, monkeypatch
):
    mailbox.put(mail_about("ett"))

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(messages, "move", die)
        poll(database, mailbox.login())
    assert len(kept_rows(database)) == 1 and len(mailbox.mails()) == 1
    assert poll(database, mailbox.login()) == 0
    assert len(kept_rows(database)) == 1
    assert mailbox.mails() == [] and len(mailbox.mails("Ventil")) == 1


def test_s49_nothing_is_moved_that_could_not_be_kept(database, mailbox, monkeypatch):
    mailbox.put(mail_about("ett"))

    def fail(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(polling, "keep", fail)
        poll(database, mailbox.login())
    assert len(mailbox.mails()) == 1 and mailbox.mails("Ventil") == []


def test_two_that_poll_at_once_keep_each_mail_once(database, mailbox):
    sent = [mail_about(f"mejl{number}") for number in range(8)]
    for raw in sent:
        mailbox.put(raw)
    new, failed = [], []

    def poll_once():
        try:
            new.append(poll(database, mailbox.login()))
        except CommandRefused as error:  # the other has moved it in between
            failed.append(error)

    both = [threading.Thread(target=poll_once) for _ in range(2)]
    [one.start() for one in both]
    [one.join(60) for one in both]
    assert not failed
    assert sum(new) == 8 and sorted(kept_bytes(database)) == sorted(sent)
    assert mailbox.mails() == [] and set(mailbox.mails("Ventil")) == set(sent)  # the server may copy one twice


def test_at_most_so_many_are_taken_in_one_poll(database, mailbox, monkeypatch):
    monkeypatch.setattr(polling, "MOST_IN_A_POLL", 2)
    for number in range(3):
        mailbox.put(mail_about(f"mejl{number}"))
    assert [poll(database, mailbox.login()) for _ in range(3)] == [2, 1, 0]


def test_a_folder_with_letters_beyond_ascii_is_read(database, mailbox):
    mailbox.put(mail_about("ett"), "Ärenden & frågor")
    assert poll(database, mailbox.login(folder="Ärenden & frågor")) == 1
    assert mailbox.mails("Ärenden & frågor") == [] and len(mailbox.mails("Ventil")) == 1


@pytest.mark.parametrize("able", [WITHOUT_MOVE, WITHOUT_UIDPLUS])
def test_a_server_that_cannot_move_copies_and_deletes(database, own_dovecot, able):
    mailbox = own_dovecot(more=able).mailbox("arende@kommun.example")
    mailbox.put(mail_about("ett"))
    assert [poll(database, mailbox.login()) for _ in range(2)] == [1, 0]
    assert mailbox.mails() == [] and len(mailbox.mails("Ventil")) == 1


def test_a_server_with_folders_below_the_inbox_gets_them_there(database, own_dovecot, monkeypatch):
    monkeypatch.setattr(polling, "LARGEST_MAIL", 1000)
    mailbox = own_dovecot(separator=".", prefix="INBOX.").mailbox("arende@kommun.example")
    mailbox.put(mail_about("ett"))
    mailbox.put(mail_about("stort", 4000))
    assert poll(database, mailbox.login()) == 1
    assert mailbox.folders() == {"INBOX", "INBOX.Ventil", "INBOX.Ventil.För stort"}
    assert len(mailbox.mails("INBOX.Ventil.För stort")) == 1


# --- too big ------------------------------------------------------------------------------


def test_a_mail_above_25_mb_is_not_fetched_but_put_away_and_told_once(database, mailbox):
    mailbox.put(mail_about("litet"))
    mailbox.put(mail_about("stort", LARGEST_MAIL + 1000))
    assert poll(database, mailbox.login()) == 1
    assert mailbox.mails() == [] and len(mailbox.mails("Ventil")) == 1
    assert mailbox.folders() == {"INBOX", "Ventil", "Ventil/För stort"}
    big = [row for row in kept_rows(database) if row.trouble == "too_big"]
    assert [(row.raw, row.outcome.value) for row in big] == [(None, "set_aside")]
    assert troubles(database) == [{"what": "too_big", "source": mailbox.login().name, "count": 1}]
    poll(database, mailbox.login())
    assert len(troubles(database)) == 1


def test_a_big_mail_is_told_once_though_it_could_not_be_moved_at_first(database, mailbox, monkeypatch):
    monkeypatch.setattr(polling, "LARGEST_MAIL", 1000)
    mailbox.put(mail_about("stort", 4000))
    mailbox.put(mail_about("storre", 5000))

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(messages, "move", die)
        poll(database, mailbox.login())
    assert poll(database, mailbox.login()) == 0
    assert [facts["count"] for facts in troubles(database)] == [2]
    assert len(mailbox.mails("Ventil/För stort")) == 2


# --- what goes wrong ------------------------------------------------------------------------


def test_a_wrong_password_is_one_line_without_the_password(database, mailbox):
    with pytest.raises(MailboxLoginRefused) as refused:
        poll(database, mailbox.login(password="fel-lösenord"))
    assert mailbox.user in str(refused.value)
    assert "fel-lösenord" not in str(refused.value) and "\n" not in str(refused.value)


def test_a_folder_that_is_missing_is_named(database, mailbox):
    with pytest.raises(FolderMissing, match="Ärenden"):
        poll(database, mailbox.login(folder="Ärenden"))


def test_a_server_that_is_away_is_unreachable(database, mailbox):
    with pytest.raises(MailboxUnreachable):
        poll(database, replace(mailbox.login(), port=free_port()))


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_a_certificate_that_nobody_has_signed_is_refused(database, mailbox, scheme, monkeypatch):
    mailbox.put(mail_about("ett"))
    with pytest.raises(MailboxUnreachable, match="certificate is not trusted"):
        poll(database, mailbox.login(scheme))
    assert kept_rows(database) == []
    monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.dovecot.certificate))
    assert poll(database, mailbox.login(scheme)) == 1


def test_a_server_that_offers_no_encryption_gets_no_password(database, own_dovecot):
    mailbox = own_dovecot(more="ssl = no").mailbox("arende@kommun.example")
    with pytest.raises(MailboxUnreachable):
        poll(database, mailbox.login("imap+starttls"))
    assert "method=" not in (mailbox.dovecot.server.folder / "log").read_text()


def test_a_mail_that_cannot_be_moved_does_not_hold_up_the_others(database, mailbox, monkeypatch):
    for subject in ("ett", "tva"):
        mailbox.put(mail_about(subject))
    move, refused = messages.move, []

    def move_all_but_the_first(box, uids, folder):
        if not refused:
            refused.append(folder)
            folder = "Finns inte"
        move(box, uids, folder)

    monkeypatch.setattr(messages, "move", move_all_but_the_first)
    with pytest.raises(CommandRefused, match="1 mails cannot be read or moved"):
        poll(database, mailbox.login())
    assert len(kept_rows(database)) == 2
    assert len(mailbox.mails()) == 1 and len(mailbox.mails("Ventil")) == 1


# --- all mailboxes --------------------------------------------------------------------------


def test_a_mailbox_that_fails_does_not_stop_the_others_and_is_told_once(database, mailbox):
    mailbox.put(mail_about("ett"))
    broken = mailbox.login(password="fel-lösenord", folder="Annat")
    settings = MailInSettings(mailboxes=(broken, mailbox.login()))
    assert poll_all(database, settings) == 1
    found = polls(database)
    assert found[mailbox.login().name].last_success_at and not found[mailbox.login().name].failing_since
    assert found[broken.name].failing_since and "refuses the log-in" in found[broken.name].last_error
    assert "fel-lösenord" not in found[broken.name].last_error
    assert troubles(database) == []
    let_it_fail_for(database, broken.name, minutes=11)
    poll_all(database, settings)
    poll_all(database, settings)
    assert troubles(database) == [{"what": "mailbox", "source": broken.name}]


def test_a_mailbox_is_told_again_only_after_it_has_worked(database, mailbox):
    broken, whole = (MailInSettings(mailboxes=(mailbox.login(password=word),)) for word in ("fel", "hemligt-lösen/1"))
    name = mailbox.login().name
    for _ in range(2):
        poll_all(database, broken)
        let_it_fail_for(database, name, minutes=11)
        poll_all(database, broken)
        poll_all(database, whole)
        assert polls(database)[name].failing_since is polls(database)[name].told_at is None
    assert len(troubles(database)) == 2


def test_nobody_is_told_of_a_mailbox_that_is_no_longer_set(database, mailbox):
    poll_all(database, MailInSettings(mailboxes=(mailbox.login(password="fel"),)))
    poll_all(database, MailInSettings())
    assert polls(database) == {}
