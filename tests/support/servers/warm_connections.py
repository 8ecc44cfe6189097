"""Connections to PostgreSQL that outlive a test: a new one knows no catalog, and learns it query by query."""

import os
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg


class WarmConnections:
    """Keeps the connections that engines of this process close, for engines that connect to the same database.

    Only to databases that were `warm_up`: their tests come and go, and the databases stay.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._idle: dict[str, dict[object, list[Any]]] = {}
        self._keys: WeakKeyDictionary[Any, tuple[str, object]] = WeakKeyDictionary()
        self._connect, self._close = PGDialect_psycopg.connect, PGDialect_psycopg.do_close

    def install(self, replace: Callable[[object, str, object], None]) -> None:
        """Let every engine ask here first; `replace` is the `setattr` of a `MonkeyPatch`."""
        replace(PGDialect_psycopg, "connect", lambda dialect, *given, **named: self._opened(dialect, given, named))
        replace(PGDialect_psycopg, "do_close", lambda dialect, connection: self._closed(dialect, connection))

    def warm_up(self, name: str) -> None:
        """Keep connections to the database of this name from now on."""
        self._idle.setdefault(name, defaultdict(list))

    def processes(self, name: str) -> list[int]:
        """Return the server's processes for the connections to this database that nobody uses."""
        idle = self._idle.get(name, {})
        return [one.info.backend_pid for kept in idle.values() for one in kept if not one.closed]

    def end(self, name: str) -> None:
        """Close the connections to this database, and keep none from now on."""
        for kept in self._idle.pop(name, {}).values():
            for connection in kept:
                self._keys.pop(connection, None)
                connection.close()

    def _opened(self, dialect: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        name = named.get("dbname", "")
        idle = self._idle.get(name)
        if idle is None or os.getpid() != self._process:
            return self._connect(dialect, *given, **named)
        asked = {word: value for word, value in named.items() if word != "context"}
        key = given, tuple(sorted(asked.items())), dialect  # the context is the dialect's own
        while idle[key]:
            connection = idle[key].pop()
            if not connection.closed:
                return connection
        connection = self._connect(dialect, *given, **named)
        self._keys[connection] = name, key
        return connection

    def _closed(self, dialect: Any, connection: Any) -> None:
        name, key = self._keys.get(connection, ("", None))
        idle = self._idle.get(name)
        if idle is not None and os.getpid() == self._process and _made_like_new(connection):
            idle[key].append(connection)
        else:
            self._keys.pop(connection, None)
            self._close(dialect, connection)


def _made_like_new(connection: Any) -> bool:
    """Take back what was set on the connection; return False when the server does not answer."""
    if connection.closed:
        return False
    try:
        connection.rollback()
        connection._notice_handlers.clear()
        connection._notify_handlers.clear()
        connection.isolation_level = connection.read_only = connection.deferrable = None
        connection.autocommit = True
        connection.execute("DISCARD ALL", prepare=False)
        connection._prepared._counts.clear()
        connection.autocommit = False
    except psycopg.Error:
        return False
    return True
