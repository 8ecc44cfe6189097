"""References of cases, such as 2026-0042, numbered by one counter a year."""

from collections.abc import Callable, Hashable, Mapping
from typing import Protocol, TypeVar

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, table_of
from cases.database.transactions import insert_of


class ReferenceCounter(Base):
    """The last number that was given out for references of one year (the local year in which a case was received)."""

    __tablename__ = "reference_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


COUNTER = table_of(ReferenceCounter)
NEXT_NUMBER = (  # a Core statement: it runs for each case, and the ORM would search the session for counters
    update(COUNTER).where(COUNTER.c.year == bindparam("of")).values(last=COUNTER.c.last + 1).returning(COUNTER.c.last)
)


Named = TypeVar("Named", bound=Hashable)


class NumberSource(Protocol):
    """Protocol of an object that gives out the numbers of references, which start from 1 in each local year.

    Its method `next_number` returns the next number of its argument `year`. Its argument `raise_counter` is a function
    that adds 1 to the year's counter in the database and returns the result. An `EntryWriter` calls it for each number,
    a `DeferredWriter` once for each year.
    """

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int: ...


def next_reference(numbers: NumberSource, year: int) -> str:
    """Return the next reference of this local year, such as 2026-0042.

    `numbers` gives out the number after the year. When that number comes from the database, the counter of the year
    stays locked until the transaction ends.
    """
    return reference_of(year, numbers.next_number(year, _raise_counter))


def reference_of(year: int, number: int) -> str:
    """Return the reference with this number of this year, such as 2026-0042."""
    return f"{year}-{number:04d}"


def references_of(session: Session, numbers: Mapping[Named, int]) -> dict[Named, list[str]]:
    """Return the references that have these numbers, one for each year that has any: dict by what names the number."""
    years = session.scalars(select(ReferenceCounter.year)).all()
    return {name: [reference_of(year, number) for year in years] for name, number in numbers.items()}


def store_last_numbers(session: Session, numbers: dict[int, int]) -> None:
    """Set the counters to the last numbers that were given out: dict of number by local year."""
    for year, last in numbers.items():
        session.execute(update(ReferenceCounter).where(ReferenceCounter.year == year).values(last=last))


def raise_counters(session: Session, numbers: dict[int, int]) -> None:
    """Let the counters go on above these numbers, which references from elsewhere have (dict of number by year)."""
    for year, number in numbers.items():
        session.execute(insert_of(session)(COUNTER).values(year=year, last=0).on_conflict_do_nothing())
        session.execute(update(COUNTER).where(COUNTER.c.year == year, COUNTER.c.last < number).values(last=number))


def _raise_counter(session: Session, year: int) -> int:
    connection = session.connection()
    number = connection.execute(NEXT_NUMBER, {"of": year}).scalar()
    if number is None:
        connection.execute(insert_of(session)(COUNTER).values(year=year, last=0).on_conflict_do_nothing())
        number = connection.execute(NEXT_NUMBER, {"of": year}).scalar_one()
    return int(number)
