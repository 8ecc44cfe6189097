"""The life of a case as it was agreed on, written down a second time: who may take which step from which state.

Nothing here is read from the house's own table, so that the two can disagree.
"""

from dataclasses import dataclass

OPEN = ("received", "assigned", "planned", "in_progress", "waiting", "parked", "done")
ENDED = ("closed", "declined", "merged")
UNIT_OF = {
    "kontakt": "desk", "vikarie": "desk", "kanslichef": "desk", "handlaggare": "gata", "kollega": "gata",
    "gatuchef": "gata", "vattenchef": "vatten", "ombud": "norrby", "admin": None, "reporter": None,
}  # fmt: skip
PEOPLE = tuple(UNIT_OF)
HEADS = {"kanslichef", "gatuchef", "vattenchef"}
CONTACTS = {"kontakt", "vikarie"}
STAFF = {"kontakt", "vikarie", "kanslichef", "handlaggare", "kollega", "gatuchef", "vattenchef", "admin"}

TAKEN_ON = ("planned", "in_progress")
GOES_ON = ("assigned", *TAKEN_ON)
BY_THE_DESK = {  # what the contact person alone decides
    "received": ("assigned", "waiting", "parked", "declined", "merged", "planned", "in_progress", "done"),
    "assigned": ("parked", "declined", "merged"),
    "planned": ("assigned", "parked", "declined", "merged"),
    "in_progress": ("assigned", "parked", "declined", "merged"),
    "waiting": ("assigned", "parked", "declined", "merged"),
    "parked": ("received", "parked"),
}
BY_THE_UNIT = {  # the contact person may take these for it
    "assigned": ("planned", "in_progress", "waiting", "done"),
    "planned": ("planned", "in_progress", "waiting", "done"),
    "in_progress": ("planned", "in_progress", "waiting", "done"),
    "waiting": ("waiting", "done"),
}


@dataclass
class Life:
    """What is known of one case: as much as its life depends on."""

    state: str
    responsible: str = "desk"
    group: str | None = None
    waiting_from: str | None = None
    waits_for_reporter: bool = False
    may_object: bool = False  # while the days to object run


@dataclass(frozen=True)
class Attempt:
    """One step that somebody tries: to which state, and to which unit, if one is named."""

    to: str
    who: str
    unit: str | None = None


def may(life: Life, attempt: Attempt) -> bool:
    """Say whether the step exists and this person may take it."""
    return any(rule(life, attempt) for rule in RULES)


def _desk_decides(life: Life, attempt: Attempt) -> bool:
    if attempt.who not in CONTACTS or attempt.to not in BY_THE_DESK.get(life.state, ()):
        return False
    return attempt.to != "assigned" or attempt.unit is not None


def _unit_acts(life: Life, attempt: Attempt) -> bool:
    return _holds(life, attempt.who) and attempt.to in BY_THE_UNIT.get(life.state, ())


def _sends_back(life: Life, attempt: Attempt) -> bool:
    return (life.state, attempt.to) == ("assigned", "received") and UNIT_OF[attempt.who] == life.responsible


def _hands_over(life: Life, attempt: Attempt) -> bool:
    """Another unit is asked: the contact person's. Another officer of the same: never without a name, not tried."""
    there = (life.state, attempt.to) == ("assigned", "assigned")
    return there and attempt.who in CONTACTS and attempt.unit not in {None, life.responsible}


def _answers(life: Life, attempt: Attempt) -> bool:
    """Waiting goes back to where it came from; to `assigned` only when no unit is named, which would assign anew."""
    if life.state != "waiting" or attempt.to != life.waiting_from:
        return False
    asked = attempt.who == "reporter" and life.waits_for_reporter
    return (asked or _holds(life, attempt.who)) and attempt.unit is None


def _objects(life: Life, attempt: Attempt) -> bool:
    who_asked = attempt.who == "reporter" or (life.group is not None and UNIT_OF[attempt.who] == life.group)
    return (life.state, attempt.to) == ("done", "assigned") and who_asked and life.may_object


def _reopens(life: Life, attempt: Attempt) -> bool:
    return life.state in ("done", *ENDED) and attempt.to == "assigned" and attempt.who in STAFF


RULES = (_desk_decides, _unit_acts, _sends_back, _hands_over, _answers, _objects, _reopens)


def _holds(life: Life, who: str) -> bool:
    return who in CONTACTS or UNIT_OF[who] == life.responsible
