"""Checking the rows of an import: bad rows cannot be imported; odd rows are imported, and listed with a remark."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.calendar import FIRST_YEAR
from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.contacts.phone_numbers import is_phone_number
from cases.database.texts import is_storable, storable, visible
from cases.handing_in import MOST_MONTHS, Reporter
from cases.imports.formats.formulas import unguard
from cases.imports.formats.lines import folded
from cases.imports.formats.moments import read_moment
from cases.imports.formats.spreadsheets.sheet_errors import error_in_words, is_sheet_error
from cases.imports.kept import KEPT_COLUMNS, NOTHING_KEPT, Kept, RowValues, kept_values
from cases.imports.mapping import EMPTY, UNKNOWN, Mapping, Template
from cases.imports.names import NamesInFile
from cases.imports.tables import Record
from cases.mail_addresses import read_public_address
from cases.organisation.units import DESK
from cases.progress import WaitingFor
from cases.refusals import FieldRefusal
from cases.states import ENDED, Kind, State

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
OF_STATES = {"ended_at": ENDED | {State.DONE}, "merged_into": frozenset({State.MERGED})} | dict.fromkeys(
    ("waiting_for", "waiting_unit", "waiting_name", "waiting_their_ref"), frozenset({State.WAITING})
)
PAST = frozenset({"acted_at", "published_at", "rung_fired_at"})  # what cannot lie in the future
NEEDS_DAY = frozenset({State.PARKED, State.PLANNED})
NEEDS_WORDS = frozenset({State.PARKED, State.DONE, State.CLOSED, State.DECLINED, State.MERGED})


Key = tuple[str, str]  # source and external_id


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
    latitude: float | None
    longitude: float | None
    reporter: Reporter | None
    kept: Kept

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


class Checker:
    """Checks the rows of a file by a mapping, which says how the file is read.

    A moment that is written without a time zone is in the zone of the mapping, or in `zone` if the mapping has none. A
    case received after `now` (UTC) is bad; any other moment after `now` is replaced by `now`, and the row is odd.
    """

    def __init__(self, mapping: Mapping, names: NamesInFile, zone: ZoneInfo, now: datetime) -> None:
        self.mapping, self.names, self.now = mapping, names, now
        self.zone = mapping.zone or zone
        self.tells_more = bool(KEPT_COLUMNS & {*mapping.columns, *mapping.constants})
        self.moment = lru_cache(maxsize=4096)(self._moment)

    def check(self, record: Record) -> CheckedRow:
        """Check one row of the file; return the row with the reasons why it is bad or odd, if it is."""
        reading = RowReader(self, record)
        row = reading.row()
        bad, odd = (list(map(_shortened, reasons)) for reasons in (reading.bad, reading.odd))
        return CheckedRow(record, bad, odd, None if bad else row)

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


class RowReader:
    """Reads one row of the file for a `Checker`, with a method for the case and one for a single text.

    `bad` collects the reasons why the row cannot be imported, `odd` the remarks on a row that can.
    """

    def __init__(self, checker: Checker, record: Record) -> None:
        self.checker, self.record = checker, record
        self.bad = list(record.bad)
        self.odd = list(record.odd)
        self._mapping = checker.mapping
        self._errors: dict[str, str] = {}  # of the spreadsheet, by the column of ours that they leave empty

    def row(self) -> ImportRow | None:
        """Return the case that the row describes; None when a value that every row needs is missing or wrong."""
        if self.bad:
            return None
        source, external_id, title = self._needed("source", 60), self._needed("external_id", 120), self._title()
        received_at, state = self._received_at(), self._state()
        if received_at is None or state is None or self.bad:
            return None
        changed_at, responsible = self._changed_at(received_at, state), self._name("responsible") or DESK
        if state is State.RECEIVED and responsible != DESK:
            self.odd.append("received belongs to the desk: since it has another unit, assigned is taken")
            state = State.ASSIGNED
        is_open, kind = state not in ENDED, self._kind()
        self._tell_of_other_states(state)
        due_on = self._due_on(received_at, changed_at, state) if is_open else None
        return ImportRow(
            number=self.record.number, source=source, external_id=external_id, kind=kind, state=state,
            title=title, description=self._cut("description", LONGEST_TEXT), category=self._name("category"),
            place=self._name("place"), group=self._name("group"), responsible=responsible,
            channel=self._cut("channel", 20) or "import", received_at=received_at, changed_at=changed_at,
            due_on=due_on, promised_on=self._day("promised_on"), note=self._note(state),
            waiting_for=self._waiting_for(state), merged_into=self._merged_into(state, source),
            quick_win=self._yes("quick_win"), raised_on=self._raised_on(), every_months=self._months(),
            **self._position(),
            reporter=self._reporter(), kept=self._kept(kind, is_open, received_at, changed_at),
        )  # fmt: skip

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

    def _needed(self, name: str, most: int) -> str:
        value = self.text(name)
        if not value:
            self.bad.append(self._empty(name))
        elif len(value) > most:
            self.bad.append(f"{name} is longer than {most} characters")
        return value

    def _empty(self, name: str) -> str:
        """Return why there is no value in a column that needs one."""
        if (error := self._errors.get(name)) is None:
            return f"{name} is empty"
        return f"{name} has no value: {error} is {error_in_words(error)}"

    def _title(self) -> str:
        title = visible(LINE_ENDS.sub(" ", self.text("title")))
        if not title:
            self.bad.append(self._empty("title"))
        if len(title) > LONGEST_TITLE:
            self.odd.append(f"title is cut at {LONGEST_TITLE} characters")
        return title[:LONGEST_TITLE].strip()

    def _cut(self, name: str, most: int) -> str:
        value = self.text(name)
        if len(value) > most:
            self.odd.append(f"{name} is cut at {most} characters")
        return value[:most]

    def _kind(self) -> Kind:
        return self._one_of("kind", Kind, Kind.ISSUE)

    def _state(self) -> State | None:
        value = self.text("state")
        if value in set(State):
            return State(value)
        self.bad.append(f"state cannot be {value!r}" if value else self._empty("state"))
        return None

    def _one_of(self, name: str, kinds: type[Kind], default: Kind) -> Kind:
        value = self.text(name)
        if not value:
            return default
        if value not in set(kinds):
            self.odd.append(f"{name}: {value!r} is not known, {default.value!r} is taken")
            return default
        return kinds(value)

    def _received_at(self) -> datetime | None:
        value = self.text("received_at")
        if not value:
            self.bad.append(self._empty("received_at"))
            return None
        moment = self._at("received_at", value, self.bad)
        if moment is not None and not (moment.year > FIRST_YEAR and moment <= self.checker.now):
            self.bad.append(f"received_at: {value} lies outside {FIRST_YEAR + 1} and now")
            return None
        return moment

    def _changed_at(self, received_at: datetime, state: State) -> datetime:
        names = ("ended_at", "changed_at") if state in ENDED or state is State.DONE else ("changed_at",)
        for name in names:
            if value := self.text(name):
                moment = self._at(name, value, self.odd)
                if moment is not None:
                    return self._within(name, self.checker.end_of(value, moment), received_at)
            elif name == "ended_at" and state in ENDED:
                self.odd.append(f"ended_at is empty though the case is {state.value}: when it was changed is taken")
        return received_at

    def _within(self, name: str, moment: datetime, received_at: datetime) -> datetime:
        if moment < received_at:
            if self.checker.is_day(moment, received_at):
                return received_at
            self.odd.append(f"{name} lies before the case came in: that moment is taken")
            return received_at
        if moment > self.checker.now:
            self.odd.append(f"{name} lies in the future: now is taken")
            return self.checker.now
        return moment

    def _at(self, name: str, value: str, wrongs: list[str]) -> datetime | None:
        try:
            moment, oddity = self.checker.moment(value)
        except (ValueError, OverflowError):
            wrongs.append(f"{name}: {value!r} is no moment that we can read, such as 2026-05-31 14:22")
            return None
        if oddity:
            self.odd.append(f"{name}: {value} {oddity}")
        return moment

    def _due_on(self, received_at: datetime, changed_at: datetime, state: State) -> date | None:
        day = self._day("due_on")
        if day is not None and day < received_at.astimezone(self.checker.zone).date():
            self.odd.append("due_on lies before the case came in: the usual day is taken")
            day = None
        if day is None and state in NEEDS_DAY:
            self.odd.append(f"due_on is empty though the case is {state.value}: 30 days after the change is taken")
            day = (changed_at + timedelta(days=30)).astimezone(self.checker.zone).date()
        return day

    def _day(self, name: str) -> date | None:
        value = self.text(name)
        if not value:
            return None
        try:
            day = read_moment(value, self._mapping.dates).value.date()
        except (ValueError, OverflowError):
            self.odd.append(f"{name}: {value!r} is no day that we can read, such as 2026-05-31; it is left out")
            return None
        if not FIRST_YEAR < day.year <= self.checker.now.year + 10:
            self.odd.append(f"{name}: {value} is too far away; it is left out")
            return None
        return day

    def _raised_on(self) -> date | None:
        day = self._day("raised_on")
        if day is not None and day > self.checker.now.astimezone(self.checker.zone).date():
            self.odd.append("raised_on lies in the future: it is taken as it stands")
        return day

    def _tell_of_other_states(self, state: State) -> None:
        """Remark on each value that is left out since it belongs to another state than that of the row."""
        for name, states in OF_STATES.items():
            if state not in states and self.text(name):
                self.odd.append(f"{name} is left out: the case is {state.value}")

    def _name(self, name: str) -> str | None:
        value = self.text(name)
        if not value:
            return None
        called = self._mapping.names.get(name, {}).get(folded(value), value)
        slug = self.checker.names.slug(name, value, called[:120])
        if slug is None:
            self.bad.append(f"{name}: there is no {value!r} in the house")
        return slug

    def _note(self, state: State) -> str:
        template = self._mapping.columns.get("state")
        theirs = folded(template.fill(self.record.values)) if template else ""
        notes = self._mapping.notes
        usual = USUAL_NOTE if state in NEEDS_WORDS else ""
        return self._cut("note", LONGEST_TEXT) or notes.get(theirs) or notes.get(state) or usual

    def _waiting_for(self, state: State) -> WaitingFor | None:
        if state is not State.WAITING:
            return None
        kind = self.text("waiting_for") or "other"
        unit = self._name("waiting_unit") if kind == "unit" else None
        name = self._cut("waiting_name", 200) or None
        if kind not in {"reporter", "unit", "other"} or (kind == "unit" and not unit) or (kind == "other" and not name):
            self.bad.append("waiting_for must be reporter, unit with waiting_unit, or other with waiting_name")
            return None
        return WaitingFor(kind, unit=unit, name=name, their_ref=self._cut("waiting_their_ref", 100) or None)

    def _merged_into(self, state: State, source: str) -> Key | None:
        if state is not State.MERGED:
            return None
        return self.text("merged_into_source") or source, self._needed("merged_into", 120)

    def _yes(self, name: str) -> bool:
        value = folded(self.text(name))
        if value not in YES:
            self.odd.append(f"{name}: {value!r} is neither yes nor no; no is taken")
        return YES.get(value, False)

    def _months(self) -> int | None:
        value = self.text("every_months")
        if not value:
            return None
        if not value.isdecimal() or len(value) > 9 or not 1 <= int(value) <= MOST_MONTHS:
            self.odd.append(f"every_months: {value!r} is no number from 1 to {MOST_MONTHS}; it is left out")
            return None
        return int(value)

    def _position(self) -> dict[str, float | None]:
        found = {"latitude": self._degrees("latitude", 90), "longitude": self._degrees("longitude", 180)}
        if (found["latitude"] is None) is (found["longitude"] is None):
            return found
        self.odd.append("latitude and longitude belong together, and one is missing: the position is left out")
        return dict.fromkeys(found)

    def _degrees(self, name: str, most: int) -> float | None:
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

    def _reporter(self) -> Reporter | None:
        name, email, phone = (
            self._cut("reporter_name", 200),
            self.text("reporter_email"),
            self._cut("reporter_phone", 40),
        )
        if email:
            email = self._mail_address(email)
        if phone and not is_phone_number(phone):
            self.odd.append(f"reporter_phone: {phone!r} is no telephone number; it is kept as it is")
        if not (name or email or phone):
            return None
        locale = "en" if self.text("reporter_locale") == "en" else "sv"
        protected = self._yes("reporter_protected")
        return Reporter(name or None, email or None, phone or None, locale, protected)

    def _mail_address(self, written: str) -> str:
        try:
            return read_public_address(written)
        except FieldRefusal:
            self.odd.append(f"reporter_email: {written!r} is no mail address; it is left out")
            return ""

    def _kept(self, kind: Kind, is_open: bool, received_at: datetime, changed_at: datetime) -> Kept:
        if not self.checker.tells_more and kind is not Kind.DUTY:
            return NOTHING_KEPT
        values = RowValues(self.text, self._day, self._moment, self._yes, self.odd)
        kept = kept_values(values, kind=kind, is_open=is_open)
        if kept.done_at is not None and not received_at <= kept.done_at <= changed_at:
            self.odd.append("done_at does not lie between received_at and ended_at; it is left out")
            kept = replace(kept, done_at=None)
        if kept.officer is not None and kept.officer not in self.checker.names.existing.get("officer", ()):
            self.odd.append(f"officer: nobody in the house has the address {kept.officer!r}; it is left out")
            kept = replace(kept, officer=None)
        return kept

    def _moment(self, name: str) -> datetime | None:
        value = self.text(name)
        moment = self._at(name, value, self.odd) if value else None
        if moment is not None and name in PAST and moment > self.checker.now:
            self.odd.append(f"{name} lies in the future: now is taken")
            return self.checker.now
        return moment


LONGEST_REASON = 250
USUAL_NOTE = "Hämtat från ett tidigare system."
LINE_ENDS = re.compile(r"\s*[\t\r\n\v\f]\s*")


def _shortened(reason: str) -> str:
    """Return the reason without the middle of the value that it quotes, when that is long."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:100]} ... {reason[-100:]}"
