"""A pool of databases on PostgreSQL: what a test changed in a copy is put back, which costs less than another copy.

Whatever else a test may have done to its copy is seen (by the catalogs, and by who is still connected): then the copy
is dropped.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import psycopg
from support.servers import services
from support.servers.warm_connections import WarmConnections

MOST_USES, MOST_IDLE = 25, 6
PATIENCE, LOOKS_EVERY = 2.0, 0.002  # seconds
CATALOGS = ("class", "attribute", "proc", "trigger", "constraint", "index", "type", "namespace", "statistic", "policy")
TABLES = """SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid"""
SEQUENCES = "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences ORDER BY 1"
OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)"""
SETTINGS = """SELECT count(*), 0 FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"""
NEXT_ID = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


class CopyIsSpoiled(Exception):
    """Something about the copy cannot be put back."""


@dataclass(frozen=True)
class _Template:
    """What every copy of a template holds: its rows as COPY writes them, its sequences, and what catalogs it has."""

    tables: tuple[str, ...]
    counts: tuple[int, ...]
    rows: dict[str, bytes]
    sequences: tuple[tuple[Any, ...], ...]
    catalogs: list[tuple[Any, ...]]

    @property
    def newest_rows(self) -> bytes:
        """The query for the number of rows of each table, and the newest transaction that wrote one of them."""
        return _newest_in(self.tables)


class _Copy:
    """One copy, with a connection that does not ask triggers and foreign keys."""

    def __init__(self, server: str, name: str, template: str, warm: WarmConnections) -> None:
        self.name, self.template, self.warm, self.uses = name, template, warm, 0
        self.url = services.fresh_database(server, name, template=template)
        self.connection = psycopg.connect(services.plain_url(self.url), autocommit=True)
        self.connection.execute("SET session_replication_role = replica")
        self.written_before = self._next_id()
        warm.warm_up(name)

    def described(self) -> _Template:
        """Describe the template, of which nobody has changed this copy."""
        tables = tuple(name for (name,) in self.connection.execute(TABLES))
        counts = tuple(count for count, _ in self.connection.execute(_newest_in(tables)))
        rows = {table: self._rows_of(table) for table, count in zip(tables, counts, strict=True) if count}
        return _Template(tables, counts, rows, self._sequences(), self._catalogs())

    def put_back(self, template: _Template) -> None:
        """Put back what the template holds; raises `CopyIsSpoiled`, or an error of psycopg."""
        self._wait_for_others()
        if self._catalogs() != template.catalogs:
            raise CopyIsSpoiled(self.name)
        now = self.connection.execute(template.newest_rows, prepare=True).fetchall()
        changed = [
            table
            for table, count, (found, newest) in zip(template.tables, template.counts, now, strict=True)
            if found != count or (newest or 0) >= self.written_before
        ]
        if changed:
            self._empty(changed)
        for table in changed:
            if rows := template.rows.get(table):
                with self.connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                    copy.write(rows)
        for (name, start, value), (_, _, found) in zip(template.sequences, self._sequences(), strict=True):
            if value != found:
                self.connection.execute("SELECT setval(%s, %s, %s)", [name, value or start, value is not None])
        self.written_before = self._next_id()

    def _empty(self, tables: list[str]) -> None:
        """Delete all rows, and what is left of them: else new rows would stand in another order than in a new table."""
        with self.connection.transaction():
            for table in tables:
                self.connection.execute(f"DELETE FROM {table}".encode())
        self.connection.execute(f"VACUUM {', '.join(tables)}".encode())

    def _rows_of(self, table: str) -> bytes:
        with self.connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
            return b"".join(bytes(block) for block in copy)

    def _sequences(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(self.connection.execute(SEQUENCES, prepare=True).fetchall())

    def _catalogs(self) -> list[tuple[Any, ...]]:
        catalogs = _newest_in([f"pg_{name}" for name in CATALOGS])
        return self.connection.execute(catalogs + f" UNION ALL {SETTINGS}".encode(), prepare=True).fetchall()

    def _next_id(self) -> int:
        return int(self.connection.execute(NEXT_ID).fetchone()[0])

    def _wait_for_others(self) -> None:
        """Wait for the connections of the test to end: the server sees it a moment later."""
        end, idle = time.monotonic() + PATIENCE, [self.warm.processes(self.name)]
        while self.connection.execute(OTHERS, idle, prepare=True).fetchone()[0]:
            if time.monotonic() > end:
                raise CopyIsSpoiled(self.name)
            time.sleep(LOOKS_EVERY)


def _newest_in(tables: Any) -> bytes:
    one = "SELECT count(*), max(xmin::text::bigint) FROM {}"
    return " UNION ALL ".join(one.format(table) for table in tables).encode()


@dataclass
class DatabasePool:
    """The copies of one process of a test run, on one server; their names begin with `prefix`."""

    server: str
    prefix: str
    warm: WarmConnections
    _idle: OrderedDict[str, list[_Copy]] = field(default_factory=OrderedDict)
    _templates: dict[str, _Template] = field(default_factory=dict)

    def lend(self, template: str) -> _Copy:
        """Return a copy of this database that nobody else uses."""
        if found := self._idle.pop(template, []):
            copy = found.pop()
            if found:
                self._idle[template] = found
        else:
            copy = _Copy(self.server, f"{self.prefix}{services.uuid4().hex[:12]}", template, self.warm)
            if template not in self._templates:
                self._templates[template] = copy.described()
        copy.uses += 1
        return copy

    def take_back(self, copy: _Copy) -> None:
        """Keep the copy for another test, as it was, or drop it."""
        try:
            if copy.uses >= MOST_USES:
                raise CopyIsSpoiled(copy.name)
            copy.put_back(self._templates[copy.template])
        except (CopyIsSpoiled, psycopg.Error):
            return self._drop(copy)
        self._idle.setdefault(copy.template, []).append(copy)
        self._idle.move_to_end(copy.template)
        if sum(map(len, self._idle.values())) > MOST_IDLE:
            _, oldest = self._idle.popitem(last=False)
            for one in oldest:
                self._drop(one)

    def close(self) -> None:
        """Drop all copies."""
        for copies in self._idle.values():
            for copy in copies:
                self._drop(copy)
        self._idle.clear()

    def _drop(self, copy: _Copy) -> None:
        copy.connection.close()
        self.warm.end(copy.name)
        services.drop_database(self.server, copy.name)
