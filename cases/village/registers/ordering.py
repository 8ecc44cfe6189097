"""The orders in which a register can stand, and where in an order a page of it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, collate, func, or_
from sqlalchemy.orm import Session

from cases.database.cursors import decode_cursor, encode_cursor
from cases.village.registers.entry import RegisterEntry
from cases.village.registers.filters import CASE, RegisterOrder, is_late

AFTER_Z = {"Å": "{", "å": "{", "Ä": "|", "ä": "|", "Ö": "}", "ö": "}"}  # signs that follow z, in Swedish order
BY_SIGNS = {"postgresql": "C", "sqlite": "BINARY"}  # the collations that compare signs by their number
NO_DAY = date(1, 1, 1)


@dataclass(frozen=True)
class OrderKey:
    """One thing by which a register is ordered: it has a value for each row, never NULL."""

    value: ColumnElement[Any]
    downwards: bool = False

    @property
    def ordered(self) -> ColumnElement[Any]:
        """What stands in ORDER BY."""
        return self.value.desc() if self.downwards else self.value.asc()

    def goes_on(self, last: Any) -> ColumnElement[bool]:
        """Return the condition that a row stands after one with this value."""
        after: ColumnElement[bool] = self.value < last if self.downwards else self.value > last
        return after


def keys_of(session: Session, order: RegisterOrder, now: datetime) -> list[OrderKey]:
    """Return by what the rows of `listing.ROWS` are ordered, the first thing first; the last differs in each row."""
    first: dict[RegisterOrder, list[OrderKey]] = {
        RegisterOrder.LATE: [OrderKey(case((is_late(now), 0), else_=1))],
        RegisterOrder.PLACE: [
            OrderKey(case((CASE.place.is_(None), 1), else_=0)),
            OrderKey(_in_swedish(session, func.coalesce(CASE.place_name, ""))),
        ],
        RegisterOrder.TITLE: [OrderKey(_in_swedish(session, CASE.title))],
        RegisterOrder.ANSWER: [OrderKey(func.coalesce(RegisterEntry.answered_on, NO_DAY), downwards=True)],
    }
    newest = [OrderKey(CASE.received_on, downwards=True), OrderKey(CASE.id, downwards=True)]
    return [*first.get(order, []), *newest]


def after_values(keys: Sequence[OrderKey], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row stands after the one with these values, one for each key."""
    alike = [key.value == value for key, value in zip(keys, last, strict=True)]
    further = (key.goes_on(value) for key, value in zip(keys, last, strict=True))
    return or_(*(and_(*alike[:number], condition) for number, condition in enumerate(further)))


@dataclass(frozen=True)
class RegisterPlace:
    """Where a page ended: after this case, which came in on that day, None where the order asks for more than the day.

    Then the case is looked up: a cursor holds nothing that is hidden from everybody, such as the signs of a title.
    """

    case_id: int
    received_on: date | None = None


def cursor_after(order: RegisterOrder, received_on: date, case_id: int) -> str:
    """Return the cursor of the page after this case."""
    return encode_cursor(received_on.isoformat() if order is RegisterOrder.NEWEST else order, case_id)


def read_place(cursor: str, order: RegisterOrder) -> RegisterPlace | None:
    """Return where the page with this cursor begins; None when it is none of a register in this order."""
    try:
        what, case_id = decode_cursor(cursor)
        if order is RegisterOrder.NEWEST:
            return RegisterPlace(case_id, date.fromisoformat(what))
    except (ValueError, TypeError):
        return None
    return RegisterPlace(case_id) if what == order else None


def _in_swedish(session: Session, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the key of a text in Swedish order, whatever order the database has for texts."""
    key: ColumnElement[Any] = text
    for sign, after_z in AFTER_Z.items():
        key = func.replace(key, sign, after_z)
    return collate(func.lower(key), BY_SIGNS[session.get_bind().dialect.name])
