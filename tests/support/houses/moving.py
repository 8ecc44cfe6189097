"""Moving a house: its cases go out to a file and into another house."""

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.access.actors import A_COMMAND
from cases.case import Case
from cases.correcting import Correction, correct
from cases.database.transactions import Database
from cases.handing_in import Reporter
from cases.imports.exporting import Row, export_cases, rows
from cases.imports.formats.writing import CsvForm
from cases.imports.importing import Clocks, Imported, ImportOrder, examine, write
from cases.organisation.municipality import municipality
from cases.parties import Follower, Party
from cases.progress import WaitingFor
from cases.states import Kind, State

MOVED_AT = MONDAY + timedelta(days=80, microseconds=7)


def export_to(path: Path, database: Database, form: CsvForm = CsvForm.SPREADSHEET) -> Path:
    """Export every case of the house to this file; return its path."""
    with database.reading() as session:
        export_cases(session, path, by=A_COMMAND, form=form)
    return path


def import_from(
    path: Path, database: Database, at: datetime, clocks: Clocks = Clocks.NOW
) -> tuple[Imported, list[str]]:
    """Import this file; return what was done, and what was told of each bad or odd row."""
    told: list[str] = []
    order = ImportOrder(path, at, clocks=clocks)
    examined = examine(database, order, lambda number, how, why: told.append(f"{number} {how}: {'; '.join(why)}"))
    return write(database, order, examined, lambda _: None), told


def exported(database: Database) -> list[Row]:
    """Return the rows of an export, by reference."""
    with database.reading() as session:
        return sorted(rows(session, A_COMMAND), key=lambda row: str(row["ref"]))


def differences(first: list[Row], second: list[Row]) -> list[str]:
    """Return a line for each value that differs between two exports of the same cases, both by reference."""
    assert [row["ref"] for row in first] == [row["ref"] for row in second]
    return [
        f"{one['ref']} ({one['state']}) {name}: {value!r} became {other[name]!r}"
        for one, other in zip(first, second, strict=True)
        for name, value in one.items()
        if other[name] != value
    ]


def furnish_rarely(house: SmallHouse) -> None:
    """Give the small house cases of what the demonstration lacks, and sweep it until `MOVED_AT`."""
    odd = MONDAY + timedelta(microseconds=123_456)
    with house.database.transaction() as session:
        municipality(session).perspectives = {"young": ["Unga", "Young people"]}
    protected = Reporter("=Ruth", "ruth@example.se", "+46 70 174 06 05", "en", protected=True)
    house.hand_in(
        "Två  blanksteg", at=odd, reporter=protected, latitude=-62.5, longitude=17.25, public=True,
        description="Hej\r\n\r\n=1+1\n- en\n- två;@SUMMA", kind=Kind.PROPOSAL,
    )  # fmt: skip
    back = house.reach(State.ASSIGNED)
    house.change(back, State.RECEIVED, by="officer", reason="Inte vårt", at=odd + timedelta(days=1))
    silent = house.reach(State.IN_PROGRESS)
    house.change(silent, State.IN_PROGRESS, by="officer", due_on=date(2026, 11, 2), note="=Vi gräver", at=odd)
    contested = house.reach(State.DONE)
    house.change(contested, State.ASSIGNED, by="reporter", note="Hålet är kvar", at=MONDAY + timedelta(days=3))
    outside = house.reach(State.PLANNED)
    house.change(
        outside, State.WAITING, by="officer", waiting_for=WaitingFor("other", name="Väghållaren", their_ref="-8841"),
        due_on=date(2026, 5, 22),
    )  # fmt: skip
    forum = house.reach(State.ASSIGNED)
    house.change(forum, State.WAITING, by="officer", waiting_for=WaitingFor("unit", unit="forum"))
    house.reach(State.WAITING)
    house.reach(State.PARKED)
    house.hand_in("Låna utan säkerhet", junk=True, at=odd)
    house.hand_in("För gruppen", by="member", group="norrby", perspective="young", at=odd)
    _correct(house, house.reach(State.PLANNED), published=True, quick_win=True)
    _correct(house, house.reach(State.DONE), raised_on=date(2026, 3, 2))
    duty = house.hand_in(
        "Redovisa", by="contact", kind=Kind.DUTY, due_on=date(2026, 3, 31), every_months=1, responsible="gata"
    )
    house.change(duty, State.DONE, by="officer", note="Redovisat", at=MONDAY + timedelta(days=40))
    _merge_and_leave(house, house.reach(State.ASSIGNED), into=silent)
    _follow(house, silent, "anna@example.se", "bo@example.com")
    house.comment(silent, by="officer", at=MONDAY + timedelta(days=2))
    for day in range(3, 81):
        house.sweep(CALENDAR.morning_of(MONDAY.date() + timedelta(days=day)))
    house.sweep(MOVED_AT)


def _follow(house: SmallHouse, ref: str, *addresses: str) -> None:
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        for email in addresses:
            locale = "en" if email.endswith(".com") else "sv"
            party = Party(email=email, locale=locale)
            session.add(party)
            session.flush()
            session.add(Follower(case_id=case.id, party_id=party.id, asked_at=MONDAY, confirmed_at=MONDAY))


def _merge_and_leave(house: SmallHouse, ref: str, into: str) -> None:
    """Merge a case into another; the person who asked, who follows that one from now on, stops doing so."""
    house.change(ref, State.MERGED, into=into, reason="Samma sak")
    with house.database.transaction() as session:
        session.scalars(select(Follower).where(Follower.ended_at.is_(None))).one().ended_at = MONDAY


def _correct(house: SmallHouse, ref: str, **what: object) -> None:
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        correct(session, case, Correction(**what), by=house.actors["contact"], at=MONDAY)
