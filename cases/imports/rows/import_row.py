"""A case as a row describes it, and a row with what is bad or odd about it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from cases.handing_in import Reporter
from cases.imports.kept import Kept
from cases.imports.tables import Record
from cases.progress import WaitingFor
from cases.states import ENDED, Kind, State

Key = tuple[str, str]  # source and external_id
Owes = tuple[str, str]  # obligation and subject


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A case as one checked row describes it. Units, categories and places are slugs, moments are UTC.

    `number` is the number of the row (the heading is row 1); the other fields are those of docs/importing.md.
    `merged_into` is the key (source and external id) of the case into which this one was merged.
    """

    number: int
    source: str
    external_id: str
    kind: Kind
    state: State
    title: str
    description: str
    category: str | None
    place: str | None
    group: str | None
    responsible: str
    channel: str
    received_at: datetime
    changed_at: datetime
    due_on: date | None
    promised_on: date | None
    note: str
    waiting_for: WaitingFor | None
    merged_into: Key | None
    quick_win: bool
    raised_on: date | None
    every_months: int | None
    perspective: str | None
    latitude: float | None
    longitude: float | None
    reporter: Reporter | None
    kept: Kept

    @property
    def owes(self) -> Owes | None:
        """What an open case owes, and whose; None for one that has ended, and for one that owes nothing."""
        obligation, subject = self.kept.obligation, self.kept.subject
        return (obligation, subject) if obligation and subject and self.state not in ENDED else None

    @property
    def key(self) -> Key:
        """The source and the external id, by which an import recognises a case that exists already."""
        return self.source, self.external_id


@dataclass
class CheckedRow:
    """A row of the file (`record`) with the result of its check; `row` is the case that it describes, None if bad.

    `bad` has the reasons why it cannot be imported. `odd` has remarks on a row that can, such as "title is cut".
    """

    record: Record
    bad: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    row: ImportRow | None = None
