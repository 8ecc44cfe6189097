"""The relay: events planned into deliveries per second, compared with plain SQL in batches of the same size."""

import time
from typing import Any

from sqlalchemy import text

from bench.ground.bench import Bench
from bench.ground.houses import MeasuredHouse
from bench.measures.mailing import hand_in_many
from bench.table import BenchRow, Target, compared
from workers.relay.relay import POLICY, relay_some

ADDRESS = "INSERT INTO address (email_normalised, email) VALUES (%s, %s) RETURNING id"
DELIVERY = """INSERT INTO delivery
(occasion, recipient, channel, letter, locale, address_id, party_id, context, outcome, created_at, claims, attempts)
VALUES (%s, %s, 'mail', 'receipt', 'sv', %s, %s, '{"audience": "reporter"}', 'waiting', now(), 0, 0) RETURNING id"""
LINE = "INSERT INTO delivery_line (delivery_id, event_id, audience, letter) VALUES (%s, %s, 'reporter', 'receipt')"
DONE = "UPDATE work SET done_at = now(), claims = 1 WHERE id = ANY(%s)"
OPEN_WORK = """SELECT work.id, work.event_id, party.id, party.email FROM work
JOIN "case" ON "case".id = work.stream JOIN party ON party.id = "case".reporter_id
WHERE work.done_at IS NULL ORDER BY work.id"""


def relaying(bench: Bench) -> list[BenchRow]:
    """Measure how many events per second one relay plans."""
    count, pairs = bench.some(1500), []
    for _ in range(bench.rounds):
        houses = plain, ours = bench.house("postgresql"), bench.house("postgresql")
        for house in houses:
            hand_in_many(house, count)
        pairs.append((count / _floor(plain), count / _planned(ours)))
        for house in houses:
            bench.drop(house)
    return [compared("events planned by one relay", "PostgreSQL", "per second", pairs, Target(0.3, least=True))]


def _planned(house: MeasuredHouse) -> float:
    began = time.perf_counter()
    while relay_some(house.database) is not None:
        pass
    return time.perf_counter() - began


def _floor(house: MeasuredHouse) -> float:
    """Write address, delivery and line for each event, and mark its outbox entry, in batches; return the seconds."""
    with house.database.reading() as session:
        works = session.execute(text(OPEN_WORK)).all()
    engine = house.database.engine
    began = time.perf_counter()
    for start in range(0, len(works), POLICY.batch):
        with engine.begin() as connection:
            _plan(connection.connection.driver_connection, works[start : start + POLICY.batch])
    return time.perf_counter() - began


def _plan(driver: Any, works: Any) -> None:
    with driver.cursor() as cursor:
        emails = [(email, email) for _, _, _, email in works]
        addresses = _insert(cursor, ADDRESS, emails)
        rows = [(f"event:{event_id}", f"address:{address}", address, party)
                for (_, event_id, party, _), address in zip(works, addresses, strict=True)]  # fmt: skip
        deliveries = _insert(cursor, DELIVERY, rows)
        cursor.executemany(LINE, [(delivery, work[1]) for delivery, work in zip(deliveries, works, strict=True)])
        cursor.execute(DONE, ([work[0] for work in works],))


def _insert(cursor: Any, statement: str, rows: list[Any]) -> list[int]:
    """Insert the rows with one round trip; return their ids."""
    cursor.executemany(statement, rows, returning=True)
    ids = [cursor.fetchone()[0]]
    while cursor.nextset():
        ids.append(cursor.fetchone()[0])
    return ids
