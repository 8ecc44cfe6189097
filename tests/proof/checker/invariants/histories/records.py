"""I20: each record of what was given was written by an event of its sort, in the case of what was owed.

No such event lacks its record. The entry of a case in a register was written by the last of its events. An import
tells of what was given elsewhere, and takes no records along but entries of registers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from proof.checker.evidence.snapshot import Snapshot
from proof.checker.model.stories import ObservedEvent, ObservedStory

PLANS = """
    SELECT v.event_id, p.slug AS subject, v.number AS number
    FROM plan_version v JOIN plan p ON p.id = v.plan_id WHERE v.adopted_on IS NOT NULL"""
ANCHORINGS = "SELECT a.event_id, u.slug AS subject, a.id AS number FROM anchoring a JOIN unit u ON u.id = a.unit_id"
CONTACTS = "SELECT c.event_id, u.slug AS subject, c.id AS number FROM contact c JOIN unit u ON u.id = c.unit_id"
RESOLUTIONS = """
    SELECT r.event_id, c.ref AS subject, r.id AS number FROM resolution r JOIN "case" c ON c.id = r.case_id"""
WRITTEN_BY = {  # the event of a record: what it answers, and the rows of all records of this sort
    "plan.adopted": ("plan", PLANS),
    "plan.anchored": ("plan", ANCHORINGS),
    "contact.logged": ("contact", CONTACTS),
    "case.recommended": ("", RESOLUTIONS),  # of any case, whatever it owes
}
ENTRIES = 'SELECT r.case_id, r.event_id, c.ref FROM register_entry r JOIN "case" c ON c.id = r.case_id'
OF_REGISTERS = frozenset({"register.entered", "register.forwarded", "register.answered"})


class ObservedRecord(NamedTuple):
    """One record: what it is called, the type of its event, and what it answers (obligation and subject)."""

    name: str
    type: str
    owes: tuple[str, str]


@dataclass
class ObservedRecords:
    """All records by the ids of the events that they name; those whose events were not met yet.

    `entries` are those of registers, by case: its reference, and the event that the entry names.
    """

    unmet: dict[int | None, list[ObservedRecord]] = field(default_factory=dict)
    entries: dict[int, tuple[str, int]] = field(default_factory=dict)

    def read(self, story: ObservedStory) -> Iterator[str]:
        """Yield a sentence for each event of this story that lacks its record, or has one that is not its own."""
        for event in story.events:
            records = self.unmet.pop(event.id, [])
            if event.type in WRITTEN_BY and event.actor != "import" and event.type not in {one.type for one in records}:
                yield f"{story.name}: {event.type} ({event.seq}) tells of a record that is not there"
            for record in records:
                if problem := _problem(record, event, story):
                    yield f"{story.name}: {record.name} {problem}"
        yield from self._entry(story)

    def left(self) -> Iterator[str]:
        """Yield a sentence for each record whose event is in no story."""
        for records in self.unmet.values():
            yield from (f"{record.name}: its event is not there" for record in records)
        yield from (f"the entry of {ref}: its case is not there" for ref, _ in self.entries.values())

    def _entry(self, story: ObservedStory) -> Iterator[str]:
        _, named = self.entries.pop(story.stream, ("", None))
        last = max((event.id for event in story.events if event.type in OF_REGISTERS), default=None)
        if named != last:
            yield f"{story.name}: the entry in its register names the event {named}, and the last one is {last}"


def read_records(snapshot: Snapshot) -> ObservedRecords:
    """Read the rows of all records."""
    found = ObservedRecords()
    for type_, (obligation, sql) in WRITTEN_BY.items():
        for row in snapshot.rows(sql):
            record = ObservedRecord(f"{type_} {row['number']}", type_, (obligation, row["subject"]))
            found.unmet.setdefault(row["event_id"], []).append(record)
    found.entries.update({row["case_id"]: (row["ref"], row["event_id"]) for row in snapshot.rows(ENTRIES)})
    return found


def _problem(record: ObservedRecord, event: ObservedEvent, story: ObservedStory) -> str | None:
    if not record.owes[0]:
        own = event.type == record.type and record.owes[1] == story.name
        return None if own else f"was written by {event.type} ({event.seq}) of {story.name}"
    owes = (story.owner["obligation"], story.owner["subject"]) if story.is_of_a_case and story.owner else None
    if event.type != record.type:
        return f"was written by {event.type} ({event.seq})"
    return f"is not of {' '.join(record.owes)}" if owes != record.owes else None
