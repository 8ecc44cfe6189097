"""Makes changes of every kind that write several events, or at the same moment; records which events each one wrote."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.history.journal import Entry, Event
from cases.imports.importing import ImportOrder, examine, write
from cases.meetings.agenda_items import choose_for_agenda
from cases.states import Kind, State
from cases.steps.transition import WaitingFor

Acts = set[tuple[str, tuple[int, ...]]]  # (name of the stream, numbers of the events of one act)
IMPORTED = "source,external_id,state,title,received_at,promised_on\ngammalt,1,received,Bro,2026-02-02,2026-05-04\n"


def recorded(patch: pytest.MonkeyPatch) -> Acts:
    """Return a set to which every journal entry written from now on is added, with the numbers of its events."""
    written: Acts = set()
    rows = Entry.rows

    def rows_recorded(entry: Entry) -> list[dict[str, object]]:
        found = rows(entry)
        written.add((entry.subject.stream_name, tuple(row["seq"] for row in found)))
        return found

    patch.setattr(Entry, "rows", rows_recorded)
    return written


def kept(house: SmallHouse) -> Acts:
    """Return the acts as the column `act_seq` groups the events in the database."""
    with house.database.reading() as session:
        names = names_of(session)
        acts: dict[tuple[str, int | None], list[int]] = {}
        for event in session.scalars(select(Event).order_by(Event.stream, Event.seq)):
            acts.setdefault((names[event.stream], event.act_seq), []).append(event.seq)
    return {(name, tuple(seqs)) for (name, _), seqs in acts.items()}


def names_of(session: Session) -> dict[int, str]:
    """Return the name of each stream in the hash chain, by its number."""
    return {0: "house", **dict(session.execute(select(Case.id, Case.ref)).all())}


def live(house: SmallHouse, folder: Path) -> str:
    """Run acts of every kind at one moment and in the months after; return the reference of the case with most."""
    ref = _acts_at_one_moment(house)
    waiting, duplicate = house.reach(State.PLANNED), house.reach(State.ASSIGNED)
    forum, promised = WaitingFor("unit", unit="forum"), date(2026, 3, 20)
    house.change(waiting, State.WAITING, by="officer", waiting_for=forum, promised_on=promised)
    house.change(duplicate, State.MERGED, into=ref, reason="Samma")
    parked, until, soon = house.reach(State.ASSIGNED), date(2026, 3, 16), date(2026, 3, 13)
    house.change(
        parked, State.PARKED, due_on=until, promised_on=soon, reason="Tjäle"
    )  # one sweep brings two acts to it
    house.change(house.reach(State.DONE), State.ASSIGNED, by="reporter", note="Hålet är kvar")
    duty = house.hand_in(kind=Kind.DUTY, by="contact", due_on=date(2026, 4, 1), every_months=3)
    house.change(duty, State.DONE, note="Gjort")
    _import(house, folder)
    for weeks in range(1, 30):
        house.sweep(MONDAY + timedelta(weeks=weeks))
    return ref


def _acts_at_one_moment(house: SmallHouse) -> str:
    ref = house.hand_in(by="contact", reporter=Reporter(email="rut@example.se"))
    house.change(ref, State.PLANNED, responsible="gata", due_on=date(2026, 4, 15))
    house.change(ref, State.PLANNED, responsible="gata", due_on=date(2026, 4, 16))
    with house.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=house.actors["contact"], at=MONDAY)
    house.comment(ref, by="contact")
    house.comment(ref, by="contact")
    return ref


def _import(house: SmallHouse, folder: Path) -> None:
    path = folder / "cases.csv"
    path.write_text(IMPORTED)
    order = ImportOrder(path, MONDAY + timedelta(weeks=2))
    write(house.database, order, examine(house.database, order, lambda *_: None), lambda _: None)
