"""Judging an installation that came to rest after a crash: the checker, `forgotten`, and the files on disk."""

import email
import email.policy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from cases.checks.forgotten import find_forgotten
from notifications.sending.local_mailbox import Mailbox
from proof.checker import Outside, SunkMail, Window, check, store_mail
from proof.crashes.house import Process, World

CASES = 'SELECT count(*) FROM "case"'
FILES = "SELECT key, sha256 FROM attachment"


@dataclass(frozen=True)
class Death:
    """Between which moments processes died, and how many letters may have been accepted but not recorded as sent."""

    since: datetime
    until: datetime
    in_flight: int


def breaches(process: Process, death: Death) -> list[str]:
    """Return a sentence for each breach that the checker, `forgotten` and the files on disk show."""
    world = process.world
    with TemporaryDirectory() as folder:
        sink = _sink(world, Path(folder))
        faults = (Window("crash", death.since, death.until),)
        outside = Outside(now=world.clock.now, sink=sink, faults=faults, doubles=death.in_flight)
        if world.mailbox is not None:
            outside = replace(outside, mails=world.mails, maildir=world.mailbox.mailbox.maildir)
        found = [str(breach) for breach in check(world.settings.database_url, outside)]
    with process.database.reading() as session:
        found += [str(breach) for breach in find_forgotten(session, world.clock.now)]
        found += _broken_files(world.settings.var, {row.key: row.sha256 for row in session.execute(text(FILES))})
        found += _torn_exports(world.settings.var, session.scalar(text(CASES)))
    return found


def _sink(world: World, folder: Path) -> Path:
    """Write all letters that came out into the folder, as the checker reads them, and return it."""
    for letter in _letters(world):
        store_mail(folder, letter)
    return folder


def _letters(world: World) -> Iterator[SunkMail]:
    for letter in world.mail.letters:
        yield SunkMail(letter.at, letter.recipients, letter.content)
    mailbox = Mailbox(world.settings.var / "mailbox")
    for one in mailbox.letters(limit=1000):
        content = (mailbox.folder / one.name).read_bytes()
        to = email.message_from_bytes(content, policy=email.policy.default)["To"]
        yield SunkMail(one.kept_at, (str(to),), content)


def _broken_files(var: Path, attachments: dict[str, str]) -> list[str]:
    """Return the attachments whose file is gone or has another hash than the database says."""
    return [
        f"attachment {key[:8]} is not what was attached" for key, sha in attachments.items() if _hash(var, key) != sha
    ]


def _hash(var: Path, key: str) -> str | None:
    path = var / "attachments" / key[:2] / key
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _torn_exports(var: Path, cases: int) -> list[str]:
    """Return the exports that have their final name, and lack cases."""
    lines = {path.name: len(path.read_text(encoding="utf-8-sig").splitlines()) for path in var.glob("export.csv")}
    return [f"{name} has {count - 1} cases, not {cases}" for name, count in lines.items() if count - 1 != cases]
