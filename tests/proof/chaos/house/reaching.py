"""Connections of the proof itself to the servers of a run, each with a timeout."""

import psycopg
import redis
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

CONNECTS_WITHIN, ANSWERS_WITHIN = 5, 30  # seconds
QUICK = 2.0
OPTIONS = f"-c statement_timeout={ANSWERS_WITHIN}s"
ON_POSTGRESQL = {"connect_timeout": CONNECTS_WITHIN, "options": OPTIONS}


def engine_of(url: str) -> Engine:
    """Return an engine that keeps no connection open."""
    return create_engine(url, poolclass=NullPool, connect_args={} if url.startswith("sqlite") else ON_POSTGRESQL)


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Return a connection to PostgreSQL that commits each statement; `url` is SQLAlchemy's."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    return psycopg.connect(plain, autocommit=True, connect_timeout=CONNECTS_WITHIN, options=OPTIONS)


def quick_redis(url: str) -> redis.Redis:
    """Return a client of Redis; a call that takes longer than two seconds raises `redis.TimeoutError`."""
    return redis.Redis.from_url(url, socket_timeout=QUICK, socket_connect_timeout=QUICK)
