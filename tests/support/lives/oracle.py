"""The life of a case as it was agreed on, written down a second time: who may take which step from which state.

Nothing here is read from the house's own table, so that the two can disagree.
"""

from dataclasses import dataclass
from datetime import date, datetime

from support.lives.clocks import LifeClock

from proof.simulation.second_calendar import end_of

OPEN = ("received", "assigned", "planned", "in_progress", "waiting", "parked", "done")
ENDED = ("closed", "declined", "merged")
UNIT_OF = {
    "kontakt": "desk", "vikarie": "desk", "kanslichef": "desk", "handlaggare": "gata", "kollega": "gata",
    "gatuchef": "gata", "vattenchef": "vatten", "ombud": "norrby", "admin": None, "reporter": None,
}  # fmt: skip
PEOPLE = tuple(UNIT_OF)
HEADS = {"kanslichef", "gatuchef", "vattenchef"}
OFFICERS = ("kontakt", "handlaggare", "kollega", "vattenchef")  # one or two of each unit
UNITS = ("gata", "vatten", "norrby")
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


NEEDS_A_REASON = {"parked", "declined", "merged", "done"}  # G7; and "not ours", "not done", "once more"
BACK = {("assigned", "received"), ("done", "assigned"), *((ended, "assigned") for ended in ENDED)}
NEEDS_A_DAY = {"planned", "parked"}


@dataclass(frozen=True)
class Life:
    """What is known of one case: as much as its life and its clocks depend on."""

    state: str
    clock: LifeClock | None  # none when it has ended
    responsible: str = "desk"
    group: str | None = None
    officer: str | None = None
    waits_for: str | None = None  # "reporter", "other", or a unit
    waiting_from: str | None = None
    day_before_waiting: date | None = None
    sign: LifeClock | None = None  # of life
    promised_on: date | None = None
    promises: tuple[tuple[date, str], ...] = ()  # each with what became of it
    is_orphaned: bool = False  # it ended with a unit that is no more
    changes: int = 0  # which make what somebody has read of it stale

    @property
    def promise(self) -> date | None:
        """The day of the promise that runs."""
        return self.promises[-1][0] if self.promises and self.promises[-1][1] == "running" else None


@dataclass(frozen=True)
class Attempt:
    """One step that somebody tries: to which state, when, and to which unit or officer, if one is named."""

    to: str
    who: str
    at: datetime
    unit: str | None = None
    officer: str | None = None


Footing = tuple[object, ...]


def footing_of(life: Life, gone: set[str]) -> Footing:
    """Give all that decides who may do what with a case, but for the time."""
    where = (life.state, life.responsible, life.group, life.waits_for, life.waiting_from)
    return (*where, life.is_orphaned, frozenset(gone))


def attempts(life: Life, gone: set[str], at: datetime) -> list[Attempt]:
    """Give all steps that may be tried with a case, merging left out, by everybody who is not gone."""
    people = [who for who in PEOPLE if who not in gone]
    steps = [Attempt(to, who, at) for to in (*OPEN, "closed", "declined") for who in people]
    steps += [Attempt("assigned", who, at, unit=unit) for who in people for unit in UNITS if unit not in gone]
    if life.state == "assigned":
        steps += [Attempt("assigned", who, at, officer=one) for who in people for one in OFFICERS if one not in gone]
    return steps


def offers(life: Life, gone: set[str], at: datetime) -> set[tuple[str, str]]:
    """Give to which states each person who is not gone has a step."""
    merging = [Attempt("merged", who, at) for who in PEOPLE if who not in gone]
    return {(one.to, one.who) for one in [*attempts(life, gone, at), *merging] if may(life, one)}


def needs_a_reason(life: Life, attempt: Attempt) -> bool:
    """Say whether the step is refused without words."""
    return attempt.to in NEEDS_A_REASON or (life.state, attempt.to) in BACK


def answers(life: Life, attempt: Attempt) -> bool:
    """Say whether the step goes back to where a waiting case came from, and does not assign it anew."""
    return life.state == "waiting" and attempt.to == life.waiting_from and not names_a_unit(attempt)


def names_a_unit(attempt: Attempt) -> bool:
    """Say whether a unit is named that counts: only the contact person's word does, except for reopening."""
    return attempt.unit is not None and attempt.who in CONTACTS


def contests(life: Life, attempt: Attempt) -> bool:
    """Say whether it is the one who asked, or the group, who says that it is not done."""
    return (life.state, attempt.to) == ("done", "assigned") and _asked(life, attempt.who)


def may(life: Life, attempt: Attempt) -> bool:
    """Say whether the step exists and this person may take it."""
    return any(rule(life, attempt) for rule in RULES)


def _desk_decides(life: Life, attempt: Attempt) -> bool:
    if attempt.who not in CONTACTS or attempt.to not in BY_THE_DESK.get(life.state, ()):
        return False
    return attempt.to != "assigned" or attempt.unit is not None


def _unit_acts(life: Life, attempt: Attempt) -> bool:
    return holds(life, attempt.who) and attempt.to in BY_THE_UNIT.get(life.state, ())


def _sends_back(life: Life, attempt: Attempt) -> bool:
    return (life.state, attempt.to) == ("assigned", "received") and _is_in(life, attempt.who)


def _hands_over(life: Life, attempt: Attempt) -> bool:
    """Another unit is asked."""
    there = (life.state, attempt.to) == ("assigned", "assigned")
    return there and attempt.who in CONTACTS and attempt.unit not in {None, life.responsible}


def _appoints(life: Life, attempt: Attempt) -> bool:
    """Another officer of the same unit is named: by its head, or by the contact person."""
    by_head = attempt.who in HEADS and _is_in(life, attempt.who)
    there = (life.state, attempt.to) == ("assigned", "assigned") and attempt.unit in {None, life.responsible}
    return (
        there and attempt.officer is not None and _is_in(life, attempt.officer) and (by_head or attempt.who in CONTACTS)
    )


def _answers(life: Life, attempt: Attempt) -> bool:
    return answers(life, attempt) and (is_waited_for(life, attempt.who) or holds(life, attempt.who))


def _objects(life: Life, attempt: Attempt) -> bool:
    """Say whether who asked says that it is not done, while the days to object run."""
    in_time = life.clock is not None and attempt.at <= end_of(life.clock.due_on)
    return contests(life, attempt) and in_time


def _reopens(life: Life, attempt: Attempt) -> bool:
    return life.state in ("done", *ENDED) and attempt.to == "assigned" and attempt.who in STAFF


RULES = (_desk_decides, _unit_acts, _sends_back, _hands_over, _appoints, _answers, _objects, _reopens)


def is_waited_for(life: Life, who: str) -> bool:
    """Say whether a waiting case waits for this person."""
    by_unit = UNIT_OF[who] is not None and UNIT_OF[who] == life.waits_for
    return by_unit or (life.waits_for == "reporter" and _asked(life, who))


def holds(life: Life, who: str) -> bool:
    """Say whether the person acts for the responsible unit, or is the contact person, who may for all."""
    return who in CONTACTS or _is_in(life, who)


def _asked(life: Life, who: str) -> bool:
    return who == "reporter" or (life.group is not None and UNIT_OF[who] == life.group)


def _is_in(life: Life, who: str) -> bool:
    return UNIT_OF[who] == life.responsible
