"""Checking the rows of an import: bad rows cannot be imported; odd rows are imported, and listed with a remark."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.imports.mapping import Mapping
from cases.imports.names import NamesInFile
from cases.imports.rows.import_row import CheckedRow
from cases.imports.rows.reading_rules import ReadingRules
from cases.imports.rows.row_reader import RowReader
from cases.imports.tables import Record

LONGEST_REASON = 250


class Checker:
    """Checks the rows of a file by a mapping, which says how the file is read.

    A case received after `now` (UTC) is bad; any other moment after `now` is replaced by `now`, and the row is odd.
    `zone` is that of moments written without one, unless the mapping names another.
    """

    def __init__(self, mapping: Mapping, names: NamesInFile, zone: ZoneInfo, now: datetime) -> None:
        self._rules = ReadingRules(mapping, names, zone, now)

    def check(self, record: Record) -> CheckedRow:
        """Check one row of the file; return the row with the reasons why it is bad or odd, if it is."""
        reading = RowReader(self._rules, record)
        row = reading.row()
        bad, odd = (list(map(_shortened, reasons)) for reasons in (reading.bad, reading.odd))
        return CheckedRow(record, bad, odd, None if bad else row)


def _shortened(reason: str) -> str:
    """Return the reason without the middle of the value that it quotes, when that is long."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:100]} ... {reason[-100:]}"
