"""One cache of compiled SQL for all engines of a test process, of which each test opens its own."""

from functools import cache
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

ROOM = 10_000  # statements


class _StatementCache(LRUCache[Any, Any]):
    """Finds a statement whichever of several equal dialects has compiled it: their keys begin with the dialect."""

    def get(self, key: tuple[object, ...], default: object = None) -> object:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[object, ...], compiled: object) -> None:
        super().__setitem__(key[1:], compiled)


@cache
def _cache_of(*_dialect: object) -> _StatementCache:
    return _StatementCache(ROOM)


def _shared(engine: Engine) -> _StatementCache:
    dialect = engine.dialect
    return _cache_of(type(dialect), dialect._json_serializer, dialect.paramstyle)


class SharedStatements:
    """Set as `Engine._compiled_cache`, it gives every engine the cache of its kind of dialect."""

    def __get__(self, engine: Engine, _owner: type[Engine]) -> _StatementCache:
        return _shared(engine)

    def __set__(self, _engine: Engine, _own: object) -> None:
        """Leave out the cache that an engine makes for itself."""
