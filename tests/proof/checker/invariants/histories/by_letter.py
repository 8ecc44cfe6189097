"""I25: an act by the link in a letter names its letter, and each link that was used stands for one such act.

The letter told of that case, and the one who acted is the one whose letter it was: a person, who asked, or whoever
reads the shared mailbox of a unit. Such a mailbox acts in no other way, except by mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.stories import ObservedEvent, ObservedStory

LINKS = """
    SELECT l.delivery_id, l.case_id, l.person_id, l.unit_id, l.party_id, l.ended_as, EXISTS (
        SELECT 1 FROM delivery_line d JOIN event e ON e.id = d.event_id
        WHERE d.delivery_id = l.delivery_id AND e.stream = l.case_id) AS told
    FROM letter_link l ORDER BY l.id"""
BOUNCED = "case.address_bounced"
PUT_OUT, MAILBOX = "case.link_put_out", "unit"
HOW = {True: "put_out", False: "used"}


@dataclass
class ObservedLinks:
    """The links of letters by case and letter, of those cases whose stories were not read yet."""

    unread: dict[int, dict[int, Row]] = field(default_factory=dict)

    def read(self, story: ObservedStory) -> Iterator[str]:
        """Yield a sentence for each act of this story that names no letter of its own, and for links without an act."""
        links, ended = self.unread.pop(story.stream, {}), set()
        for _, act in groupby(story.events, key=lambda event: event.act):
            events = list(act)
            named = [event for event in events if "delivery" in event.facts and event.type != BOUNCED]
            by_mail = all(event.facts.get("channel") == "mail" for event in events)
            is_by_mailbox = any(event.actor == MAILBOX or event.unit_id is not None for event in events)
            if is_by_mailbox and not (named or by_mail):
                yield f"{story.name}: {events[0].type} ({events[0].seq}) was done by a mailbox, and names no letter"
            for event in named:
                letter = event.facts["delivery"]
                place = f"{story.name}: {event.type} ({event.seq})"
                if problem := _problem(event, links.get(letter)):
                    yield f"{place} {problem}"
                if letter in ended:
                    yield f"{place} is the second act by letter {letter}"
                ended.add(letter)
        for letter, link in links.items():
            if (link["ended_as"] is not None) is not (letter in ended):
                yield f"{story.name}: the link of letter {letter} has ended as {link['ended_as']}, and its acts differ"


def read_links(snapshot: Snapshot) -> ObservedLinks:
    """Read the links of all letters."""
    found = ObservedLinks()
    for row in snapshot.rows(LINKS):
        found.unread.setdefault(row["case_id"], {})[row["delivery_id"]] = row
    return found


def _problem(event: ObservedEvent, link: Any) -> str | None:
    """Return what is wrong with an event that names the letter of this link; None when nothing is."""
    if link is None or not link["told"]:
        return "names a letter by which the case could not be answered"
    if link["ended_as"] != HOW[event.type == PUT_OUT]:
        return f"names a letter whose link has ended as {link['ended_as']}"
    if event.type == PUT_OUT or _is_its_reader(event, link):
        return None
    return "was done by somebody else than the one whose letter it was"


def _is_its_reader(event: ObservedEvent, link: Any) -> bool:
    if event.actor == MAILBOX:
        return link["person_id"] is None and event.unit_id is not None and link["unit_id"] == event.unit_id
    if event.actor == "reporter":
        return link["party_id"] is not None
    return event.actor == "person" and event.person_id is not None and link["person_id"] == event.person_id
