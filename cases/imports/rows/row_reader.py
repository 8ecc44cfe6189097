"""Reading one row of the file as a case."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from cases.calendar import FIRST_YEAR
from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.contacts.phone_numbers import is_phone_number
from cases.database.texts import visible
from cases.handing_in import MOST_MONTHS, Reporter
from cases.imports.formats.lines import folded
from cases.imports.kept import NOTHING_KEPT, Kept, RowValues, kept_values
from cases.imports.rows.cells import CellReader
from cases.imports.rows.import_row import ImportRow, Key
from cases.imports.rows.owed_cells import subject_here, why_not_owed
from cases.imports.rows.register_cells import usable_entry
from cases.mail_addresses import read_public_address
from cases.organisation.perspectives import LONGEST_PERSPECTIVE
from cases.organisation.units import DESK
from cases.progress import WaitingFor
from cases.refusals import FieldRefusal
from cases.states import ENDED, Kind, State

OF_STATES = {"ended_at": ENDED | {State.DONE}, "merged_into": frozenset({State.MERGED})} | dict.fromkeys(
    ("waiting_for", "waiting_unit", "waiting_name", "waiting_their_ref"), frozenset({State.WAITING})
)
NEEDS_DAY = frozenset({State.PARKED, State.PLANNED})
NEEDS_WORDS = frozenset({State.PARKED, State.DONE, State.CLOSED, State.DECLINED, State.MERGED})
LINE_ENDS = re.compile(r"\s*[\t\r\n\v\f]\s*")
USUAL_NOTE = "Hämtat från ett tidigare system."


class RowReader(CellReader):
    """Reads one row of the file as a case, and collects what is bad or odd about it."""

    def row(self) -> ImportRow | None:
        """Return the case that the row describes; None when a value that every row needs is missing or wrong."""
        if self.bad:
            return None
        source, external_id, title = self.needed("source", 60), self.needed("external_id", 120), self._title()
        received_at, state = self._received_at(), self._state()
        if received_at is None or state is None or self.bad:
            return None
        changed_at, responsible = self._changed_at(received_at, state), self.name("responsible") or DESK
        if state is State.RECEIVED and responsible != DESK:
            self.odd.append("received belongs to the desk: since it has another unit, assigned is taken")
            state = State.ASSIGNED
        is_open, kind = state not in ENDED, self._kind()
        self._tell_of_other_states(state)
        due_on = self._due_on(received_at, changed_at, state) if is_open else None
        return ImportRow(
            number=self.record.number, source=source, external_id=external_id, kind=kind, state=state,
            title=title, description=self.cut("description", LONGEST_TEXT), category=self.name("category"),
            place=self.name("place"), group=self.name("group"), responsible=responsible,
            channel=self.cut("channel", 20) or "import", received_at=received_at, changed_at=changed_at,
            due_on=due_on, promised_on=self.day("promised_on"), note=self._note(state),
            waiting_for=self._waiting_for(state), merged_into=self._merged_into(state, source),
            quick_win=self.yes("quick_win"), raised_on=self._raised_on(), every_months=self._months(),
            perspective=self.cut("perspective", LONGEST_PERSPECTIVE) or None,
            **self._position(),
            reporter=self._reporter(), kept=self._kept(kind, is_open, received_at, changed_at),
        )  # fmt: skip

    def _title(self) -> str:
        title = visible(LINE_ENDS.sub(" ", self.text("title")))
        if not title:
            self.bad.append(self.why_empty("title"))
        if len(title) > LONGEST_TITLE:
            self.odd.append(f"title is cut at {LONGEST_TITLE} characters")
        return title[:LONGEST_TITLE].strip()

    def _kind(self) -> Kind:
        return self.one_of("kind", Kind, Kind.ISSUE)

    def _state(self) -> State | None:
        value = self.text("state")
        if value in set(State):
            return State(value)
        self.bad.append(f"state cannot be {value!r}" if value else self.why_empty("state"))
        return None

    def _received_at(self) -> datetime | None:
        value = self.text("received_at")
        if not value:
            self.bad.append(self.why_empty("received_at"))
            return None
        moment = self.moment_in("received_at", value, self.bad)
        if moment is not None and not (moment.year > FIRST_YEAR and moment <= self.rules.now):
            self.bad.append(f"received_at: {value} lies outside {FIRST_YEAR + 1} and now")
            return None
        return moment

    def _changed_at(self, received_at: datetime, state: State) -> datetime:
        names = ("ended_at", "changed_at") if state in ENDED or state is State.DONE else ("changed_at",)
        for name in names:
            if value := self.text(name):
                moment = self.moment_in(name, value, self.odd)
                if moment is not None:
                    return self._within(name, self.rules.end_of(value, moment), received_at)
            elif name == "ended_at" and state in ENDED:
                self.odd.append(f"ended_at is empty though the case is {state.value}: when it was changed is taken")
        return received_at

    def _within(self, name: str, moment: datetime, received_at: datetime) -> datetime:
        if moment < received_at:
            if self.rules.is_day(moment, received_at):
                return received_at
            self.odd.append(f"{name} lies before the case came in: that moment is taken")
            return received_at
        if moment > self.rules.now:
            self.odd.append(f"{name} lies in the future: now is taken")
            return self.rules.now
        return moment

    def _due_on(self, received_at: datetime, changed_at: datetime, state: State) -> date | None:
        day = self.day("due_on")
        if day is not None and day < received_at.astimezone(self.rules.zone).date():
            self.odd.append("due_on lies before the case came in: the usual day is taken")
            day = None
        if day is None and state in NEEDS_DAY:
            self.odd.append(f"due_on is empty though the case is {state.value}: 30 days after the change is taken")
            day = (changed_at + timedelta(days=30)).astimezone(self.rules.zone).date()
        return day

    def _raised_on(self) -> date | None:
        day = self.day("raised_on")
        if day is not None and day > self.rules.now.astimezone(self.rules.zone).date():
            self.odd.append("raised_on lies in the future: it is taken as it stands")
        return day

    def _tell_of_other_states(self, state: State) -> None:
        """Remark on each value that is left out since it belongs to another state than that of the row."""
        for name, states in OF_STATES.items():
            if state not in states and self.text(name):
                self.odd.append(f"{name} is left out: the case is {state.value}")

    def _note(self, state: State) -> str:
        template = self._mapping.columns.get("state")
        theirs = folded(template.fill(self.record.values)) if template else ""
        notes = self._mapping.notes
        usual = USUAL_NOTE if state in NEEDS_WORDS else ""
        return self.cut("note", LONGEST_TEXT) or notes.get(theirs) or notes.get(state) or usual

    def _waiting_for(self, state: State) -> WaitingFor | None:
        if state is not State.WAITING:
            return None
        kind = self.text("waiting_for") or "other"
        unit = self.name("waiting_unit") if kind == "unit" else None
        name = self.cut("waiting_name", 200) or None
        if kind not in {"reporter", "unit", "other"} or (kind == "unit" and not unit) or (kind == "other" and not name):
            self.bad.append("waiting_for must be reporter, unit with waiting_unit, or other with waiting_name")
            return None
        return WaitingFor(kind, unit=unit, name=name, their_ref=self.cut("waiting_their_ref", 100) or None)

    def _merged_into(self, state: State, source: str) -> Key | None:
        if state is not State.MERGED:
            return None
        return self.text("merged_into_source") or source, self.needed("merged_into", 120)

    def _months(self) -> int | None:
        value = self.text("every_months")
        if not value:
            return None
        if not value.isdecimal() or len(value) > 9 or not 1 <= int(value) <= MOST_MONTHS:
            self.odd.append(f"every_months: {value!r} is no number from 1 to {MOST_MONTHS}; it is left out")
            return None
        return int(value)

    def _position(self) -> dict[str, float | None]:
        found = {"latitude": self.degrees("latitude", 90), "longitude": self.degrees("longitude", 180)}
        if (found["latitude"] is None) is (found["longitude"] is None):
            return found
        self.odd.append("latitude and longitude belong together, and one is missing: the position is left out")
        return dict.fromkeys(found)

    def _reporter(self) -> Reporter | None:
        name, email, phone = (
            self.cut("reporter_name", 200),
            self.text("reporter_email"),
            self.cut("reporter_phone", 40),
        )
        if email:
            email = self._mail_address(email)
        if phone and not is_phone_number(phone):
            self.odd.append(f"reporter_phone: {phone!r} is no telephone number; it is kept as it is")
        if not (name or email or phone):
            return None
        locale = "en" if self.text("reporter_locale") == "en" else "sv"
        protected = self.yes("reporter_protected")
        return Reporter(name or None, email or None, phone or None, locale, protected)

    def _mail_address(self, written: str) -> str:
        try:
            return read_public_address(written)
        except FieldRefusal:
            self.odd.append(f"reporter_email: {written!r} is no mail address; it is left out")
            return ""

    def _kept(self, kind: Kind, is_open: bool, received_at: datetime, changed_at: datetime) -> Kept:
        if not self.rules.tells_more and kind is not Kind.DUTY:
            return NOTHING_KEPT
        values = RowValues(self.text, self.day, self.moment, self.yes, self.odd)
        kept = kept_values(values, kind=kind, is_open=is_open)
        if kept.done_at is not None and not received_at <= kept.done_at <= changed_at:
            self.odd.append("done_at does not lie between received_at and ended_at; it is left out")
            kept = replace(kept, done_at=None)
        if kept.officer is not None and kept.officer not in self.rules.names.existing.get("officer", ()):
            self.odd.append(f"officer: nobody in the house has the address {kept.officer!r}; it is left out")
            kept = replace(kept, officer=None)
        if kept.register is not None:
            today, known = self.rules.now.astimezone(self.rules.zone).date(), self.rules.names.existing
            kept = replace(kept, register=usable_entry(kept.register, known.get("authority", ()), today, self.odd))
        names = self.rules.names
        meetings = names.existing.get("meeting", {})
        if (reason := why_not_owed(kept, kind, names.owed if is_open else None, meetings)) is not None:
            self.odd.append(f"{reason}; it is imported as an ordinary {kind.value}")
            return replace(kept, obligation=None, subject=None)
        return replace(kept, subject=subject_here(kept, meetings))
