"""People and programs that write mails: a program that gives them to the mail server of the house's mailbox.

`python -m proof.chaos.clients.mailing SETUP` takes its setup as JSON. It stops when its standard input ends, once the
mail server has taken what it had begun, and then prints one line of JSON: a list of what the server never took.
"""

import imaplib
import json
import random
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import count
from pathlib import Path

from imap_tools import MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from proof.checker.evidence.journal import Journal
from proof.checker.evidence.mails import OFFERED, TAKEN, MailLine
from proof.checker.evidence.sink import SunkMail, read_mail

PAUSE = 1.4  # seconds between two mails
PATIENCE, REST = 4.0, 0.3  # seconds: for one answer of the mail server, and before it is asked again
LAST_TRIES = 30.0  # seconds in which what was begun is still given
EVERY_THIRD = 3
LATEST = 150  # letters of which one may be answered
OURS = re.compile(r"arende\+[^@<>\s]+@[^<>\s]+")
INBOX = "INBOX"
PERSONAL = ("comment", "answer", "case")  # a reply to a letter about several cases, or about one that has ended, is new
GONE, FULL, SLOW = ("5.1.1", "failed"), ("5.2.2", "failed"), ("4.4.7", "delayed")
OUTSIDER = re.compile(r"[a-z]\d")  # who asked; were a unit's address dead, nobody could say any more who is to be told
TRACE = "Received: from mx{number}.prov.example by mail.prov.example; Mon, 30 Nov 2026 10:00:00 +0100\r\n"
QUOTE = "\n\nDen 30 nov. 2026 10:00 skrev Provkommunen <ventil@prov.example>:\n> Hej!\n> Vi har fått ditt ärende.\n"
REPORT = """\
--B
Content-Type: text/plain; charset=us-ascii

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.prov.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} not here

--B--
"""


@dataclass(frozen=True)
class WrittenMail:
    """A mail to one address of ours, its bytes, and what the checker is told of it (see `MailLine`)."""

    message_id: str
    address: str
    mark: str
    becomes: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True)
class MailboxServer:
    """The mail server of the house's mailbox, as another mail server hands mails over to it."""

    host: str
    port: int
    user: str
    password: str

    def take(self, raw: bytes) -> bool:
        """Give it a mail, once; return whether it has said that it has the mail."""
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            connection = MailBoxUnencrypted(self.host, self.port, timeout=PATIENCE)
            try:
                connection.login_utf8(self.user, self.password, initial_folder=None)
                connection.append(raw, INBOX)
                return True
            finally:
                connection.client.shutdown()
        return False


@dataclass
class MailWriter:
    """Writes one mail after the other: new matters, replies to letters of ours, and what programs write."""

    new_to: str
    sink: Path
    dice: random.Random
    _numbers: "count[int]" = field(default_factory=count)
    _answered: set[str] = field(default_factory=set)

    def write(self) -> WrittenMail:
        """Return the next mail."""
        kind = self.dice.choices(("new", "reply", "automatic", "report"), (4, 6, 2, 1))[0]
        letter = self._letter_to_answer() if kind != "new" else None
        if letter is None:
            return self._new()
        headers = BytesHeaderParser(policy=compat32).parsebytes(letter.content)
        reply_to = OURS.search(str(headers["Reply-To"] or ""))
        if kind == "report" and OURS.fullmatch(letter.sender):
            return self._report(letter)
        if reply_to is None:
            return self._new()
        more = {"In-Reply-To": str(headers["Message-ID"])}
        if kind == "automatic":
            mark = self._mark("Jag är borta")
            more |= {"Auto-Submitted": "auto-replied", "Precedence": "bulk"}
            return self._mail(letter.recipients[0], reply_to[0], mark, mark, ("automatic",), **more)
        mark = self._mark("Svar")
        return self._mail(letter.recipients[0], reply_to[0], mark, mark + QUOTE, PERSONAL, **more)

    def _new(self) -> WrittenMail:
        mark = self._mark("Lampan lyser inte")
        sender = f"{mark.rpartition(' ')[2]}@prov.example"
        return self._mail(f"Rut <{sender}>", self.new_to, mark, "Den vid bron.", ("case",))

    def _report(self, letter: SunkMail) -> WrittenMail:
        is_of_the_house = not OUTSIDER.match(letter.recipients[0])
        status, action = self.dice.choice((FULL, SLOW) if is_of_the_house else (GONE, FULL, SLOW))
        report = REPORT.format(address=letter.recipients[0], status=status, action=action)
        message_id, words = self._message_id(self._mark("report")), "Undelivered Mail Returned to Sender"
        head = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.prov.example\nTo: {letter.sender}\nSubject: {words}\n"
        head += f"Message-ID: <{message_id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        head += 'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        raw = (head + report).replace("\n", "\r\n").encode()
        return WrittenMail(message_id, letter.sender.lower(), "", ("bounce",), raw)

    def _mail(
        self, sender: str, to: str, mark: str, text: str, becomes: tuple[str, ...], **headers: str
    ) -> WrittenMail:
        """Return a mail whose subject is its mark: a reply about a case that has ended begins one of that title."""
        message_id, mail = self._message_id(mark), EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, mark
        mail["Date"], mail["Message-ID"] = datetime.now(UTC), f"<{message_id}>"
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(text)
        raw = mail.as_bytes().replace(b"\n", b"\r\n")
        return WrittenMail(message_id, to.lower(), mark, becomes, raw)

    def _letter_to_answer(self) -> SunkMail | None:
        """Return one of the latest letters that came out and that was not answered yet; None when there is none."""
        names = sorted(path.name for path in self.sink.glob("*.mail"))[-LATEST:]
        unanswered = [name for name in names if name not in self._answered]
        if not unanswered:
            return None
        name = self.dice.choice(unanswered)
        self._answered.add(name)
        return read_mail(self.sink / name)

    def _mark(self, what: str) -> str:
        return f"{what} m{next(self._numbers)}"

    def _message_id(self, mark: str) -> str:
        return f"{mark.rpartition(' ')[2]}.{self.dice.randbytes(8).hex()}@hemma.example"


def copies_of(mail: WrittenMail, number: int) -> Iterator[bytes]:
    """Yield what is handed over: every third mail three times, the last time with the trace of another way."""
    yield mail.raw
    if number % EVERY_THIRD == 0:
        yield mail.raw
        yield TRACE.format(number=number).encode() + mail.raw


@dataclass
class Postman:
    """Gives mails to the mail server until it has taken them, and journals both."""

    server: MailboxServer
    journal: Journal
    gives_up_at: float = float("inf")  # of time.monotonic()
    rest: float = REST
    not_taken: list[str] = field(default_factory=list)

    def bring(self, mail: WrittenMail, copies: Iterable[bytes]) -> None:
        """Give each of these copies to the mail server, again and again until it says that it has it."""
        for raw in copies:
            self._note(OFFERED, mail)
            while not self.server.take(raw):
                if time.monotonic() > self.gives_up_at:
                    self.not_taken.append(f"the mailbox never took the mail {mail.message_id}")
                    return
                time.sleep(self.rest)
            self._note(TAKEN, mail)

    def _note(self, step: str, mail: WrittenMail) -> None:
        self.journal.append(MailLine(step, mail.message_id, mail.address, mail.mark, mail.becomes, datetime.now(UTC)))


def main() -> None:
    """Write and bring mails until standard input ends."""
    setup = json.loads(sys.argv[1])
    writer = MailWriter(setup["new_to"], Path(setup["sink"]), random.Random(f"{setup['seed']}/mails"))
    journal = Journal(Path(setup["journal"]))
    postman = Postman(MailboxServer(**setup["server"]), journal)
    stop = threading.Event()

    def work() -> None:
        for number in count(1):
            if stop.wait(PAUSE):
                return
            mail = writer.write()
            postman.bring(mail, copies_of(mail, number))

    thread = threading.Thread(target=work)
    thread.start()
    sys.stdin.read()
    postman.gives_up_at = time.monotonic() + LAST_TRIES
    stop.set()
    thread.join()
    journal.close()
    print(json.dumps(postman.not_taken))


if __name__ == "__main__":
    main()
