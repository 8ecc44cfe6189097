"""A small municipality for tests: people, units and places, and short ways to change cases in it.

Made once per run for each database and then copied, so that a test has one of its own in milliseconds.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from support.servers import services

from cases.access.actors import A_COMMAND, A_VISITOR, THE_CLOCK, Actor, actor_for, reporter_of
from cases.calendar import Calendar
from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.handing_in import Reporter, Request, hand_in
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.ladder.sweep import sweep
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.progress import Change, WaitingFor, change_state
from cases.states import Kind, State

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
SINCE = date(2020, 1, 1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # 09:00 in Sweden

UNITS = {
    "gata": UnitKind.DEPARTMENT,
    "vatten": UnitKind.DEPARTMENT,
    "norrby": UnitKind.GROUP,
    "soderby": UnitKind.GROUP,
    "byggnamnd": UnitKind.BOARD,
}
PEOPLE = {  # short name: (role, unit, deputy)
    "desk_head": (Role.HEAD, "desk", None),
    "stand_in": (Role.CONTACT, "desk", None),
    "contact": (Role.CONTACT, "desk", "stand_in"),
    "head": (Role.HEAD, "gata", None),
    "officer": (Role.OFFICER, "gata", "head"),
    "colleague": (Role.OFFICER, "gata", None),
    "water_head": (Role.HEAD, "vatten", None),
    "water_officer": (Role.OFFICER, "vatten", "water_head"),
    "member": (Role.MEMBER, "norrby", None),
    "neighbour": (Role.MEMBER, "soderby", None),
    "board_member": (Role.MEMBER, "byggnamnd", None),
    "representative": (Role.MEMBER, "forum", None),
    "admin": (Role.ADMIN, None, None),
}
ALL_THAT_MAKES_ACTORS = """SELECT person.*, membership.*, unit.kind FROM person
    LEFT JOIN membership ON membership.person_id = person.id LEFT JOIN unit ON unit.id = membership.unit_id
    ORDER BY person.id, membership.id"""  # raw, since each test asks
KNOWN: dict[tuple[tuple[object, ...], ...], dict[str, Actor]] = {}


@dataclass
class SmallHouse:
    """A furnished municipality. Cases are named by reference, people by their short name in `PEOPLE`."""

    database: Database
    actors: dict[str, Actor] = field(default_factory=dict)

    def hand_in(self, title: str = "Hål i vägen", *, by: str = "visitor", at: datetime = MONDAY, **more: object) -> str:
        """Hand a case in; return its reference."""
        request = Request(**{"kind": Kind.ISSUE, "title": title, **more})
        with self.database.transaction() as session:
            return hand_in(session, request, by=self.actors[by], at=at).ref

    def change(self, ref: str, to: State, *, by: str = "contact", at: datetime = MONDAY, **more: object) -> Case:
        """Change the case's state, with the fields that the step needs; return the case after it."""
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            actor = reporter_of(case) if by == "reporter" else self.actors[by]
            change_state(session, case, Change(to=to, **more), by=actor, at=at)
            return case

    def comment(
        self,
        ref: str,
        text: str = "Jaha.",
        visibility: Visibility = Visibility.PUBLIC,
        *,
        by: str,
        at: datetime = MONDAY,
    ) -> None:
        """Comment on the case."""
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            actor = reporter_of(case) if by == "reporter" else self.actors[by]
            comment(session, case, text, visibility, by=actor, at=at)

    def sweep(self, at: datetime) -> int:
        """Sweep at this moment; return the number of rungs fired."""
        return sweep(self.database, now=at)

    def case(self, ref: str) -> Case:
        """Return the case with this reference."""
        with self.database.reading() as session:
            return session.scalars(select(Case).where(Case.ref == ref)).one()

    def events(self, ref: str, *types: str) -> list[Event]:
        """Return the case's events, oldest first: those of these types, or all."""
        with self.database.reading() as session:
            of_case = select(Event).join(Case, Case.id == Event.stream).where(Case.ref == ref).order_by(Event.seq)
            return [event for event in session.scalars(of_case) if not types or event.type in types]

    def unit_id(self, slug: str) -> int:
        """Return the id of the unit with this slug."""
        with self.database.reading() as session:
            return session.scalars(select(Unit.id).where(Unit.slug == slug)).one()

    def reach(self, state: State, *, at: datetime = MONDAY, **more: object) -> str:
        """Return the reference of a new case, taken to this state by the fewest steps, with an officer of gata."""
        rut = Reporter(name="Rut", email="rut@example.se")
        ref = self.hand_in(**{"by": "contact", "at": at, "reporter": rut, **more})
        for to, fields in STEPS_TO[state]:
            self.change(ref, to, at=at, **fields)
        if state is State.CLOSED:
            self.change(ref, State.CLOSED, by="clock", at=at)
        return ref


A_DATE = date(2026, 4, 15)  # a Wednesday
ASSIGN = (State.ASSIGNED, {"responsible": "gata", "officer": "officer@example.se"})
FINISH = (State.DONE, {"note": "Lagat"})
STEPS_TO: dict[State, tuple[tuple[State, dict[str, object]], ...]] = {
    State.RECEIVED: (),
    State.ASSIGNED: (ASSIGN,),
    State.PLANNED: (ASSIGN, (State.PLANNED, {"due_on": A_DATE})),
    State.IN_PROGRESS: (ASSIGN, (State.IN_PROGRESS, {})),
    State.WAITING: (ASSIGN, (State.WAITING, {"waiting_for": WaitingFor("reporter"), "note": "Var ligger det?"})),
    State.PARKED: (ASSIGN, (State.PARKED, {"due_on": date(2026, 6, 1), "reason": "Ingen kan nu"})),
    State.DONE: (ASSIGN, FINISH),
    State.CLOSED: (ASSIGN, FINISH),
    State.DECLINED: (ASSIGN, (State.DECLINED, {"reason": "Inte kommunens väg"})),
}


def furnish(url: str) -> None:
    """Migrate the database, and add units, places, topics and people."""
    database = Database(url, CALENDAR)
    migrate(database)
    with database.transaction() as session:
        _add_rows(session)
    database.close()


def _add_rows(session: Session) -> None:
    session.add_all(
        Unit(slug=slug, kind=kind, name=slug.title(), email=f"{slug}@example.se") for slug, kind in UNITS.items()
    )
    session.add_all(Place(slug=slug, name=slug.title()) for slug in ("norrby", "soderby"))
    session.flush()
    units = {unit.slug: unit for unit in session.scalars(select(Unit))}
    units["desk"].email = "desk@example.se"
    session.add(Category(slug="trafik", name="Trafik", name_en="Traffic", suggests_id=units["gata"].id))
    session.add(Category(slug="belysning", name="Belysning", suggests_id=units["gata"].id))
    people: dict[str, Person] = {}
    for who, (role, unit, deputy) in PEOPLE.items():
        people[who] = Person(email=f"{who}@example.se", name=who.title())
        people[who].deputy_id = people[deputy].id if deputy else None
        session.add(people[who])
        session.flush()
        unit_id = units[unit].id if unit else None
        session.add(Membership(person_id=people[who].id, unit_id=unit_id, role=role, since=SINCE))


def open_small_house(url: str) -> SmallHouse:
    """Return the municipality in this furnished database, with an actor for each person."""
    database = Database(url, CALENDAR)
    with database.reading() as session:
        people = _people_in(session)
    return SmallHouse(database, {"visitor": A_VISITOR, "clock": THE_CLOCK, "command": A_COMMAND, **people})


def furnished_with(name: str, begin: Callable[[SmallHouse], None]) -> tuple[str, Callable[[str], None]]:
    """Return what the fixture `furnishing` may give: the small municipality in which `begin` has been done."""

    def fill(url: str) -> None:
        furnish(url)
        house = open_small_house(url)
        begin(house)
        house.database.close()

    return name, fill


def _people_in(session: Session) -> dict[str, Actor]:
    """Return the actors of this database; asked for one by one only when no house before had the same people."""
    same = tuple(map(tuple, session.connection().exec_driver_sql(ALL_THAT_MAKES_ACTORS).all()))
    if same not in KNOWN:
        KNOWN[same] = {
            person.email.partition("@")[0]: actor_for(session, person.id, on=CALENDAR.day_of(MONDAY))
            for person in session.scalars(select(Person))
        }
    return KNOWN[same]


def copied_sqlite(run: Path, folder: Path, name: str, fill: Callable[[str], None]) -> str:
    """Return the URL of a SQLite file in `folder`, a copy of the one that `fill(url)` filled once in this run."""

    def make() -> str:
        path = run / f"{name}.sqlite3"
        fill(f"sqlite:///{path}")
        return str(path)

    copy = folder / "ventil.sqlite3"
    shutil.copy(services.once(run, f"sqlite_{name}", make), copy)
    return f"sqlite:///{copy}"
