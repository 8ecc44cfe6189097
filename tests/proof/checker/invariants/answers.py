"""I1 to I4 and I18: the client's journal and the database say the same.

Only what was asked while the journal was kept is looked at, and only what acts for somebody: cases that were handed
in, and words that were said.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from proof.checker.evidence.journal import ANSWERED, ASKED, JournalLine, calls_in
from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot, moment_of

CASES = 'SELECT id, ref, public_id, title, version FROM "case"'
SAID = """
    SELECT w.text, e.stream, e.seq, e.recorded_at, e.actor FROM words w JOIN event e ON e.id = w.event_id
    WHERE w.text IS NOT NULL AND w.field IN ('title', 'note')"""
BY_PEOPLE = """
    SELECT stream, recorded_at, at, type FROM event
    WHERE actor IN ('person', 'reporter', 'visitor') AND stream <> 0 AND type <> 'case.promised'"""
PEOPLE = frozenset({"person", "reporter", "visitor"})
NOTHING_WRITTEN = frozenset({"database_down", "disk_full"})


@dataclass
class JournalledAct:
    """Everything that the journal says about one act: its tries, each with what became of it."""

    act: str
    mark: str
    key: str | None
    tries: list[JournalLine] = field(default_factory=list)
    ends: list[JournalLine] = field(default_factory=list)

    @property
    def was_refused(self) -> bool:
        """Say whether every try was refused."""
        return len(self.ends) == len(self.tries) and all(end.is_refused for end in self.ends)

    @property
    def most(self) -> int:
        """How often it may have happened: once for a key, else once for each try that was not refused."""
        return 1 if self.key else len(self.tries) - sum(end.is_refused for end in self.ends)


@dataclass
class Spoken:
    """What the database holds: cases by reference, and where each text was said."""

    cases: dict[str, tuple[str, int]] = field(default_factory=dict)  # ref -> public id, version
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # text -> "ref/seq"

    def of(self, text: str) -> list[str]:
        """Give where this was said."""
        return self.places.get(text, [])


def answered_is_there(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I1: give what was answered ok and is not there."""
    if outside.journal is None:
        return
    spoken = _spoken(snapshot)
    for call in calls_in(outside.journal):
        if call.step == ANSWERED and call.is_ok:
            wrong = _missing(call, spoken) if call.ref else _unsaid(call, spoken)
            if wrong is not None:
                yield f"{call.act} {call.number} was answered {call.status}, but {wrong}"


def _unsaid(call: JournalLine, spoken: Spoken) -> str | None:
    return f"nobody says “{call.mark}”" if call.mark and not spoken.of(call.mark) else None


def _missing(call: JournalLine, spoken: Spoken) -> str | None:
    public_id, version = spoken.cases.get(call.ref or "", ("", 0))
    if not version:
        return f"{call.ref} is not there"
    if call.public_id not in {None, public_id}:
        return f"{call.ref} has another public id"
    if call.seq is not None and call.seq > version:
        return f"{call.ref} has version {version}, not {call.seq}"
    if call.mark and not any(place.startswith(f"{call.ref}/") for place in spoken.of(call.mark)):
        return f"{call.ref} does not say “{call.mark}”"
    return None


def nothing_invented(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I2: give what was said since the journal began and is not in it, and more acts of people than it has."""
    calls = list(calls_in(outside.journal)) if outside.journal else []
    if not calls:
        return
    begun, marks = min(call.at for call in calls), {call.mark for call in calls}
    for row in snapshot.rows(SAID):
        if row["actor"] in PEOPLE and row["text"] not in marks and moment_of(row["recorded_at"]) > begun:
            yield f"stream {row['stream']} says “{row['text']}” ({row['seq']}), which nobody asked for"
    asked = sum(call.step == ASKED for call in calls)
    done = {
        (row["stream"], row["at"], row["type"])
        for row in snapshot.rows(BY_PEOPLE)
        if moment_of(row["recorded_at"]) > begun
    }
    if len(done) > asked:
        yield f"{len(done)} acts of people, but only {asked} were asked for"


def refused_is_absent(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I3: give what was refused and happened all the same."""
    spoken = _spoken(snapshot) if outside.journal else Spoken()
    for asked in _acts(outside):
        if asked.was_refused and spoken.of(asked.mark):
            yield f"{asked.act} “{asked.mark}” was refused, but {spoken.of(asked.mark)[0]} says it"


def at_most_once(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I4: give what happened more often than it was asked for: with an Idempotency-Key at most once."""
    spoken = _spoken(snapshot) if outside.journal else Spoken()
    for asked in _acts(outside):
        places = spoken.of(asked.mark)
        if len(places) > max(asked.most, 0) and not asked.was_refused:
            yield f"{asked.act} “{asked.mark}” happened {len(places)} times: {', '.join(places)}"
        answers = {(end.ref, end.public_id) for end in asked.ends if end.is_ok}
        if asked.key and len(answers) > 1:
            yield f"the key of {asked.act} “{asked.mark}” got different answers: {sorted(map(str, answers))}"


def nothing_accepted_in_vain(_: Snapshot, outside: Outside) -> Iterator[str]:
    """I18: give what was answered ok while nothing could be written."""
    if outside.journal is None:
        return
    asked_at = {call.number: call.at for call in calls_in(outside.journal) if call.step == ASKED}
    shut = [window for window in outside.faults if window.fault in NOTHING_WRITTEN]
    for call in calls_in(outside.journal):
        for window in shut if call.step == ANSWERED and call.is_ok else ():
            if window.holds(call.at) and window.holds(asked_at.get(call.number, call.at)):
                yield f"{call.act} {call.number} was answered {call.status} at {call.at.isoformat()}: {window.fault}"


def _acts(outside: Outside) -> Iterator[JournalledAct]:
    """Gather the journal's lines about the same words; an act without words cannot be told apart."""
    acts: dict[tuple[str, str], JournalledAct] = {}
    for call in calls_in(outside.journal) if outside.journal else ():
        if call.mark:
            asked = acts.setdefault((call.act, call.mark), JournalledAct(call.act, call.mark, call.key))
            (asked.tries if call.step == ASKED else asked.ends).append(call)
    yield from acts.values()


def _spoken(snapshot: Snapshot) -> Spoken:
    spoken, refs = Spoken(), {}
    for row in snapshot.rows(CASES):
        refs[row["id"]] = row["ref"]
        spoken.cases[row["ref"]] = (row["public_id"], row["version"])
    for row in snapshot.rows(SAID):
        ref = refs.get(row["stream"], f"stream {row['stream']}")
        spoken.places[row["text"]].append(f"{ref}/{row['seq']}")
    return spoken
