"""What a row tells that no step of an import sets: the columns that only an export of Ventil fills."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from cases.case import is_reference
from cases.history.words import Visibility
from cases.mail_addresses import is_public_address
from cases.meetings.agenda_items import AgendaReason
from cases.states import Kind, State
from cases.village.registers.entering import EntryGiven

OUTCOMES = frozenset({"running", "kept", "broken", "dropped"})
REFERENCE = re.compile(r"(?:19|20)\d\d-(?:\d{4}|[1-9]\d{4,7})")
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{20,32}")
NUMBER = re.compile(r"\d{1,6}")


@dataclass(frozen=True)
class RowValues:
    """Reads the columns of one row by name, in the types that they hold; `odd` collects remarks on what is left out."""

    text: Callable[[str], str]
    day: Callable[[str], date | None]
    moment: Callable[[str], datetime | None]
    yes: Callable[[str], bool]
    odd: list[str]

    def one_of(self, name: str, values: frozenset[str]) -> str | None:
        """Return the value of the column when it is one of these; otherwise None, with a remark unless it is empty."""
        value = self.text(name)
        if value and value not in values:
            self.odd.append(f"{name}: {value!r} is not known; it is left out")
        return value if value in values else None

    def matching(self, name: str, form: re.Pattern[str]) -> str | None:
        """Return the value of the column when it has this form; otherwise None, with a remark unless it is empty."""
        value = self.text(name)
        if value and not form.fullmatch(value):
            self.odd.append(f"{name}: {value!r} does not have the form of ours; it is left out")
        return value if form.fullmatch(value) else None

    def number(self, name: str) -> int | None:
        """Return the whole number in the column; None when it is empty or no such number."""
        value = self.matching(name, NUMBER)
        return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far the ladder of an open case has come: its next rung and when it fires, of the state's clock and of life's.

    `rung_fired_at` is when the rung before the next one fired. The three last are None while no sign of life is due.
    """

    rung: int
    rung_at: datetime
    rung_fired_at: datetime | None
    life_due_on: date | None
    life_rung: int
    life_at: datetime | None


@dataclass(frozen=True, slots=True)
class FollowerInRow:
    """A follower as a row names one: a mail address and the language of the letters, sv or en."""

    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a row tells that no step of an import sets; a field that the file does not fill has its default.

    `is_own` says that the case is one of this very house, which needs no source. `ref` and `public_id` are kept where
    no other case has them. `officer` is a mail address, `promise` what became of the promise, `agenda` why the case
    stands on the forum's agenda. `obligation` and `subject` say what the case owes, and whose. `ladder` is None for a
    case that has ended, and for files that are no export of ours: the clocks then start as the steps set them.
    `register` is what the register of its topic says of it.
    """

    is_own: bool = False
    ref: str | None = None
    public_id: str | None = None
    origin: str | None = None
    officer: str | None = None
    note_for: Visibility = Visibility.PUBLIC
    done_at: datetime | None = None
    promise: str | None = None
    duty_on: date | None = None
    duty_first_on: date | None = None
    obligation: str | None = None
    subject: str | None = None
    wants_public: bool = False
    published_at: datetime | None = None
    sent_back: int = 0
    unread_reply: bool = False
    junk_since: datetime | None = None
    acted_at: datetime | None = None
    waiting_from: State | None = None
    waiting_from_due_on: date | None = None
    followers: tuple[FollowerInRow, ...] = ()
    agenda: str | None = None
    ladder: Ladder | None = None
    register: EntryGiven | None = None


NOTHING_KEPT = Kept()
REGISTER_COLUMNS = {  # of an import and an export, by what they hold of an entry
    "decides": "register_decides", "keeper": "register_keeper", "where": "register_where", "sort": "register_sort",
    "forwarded_on": "forwarded_on", "their_ref": "register_their_ref", "answered_on": "answered_on",
    "answer": "register_answer",
}  # fmt: skip
KEPT_COLUMNS = frozenset({
    "ref", "public_id", "origin", "officer", "note_for", "done_at", "promise", "duty_on", "duty_first_on",
    "obligation", "subject", "wants_public", "published_at", "sent_back", "unread_reply", "junk_since", "acted_at",
    "waiting_from",
    "waiting_from_due_on", "followers", "agenda", "rung", "rung_at", "rung_fired_at", "life_due_on",
    "life_rung", "life_at", *REGISTER_COLUMNS.values(),
})  # fmt: skip


def kept_values(row: RowValues, *, kind: Kind, is_open: bool) -> Kept:
    """Return what the row tells that no step sets. What cannot be used is left out, with a remark in `row.odd`."""
    came_from = row.one_of("waiting_from", frozenset(State))
    duty_on = (row.day("duty_on") or row.day("due_on")) if kind is Kind.DUTY else None
    return Kept(
        ref=row.matching("ref", REFERENCE), public_id=_public_id(row),
        origin=row.one_of("origin", frozenset({"proposal"})), officer=row.text("officer").lower() or None,
        note_for=Visibility(row.one_of("note_for", frozenset(Visibility)) or Visibility.PUBLIC),
        done_at=row.moment("done_at"), promise=row.one_of("promise", OUTCOMES), duty_on=duty_on,
        duty_first_on=(row.day("duty_first_on") or duty_on) if kind is Kind.DUTY else None,
        obligation=row.text("obligation") or None, subject=row.text("subject") or None,
        wants_public=row.yes("wants_public"), published_at=_published_at(row),
        sent_back=row.number("sent_back") or 0, acted_at=row.moment("acted_at"),
        unread_reply=row.yes("unread_reply"), junk_since=row.moment("junk_since"),
        waiting_from=State(came_from) if came_from else None, waiting_from_due_on=row.day("waiting_from_due_on"),
        followers=_followers(row), agenda=row.one_of("agenda", frozenset(AgendaReason)),
        ladder=_ladder(row) if is_open else None, register=_register(row),
    )  # fmt: skip


def _public_id(row: RowValues) -> str | None:
    value = row.matching("public_id", PUBLIC_ID)
    return None if value is None or is_reference(value) else value


def _followers(row: RowValues) -> tuple[FollowerInRow, ...]:
    readers = []
    for name in row.text("followers").split():
        email, _, locale = name.partition("/")
        if is_public_address(email) and locale in {"", "sv", "en"}:
            readers.append(FollowerInRow(email, locale or "sv"))
        else:
            row.odd.append(f"followers: {name!r} is no mail address; it is left out")
    return tuple(readers)


def _published_at(row: RowValues) -> datetime | None:
    moment = row.moment("published_at")
    if moment is not None and row.yes("reporter_protected"):
        row.odd.append("published_at: a case of somebody with a protected identity is not published")
        return None
    if moment is not None and row.moment("junk_since") is not None:
        row.odd.append("published_at: what is likely junk is not published")
        return None
    return moment


def _register(row: RowValues) -> EntryGiven | None:
    """Return what the row says of the case's entry in a register; None when it says nothing."""
    given = EntryGiven(
        row.text("register_decides") or None, row.text("register_keeper") or None, row.text("register_where"),
        row.text("register_sort") or None, row.day("forwarded_on"), row.text("register_their_ref"),
        row.day("answered_on"), row.text("register_answer"),
    )  # fmt: skip
    return None if given == EntryGiven() else given


def _ladder(row: RowValues) -> Ladder | None:
    rung, rung_at, fired_at = row.number("rung"), row.moment("rung_at"), row.moment("rung_fired_at")
    if rung is None:
        return None
    if rung_at is None or row.day("due_on") is None or (rung > 1 and fired_at is None):
        row.odd.append("rung: due_on, rung_at or rung_fired_at is lacking; the usual clock is taken")
        return None
    life_on, life_at = row.day("life_due_on"), row.moment("life_at")
    if life_on is None or life_at is None:
        life_on = life_at = None
    return Ladder(rung, rung_at, fired_at, life_on, row.number("life_rung") or 0, life_at)
