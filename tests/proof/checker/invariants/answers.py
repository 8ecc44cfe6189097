"""I1 to I4 and I18: the journal of a client agrees with the database, in both directions.

Compared are the cases that were handed in and the texts (titles, notes) that were written while the journal was kept.
Mails that came meanwhile ask for something too: they have a journal of their own.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from proof.checker.evidence.journal import ANSWERED, ASKED, JournalLine, calls_in
from proof.checker.evidence.mails import mail_lines_in
from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot, moment_of

CASES = 'SELECT id, ref, public_id, title, version FROM "case"'
TEXTS = """
    SELECT w.text, e.stream, e.seq, e.recorded_at, e.actor FROM words w JOIN event e ON e.id = w.event_id
    WHERE w.text IS NOT NULL AND w.field IN ('title', 'note')"""
EVENTS_OF_PEOPLE = """
    SELECT stream, recorded_at, at, type FROM event
    WHERE actor IN ('person', 'reporter', 'visitor') AND stream <> 0 AND type <> 'case.promised'"""
PEOPLE = frozenset({"person", "reporter", "visitor"})
NO_WRITES = frozenset({"database_down", "disk_full"})


@dataclass
class JournalledAct:
    """All lines of the journal about one change that a client asked for: its requests, and the outcome of each."""

    name: str  # as in the journal: "hand_in", or the step
    mark: str
    key: str | None
    tries: list[JournalLine] = field(default_factory=list)
    outcomes: list[JournalLine] = field(default_factory=list)

    @property
    def was_refused(self) -> bool:
        """Return whether every request was refused."""
        return len(self.outcomes) == len(self.tries) and all(outcome.is_refused for outcome in self.outcomes)

    @property
    def most_often(self) -> int:
        """How often the act may have been done: once with a key, else once per request that was not refused."""
        return 1 if self.key else len(self.tries) - sum(outcome.is_refused for outcome in self.outcomes)


@dataclass
class StoredTexts:
    """The cases of the database by reference, and the events in which each text was written."""

    cases: dict[str, tuple[str, int]] = field(default_factory=dict)  # ref -> public id, version
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # text -> "ref/seq"

    def places_of(self, text: str) -> list[str]:
        """Return the events in which this text was written, each as "reference/number"."""
        return self.places.get(text, [])


def answered_is_there(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I1: yield a sentence for each act that was answered with success and is not in the database."""
    if outside.journal is None:
        return
    stored = _stored_texts(snapshot)
    for call in calls_in(outside.journal):
        if call.step == ANSWERED and call.is_ok:
            missing = _missing_case(call, stored) if call.ref else _missing_text(call, stored)
            if missing is not None:
                yield f"{call.act} {call.number} was answered {call.status}, but {missing}"


def _missing_text(call: JournalLine, stored: StoredTexts) -> str | None:
    return f"nobody says “{call.mark}”" if call.mark and not stored.places_of(call.mark) else None


def _missing_case(call: JournalLine, stored: StoredTexts) -> str | None:
    public_id, version = stored.cases.get(call.ref or "", ("", 0))
    if not version:
        return f"{call.ref} is not there"
    if call.public_id not in {None, public_id}:
        return f"{call.ref} has another public id"
    if call.seq is not None and call.seq > version:
        return f"{call.ref} has version {version}, not {call.seq}"
    if call.mark and not any(place.startswith(f"{call.ref}/") for place in stored.places_of(call.mark)):
        return f"{call.ref} does not say “{call.mark}”"
    return None


def nothing_invented(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I2: yield texts newer than the journal's first line that it does not contain, and more acts than it asked for."""
    calls = list(calls_in(outside.journal)) if outside.journal else []
    if not calls:
        return
    mailed = {line.message_id: line.mark for line in mail_lines_in(outside.mails)} if outside.mails else {}
    began_at, marks = min(call.at for call in calls), {*mailed.values(), *(call.mark for call in calls)}
    for row in snapshot.rows(TEXTS):
        if row["actor"] in PEOPLE and row["text"] not in marks and moment_of(row["recorded_at"]) > began_at:
            yield f"stream {row['stream']} says “{row['text']}” ({row['seq']}), which nobody asked for"
    asked_count = sum(call.step == ASKED for call in calls) + len(mailed)
    acts_of_people = {
        (row["stream"], row["at"], row["type"])
        for row in snapshot.rows(EVENTS_OF_PEOPLE)
        if moment_of(row["recorded_at"]) > began_at
    }
    if len(acts_of_people) > asked_count:
        yield f"{len(acts_of_people)} acts of people, but only {asked_count} were asked for"


def refused_is_absent(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I3: yield a sentence for each act that was refused and is in the database all the same."""
    stored = _stored_texts(snapshot) if outside.journal else StoredTexts()
    for act in _journalled_acts(outside):
        if act.was_refused and stored.places_of(act.mark):
            yield f"{act.name} “{act.mark}” was refused, but {stored.places_of(act.mark)[0]} says it"


def at_most_once(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I4: yield acts that were done more often than they were asked for: with an Idempotency-Key at most once."""
    stored = _stored_texts(snapshot) if outside.journal else StoredTexts()
    for act in _journalled_acts(outside):
        places = stored.places_of(act.mark)
        if len(places) > max(act.most_often, 0) and not act.was_refused:
            yield f"{act.name} “{act.mark}” happened {len(places)} times: {', '.join(places)}"
        answers = {(outcome.ref, outcome.public_id) for outcome in act.outcomes if outcome.is_ok}
        if act.key and len(answers) > 1:
            yield f"the key of {act.name} “{act.mark}” got different answers: {sorted(map(str, answers))}"


def nothing_accepted_in_vain(_: Snapshot, outside: Outside) -> Iterator[str]:
    """I18: yield acts that were answered with success while the database could not be written."""
    if outside.journal is None:
        return
    asked_at: dict[str, datetime] = {}  # the first time: what was done before is answered again from what is stored
    for call in calls_in(outside.journal):
        if call.step == ASKED:
            asked_at.setdefault(call.key or call.number, call.at)
    windows = [window for window in outside.faults if window.fault in NO_WRITES]
    for call in calls_in(outside.journal):
        for window in windows if call.step == ANSWERED and call.is_ok else ():
            if window.contains(call.at) and window.contains(asked_at.get(call.key or call.number, call.at)):
                yield f"{call.act} {call.number} was answered {call.status} at {call.at.isoformat()}: {window.fault}"


def _journalled_acts(outside: Outside) -> Iterator[JournalledAct]:
    """Yield the journal's acts, with the lines of one text as one act. Lines without a text are left out."""
    acts: dict[tuple[str, str], JournalledAct] = {}
    for call in calls_in(outside.journal) if outside.journal else ():
        if call.mark:
            act = acts.setdefault((call.act, call.mark), JournalledAct(call.act, call.mark, call.key))
            (act.tries if call.step == ASKED else act.outcomes).append(call)
    yield from acts.values()


def _stored_texts(snapshot: Snapshot) -> StoredTexts:
    stored, refs = StoredTexts(), {}
    for row in snapshot.rows(CASES):
        refs[row["id"]] = row["ref"]
        stored.cases[row["ref"]] = (row["public_id"], row["version"])
    for row in snapshot.rows(TEXTS):
        ref = refs.get(row["stream"], f"stream {row['stream']}")
        stored.places[row["text"]].append(f"{ref}/{row['seq']}")
    return stored
