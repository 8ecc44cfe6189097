"""What the rows of a file owe: each once, and where the house's own case owes the same, that one ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import THE_IMPORT
from cases.case import Case
from cases.imports.rows.import_row import ImportRow, Owes
from cases.progress import Change, change_state
from cases.states import State
from cases.village.owing import decline

REPLACED = "Samma sak flyttades hit från en annan installation och gäller i stället."


@dataclass(frozen=True)
class OwedHere:
    """A case of the house that owes something, or has owed it; `owes` is None once it has ended."""

    ref: str
    public_id: str
    source: str | None
    external_id: str | None
    received_at: datetime
    owes: Owes | None

    def is_in(self, row: ImportRow) -> bool:
        """Return whether the row is this very case."""
        if row.key == (self.source, self.external_id) or row.kept.public_id == self.public_id:
            return True
        return self.source is None and (row.external_id, row.received_at) == (self.ref, self.received_at)


@dataclass
class OwedRows:
    """What the open rows of a file owe: `in_house` has the cases of the house that owe, or have owed, something."""

    in_house: Sequence[OwedHere] = ()
    _seen: dict[Owes, int] = field(default_factory=dict)  # row numbers

    def before(self, row: ImportRow) -> int | None:
        """Return the number of an earlier row that owes the same as this one; None when there is none."""
        first = self._seen.setdefault(row.owes, row.number) if row.owes else row.number
        return None if first == row.number else first

    def beside(self, row: ImportRow) -> OwedHere | None:
        """Return the case of the house that owes what this row owes; None when there is none, and for a row of it."""
        if row.owes is None or any(case.is_in(row) for case in self.in_house):
            return None
        return next((case for case in self.in_house if case.owes == row.owes), None)


def owed_here(session: Session) -> list[OwedHere]:
    """Query and return the cases of the house that owe something, or have owed it."""
    columns = (Case.ref, Case.public_id, Case.source, Case.external_id, Case.received_at)
    found = select(*columns, Case.obligation, Case.subject, Case.due_at).where(Case.obligation.is_not(None))
    return [
        OwedHere(ref, public_id, source, external_id, received_at, (what or "", whose or "") if due_at else None)
        for ref, public_id, source, external_id, received_at, what, whose, due_at in session.execute(
            found.order_by(Case.id)
        )
    ]


def end_own(session: Session, rows: Sequence[ImportRow], at: datetime) -> None:
    """End the open cases of the house that owe what these rows owe, before the rows are written: the moved ones stand.

    What has been given is closed, all else declined. Nobody is told, as of nothing that an import does.
    """
    for owes in filter(None, (row.owes for row in rows)):
        own = (Case.obligation == owes[0], Case.subject == owes[1], Case.due_at.is_not(None))
        for case in session.scalars(select(Case).where(*own).with_for_update(of=Case)).all():
            if case.state is State.DONE:
                change_state(session, case, Change(State.CLOSED), by=THE_IMPORT, at=at)
            else:
                decline(session, case, REPLACED, by=THE_IMPORT, at=at)
