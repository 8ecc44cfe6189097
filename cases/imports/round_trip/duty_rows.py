"""Recurring duties of a file: which ended duty has no next one, neither in the file nor in the house."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cases.case import Case
from cases.imports.formats.lines import folded
from cases.imports.rows.import_row import ImportRow, Key
from cases.states import ENDED, Kind, State

DIGITS = re.compile(r"\d+")
Series = tuple[str, str | None, str | None, str]  # unit, group, place, title without numbers


@dataclass(frozen=True, order=True)
class LastDuty:
    """The last duty of a series so far: its day, when it came in, and, if it calls for a next one, its row."""

    day: date
    received_at: datetime
    number: int = 0
    key: Key | None = None


@dataclass(frozen=True)
class OpenDuty:
    """An open duty of the house: its names, its day, and when it came in. `key` is None for the house's own."""

    ref: str
    public_id: str
    key: Key | None
    day: date | None
    received_at: datetime

    def is_in(self, row: ImportRow) -> bool:
        """Return whether the row is this very duty."""
        if row.key == self.key or row.kept.public_id == self.public_id:
            return True
        return self.key is None and (row.external_id, row.received_at) == (self.ref, self.received_at)


@dataclass
class DutyRows:
    """The duties of a file in series: those of one unit, group and place whose titles differ by numbers at most.

    A duty that was closed and comes again has its next one in the series. When the last one of a series is such a duty,
    the next is lacking: the import makes it. A series of which an open duty stands in the house, lacks none. A duty
    that owes something is in no series: what is owed comes again by itself.
    """

    in_house: dict[Series, list[OpenDuty]] = field(default_factory=dict)
    _last: dict[Series, LastDuty] = field(default_factory=dict)

    def add(self, row: ImportRow) -> None:
        """Take note of a row, if it is a duty."""
        if row.kind is not Kind.DUTY or row.kept.obligation is not None:
            return
        recurs = row.state is State.CLOSED and row.every_months is not None
        day = row.kept.duty_on or row.due_on or row.received_at.date()
        duty = LastDuty(day, row.received_at, row.number, row.key if recurs else None)
        if row.state not in ENDED:
            duty = LastDuty(date.max, row.received_at, row.number)
        series = _series(row.responsible, row.group, row.place, row.title)
        self._last[series] = max(duty, self._last.get(series, duty), key=lambda last: (last.day, last.received_at))

    def beside(self, row: ImportRow) -> OpenDuty | None:
        """Return the open duty of the house beside which this row is a second one of its series; None if there is none.

        There is none either when the row is a duty of the house itself.
        """
        if row.kind is not Kind.DUTY or row.state in ENDED or row.kept.obligation is not None:
            return None
        present = self.in_house.get(_series(row.responsible, row.group, row.place, row.title), [])
        return None if any(duty.is_in(row) for duty in present) else next(iter(present), None)

    def lacking(self) -> dict[Key, int]:
        """Return the ended duties after which the next one is lacking: their row's number by their key."""
        return {
            last.key: last.number
            for series, last in self._last.items()
            if last.key is not None and series not in self.in_house
        }


def open_series(session: Session) -> dict[Series, list[OpenDuty]]:
    """Query and return the open duties in the house by their series, those that come first in front."""
    of_series = (Case.kind == Kind.DUTY, Case.due_at.is_not(None), Case.obligation.is_(None))
    duties = select(Case).where(*of_series).order_by(Case.duty_on, Case.id)
    names = (joinedload(Case.responsible), joinedload(Case.group), joinedload(Case.place))
    found: dict[Series, list[OpenDuty]] = {}
    for case in session.scalars(duties.options(*names)):
        key = (case.source, case.external_id) if case.source and case.external_id else None
        duty = OpenDuty(case.ref, case.public_id, key, case.duty_on, case.received_at)
        found.setdefault(_series_of(case), []).append(duty)
    return found


def _series_of(case: Case) -> Series:
    group, place = case.group.slug if case.group else None, case.place.slug if case.place else None
    return _series(case.responsible.slug, group, place, case.title)


def _series(unit: str, group: str | None, place: str | None, title: str) -> Series:
    return unit, group, place, " ".join(DIGITS.sub(" ", folded(title)).split())
