"""A mailbox is read: an answer lies in it once, and a new matter three times, once by another way."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial

from proof.checker.evidence.mails import TAKEN, MailLine, mail_lines_in
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step
from proof.crashes.journeys.of_letters.by_mail import BY_MAIL, RUT, TO_QUESTION, hash_of, to_the_desk
from proof.crashes.mailboxes import MailboxAbility

BY_ANOTHER_WAY = b"Received: from b.example by mail.prov.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n"
READS = frozenset({"read_and_file_mail"})  # the functions within which the short form tries crashes
MOVES = frozenset({"move"})


@dataclass(frozen=True)
class LyingMail:
    """A mail of Rut, whose subject and text are the same: where it goes, and what it must become.

    It lies there as often as it came: each of `ways` is what servers on the way wrote on top of one of its copies.
    """

    text: str
    to: Callable[[Process], str]
    becomes: str
    ways: tuple[bytes, ...]

    @property
    def message_id(self) -> str:
        """Its Message-ID, without angle brackets."""
        return f"{hash_of(self.text)}@hemma.example"

    def written(self, to: str) -> bytes:
        """Return its bytes."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Rut <{RUT}>", to, self.text
        mail["Message-ID"] = f"<{self.message_id}>"
        mail.set_content(self.text)
        return mail.as_bytes().replace(b"\n", b"\r\n")


def read(process: Process, mails: Sequence[LyingMail]) -> None:
    """Let all letters be sent, and these mails lie in the mailbox, unless they did before; the clock then reads it."""
    process.settle()
    known = {line.mark for line in mail_lines_in(process.world.mails)}
    for mail in mails:
        if mail.text not in known:
            _lay(process, mail)
    process.wait(timedelta(minutes=1))


def _lay(process: Process, mail: LyingMail) -> None:
    """Lay the mail into the mailbox, and note that its server took it, in a file of the world for the checker."""
    watched, to = process.world.mailbox, mail.to(process)
    if watched is None:
        raise LookupError("no mailbox is read here")
    for way in mail.ways:
        watched.mailbox.put(way + mail.written(to))
    line = MailLine(TAKEN, mail.message_id, to, mail.text, (mail.becomes,), datetime.now(UTC))
    with process.world.mails.open("a") as lines:
        lines.write(json.dumps(asdict(line), default=datetime.isoformat) + "\n")


STEPS: tuple[Step, ...] = (
    partial(
        read,
        mails=(
            LyingMail("Den vid bron.", TO_QUESTION, "answer", (b"",)),
            LyingMail("En helt annan sak.", to_the_desk, "case", (b"", b"", BY_ANOTHER_WAY)),
        ),
    ),
)
FROM_A_MAILBOX = Journey("read from a mailbox", STEPS, BY_MAIL.before, mailbox=MailboxAbility.MOVES, tried_in=READS)
COPIED_IN_A_MAILBOX = Journey("read and copied", STEPS, BY_MAIL.before, mailbox=MailboxAbility.COPIES, tried_in=MOVES)
