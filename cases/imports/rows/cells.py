"""Reading one value of a row: a text, a day, a moment, a name of the house, yes or no, degrees."""

from datetime import date, datetime

from cases.calendar import FIRST_YEAR
from cases.database.texts import is_storable, storable, visible
from cases.imports.formats.formulas import unguard
from cases.imports.formats.lines import folded
from cases.imports.formats.moments import read_moment
from cases.imports.formats.spreadsheets.sheet_errors import error_in_words, is_sheet_error
from cases.imports.mapping import EMPTY, UNKNOWN, Template
from cases.imports.rows.reading_rules import ReadingRules
from cases.imports.tables import Record
from cases.states import Kind

YES = {
    "yes": True,
    "ja": True,
    "true": True,
    "sant": True,
    "1": True,
    "no": False,
    "nej": False,
    "false": False,
    "falskt": False,
    "0": False,
    "": False,
}
PAST = frozenset({"acted_at", "junk_since", "published_at", "rung_fired_at"})  # what cannot lie in the future


class CellReader:
    """Reads the values of one row of the file, each by the name of our column.

    `bad` collects the reasons why the row cannot be imported, `odd` the remarks on a row that can.
    """

    def __init__(self, rules: ReadingRules, record: Record) -> None:
        self.rules, self.record = rules, record
        self.bad = list(record.bad)
        self.odd = list(record.odd)
        self._mapping = rules.mapping
        self._errors: dict[str, str] = {}  # of the spreadsheet, by the column of ours that they leave empty

    def text(self, name: str) -> str:
        """Return the row's text for our column `name`.

        It is the value in the file as the mapping translates it. If nothing of that can be seen, it is the mapping's
        constant for the column, or "" if there is none.
        """
        template = self._mapping.columns.get(name)
        value = unguard(self._filled(name, template)) if template else ""
        value = value if visible(value) else ""
        meanings = self._mapping.values.get(name)
        if meanings is not None:
            value = self._our_value(name, value, meanings)
        return self._storable(name, value) or self._mapping.constants.get(name, "")

    def _storable(self, name: str, value: str) -> str:
        if is_storable(value):
            return value
        remark = f"{name}: control characters are left out"
        if remark not in self.odd:
            self.odd.append(remark)
        return storable(value).strip()

    def _filled(self, name: str, template: Template) -> str:
        """Return the template filled with the row's values; an error of the spreadsheet, such as #N/A, is no value."""
        values = self.record.values
        for column in template.columns:
            if is_sheet_error(value := values.get(column, "").strip()):
                self._errors[name] = value
                self.odd.append(f"{name}: {value} is {error_in_words(value)}; it is left out")
                values = values | {column: ""}
        return template.fill(values)

    def _our_value(self, name: str, value: str, meanings: dict[str, str]) -> str:
        if (found := meanings.get(folded(value))) is not None:
            return found
        if UNKNOWN not in meanings or folded(value) == EMPTY:
            return value
        self.odd.append(f"{name}: {value!r} is not known, {meanings[UNKNOWN]!r} is taken")
        return meanings[UNKNOWN]

    def needed(self, name: str, most: int) -> str:
        """Return the text of a column that every row needs; the row is bad without it, or when it is too long."""
        value = self.text(name)
        if not value:
            self.bad.append(self.why_empty(name))
        elif len(value) > most:
            self.bad.append(f"{name} is longer than {most} characters")
        return value

    def why_empty(self, name: str) -> str:
        """Return why there is no value in a column that needs one."""
        if (error := self._errors.get(name)) is None:
            return f"{name} is empty"
        return f"{name} has no value: {error} is {error_in_words(error)}"

    def cut(self, name: str, most: int) -> str:
        """Return the text, cut at `most` characters; then the row is odd."""
        value = self.text(name)
        if len(value) > most:
            self.odd.append(f"{name} is cut at {most} characters")
        return value[:most]

    def one_of(self, name: str, kinds: type[Kind], default: Kind) -> Kind:
        """Return the kind of this name; the row is odd when it is not known, and `default` is taken."""
        value = self.text(name)
        if not value:
            return default
        if value not in set(kinds):
            self.odd.append(f"{name}: {value!r} is not known, {default.value!r} is taken")
            return default
        return kinds(value)

    def moment_in(self, name: str, value: str, wrongs: list[str]) -> datetime | None:
        """Return the moment in UTC that `value` tells; None, with a reason added to `wrongs`, when it tells none."""
        try:
            moment, oddity = self.rules.moment(value)
        except (ValueError, OverflowError):
            wrongs.append(f"{name}: {value!r} is no moment that we can read, such as 2026-05-31 14:22")
            return None
        if oddity:
            self.odd.append(f"{name}: {value} {oddity}")
        return moment

    def day(self, name: str) -> date | None:
        """Return the local day, None when there is none that can be read; then the row is odd."""
        value = self.text(name)
        if not value:
            return None
        try:
            day = read_moment(value, self._mapping.dates).value.date()
        except (ValueError, OverflowError):
            self.odd.append(f"{name}: {value!r} is no day that we can read, such as 2026-05-31; it is left out")
            return None
        if not FIRST_YEAR < day.year <= self.rules.now.year + 10:
            self.odd.append(f"{name}: {value} is too far away; it is left out")
            return None
        return day

    def moment(self, name: str) -> datetime | None:
        """Return the moment in UTC, None when there is none that can be read; then the row is odd."""
        value = self.text(name)
        moment = self.moment_in(name, value, self.odd) if value else None
        if moment is not None and name in PAST and moment > self.rules.now:
            self.odd.append(f"{name} lies in the future: now is taken")
            return self.rules.now
        return moment

    def name(self, name: str) -> str | None:
        """Return the slug of what the column names; the row is bad when the house has nothing of this name."""
        value = self.text(name)
        if not value:
            return None
        called = self._mapping.names.get(name, {}).get(folded(value), value)
        slug = self.rules.names.slug(name, value, called[:120])
        if slug is None:
            self.bad.append(f"{name}: there is no {value!r} in the house")
        return slug

    def yes(self, name: str) -> bool:
        """Return whether the column says yes; the row is odd when it says neither yes nor no."""
        value = folded(self.text(name))
        if value not in YES:
            self.odd.append(f"{name}: {value!r} is neither yes nor no; no is taken")
        return YES.get(value, False)

    def degrees(self, name: str, most: int) -> float | None:
        """Return the degrees, at most `most` to either side; None, and the row is odd, when it is no position."""
        value = self.text(name)
        if not value:
            return None
        try:
            degrees = float(value.replace(",", "."))
        except ValueError:
            degrees = float("nan")
        if not -most <= degrees <= most:
            self.odd.append(f"{name}: {value!r} is no position; it is left out")
            return None
        return degrees
