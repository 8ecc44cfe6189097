"""Bulk writing: the rows and events of many changes in one transaction, with few SQL statements.

For an import, or for a day on which hundreds of cases close.
"""

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

DEFERRED_MODELS = (Party, Case)  # in this order, since a case names its reporter


@contextmanager
def written_in_bulk(session: Session, memory: dict[Hashable, Any] | None = None) -> Iterator[DeferredWriter]:
    """Yield a writer that collects the rows and events of many changes; they are written when the `with` block ends.

    No query inside the block finds what the block adds. `memory` is a dict in which the writer keeps the results
    of look-ups (None: a new dict). Pass the same dict to several blocks to share them, as long as nothing that was
    looked up changes in between.
    """
    writer = DeferredWriter(session, {} if memory is None else memory)
    yield writer
    store_last_numbers(session, writer.numbers)
    for model in DEFERRED_MODELS:
        insert_many(session, model, [values_of(row) for row in writer.rows.get(model, [])])
    for statement, group in groupby(writer.statements, key=itemgetter(0)):
        session.connection().execute(statement, [values for _, values in group])
    insert_numbered(session, writer.entries)
