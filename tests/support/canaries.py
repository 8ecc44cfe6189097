"""Canaries: texts that are looked for everywhere, once what held them was erased."""

import email
import email.policy
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import text
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.servers.services import plain_url

from cases.database.transactions import Database
from notifications.sending.sending import transport_from
from workers.relay.draining import drain_deliveries, drain_outbox

CANARY, PHONE = "kanarie", "0765432198"
FORMER, FORMER_PHONE = "bofink", "0761234567"  # what was corrected before the erasing
SIGNS = (CANARY, PHONE, "0765-43 21 98", FORMER, FORMER_PHONE)

LOOKS, LOOKS_EVERY = 50, 0.1  # seconds
KEPT_DEAD = re.compile(r"[1-9]\d* dead row versions cannot be removed yet")

DECISION = "KS 2026/17"


def send(web: Web) -> None:
    """Plan and send all letters."""
    drain_outbox(web.database)
    drain_deliveries(web.database, transport_from(web.settings))


def erase_all(web: Web, ref: str) -> None:
    """Tick every box of the page for erasing, as a person does."""
    contact = visitor(web, "contact")
    seqs = [str(event.seq) for event in web.house.events(ref)]
    form = {"event": seqs, "reporter": "1", "decision": DECISION}
    assert contact.send(f"/arenden/{ref}/radera", **form).status_code == 303


def holds(content: bytes) -> list[str]:
    """Return the signs that the bytes hold, as they are or as PostgreSQL writes bytes in a dump."""
    lower = content.lower()
    return [sign for sign in SIGNS if sign.encode() in lower or sign.encode().hex().encode() in lower]


def on_disk(web: Web, folder: Path) -> dict[str, list[str]]:
    """Return which signs each file holds: the database's after a vacuum, attachments, and letters, decoded."""
    vacuumed = {"sqlite": vacuumed_sqlite, "postgresql": vacuumed_postgresql}
    database_files = vacuumed[web.database.engine.dialect.name](web)
    contents = {str(path): path.read_bytes() for path in database_files}
    for path in folder.rglob("*"):
        if path.is_file() and path not in database_files:
            contents[str(path)] = path.read_bytes() + decoded(path)
    return {name: found for name, content in contents.items() if (found := holds(content))}


def decoded(path: Path) -> bytes:
    """Return what a letter says, nothing for any other file."""
    if path.suffix != ".eml":
        return b""
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(letter["To"]), str(letter["Subject"]), *parts]).encode()


def vacuumed_sqlite(web: Web) -> list[Path]:
    """Vacuum the database; return its files."""
    path = Path(str(web.database.engine.url.database))
    web.database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return [found for found in path.parent.iterdir() if found.name.startswith(path.name)]


def vacuumed_postgresql(web: Web) -> list[Path]:
    """Vacuum the database; return its files.

    Again while it keeps dead rows for a transaction that sees them still: one of another database, when somebody is
    just connecting.
    """
    url = plain_url(web.database.engine.url.render_as_string(hide_password=False))
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("SET statement_timeout = 0")
        told: list[str] = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_detail or ""))
        for _ in range(LOOKS):
            told.clear()
            connection.execute("VACUUM (FULL, ANALYZE, VERBOSE)")
            connection.execute("VACUUM (FULL, VERBOSE) pg_statistic")
            if not any(KEPT_DEAD.match(detail) for detail in told):
                break
            time.sleep(LOOKS_EVERY)
        connection.execute("CHECKPOINT")
        [folder] = connection.execute("SHOW data_directory").fetchone()
        [oid] = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return [path for path in (Path(folder) / "base" / str(oid)).iterdir() if path.is_file()]


def dumped(database: Database) -> bytes:
    """Return every row of every table as text."""
    with database.reading() as session:
        names = session.execute(text(TABLES[database.engine.dialect.name])).scalars().all()
        rows = [[tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}"'))] for name in names]
    return repr(rows).encode()


TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words_search%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
