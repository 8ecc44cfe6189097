"""Many acts in one transaction, written with few statements: an import, or a day on which hundreds of cases close."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.writing.bulk import insert_many, values_of
from cases.history.journal import insert_numbered
from cases.history.writers import DeferredWriter
from cases.parties import Party
from cases.references import store_last_numbers

GATHERED = (Party, Case)  # in this order, since a case names its reporter


@contextmanager
def written_in_bulk(session: Session, memory: dict[Hashable, Any] | None = None) -> Iterator[DeferredWriter]:
    """Open a block whose acts write by the `Gathering` that it gives; all is written when the block ends.

    Nothing in the block may read what it writes. `memory` is what earlier blocks have found, if that still holds.
    """
    gathering = DeferredWriter(session, {} if memory is None else memory)
    yield gathering
    store_last_numbers(session, gathering.numbers)
    for model in GATHERED:
        insert_many(session, model, [values_of(row) for row in gathering.rows.get(model, [])])
    for statement, alike in groupby(gathering.statements, key=itemgetter(0)):
        session.connection().execute(statement, [values for _, values in alike])
    insert_numbered(session, gathering.entries)
