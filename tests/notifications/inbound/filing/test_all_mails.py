"""All mails of the collections become what they must, once, whoever dies in between and however often they come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import select
from support.inbound.incoming_mail import PATTERN, MailHouse
from support.inbound.mails_in import DATA, OURS, expected_mails
from support.letters.letter_answers import letters_to

from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.states import State
from notifications.inbound.filing import filing
from notifications.inbound.filing.queue import file_some
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.reading.reading import read_mail
from notifications.inbound.reading.what_a_mail_says import ReadMail
from notifications.inbound_mail import InboundMail, InboundOutcome
from notifications.letters.reply_addresses import reply_addresses
from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import snapshot_of
from proof.checker.invariants.inbound import machines_are_unanswered, mails_end_once
from workers.processes.embedded import void_leases

FOLDERS = {"mails": ("fragar@prov.example", "ventil@ventil.test"), "more_mails": ("britta@byn.example", OURS.mail_from)}
BECOMES = {
    "reply": {InboundOutcome.COMMENT, InboundOutcome.ANSWER, InboundOutcome.CASE},
    "invite": {InboundOutcome.COMMENT, InboundOutcome.ANSWER, InboundOutcome.CASE},
    "bounce": {InboundOutcome.BOUNCE},
    "delay": {InboundOutcome.BOUNCE},
    "auto": {InboundOutcome.AUTOMATIC},
    "loop": {InboundOutcome.AUTOMATIC},
}
FILED = {InboundOutcome.COMMENT, InboundOutcome.ANSWER}
TRACE = b"Received: from b.example by c.example\n"


@cache
def read_once(raw: bytes, **known: Any) -> ReadMail:
    """Read the mail in a process of its own, once in this run of the tests: it says the same on both databases."""
    return read_mail(raw, **known)


def read_without_trace(raw: bytes, **known: Any) -> ReadMail:
    """Read the mail; what its copies say differs in nothing, as the tests of the fingerprint show."""
    return read_once(raw.removeprefix(TRACE), **known)


class ProcessKilled(BaseException):
    """The process is killed: nothing catches it, and nothing is finished."""


@contextmanager
def killed_each_third() -> Iterator[None]:
    """Let each third mail kill its process when all about it is written and nothing is committed."""
    finish: Callable[..., Any] = filing.file_mail
    filed = count(1)

    def dying(*given: Any) -> None:
        finish(*given)
        if next(filed) % 3 == 0:
            raise ProcessKilled

    queue = "notifications.inbound.filing.queue"
    with patch(f"{queue}.file_mail", dying), patch(f"{queue}.read_mail", read_without_trace):
        yield


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_mail_becomes_one_thing_once(mails: MailHouse, folder: str) -> None:
    asks, mail_from = FOLDERS[folder]
    mails.web.settings = replace(mails.web.settings, mail_from=mail_from)
    mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC), reporter=Reporter(name="Den som frågade", email=asks))
    mails.count_letters_to("officer")
    addresses = reply_addresses(mails.web.settings)
    number = _letter_number(mails, asks)
    numbers: dict[str, int] = {}
    for place, name in enumerate(expected_mails(folder)):
        raw = (DATA / folder / f"{name}.eml").read_bytes()
        raw = raw.replace(b"{token}", addresses.for_reply(number).encode())
        raw = raw.replace(b"{bounce}", addresses.for_bounce(number).encode())
        copies = [raw, raw, TRACE + raw] if place % 3 == 0 else [raw]
        with mails.web.database.transaction() as session:
            kept = [keep(session, ReceivedMail(copy, "a test")) for copy in copies]
        numbers[name] = kept[0] or 0
        assert [one is None for one in kept] == [False, True, False][: len(kept)]
    with killed_each_third():
        while _worked(mails):
            pass
    _all_are_as_expected(mails, folder, numbers)
    with snapshot_of(mails.web.settings.database_url) as snapshot:
        assert not list(mails_end_once(snapshot, Outside()))
        assert not list(machines_are_unanswered(snapshot, Outside()))


def _worked(mails: MailHouse) -> bool:
    """Let a process file what waits; when it is killed, another one begins as `ventil up` does."""
    try:
        return file_some(mails.web.database, mails.web.settings) > 0
    except ProcessKilled:
        void_leases(mails.web.database)
        return True


def _letter_number(mails: MailHouse, asks: str) -> int:
    folder = mails.web.settings.var / "mailbox"
    assert folder.exists()
    [number] = {
        int(str(letter["Reply-To"]).partition("+")[2].partition(".")[0]) for letter in letters_to(mails.web, asks)[-1:]
    }
    return number


def _all_are_as_expected(mails: MailHouse, folder: str, numbers: dict[str, int]) -> None:
    with mails.web.database.reading() as session:
        rows = session.scalars(select(InboundMail).order_by(InboundMail.id)).all()
        types = dict(session.execute(select(Event.seq, Event.type).where(Event.stream == 1)).all())
    assert not [row.id for row in rows if row.outcome in {InboundOutcome.WAITING, InboundOutcome.SET_ASIDE}]
    doubles = [row for row in rows if row.outcome is InboundOutcome.DOUBLE]
    assert len(doubles) == len(rows) - len(numbers)
    for name, expected in expected_mails(folder).items():
        row = mails.row(numbers[name])
        assert row.outcome in BECOMES[expected["kind"]], name
        words = expected.get("new", expected.get("words"))
        if row.outcome in FILED and words:
            expected_words = words.replace("{token}", PATTERN.format(token="-")).strip()
            assert mails.words_of(row)["note"] == expected_words, name
    said = [seq for seq, type_ in types.items() if type_ in {"case.commented", "case.answered"}]
    assert len(said) == sum(row.outcome in FILED and row.case_id == 1 for row in rows)
