"""The mails of the chaos are what they are taken for, and every run meets the faults of the mailbox."""

import random
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from support.inbound.mails_in import OURS, read

from notifications.inbound.reading.fingerprint import content_hash
from notifications.inbound.reading.headers import head_and_body
from notifications.inbound.reading.what_a_mail_says import MailKind, ReadMail
from proof.chaos.clients.mailing import MailWriter, Postman, WrittenMail, copies_of
from proof.chaos.faults.schedule import OF_THE_MAILBOX, schedule
from proof.chaos.kinds import EMBEDDED, GROWN_UP, HouseKind
from proof.checker import Journal, SunkMail, store_mail
from proof.checker.evidence.mails import OFFERED, TAKEN, mail_lines_in

ADDRESS = "arende+{}.abcdefghijklmnopqrstuvwxyz@prov.example"
KINDS = {("comment", "answer", "case"): MailKind.REPLY, ("case",): MailKind.REPLY, ("automatic",): MailKind.AUTO}


@pytest.mark.parametrize("kind", [GROWN_UP, EMBEDDED], ids=["many processes", "one process"])
@pytest.mark.parametrize("seed", range(20))
def test_a_short_run_meets_each_fault_of_the_mailbox(kind: HouseKind, seed: int) -> None:
    planned = {one.name for one in schedule(kind.deck(120), 120, seed)}
    assert planned >= OF_THE_MAILBOX.keys()


def test_the_faults_of_the_mailbox_excuse_no_letter_that_is_sent_twice() -> None:
    assert all(fault.far_from_letters and not fault.doubles for fault in OF_THE_MAILBOX.values())


def test_each_mail_says_what_the_checker_is_told(tmp_path: Path) -> None:
    for number in range(30):
        head = f"Reply-To: {ADDRESS.format(number)}\r\nMessage-ID: <{number}.x@prov.example>\r\n\r\nHej"
        bounces_to = ADDRESS.format(f"studs-{number}")
        store_mail(tmp_path, SunkMail(datetime.now(UTC), (f"k{number}@prov.example",), head.encode(), bounces_to))
    writer = MailWriter("arende@prov.example", tmp_path, random.Random(4))
    mails = [writer.write() for _ in range(40)]
    assert {mail.becomes for mail in mails} == {*KINDS, ("bounce",)}
    seen = Counter[tuple[str, ...]]()
    for mail in mails:
        seen[mail.becomes] += 1
        if seen[mail.becomes] <= 1:  # a process is started for each that is read
            _is_as_told(mail, read(mail.raw, ours=OURS))
    assert len({mail.message_id for mail in mails}) == len(mails)


def _is_as_told(mail: WrittenMail, said: ReadMail) -> None:
    assert (said.message_id, said.recipients) == (mail.message_id, (mail.address,))
    assert said.kind is KINDS.get(mail.becomes, MailKind.BOUNCE) or said.kind is MailKind.DELAY
    assert said.subject == mail.mark or not mail.mark
    assert mail.becomes == ("case",) or said.words == mail.mark


def test_every_third_mail_is_handed_over_three_times_once_by_another_way(tmp_path: Path) -> None:
    writer = MailWriter("arende@prov.example", tmp_path, random.Random(1))
    mails = [list(copies_of(writer.write(), number)) for number in range(1, 7)]
    assert [len(copies) for copies in mails] == [1, 1, 3, 1, 1, 3]
    first, again, other_way = mails[2]
    assert first == again != other_way
    assert content_hash(*head_and_body(first)) == content_hash(*head_and_body(other_way))


def test_a_mail_counts_as_taken_once_the_server_has_said_so(tmp_path: Path) -> None:
    answers = iter([False, False, True, True])

    class ServerThatSaysNoTwice:
        def take(self, _raw: bytes) -> bool:
            return next(answers)

    journal, mail = Journal(tmp_path / "journal"), WrittenMail("1@x.example", "a@b.example", "Hej", ("case",), b"")
    postman = Postman(ServerThatSaysNoTwice(), journal, rest=0.0)  # type: ignore[arg-type]
    postman.bring(mail, [b"", b""])
    assert [line.step for line in mail_lines_in(tmp_path / "journal")] == [OFFERED, TAKEN, OFFERED, TAKEN]
    postman.server.take = lambda _raw: False  # type: ignore[method-assign]
    postman.gives_up_at = 0.0
    postman.bring(mail, islice([b"", b""], 2))
    assert postman.not_taken == ["the mailbox never took the mail 1@x.example"]
    assert [line.step for line in mail_lines_in(tmp_path / "journal")][4:] == [OFFERED]
