"""Seams about held letters: a line that the digest leaves out, and lines that are told in it and once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.database.queries import fetch_rows
from notifications.deliveries import Delivery, Outcome
from notifications.planning.held import digests
from workers.relay import held_letters


@contextmanager
def a_held_line_is_lost() -> Iterator[None]:
    """Let the digest take what all held letters tell but the last line."""

    def but_the_last(session: Session, query: Any, parameters: dict[str, Any]) -> Any:
        rows = fetch_rows(session, query, parameters)
        return rows[:-1] if query is digests.LINES and len(rows) > 1 else rows

    with patch.object(digests, "fetch_rows", but_the_last):
        yield


@contextmanager
def a_held_line_is_told_twice() -> Iterator[None]:
    """Send the held letters themselves too, once the digest stands."""
    make_digest = digests.make_digest
    again = {"outcome": Outcome.WAITING, "reason": None, "finished_at": None, "held_for": None}

    def and_let_go(session: Session) -> int | None:
        made = make_digest(session)
        held = select(Delivery.id).where(Delivery.reason.like("told in digest %"))
        session.execute(update(Delivery).where(Delivery.id.in_(held)).values(**again))
        return made

    with patch.object(held_letters, "make_digest", and_let_go):
        yield
