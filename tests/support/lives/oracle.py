"""The expected rights: who may take which step from which state, written down independently of `cases.states`.

Nothing is read from Ventil's own table, so that the two can disagree.
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
BY_THE_DESK = {  # by state: what the contact person alone decides
    "received": ("assigned", "waiting", "parked", "declined", "merged", "planned", "in_progress", "done"),
    "assigned": ("parked", "declined", "merged"),
    "planned": ("assigned", "parked", "declined", "merged"),
    "in_progress": ("assigned", "parked", "declined", "merged"),
    "waiting": ("assigned", "parked", "declined", "merged"),
    "parked": ("received", "parked"),
}
BY_THE_UNIT = {  # by state: what the responsible unit may do, and the contact person for it
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
    """The expected state of one case: all that its possible steps and its clocks depend on."""

    state: str
    clock: LifeClock | None  # None when the case has ended
    responsible: str = "desk"
    group: str | None = None
    officer: str | None = None
    waits_for: str | None = None  # "reporter", "other", or a unit
    waiting_from: str | None = None
    day_before_waiting: date | None = None
    sign: LifeClock | None = None  # the clock of the sign of life
    promised_on: date | None = None
    promises: tuple[tuple[date, str], ...] = ()  # (day, outcome)
    is_orphaned: bool = False  # it has ended, and its unit was dissolved
    was_asked: bool = True  # nobody asks for a duty, and so nobody is promised a day
    has_reporter: bool = True  # somebody is known to have asked, who may say that it is done
    confirmed: frozenset[str] = frozenset()  # who has said that it is done: "reporter", "group"
    changes: int = 0  # how many have made an older version stale

    @property
    def promise(self) -> date | None:
        """The day of the promise that is running; None when there is none."""
        return self.promises[-1][0] if self.promises and self.promises[-1][1] == "running" else None


@dataclass(frozen=True)
class Attempt:
    """One step that somebody tries: who, to which state, when, and for which unit or officer, if any."""

    to: str
    who: str
    at: datetime
    unit: str | None = None
    officer: str | None = None


RightsKey = tuple[object, ...]


def rights_key(life: Life, gone: set[str]) -> RightsKey:
    """Return all but the time that decides who may take which step, as a key of what was tried already."""
    where = (
        life.state,
        life.responsible,
        life.group,
        life.waits_for,
        life.waiting_from,
        life.has_reporter,
        life.confirmed,
    )
    return (*where, life.is_orphaned, frozenset(gone))


def attempts(life: Life, gone: set[str], at: datetime) -> list[Attempt]:
    """Return all steps that can be tried with a case, except merging, by everybody who is not `gone`."""
    people = [who for who in PEOPLE if who not in gone]
    steps = [Attempt(to, who, at) for to in (*OPEN, "closed", "declined") for who in people]
    steps += [Attempt("assigned", who, at, unit=unit) for who in people for unit in UNITS if unit not in gone]
    if life.state == "assigned":
        steps += [
            Attempt("assigned", who, at, officer=officer)
            for who in people
            for officer in OFFICERS
            if officer not in gone
        ]
    return steps


def offers(life: Life, gone: set[str], at: datetime) -> set[tuple[str, str]]:
    """Return (state, person) for each step that is open to somebody who is not `gone`."""
    merging = [Attempt("merged", who, at) for who in PEOPLE if who not in gone]
    return {(each.to, each.who) for each in [*attempts(life, gone, at), *merging] if may(life, each)}


def needs_a_reason(life: Life, attempt: Attempt) -> bool:
    """Return whether the step is refused without a reason."""
    return attempt.to in NEEDS_A_REASON or (life.state, attempt.to) in BACK


def answers(life: Life, attempt: Attempt) -> bool:
    """Return whether the step takes a waiting case back to its former state, without naming a unit."""
    return life.state == "waiting" and attempt.to == life.waiting_from and not names_a_unit(attempt)


def names_a_unit(attempt: Attempt) -> bool:
    """Return whether the contact person names a unit: of others it counts only when they reopen a case."""
    return attempt.unit is not None and attempt.who in CONTACTS


def contests(life: Life, attempt: Attempt) -> bool:
    """Return whether the reporter or the reporter's group contests that the case is done."""
    return (life.state, attempt.to) == ("done", "assigned") and _asked(life, attempt.who)


def confirms(life: Life, attempt: Attempt) -> bool:
    """Return whether the reporter or the reporter's group says, for the first time, that the case is done."""
    there = (life.state, attempt.to) == ("done", "closed") and attempt.who in UNIT_OF
    return there and _asked(life, attempt.who) and side_of(attempt.who) not in life.confirmed


def side_of(who: str) -> str:
    """Return for whom somebody who was asked says yes."""
    return "reporter" if who == "reporter" else "group"


def may(life: Life, attempt: Attempt) -> bool:
    """Return whether the step exists and this person may take it."""
    return any(rule(life, attempt) for rule in RULES)


def _desk_decides(life: Life, attempt: Attempt) -> bool:
    if attempt.who not in CONTACTS or attempt.to not in BY_THE_DESK.get(life.state, ()):
        return False
    return attempt.to != "assigned" or attempt.unit is not None


def _unit_acts(life: Life, attempt: Attempt) -> bool:
    return holds(life, attempt.who) and attempt.to in BY_THE_UNIT.get(life.state, ())


def _sends_back(life: Life, attempt: Attempt) -> bool:
    return (life.state, attempt.to) == ("assigned", "received") and is_in(life, attempt.who)


def _hands_over(life: Life, attempt: Attempt) -> bool:
    """Return whether the contact person assigns the case to another unit."""
    there = (life.state, attempt.to) == ("assigned", "assigned")
    return there and attempt.who in CONTACTS and attempt.unit not in {None, life.responsible}


def _appoints(life: Life, attempt: Attempt) -> bool:
    """Return whether the head or the contact person names another officer of the same unit."""
    by_head = attempt.who in HEADS and is_in(life, attempt.who)
    there = (life.state, attempt.to) == ("assigned", "assigned") and attempt.unit in {None, life.responsible}
    return (
        there and attempt.officer is not None and is_in(life, attempt.officer) and (by_head or attempt.who in CONTACTS)
    )


def _answers(life: Life, attempt: Attempt) -> bool:
    there = answers(life, attempt) and attempt.unit is None
    return there and (is_waited_for(life, attempt.who) or holds(life, attempt.who))


def _objects(life: Life, attempt: Attempt) -> bool:
    """Return whether the reporter contests that the case is done, before the last day to object is over.

    They name no unit: it goes back to the one that has it.
    """
    in_time = life.clock is not None and attempt.at <= end_of(life.clock.due_on)
    return contests(life, attempt) and in_time and attempt.unit is None


def _reopens(life: Life, attempt: Attempt) -> bool:
    return life.state in ("done", *ENDED) and attempt.to == "assigned" and attempt.who in STAFF


RULES = (_desk_decides, _unit_acts, _sends_back, _hands_over, _appoints, _answers, _objects, _reopens, confirms)


def is_waited_for(life: Life, who: str) -> bool:
    """Return whether a waiting case waits for this person."""
    by_unit = UNIT_OF[who] is not None and UNIT_OF[who] == life.waits_for
    return by_unit or (life.waits_for == "reporter" and _asked(life, who))


def holds(life: Life, who: str) -> bool:
    """Return whether the person is in the responsible unit, or a contact person, who acts for every unit."""
    return who in CONTACTS or is_in(life, who)


def _asked(life: Life, who: str) -> bool:
    return who == "reporter" or (life.group is not None and UNIT_OF[who] == life.group)


def is_in(life: Life, who: str) -> bool:
    """Return whether this person has a role in the unit that has the case."""
    return UNIT_OF[who] == life.responsible
