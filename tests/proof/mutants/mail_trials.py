"""Trials of mail that comes in: a reply that is delivered twice, an absence, and deaths while a mailbox is read."""

import hashlib
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

from support.servers.dovecot import open_dovecot

from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import ImapConnection
from notifications.inbound.mailboxes.folders import folder_of_taken
from notifications.inbound.reading import reading
from notifications.inbound.reading.what_a_mail_says import MailKind
from proof.checker import InvariantBreach
from proof.crashes.databases import Files
from proof.crashes.grounds import CrashGround
from proof.crashes.journeys.of_letters.by_mail import BY_MAIL, RUT, to_the
from proof.crashes.journeys.of_letters.by_mailbox import FROM_A_MAILBOX
from proof.mutants.stage import StagePlace, at_work, stage
from proof.mutants.trials import swept

REPLY = "From: {rut}\nTo: {to}\nSubject: Sv\nMessage-ID: <{id}@hemma.example>\n{more}\n\nDen vid bron.\n"


def is_written_to(place: StagePlace) -> list[InvariantBreach]:
    """Let a reply come twice, the second time by another way, and then an absence."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in BY_MAIL.before:
                step(process)
                process.settle()
            written = partial(REPLY.format, rut=RUT, to=to_the("question", process))
            reply = written(id="1", more="Content-Language: sv")
            absence = written(id="2", more="Auto-Submitted: auto-replied")
            with process.database.transaction() as session:
                for raw in (reply, f"Received: from b.example\n{reply}", absence):
                    keep(session, ReceivedMail(raw.encode(), "a mailbox"))
            process.come_to_rest()
        return scene.judged()


def dies_while_it_reads_a_mailbox(place: StagePlace) -> list[InvariantBreach]:
    """Die wherever something becomes lasting while a mailbox on a real mail server is read."""
    with open_dovecot() as dovecot:
        return swept(CrashGround(Files(place.folder), place.folder, dovecot), FROM_A_MAILBOX)


def the_way_it_came_is_part_of_a_mail() -> AbstractContextManager[object]:
    """Take two deliveries of a mail for two mails, since the servers on their way wrote other headers."""
    return patch.object(reading, "content_hash", lambda head, body: hashlib.sha256(head + body).hexdigest())


def moved_before_it_is_kept() -> AbstractContextManager[object]:
    """Move each mail to the folder of what was read as soon as it is fetched, before its bytes are committed."""
    fetch = messages.fetch

    def fetch_and_move(mailbox: ImapConnection, uid: str) -> bytes | None:
        raw = fetch(mailbox, uid)
        messages.move(mailbox, [uid], folder_of_taken(mailbox))
        return raw

    return patch.object(messages, "fetch", fetch_and_move)


def machines_are_people() -> AbstractContextManager[object]:
    """Do not look whether a program wrote the mail."""

    def person(*_given: Any, **_more: Any) -> MailKind:
        return MailKind.REPLY

    return patch.object(reading, "kind_of", person)
