"""How the rows of one file are read: its mapping, the names of the house, the zone of its moments, and now."""

from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.imports.formats.moments import read_moment
from cases.imports.kept import KEPT_COLUMNS
from cases.imports.mapping import Mapping
from cases.imports.names import NamesInFile


class ReadingRules:
    """How the rows of one file are read, by a mapping.

    A moment that is written without a time zone is in the zone of the mapping, or in `zone` if the mapping has none.
    `moment` caches what it has read.
    """

    def __init__(self, mapping: Mapping, names: NamesInFile, zone: ZoneInfo, now: datetime) -> None:
        self.mapping, self.names, self.now = mapping, names, now
        self.zone = mapping.zone or zone
        self.tells_more = bool(KEPT_COLUMNS & {*mapping.columns, *mapping.constants})
        self.moment = lru_cache(maxsize=4096)(self._moment)

    def end_of(self, text: str, moment: datetime) -> datetime:
        """Return the moment that the text tells; when it tells a day without an hour, that day's end, or now if less.

        So what came in and ended on one day did not end before it came in.
        """
        written = read_moment(text, self.mapping.dates)
        if written.has_hour or moment > self.now:
            return moment
        end = datetime.combine(written.value, time(23, 59, 59), tzinfo=self.zone).astimezone(UTC)
        return min(end, self.now)

    def is_day(self, moment: datetime, received_at: datetime) -> bool:
        """Return whether the moment is 00:00 of the other one's day: so many systems write a day without an hour."""
        local = moment.astimezone(self.zone)
        return local.time() == time.min and local.date() == received_at.astimezone(self.zone).date()

    def _moment(self, text: str) -> tuple[datetime, str]:
        """Return the moment in UTC, and what is odd about it ("" when nothing is). Raises `ValueError`."""
        value = read_moment(text, self.mapping.dates).value
        if value.tzinfo is not None:
            return value.astimezone(UTC), ""
        moment = value.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != value:
            return moment, "does not exist, since the clocks were put forward: an hour later is taken"
        if value.replace(tzinfo=self.zone, fold=1).astimezone(UTC) != moment:
            return moment, "came twice, since the clocks were put back: the first is taken"
        return moment, ""
