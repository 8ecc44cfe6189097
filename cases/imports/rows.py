"""Rows: each is checked before anything is written. What is bad cannot be taken; what is odd is taken and listed."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.administration.reorganising import LONGEST_SLUG
from cases.calendar import FIRST_YEAR
from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.handing_in import MOST_MONTHS, Reporter
from cases.imports.columns import QUOTED
from cases.imports.mapping import EMPTY, UNKNOWN, Mapping
from cases.imports.tables import Record
from cases.mail_addresses import is_public_address
from cases.organisation.units import DESK
from cases.progress import WaitingFor
from cases.states import ENDED, Kind, State

YES = {
    "yes": True,
    "ja": True,
    "true": True,
    "1": True,
    "no": False,
    "nej": False,
    "false": False,
    "0": False,
    "": False,
}
NEEDS_DAY = frozenset({State.PARKED, State.PLANNED})


Key = tuple[str, str]  # source and external_id


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One case as the file tells it, checked. Names are slugs, moments in UTC."""

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

    @property
    def key(self) -> Key:
        """What tells whether the case is there already."""
        return self.source, self.external_id


@dataclass
class NamesInFile:
    """What the house has, by slug, and what the file adds, by slug with its name."""

    there: dict[str, set[str]]  # category, place, group, responsible, waiting_unit
    creates: dict[str, str] = field(default_factory=dict)  # what may be added; for units, of which kind
    fresh: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class CheckedRow:
    """One row with what was found: why it is bad, what is odd, and what it says when it is not bad."""

    record: Record
    bad: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    row: ImportRow | None = None


class Checker:
    """Reads rows by a mapping. `zone` is that of moments without one; nothing lies after `now`."""

    def __init__(self, mapping: Mapping, names: NamesInFile, zone: ZoneInfo, now: datetime) -> None:
        self.mapping, self.names, self.now = mapping, names, now
        self.zone = mapping.zone or zone
        self.moment = lru_cache(maxsize=4096)(self._moment)

    def check(self, record: Record) -> CheckedRow:
        """Give the row with what was found."""
        reading = RowReader(self, record)
        row = reading.row()
        return CheckedRow(record, reading.bad, reading.odd, None if reading.bad else row)

    def _moment(self, text: str) -> tuple[datetime, str]:
        """Give the moment in UTC, and what is odd about it. Raises `ValueError`."""
        told = _parsed(text, self.mapping.dates)
        if told.tzinfo is not None:
            return told.astimezone(UTC), ""
        moment = told.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != told:
            return moment, "does not exist, since the clocks were put forward: an hour later is taken"
        if told.replace(tzinfo=self.zone, fold=1).astimezone(UTC) != moment:
            return moment, "came twice, since the clocks were put back: the first is taken"
        return moment, ""


class RowReader:
    """The reading of one row."""

    def __init__(self, checker: Checker, record: Record) -> None:
        self.checker, self.record = checker, record
        self.bad: list[str] = []
        self.odd: list[str] = []
        self._mapping = checker.mapping

    def row(self) -> ImportRow | None:
        """Give the row, or None as soon as it is known that there can be none."""
        if self.record.too_long:
            self.bad.append("has more values than the heading has columns")
        source, external_id, title = self._needed("source", 60), self._needed("external_id", 120), self._title()
        received_at, state = self._received_at(), self._state()
        if received_at is None or state is None or self.bad:
            return None
        changed_at, responsible = self._changed_at(received_at, state), self._name("responsible") or DESK
        if state is State.RECEIVED and responsible != DESK:
            self.odd.append("received belongs to the desk: since it has another unit, assigned is taken")
            state = State.ASSIGNED
        is_open = state not in ENDED
        due_on = self._due_on(received_at, changed_at, state) if is_open else None
        return ImportRow(
            number=self.record.number, source=source, external_id=external_id, kind=self._kind(), state=state,
            title=title, description=self._cut("description", LONGEST_TEXT), category=self._name("category"),
            place=self._name("place"), group=self._name("group"), responsible=responsible,
            channel=self.text("channel")[:20] or "import", received_at=received_at, changed_at=changed_at,
            due_on=due_on, promised_on=self._day("promised_on") if is_open else None, note=self._note(state),
            waiting_for=self._waiting_for(state), merged_into=self._merged_into(state, source),
            quick_win=self._yes("quick_win"), raised_on=self._day("raised_on"), every_months=self._months(),
            latitude=self._degrees("latitude", 90), longitude=self._degrees("longitude", 180),
            reporter=self._reporter(),
        )  # fmt: skip

    def text(self, name: str) -> str:
        """Give what the row says in our column `name`: mapped, with its default, as our value for theirs."""
        template = self._mapping.columns.get(name)
        told = _unquoted(template.fill(self.record.values)) if template else ""
        meant = self._mapping.values.get(name)
        if meant is not None:
            told = self._meant(name, told, meant)
        return told or self._mapping.constants.get(name, "")

    def _meant(self, name: str, told: str, meant: dict[str, str]) -> str:
        if (found := meant.get(told.casefold())) is not None:
            return found
        if UNKNOWN not in meant or told.casefold() == EMPTY:
            return told
        self.odd.append(f"{name}: {told!r} is not known, {meant[UNKNOWN]!r} is taken")
        return meant[UNKNOWN]

    def _needed(self, name: str, most: int) -> str:
        told = self.text(name)
        if not told:
            self.bad.append(f"{name} is empty")
        elif len(told) > most:
            self.bad.append(f"{name} is longer than {most} characters")
        return told

    def _title(self) -> str:
        title = " ".join(self.text("title").split())
        if not title:
            self.bad.append("title is empty")
        if len(title) > LONGEST_TITLE:
            self.odd.append(f"title is cut at {LONGEST_TITLE} characters")
        return title[:LONGEST_TITLE].strip()

    def _cut(self, name: str, most: int) -> str:
        told = self.text(name)
        if len(told) > most:
            self.odd.append(f"{name} is cut at {most} characters")
        return told[:most]

    def _kind(self) -> Kind:
        return self._one_of("kind", Kind, Kind.ISSUE)

    def _state(self) -> State | None:
        told = self.text("state")
        if told in set(State):
            return State(told)
        self.bad.append(f"state cannot be {told!r}")
        return None

    def _one_of(self, name: str, kinds: type[Kind], default: Kind) -> Kind:
        told = self.text(name)
        if not told:
            return default
        if told not in set(kinds):
            self.odd.append(f"{name}: {told!r} is not known, {default.value!r} is taken")
            return default
        return kinds(told)

    def _received_at(self) -> datetime | None:
        told = self.text("received_at")
        if not told:
            self.bad.append("received_at is empty")
            return None
        moment = self._at("received_at", told, self.bad)
        if moment is not None and not (moment.year > FIRST_YEAR and moment <= self.checker.now):
            self.bad.append(f"received_at: {told} lies outside {FIRST_YEAR + 1} and now")
            return None
        return moment

    def _changed_at(self, received_at: datetime, state: State) -> datetime:
        names = ("ended_at", "changed_at") if state in ENDED or state is State.DONE else ("changed_at",)
        for name in names:
            if told := self.text(name):
                moment = self._at(name, told, self.odd)
                if moment is not None:
                    return self._within(name, moment, received_at)
            elif name == "ended_at":
                self.odd.append(f"ended_at is empty though the case is {state.value}: when it was changed is taken")
        return received_at

    def _within(self, name: str, moment: datetime, received_at: datetime) -> datetime:
        if moment < received_at:
            self.odd.append(f"{name} lies before the case came in: that moment is taken")
            return received_at
        if moment > self.checker.now:
            self.odd.append(f"{name} lies in the future: now is taken")
            return self.checker.now
        return moment

    def _at(self, name: str, told: str, wrongs: list[str]) -> datetime | None:
        try:
            moment, oddity = self.checker.moment(told)
        except (ValueError, OverflowError):
            wrongs.append(f"{name}: {told!r} is no moment that we can read")
            return None
        if oddity:
            self.odd.append(f"{name}: {told} {oddity}")
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
        told = self.text(name)
        if not told:
            return None
        try:
            day = _parsed(told, self._mapping.dates).date()
        except ValueError:
            self.odd.append(f"{name}: {told!r} is no day that we can read; it is left out")
            return None
        if not FIRST_YEAR < day.year <= self.checker.now.year + 10:
            self.odd.append(f"{name}: {told} is too far away; it is left out")
            return None
        return day

    def _name(self, name: str) -> str | None:
        told = self.text(name)
        if not told:
            return None
        slug, names = slug_of(told), self.checker.names
        if slug in names.there[name]:
            return slug
        if name not in names.creates or not slug:
            self.bad.append(f"{name}: there is no {told!r} in the house")
            return None
        called = self._mapping.names.get(name, {}).get(told.casefold(), told)
        names.fresh.setdefault(name, {}).setdefault(slug, called[:120])
        return slug

    def _note(self, state: State) -> str:
        template = self._mapping.columns.get("state")
        theirs = template.fill(self.record.values).casefold() if template else ""
        notes = self._mapping.notes
        return self._cut("note", LONGEST_TEXT) or notes.get(theirs) or notes.get(state) or USUAL_NOTE

    def _waiting_for(self, state: State) -> WaitingFor | None:
        if state is not State.WAITING:
            return None
        kind = self.text("waiting_for") or "other"
        unit = self._name("waiting_unit") if kind == "unit" else None
        name = self.text("waiting_name")[:200] or None
        if kind not in {"reporter", "unit", "other"} or (kind == "unit" and not unit) or (kind == "other" and not name):
            self.bad.append("waiting_for must be reporter, unit with waiting_unit, or other with waiting_name")
            return None
        return WaitingFor(kind, unit=unit, name=name, their_ref=self.text("waiting_their_ref")[:100] or None)

    def _merged_into(self, state: State, source: str) -> Key | None:
        if state is not State.MERGED:
            return None
        return self.text("merged_into_source") or source, self._needed("merged_into", 120)

    def _yes(self, name: str) -> bool:
        told = self.text(name).casefold()
        if told not in YES:
            self.odd.append(f"{name}: {told!r} is neither yes nor no; no is taken")
        return YES.get(told, False)

    def _months(self) -> int | None:
        told = self.text("every_months")
        if not told:
            return None
        if not told.isdecimal() or not 1 <= int(told) <= MOST_MONTHS:
            self.odd.append(f"every_months: {told!r} is no number from 1 to {MOST_MONTHS}; it is left out")
            return None
        return int(told)

    def _degrees(self, name: str, most: int) -> float | None:
        told = self.text(name)
        if not told:
            return None
        try:
            degrees = float(told.replace(",", "."))
        except ValueError:
            degrees = float("nan")
        if not -most <= degrees <= most:
            self.odd.append(f"{name}: {told!r} is no position; it is left out")
            return None
        return degrees

    def _reporter(self) -> Reporter | None:
        name, email, phone = (self.text(f"reporter_{what}") for what in ("name", "email", "phone"))
        if email and not is_public_address(email):
            self.odd.append(f"reporter_email: {email!r} is no mail address; it is left out")
            email = ""
        if not (name or email or phone):
            return None
        locale = "en" if self.text("reporter_locale") == "en" else "sv"
        protected = self._yes("reporter_protected")
        return Reporter(name[:200] or None, email or None, phone[:40] or None, locale, protected)


USUAL_NOTE = "Hämtat från ett tidigare system."
NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def slug_of(name: str) -> str:
    """Give the slug of a name: "Illegal Dumping Pickup" becomes "illegal-dumping-pickup", "Väg & gata" "vag-gata"."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return NOT_IN_SLUG.sub("-", plain).strip("-")[:LONGEST_SLUG].strip("-")


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(QUOTED) else text


def _parsed(text: str, formats: tuple[str, ...]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put on by who asks
        except ValueError:
            continue
    return datetime.fromisoformat(text)
