"""A department has its news gathered on Mondays, and its officer goes away: both are told once, all of it."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from cases.access.actors import A_COMMAND
from cases.administration.leaving.absence import Absence
from cases.database.transactions import calendar_of
from cases.organisation.people import Person
from cases.states import State
from notifications.deliveries import NewsPace
from notifications.planning.held.absences import note_absence
from notifications.preferences import address_of, change_pace
from proof.crashes.acting import changed, commented, handed_in, now_of
from proof.crashes.databases import BEGINS
from proof.crashes.house import Process
from proof.crashes.journeys.clock import morning
from proof.crashes.journeys.journey import Journey, Step

LAMP, HOLE = "Lampan är trasig", "Hål i vägen"
UNIT, OFFICER, HEAD = "gata@prov.example", "handlaggare@prov.example", "gatuchef@prov.example"
AWAY_FOR = timedelta(days=3)


def on_mondays(process: Process, email: str) -> None:
    """Let this address have its news gathered each Monday; twice is the same as once."""
    with process.database.transaction() as session:
        change_pace(session, address_of(session, email), NewsPace.MONDAY)


def at_once_again(process: Process, email: str) -> None:
    """Let this address have everything at once again."""
    with process.database.transaction() as session:
        change_pace(session, address_of(session, email), NewsPace.AT_ONCE)


def away(process: Process, email: str, deputy: str) -> None:
    """Let this person be away for some days."""
    with process.database.transaction() as session:
        people = {one.email: one for one in session.scalars(select(Person).where(Person.email.in_((email, deputy))))}
        first = calendar_of(session).day_of(BEGINS)
        absence = Absence(first, first + AWAY_FOR, people[deputy])
        note_absence(session, people[email], absence, by=A_COMMAND, at=now_of(process))


BEFORE: tuple[Step, ...] = (
    partial(on_mondays, email=UNIT),
    partial(away, email=OFFICER, deputy=HEAD),
    partial(handed_in, title=LAMP),
    partial(handed_in, title=HOLE),
    partial(changed, title=LAMP, to=State.ASSIGNED, note="Er lampa?", responsible="gata"),
    partial(changed, title=HOLE, to=State.ASSIGNED, note="Ert hål?", responsible="gata", officer=OFFICER),
)
NEWS: tuple[Step, ...] = (
    partial(commented, title=LAMP, text="Grannen ringde.", by="kontakt"),
    partial(commented, title=HOLE, text="Det växer.", by="kontakt"),
    partial(commented, title=LAMP, text="Hon ringde igen.", by="kontakt"),
)
MORNINGS: tuple[Step, ...] = (morning(3, 6), morning(3, 9))  # the officer is back, and it is Monday again
HELD = Journey("held until a morning", (*NEWS, *MORNINGS), before=BEFORE)
LET_GO = Journey("held and let go", (*NEWS, partial(at_once_again, email=UNIT)), before=BEFORE)
