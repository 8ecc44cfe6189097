"""Which letters carry a link: those that ask something of a reader whose step the table has."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cases.access.actors import ActorKind
from cases.states import STEPS, State
from notifications.deliveries import Delivery
from notifications.letter_links.link import LinkReader
from notifications.letter_links.what_is_asked import BY_LETTER, LETTERS_THAT_ASK, link_wanted
from notifications.letters.catalogue import LETTERS
from notifications.row_types import CaseNow, EventForLetter

OFFICER = {"person": 3, "audience": "officer", "unit_kind": "department"}
MAILBOX = {"unit_id": 4, "is_own": True, "audience": "unit", "unit_kind": "department"}
DESK = {"person": 1, "unit_id": 1, "audience": "contact", "unit_kind": "department"}
ASKER = {"party": 9, "audience": "reporter", "unit_kind": "department"}
GROUP = {"unit_id": 7, "audience": "group", "unit_kind": "department"}
ASSIGNED = ("case.assigned", {"responsible": "gata"})
DONE = ("case.done", {"responsible": "gata"})
RUNG = ("case.escalated", {"state": "planned"})


def link_for(
    line: dict[str, Any], happened: tuple[str, dict[str, Any]], *, mode: str = "all", **of_case: Any
) -> LinkReader | None:
    """Whose link a letter about one event carries; None for a letter without one."""
    at, whole = datetime(2026, 3, 2, tzinfo=UTC), {"event": 1, "ref": "2026-0001", **line}
    event = EventForLetter(1, 5, 2, happened[0], at, ActorKind.PERSON, happened[1])
    of_case = {"obligation": None, "protected": False, "state": State.ASSIGNED} | of_case
    case = CaseNow(
        5,
        "2026-0001",
        "x",
        None,
        asker_name=None,
        asker_phone=None,
        asker_email=None,
        **of_case,
    )
    delivery = Delivery(
        occasion="event:1", recipient="address:1", letter=line["letter"], created_at=at, context={"lines": [whole]}
    )
    wanted = link_wanted(delivery, [whole], [(event, case)], mode)
    assert wanted is None or wanted.seq == 2
    return wanted and wanted.reader


def test_every_letter_that_asks_is_in_the_catalogue_and_neither_morning_nor_news_is_one() -> None:
    assert LETTERS.keys() > LETTERS_THAT_ASK
    assert not {"morning", "news", "closed", "delayed", "receipt", "login"} & LETTERS_THAT_ASK
    assert set(BY_LETTER) < {step.name for step in STEPS}


@pytest.mark.parametrize(
    ("letter", "line", "happened", "reader"),
    [
        ("assigned", OFFICER, ASSIGNED, LinkReader(person_id=3)),
        ("assigned", MAILBOX, ASSIGNED, LinkReader(unit_id=4)),
        ("overdue", OFFICER, RUNG, LinkReader(person_id=3)),
        ("overdue", DESK, RUNG, LinkReader(person_id=1, unit_id=1)),
        ("done", ASKER, DONE, LinkReader(party_id=9)),
        ("done", GROUP, DONE, LinkReader(unit_id=7)),
        ("question", ASKER | {"waiting_for": "reporter"}, ("case.waiting", {}), LinkReader(party_id=9)),
        ("news", OFFICER, ASSIGNED, None),
        ("morning", DESK, ("house.morning", {}), None),
        ("done", ASKER | {"follower": 2}, DONE, None),  # whose own case was merged
        ("question", GROUP | {"audience": "asked", "asks_body": True}, ("case.waiting", {}), None),
        ("contested", DESK, ("case.contested", {}), None),  # is only told
        ("overdue", MAILBOX | {"is_own": False, "unit_id": 1}, RUNG, None),  # the desk's mailbox, of another's case
        ("due_now", MAILBOX | {"at_desk": True}, ("case.escalated", {"state": "received"}), None),  # the desk's steps
        ("due_now", OFFICER | {"at_desk": True}, ("case.escalated", {"state": "received"}), LinkReader(person_id=3)),
    ],
)
def test_the_reader_gets_a_link_when_the_letter_asks_them(
    letter: str, line: dict[str, Any], happened: tuple[str, dict[str, Any]], reader: LinkReader | None
) -> None:
    assert link_for(line | {"letter": letter}, happened) == reader


def test_a_case_of_protected_identity_and_one_that_owes_something_have_none() -> None:
    overdue = OFFICER | {"letter": "overdue"}
    assert link_for(overdue, RUNG) is not None
    assert link_for(overdue, RUNG, protected=True) is None
    assert link_for(overdue, RUNG, obligation="plan") is None


EVERYBODY = {"officer": ASSIGNED, "unit": ASSIGNED, "reporter": DONE, "group": DONE}


@pytest.mark.parametrize(
    ("mode", "carry"), [("all", set(EVERYBODY)), ("outside", {"reporter", "group"}), ("off", set())]
)
def test_the_house_says_whose_letters_carry_links(mode: str, carry: set[str]) -> None:
    found = set()
    for line in (OFFICER, MAILBOX, ASKER, GROUP):
        happened = EVERYBODY[line["audience"]]
        letter = "assigned" if happened == ASSIGNED else "done"
        found |= {line["audience"]} if link_for(line | {"letter": letter}, happened, mode=mode) else set()
    assert found == carry
