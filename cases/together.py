"""An event, its words and its work row in one statement, where the database can: three trips fewer to PostgreSQL."""

from functools import cache
from typing import Any

from sqlalchemy import CTE, Insert, Table, bindparam, insert, select
from sqlalchemy.orm import Session

from cases.database import Base, now, table_of
from cases.wire import Work
from cases.words import Words

Row = dict[str, Any]


def insert_together(session: Session, event: type[Base], row: Row, words: list[Row], work: Row | None) -> int:
    """Insert one event with its words and, when it is to be told, its work row; give the event's id.

    PostgreSQL only. `words` and `work` come without the event's id.
    """
    values = {f"event_{name}": value for name, value in row.items()}
    for number, said in enumerate(words):
        values |= {f"words{number}_{name}": value for name, value in said.items()}
    values |= {f"work_{name}": value for name, value in (work or {}).items()}
    statement = _statement(event, tuple(row), tuple(map(tuple, words)), tuple(work or ()))
    return int(session.connection().execute(statement, values).scalar_one())


@cache
def _statement(
    event: type[Base], row: tuple[str, ...], words: tuple[tuple[str, ...], ...], work: tuple[str, ...]
) -> Any:
    table = table_of(event)
    given = {name: bindparam(f"event_{name}", type_=table.c[name].type) for name in row}
    happened = insert(table).values(**given, recorded_at=now()).returning(table.c.id).cte("happened")
    beside = [_beside(table_of(Words), f"words{n}", names, happened).cte(f"said{n}") for n, names in enumerate(words)]
    if work:
        beside.append(_beside(table_of(Work), "work", work, happened, recorded_at=now()).cte("todo"))
    return select(happened.c.id).add_cte(*beside)


def _beside(table: Table, prefix: str, names: tuple[str, ...], happened: CTE, **constants: Any) -> Insert:
    given = [bindparam(f"{prefix}_{name}", type_=table.c[name].type) for name in names]
    picked = select(happened.c.id, *given, *constants.values())
    return insert(table).from_select(["event_id", *names, *constants], picked)
