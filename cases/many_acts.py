"""Many acts in one transaction, written with few statements: an import, or a day on which hundreds of cases close."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from cases.gathering import gathered
from cases.handing_in import keep_references
from cases.history import insert_numbered


@contextmanager
def written_together(session: Session) -> Iterator[None]:
    """Let what the block does be written when it ends. Nothing in it may read what it writes."""
    with gathered(session) as gathering:
        yield
    keep_references(session, gathering)
    insert_numbered(session, gathering.entries)
