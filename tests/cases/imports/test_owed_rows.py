"""What somebody owes moves with its house, and is owed once wherever it comes to."""

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from support.houses.demonstration import Copy
from support.houses.moving import differences, export_to, exported, import_from
from support.houses.small_house import MONDAY, SmallHouse, furnish, open_small_house
from support.meetings.meeting_acts import AUTUMN, SPRING, MeetingActs
from support.plans.plan_acts import AREAS, PlanActs

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.history.words import Words
from cases.imports.importing import Clocks, Imported
from cases.imports.round_trip.owed_rows import REPLACED
from cases.organisation.municipality import municipality
from cases.states import Kind, State
from cases.village.plans.draft_content import DraftContent

AT = MONDAY + timedelta(days=40)
HEADING = "source,external_id,kind,state,title,responsible,received_at,due_on,obligation,subject"
Open = Callable[[], SmallHouse]


@pytest.fixture
def new_house(copy_house: Copy) -> Iterator[Open]:
    """`new_house()`: a small municipality without cases; all of them are copies of one database."""
    made: list[SmallHouse] = []

    def open_one() -> SmallHouse:
        made.append(open_small_house(copy_house("small_house", furnish)))
        return made[-1]

    yield open_one
    for house in made:
        house.database.close()


def _file(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    path = folder / "cases.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def _owing(house: SmallHouse, *, is_open: bool = True) -> dict[tuple[str | None, str | None], Case]:
    ends = Case.due_at.is_not(None) if is_open else Case.due_at.is_(None)
    with house.database.reading() as session:
        found = session.scalars(select(Case).where(Case.obligation.is_not(None), ends).order_by(Case.id))
        return {(case.obligation, case.subject): case for case in found}


def _lived_in(house: SmallHouse) -> SmallHouse:
    """Let the house owe what it owes, with a plan that was revised, a contact put off, and an issue."""
    house.sweep(MONDAY)
    house.hand_in("Lampa")
    plan, contact = (_owing(house)[name, "norrby"].ref for name in ("plan", "contact"))
    later = MONDAY + timedelta(days=8)
    house.change(contact, State.PLANNED, due_on=date(2026, 5, 4), note="Vi ses i maj", at=later)
    house.change(plan, State.DONE, note="Antagen på årsmötet", fulfils="plan", at=later)
    for day in range(9, 40):
        house.sweep(MONDAY + timedelta(days=day))
    return house


def _forgotten(house: SmallHouse) -> list[str]:
    with house.database.reading() as session:
        return [str(breach) for breach in find_forgotten(session, AT) if breach.guarantee != "G4"]


def test_what_is_owed_is_the_same_after_two_moves(new_house: Open, tmp_path: Path) -> None:
    first = _lived_in(new_house())
    wanted, path = exported(first.database), export_to(tmp_path / "0.csv", first.database)
    assert {(row["obligation"], row["state"]) for row in wanted} >= {("plan", "closed"), ("contact", "planned")}
    for number, clocks in enumerate(Clocks, start=1):
        house = new_house()
        assert import_from(path, house.database, AT, clocks) == (Imported(written=len(wanted)), [])
        assert differences(wanted, exported(house.database)) == []
        assert _forgotten(house) == []
        path = export_to(tmp_path / f"{number}.csv", house.database)
    house.sweep(AT + timedelta(days=1))
    assert len(exported(house.database)) == len(wanted)


def test_where_the_house_owes_the_same_the_moved_case_stands_and_its_own_ends(new_house: Open, tmp_path: Path) -> None:
    first = _lived_in(new_house())
    path, moved = export_to(tmp_path / "0.csv", first.database), _owing(first)
    house = new_house()
    with house.database.transaction() as session:
        municipality(session).export_name = "ventil-another"
    house.sweep(MONDAY + timedelta(minutes=1))
    own = _owing(house)
    house.change(own["plan", "soderby"].ref, State.PARKED, due_on=date(2027, 1, 4), reason="Senare", at=MONDAY)
    PlanActs(house).adopted(DraftContent(2026, areas=AREAS))
    done, told = import_from(path, house.database, AT)
    assert done.written == len(exported(first.database))
    assert sorted(line.partition(" ")[2] for line in told) == sorted(
        f"odd: {case.ref} owes the same here: it ends, and this one takes its place" for case in own.values()
    )
    assert {key: case.public_id for key, case in _owing(house).items()} == {
        key: case.public_id for key, case in moved.items()
    }
    states = {key: house.case(case.ref).state for key, case in own.items()}
    assert states.pop(("plan", "norrby")) is State.CLOSED  # it had been given
    assert set(states.values()) == {State.DECLINED}
    with house.database.reading() as session:
        assert (
            session.scalars(select(Words.text).where(Words.text == REPLACED)).all() == [REPLACED] * 4
        )  # a plan of one group, two contacts, the next meeting
        assert session.scalar(text("SELECT count(*) FROM work w JOIN event e ON e.id = w.event_id "
                                   "WHERE e.actor = 'import'")) == 0  # fmt: skip
    assert _forgotten(house) == []
    before = exported(house.database)
    assert import_from(path, house.database, AT) == (Imported(there_already=done.written), [])
    assert exported(house.database) == before


def test_a_case_that_came_before_and_has_been_given_since_ends_nothing(new_house: Open, tmp_path: Path) -> None:
    house, path = new_house(), export_to(tmp_path / "0.csv", _lived_in(new_house()).database)
    import_from(path, house.database, AT)
    came = _owing(house)["plan", "soderby"]
    house.change(came.ref, State.DONE, note="Antagen", fulfils="plan", at=AT)
    for day in (1, 2, 3):
        house.sweep(AT + timedelta(days=day))
    again = _owing(house)["plan", "soderby"]
    assert again.ref != came.ref
    done, told = import_from(path, house.database, AT + timedelta(days=3))
    assert (done.written, told) == (0, [])
    assert _owing(house)["plan", "soderby"].ref == again.ref


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("plan,", "subject is empty, and the two belong together"),
        (",norrby", "obligation is empty, and the two belong together"),
        ("klippa,norrby", "obligation: 'klippa' is not known"),
        ("agenda,3", "subject: there is no meeting '3' here"),
        ("minutes,forum 2026-01-01 Forum", "subject: there is no meeting 'forum 2026-01-01 Forum' here"),
        ("plan,atlantis", "subject: 'atlantis' owes no 'plan' here"),
        ("plan,gata", "subject: 'gata' owes no 'plan' here"),
    ],
)
def test_a_row_that_cannot_owe_what_it_says_is_an_ordinary_duty(
    new_house: Open, tmp_path: Path, cells: str, why: str
) -> None:
    house = new_house()
    path = _file(tmp_path, f"x,1,duty,planned,Planen,norrby,2026-03-03,2026-09-01,{cells}")
    done, told = import_from(path, house.database, AT)
    assert (done.written, told) == (1, [f"2 odd: {why}; it is imported as an ordinary duty"])
    with house.database.reading() as session:
        case = session.scalars(select(Case).where(Case.source == "x")).one()
        assert (case.kind, case.state, case.obligation, case.subject) == (Kind.DUTY, State.PLANNED, None, None)
        assert case.policy.obligation is None


def test_only_a_duty_owes_a_plan(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    path = _file(tmp_path, "x,1,issue,planned,Planen,norrby,2026-03-03,2026-09-01,plan,norrby")
    told = import_from(path, house.database, AT)[1]
    assert told == ["2 odd: obligation: 'plan' belongs to the kind duty; it is imported as an ordinary issue"]


def test_what_a_row_owes_no_other_row_of_the_file_owes(new_house: Open, tmp_path: Path) -> None:
    line = "x,{},duty,{},Planen,norrby,2026-03-03,2026-09-01,plan,norrby"
    path = _file(tmp_path, line.format(1, "planned"), line.format(2, "closed"), line.format(3, "parked"))
    house = new_house()
    done, told = import_from(path, house.database, AT)
    assert "4 bad: obligation: 'norrby' owes the same by row 2 already" in told
    assert done == Imported(written=2, left_out=1)
    assert _owing(house)["plan", "norrby"].external_id == "1"


def test_a_plan_that_others_were_merged_into_and_that_was_given_moves_beside_the_next(
    new_house: Open, tmp_path: Path
) -> None:
    path = _file(
        tmp_path,
        "x,1,duty,planned,Planen,norrby,2026-03-03,2026-09-01,plan,norrby,",
        "x,2,duty,closed,Planen,norrby,2026-03-01,,plan,norrby,",
        "x,3,issue,merged,Vägen till planen,,2026-03-02,,,,2",
        heading=f"{HEADING},merged_into",
    )
    house = new_house()
    assert import_from(path, house.database, AT)[0].written == 3
    assert _owing(house)["plan", "norrby"].external_id == "1"
    assert _owing(house, is_open=False)["plan", "norrby"].external_id == "2"
    assert _forgotten(house) == []


def test_an_import_ensures_at_its_end_what_came_with_no_row(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    path = _file(tmp_path, "x,1,duty,planned,Planen,norrby,2026-03-03,2026-09-01,plan,norrby")
    assert import_from(path, house.database, AT)[0].written == 1
    owing = _owing(house)
    assert set(owing) == {(name, group) for name in ("plan", "contact") for group in ("norrby", "soderby")}
    assert {key for key, case in owing.items() if case.source == "x"} == {("plan", "norrby")}
    assert all(owing["plan", "norrby"].ref <= case.ref for case in owing.values())


def test_a_plan_that_was_given_is_owed_again_by_itself_and_not_as_a_series(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    path = _file(
        tmp_path,
        "x,1,duty,closed,Uppdatera den lokala planen: Norrby,norrby,2025-03-03,,plan,norrby,2025-09-01,12,2025-09-01",
        heading=f"{HEADING},ended_at,every_months,duty_on",
    )
    assert import_from(path, house.database, AT) == (Imported(written=1), [])
    again = _owing(house)["plan", "norrby"]
    assert (again.every_months, again.duty_on) == (12, date(2026, 9, 1))  # a year after the day before it
    path = _file(tmp_path, "x,2,duty,planned,Uppdatera den lokala planen: Norrby,norrby,2026-03-03,2026-09-01,,")
    assert import_from(path, house.database, AT)[1] == []  # an ordinary duty of that name stands beside no series


def test_the_export_names_what_a_case_owes(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    house.sweep(MONDAY)
    with export_to(tmp_path / "0.csv", house.database).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {(row["obligation"], row["subject"], row["group"]) for row in rows} == {
        ("meeting", "forum", ""),
        *((name, group, "") for name in ("plan", "contact") for group in ("norrby", "soderby")),
    }


def test_the_case_of_a_meeting_comes_to_the_meeting_of_the_same_day_and_name(new_house: Open, tmp_path: Path) -> None:
    first, house = new_house(), new_house()
    with house.database.transaction() as session:
        municipality(session).export_name = "ventil-another"
    MeetingActs(first).call(AUTUMN, "Höstens forum")
    moved = MeetingActs(first).call(SPRING, "Vårens forum")
    ref, there = MeetingActs(first).home(moved).ref, MeetingActs(house).call(SPRING, "Vårens forum")
    path = export_to(tmp_path / "0.csv", first.database)
    done, told = import_from(path, house.database, AT)
    assert moved != there and done.written == len(exported(first.database))
    came = _owing(house)["agenda", str(there)]
    assert came.public_id == first.case(ref).public_id, "the one of the file takes the place of the house's own"
    assert [line for line in told if "there is no meeting 'forum 2026-10-15 Höstens forum' here" in line]
    MeetingActs(house).send(there, at=AT)
    assert MeetingActs(house).home(there).public_id == came.public_id
