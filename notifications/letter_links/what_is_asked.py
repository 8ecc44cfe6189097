"""Which letters ask something that their reader can answer by a link: by the letter, the audience and the steps."""

from collections.abc import Sequence
from typing import Any

from cases.organisation.municipality import ActFromLetters
from cases.organisation.units import UnitKind
from cases.states import STATE_AFTER, State, Who, steps_open_to
from notifications.deliveries import Delivery
from notifications.letter_links.link import LinkReader, WantedLink
from notifications.row_types import CaseNow, EventForLetter

BY_LETTER = ("plan", "finish", "send_back", "wait", "answer", "confirm", "contest")  # the steps that such a link takes
LETTERS_THAT_ASK = frozenset(
    {
        "assigned",
        "due_soon",
        "due_now",
        "overdue",
        "question",
        "answered",
        "contested",
        "done",
        "reply_to_done",
        "how_it_went",
    }
)  # each in the catalogue of letters
OUTSIDE = frozenset({"reporter", "group"})
Line = dict[str, Any]  # one element of a delivery's `context["lines"]`


def link_wanted(
    delivery: Delivery, lines: Sequence[Line], told: Sequence[tuple[EventForLetter, CaseNow]], mode: str
) -> WantedLink | None:
    """Return the link that the letter is to carry for one case; None when it asks nothing, or nothing of this reader.

    `lines` are those of the letter about the case, and `told` the event and the case of each. `mode` is the setting of
    the house: "all", "outside" or "off". Whoever can log in gets no link in a letter about several cases.
    """
    asks = any(_asks(line, event, case) for line, (event, case) in zip(lines, told, strict=True))
    reader = reader_of(lines[0])
    is_gathered = len({line.get("ref") for line in delivery.context["lines"]}) > 1
    if not asks or reader is None or (is_gathered and reader.person_id) or not _is_open_to(lines[0], mode):
        return None
    return WantedLink(reader, max(event.seq for event, _ in told))


def _asks(line: Line, event: EventForLetter, case: CaseNow) -> bool:
    """Return whether the letter asks its reader something, and the table of steps has one that answers it."""
    if line["letter"] not in LETTERS_THAT_ASK or case.protected or line.get("follower") or line.get("asks_body"):
        return False
    if line["letter"] == "reply_to_done" and line["audience"] not in OUTSIDE:
        return False  # it is read on the page of the case
    if line["letter"] == "contested" and line["audience"] == "contact" and not line.get("at_desk"):
        return False  # the desk is only told
    state, who = _state_after(event), _capacities(line)
    if state is None:
        return bool(who)
    open_steps = steps_open_to(state, who, came_from=State.ASSIGNED, owes=case.obligation is not None)
    return bool({step.name for step in open_steps} & set(BY_LETTER))


def _state_after(event: EventForLetter) -> State | None:
    """Return the state that the case had with the event; None when the event does not say."""
    said = event.facts.get("state") or event.facts.get("to")
    return State(said) if said in set(State) else STATE_AFTER.get(event.type)


def _capacities(line: Line) -> frozenset[Who]:
    """Return what the reader is to the case by the audience to which they belong."""
    audience, is_own, is_mailbox = line["audience"], bool(line.get("is_own")), not line.get("person")
    if audience in OUTSIDE:
        own = Who.GROUP if audience == "group" else Who.REPORTER
        return frozenset({own, Who.ASKED}) if line.get("waiting_for") == "reporter" else frozenset({own})
    if audience == "asked":
        return frozenset({Who.ASKED})
    if is_own or (line.get("unit_id") is None and not is_mailbox):
        return frozenset({Who.UNIT}) if is_mailbox or not line.get("at_desk") else frozenset({Who.UNIT, Who.CONTACT})
    return frozenset() if is_mailbox else frozenset({Who.CONTACT})  # somebody at the desk, in place of others


def reader_of(line: Line) -> LinkReader | None:
    """Return whose letter it is by this line of it: a party, a person, or whoever reads the mailbox of a unit."""
    if line.get("party"):
        return LinkReader(party_id=line["party"])
    if line.get("person") or line.get("unit_id"):
        return LinkReader(person_id=line.get("person"), unit_id=line.get("unit_id"))
    return None


def _is_open_to(line: Line, mode: str) -> bool:
    return mode == ActFromLetters.ALL or (mode == ActFromLetters.OUTSIDE and _is_outside(line))


def _is_outside(line: Line) -> bool:
    """Return whether the reader is no officer and no department: who asked, or a group, also one that has the case."""
    return line["audience"] in OUTSIDE or line.get("unit_kind") == UnitKind.GROUP
