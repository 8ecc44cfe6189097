"""Compiled SQL is kept for all engines of a test process, of which each test opens its own."""

from functools import cache
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

ROOM = 10_000  # statements


def _what_it_compiles(dialect: Any) -> tuple[object, ...]:
    """Return what the text of a statement depends on: two dialects in which it is the same compile it alike."""
    return type(dialect), dialect._json_serializer, dialect.paramstyle, dialect._json_deserializer


def are_equal(dialect: DefaultDialect, other: object) -> bool:
    """Set as `DefaultDialect.__eq__`, it lets caches whose keys have a dialect find what an equal one has compiled."""
    return dialect is other or (
        isinstance(other, DefaultDialect) and _what_it_compiles(dialect) == _what_it_compiles(other)
    )


def hash_of(dialect: DefaultDialect) -> int:
    """Set as `DefaultDialect.__hash__`: equal for equal dialects."""
    return hash(_what_it_compiles(dialect))


@cache
def _cache_of(_dialect: DefaultDialect) -> LRUCache[Any, Any]:
    return LRUCache(ROOM)


class SharedStatements:
    """Set as `Engine._compiled_cache`, it gives every engine the cache of its kind of dialect."""

    def __get__(self, engine: Engine, _owner: type[Engine]) -> LRUCache[Any, Any]:
        return _cache_of(engine.dialect)

    def __set__(self, _engine: Engine, _own: object) -> None:
        """Leave out the cache that an engine makes for itself."""
