"""Many acts in one transaction, written with few statements: an import, or a day on which hundreds of cases close."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from cases.case import Case, Party
from cases.handing_in import keep_references
from cases.records.bulk import insert_many, values_of
from cases.records.gathering import gathered
from cases.records.history import insert_numbered

GATHERED = (Party, Case)  # in this order, since a case names its reporter


@contextmanager
def written_together(session: Session, memory: dict[Hashable, Any] | None = None) -> Iterator[None]:
    """Let what the block does be written when it ends. Nothing in it may read what it writes.

    `memory` is what earlier blocks have found, if that still holds.
    """
    with gathered(session, memory) as gathering:
        yield
    keep_references(session, gathering)
    for model in GATHERED:
        insert_many(session, model, [values_of(row) for row in gathering.rows.get(model, [])])
    insert_numbered(session, gathering.entries)
