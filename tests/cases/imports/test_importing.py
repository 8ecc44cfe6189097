"""An import checks all, takes what it can, tells what is odd, replays history and never doubles."""

import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import func, select
from support.houses.migrated import a_house

from cases.access.actors import A_COMMAND
from cases.administration.loading import load_setup_file
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.database.transactions import Database
from cases.deadlines.policies import Policy
from cases.history.journal import Event, replay
from cases.history.outbox import OutboxEntry
from cases.history.words import Words
from cases.imports.exporting import export_cases
from cases.imports.importing import Clocks, Imported, ImportOrder, examine, report_bad, write
from cases.imports.mapping import BadMapping, read_mapping
from cases.imports.tables import BadTable, read_table
from cases.ladder.sweep import sweep
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.units import Unit
from cases.parties import Party
from cases.promises import Promise
from cases.states import State

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LA311 = Path(__file__).parents[3] / "docs/examples/la311.toml"
SAMPLE = Path(__file__).parents[4] / "shared/data/la311-sample.csv"
HEADING = "source,external_id,state,title,received_at,changed_at,responsible,note,due_on,ended_at,merged_into"
ROWS = """
gammalt,1,received,Lampan är trasig,2026-08-31T09:00,,,,,,
gammalt,2,assigned,Gropar i vägen,2026-08-01T09:00,2026-08-03T10:00,gata,,,,
gammalt,3,closed,Papperskorg,2026-05-01T09:00,,gata,Tömd,,2026-05-04 12:00,
gammalt,4,declined,Vitare snö,2026-05-01T09:00,,gata,Går inte,,2026-05-04 12:00,
gammalt,5,merged,Samma lampa,2026-08-02T09:00,,,Samma sak,,2026-08-03 12:00,6
gammalt,6,closed,Lampan på torget,2026-08-01T09:00,,gata,Bytt,,2026-08-09 12:00,
gammalt,7,in_progress,Fiber,2026-01-02T09:00,2026-02-02T09:00,gata,Pågår,2026-12-01,,
gammalt,8,parked,Badplats,2026-03-02T09:00,2026-03-05T09:00,gata,Till våren,2027-03-01,,
"""
PROMISED = """source,external_id,state,title,received_at,changed_at,responsible,note,promised_on
gammalt,1,in_progress,Fiber,2026-08-31T09:00,2026-08-31T10:00,gata,Pågår,2026-12-01
gammalt,2,done,Lampa,2026-08-01T09:00,2026-08-03T10:00,gata,Bytt,
gammalt,3,received,Grop,2026-08-31T09:00,,,,
"""
CITY = """source;nr;läge;rubrik;skapad;uppdaterad;stängd;ägare;förfaller;x
gammalt;1;Stängd;Lampa;01/03/26 08:00;02/03/26 08:00;02/03/26 08:00;Gata & park;;
"""
MAP = """
[file]
time_zone = "Europe/Stockholm"
dates = ["%d/%m/%y %H:%M"]
[columns]
external_id = "nr"
state = "läge"
title = "rubrik"
received_at = "skapad"
changed_at = "uppdaterad"
ended_at = "stängd"
responsible = "ägare"
due_on = "förfaller"
[constants]
source = "gammalt"
responsible = "desk"
[values.state]
"Stängd" = "closed"
"" = "received"
"*" = "assigned"
[create]
responsible = "department"
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = a_house(tmp_path)
    with made.transaction() as session:
        load_setup_file(session, '[[units]]\nslug = "gata"\nkind = "department"\nname = "Gata"', at=NOW)
    yield made
    made.close()


def _file(folder: Path, text: str, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _own(folder: Path, rows: str = ROWS) -> Path:
    return _file(folder, f"{HEADING}\n{rows.strip()}\n")


def _import(database: Database, order: ImportOrder) -> tuple[Imported, dict[int, list[str]]]:
    told: dict[int, list[str]] = {}
    examined = examine(database, order, lambda number, how, why: told.setdefault(number, []).extend([how, *why]))
    return write(database, order, examined, lambda _: None), told


def _states(database: Database) -> dict[str, State]:
    with database.reading() as session:
        return dict(session.execute(select(Case.external_id, Case.state)).all())


def test_each_row_comes_to_the_state_that_it_tells(database: Database, tmp_path: Path) -> None:
    done, told = _import(database, ImportOrder(_own(tmp_path), NOW))
    assert (done.written, told) == (8, {})
    assert _states(database) == {
        "1": "received", "2": "assigned", "3": "closed", "4": "declined",
        "5": "merged", "6": "closed", "7": "in_progress", "8": "parked",
    }  # fmt: skip


WITH_OTHERS = (
    "source,external_id,state,title,received_at,due_on,promised_on,waiting_for,waiting_unit,reporter_name\n"
    "g,1,waiting,Badplats,2026-08-03T09:00,,,unit,forum,\n"
    "g,2,planned,Gropar,2026-08-03T09:00,2026-10-01,2026-10-05,,,Rut\n"
    "g,3,received,Lampa,2026-08-31T09:00,,2026-10-06,,,Nils\n"
)


def test_what_goes_with_a_case_is_imported_beside_it(database: Database, tmp_path: Path) -> None:
    done, _ = _import(database, ImportOrder(_file(tmp_path, WITH_OTHERS), NOW))
    with database.reading() as session:
        on_agenda = session.scalars(select(Case.external_id).join(AgendaItem, AgendaItem.case_id == Case.id)).all()
        promised = session.execute(
            select(Case.external_id, Promise.promised_on).join(Promise, Promise.case_id == Case.id)
        ).all()
        asked = session.execute(select(Case.external_id, Party.name).join(Party, Party.id == Case.reporter_id)).all()
    assert (done.written, on_agenda) == (3, ["1"])
    assert sorted(map(tuple, promised)) == [("2", date(2026, 10, 5)), ("3", date(2026, 10, 6))]
    assert sorted(map(tuple, asked)) == [("2", "Rut"), ("3", "Nils")]


def test_how_the_one_who_asked_is_reached_is_judged_as_in_a_form(database: Database, tmp_path: Path) -> None:
    rows = (
        "source,external_id,state,title,received_at,reporter_name,reporter_email,reporter_phone\n"
        "g,1,received,Badplats,2026-08-03T09:00,Rut,x@example..se,\n"
        "g,2,received,Gropar,2026-08-03T09:00,Nils,nils@åby.example,08\u201312 34 56 ankn 12\n"
        "g,3,received,Lampa,2026-08-03T09:00,Siv,ö@example.se,kvällstid\n"
    )
    done, told = _import(database, ImportOrder(_file(tmp_path, rows), NOW))
    with database.reading() as session:
        parties = session.execute(select(Party.name, Party.email, Party.phone).order_by(Party.id)).all()
    assert done.written == 3
    assert told == {
        2: ["odd", "reporter_email: 'x@example..se' is no mail address; it is left out"],
        4: [
            "odd",
            "reporter_email: 'ö@example.se' is no mail address; it is left out",
            "reporter_phone: 'kvällstid' is no telephone number; it is kept as it is",
        ],
    }
    assert sorted(map(tuple, parties)) == [
        ("Nils", "nils@xn--by-xia.example", "08\u201312 34 56 ankn 12"),
        ("Rut", None, None),
        ("Siv", None, "kvällstid"),
    ]


def test_what_a_policy_promises_is_imported_with_what_came_of_it(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(Policy(scope="*/*/*", version=2, name="Lovar", terms={"promise_days": 10}))
    _import(database, ImportOrder(_file(tmp_path, PROMISED), NOW))
    made = select(Case.external_id, Promise.promised_on, Promise.outcome).join(Case, Case.id == Promise.case_id)
    with database.reading() as session:
        promises = [tuple(row) for row in session.execute(made.order_by(Promise.id))]
    assert promises == [
        ("1", date(2026, 9, 14), "moved"),
        ("1", date(2026, 12, 1), "running"),
        ("2", date(2026, 8, 14), "kept"),
        ("3", date(2026, 9, 14), "running"),
    ]


def test_history_is_replayed_at_its_own_moments(database: Database, tmp_path: Path) -> None:
    _import(database, ImportOrder(_own(tmp_path), NOW))
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.external_id == "3")).one()
        events = session.scalars(select(Event).where(Event.stream == case.id).order_by(Event.seq)).all()
        assert [(event.type, event.at.isoformat()[:16]) for event in events] == [
            ("case.received", "2026-05-01T07:00"),
            ("case.assigned", "2026-05-01T07:00"),
            ("case.done", "2026-05-04T10:00"),
            ("case.closed", "2026-05-04T10:00"),
        ]
        assert replay(events) == {name: value for name, value in _plain(case).items() if name in replay(events)}
        assert {event.actor for event in events} == {"import"}


def _plain(case: Case) -> dict[str, object]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in case.tracked().items()}


def test_nobody_is_told_of_what_was_imported(database: Database, tmp_path: Path) -> None:
    _import(database, ImportOrder(_own(tmp_path), NOW))
    with database.reading() as session:
        told = select(func.count()).select_from(OutboxEntry).where(OutboxEntry.stream > 0)
        assert session.scalar(told) == 0


def test_importing_twice_doubles_nothing(database: Database, tmp_path: Path) -> None:
    order = ImportOrder(_own(tmp_path), NOW)
    _import(database, order)
    assert _import(database, order)[0] == Imported(written=0, there_already=8, left_out=0)
    assert len(_states(database)) == 8


def test_an_import_that_was_cut_short_is_taken_up_where_it_stopped(database: Database, tmp_path: Path) -> None:
    _import(database, ImportOrder(_own(tmp_path, "\n".join(ROWS.strip().splitlines()[:4])), NOW))
    assert _import(database, ImportOrder(_own(tmp_path), NOW))[0].written == 4
    assert _states(database)["5"] == State.MERGED


def test_clocks_start_at_the_import_or_where_they_would_have(database: Database, tmp_path: Path) -> None:
    old = "gammalt,2,assigned,Gropar,2026-02-02T09:00,,gata,,,,\ngammalt,7,in_progress,Fiber,2026-01-02T09:00,,gata,,,,"
    _import(database, ImportOrder(_own(tmp_path, old), NOW, clocks=Clocks.NOW))
    with database.reading() as session:
        assert all(moment > NOW for moment in session.scalars(select(Case.next_at)))
        assert "case.imported" in session.scalars(select(Event.type)).all()


def test_with_clocks_of_history_what_was_due_is_due(database: Database, tmp_path: Path) -> None:
    old = "gammalt,2,assigned,Gropar,2026-02-02T09:00,,gata,,,,"
    _import(database, ImportOrder(_own(tmp_path, old), NOW, clocks=Clocks.HISTORY))
    with database.reading() as session:
        assert session.scalars(select(Case.due_at)).one().isoformat() == "2026-02-12T22:59:59+00:00"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",1,closed,Lampa,2026-05-01,,,,,,", "source is empty"),
        ("g,,closed,Lampa,2026-05-01,,,,,,", "external_id is empty"),
        ("g,1,closed,,2026-05-01,,,,,,", "title is empty"),
        ("g,1,closed,Lampa,,,,,,,", "received_at is empty"),
        ("g,1,closed,Lampa,i maj,,,,,,", "no moment"),
        ("g,1,closed,Lampa,2031-05-01,,,,,,", "lies outside"),
        ("g,1,closed,Lampa,0026-05-01,,,,,,", "lies outside"),
        ("g,1,gone,Lampa,2026-05-01,,,,,,", "state cannot be"),
        ("g,1,closed,Lampa,2026-05-01,,vatten,,,,", "responsible: there is no 'vatten'"),
        ("g,1,closed,Lampa,2026-05-01,,forum,,,,", "responsible: there is no 'forum'"),
        ("g,1,merged,Lampa,2026-05-01,,,,,,", "merged_into is empty"),
        ("g,1,merged,Lampa,2026-05-01,,,,,2026-05-02,99", "the file has no such case"),
        ("g,1,merged,Lampa,2026-05-01,,,,,2026-05-02,1", "into this one"),
        ("g,1,waiting,Lampa,2026-05-01,,,,,,", "waiting_for must be"),
        ("g,1,closed,Lampa,2026-05-01,,,,,,,,for mycket", "more values than"),
    ],
)
def test_a_bad_row_is_told_with_its_reason(database: Database, tmp_path: Path, row: str, why: str) -> None:
    told: list[str] = []
    order = ImportOrder(_own(tmp_path, row), NOW)
    examined = examine(database, order, lambda number, how, reasons: told.extend([f"{number} {how}", *reasons]))
    assert told[0] == "2 bad"
    assert why in told[1]
    assert list(examined.bad) == [2]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("g,1,closed,Lampa,2026-05-01T09:00,,,,,,", "ended_at is empty"),
        ("g,1,closed,Lampa,2026-05-01T09:00,,,,,2026-04-01,", "before the case came in"),
        ("g,1,closed,Lampa,2026-05-01T09:00,,,,,2031-04-01,", "in the future"),
        ("g,1,closed,Lampa,2026-05-01T09:00,2026-05-02,,,,snart,", "no moment"),
        ("g,1,assigned,Lampa,2026-05-01T09:00,,,,2026-04-01,,", "due_on lies before"),
        ("g,1,assigned,Lampa,2026-05-01T09:00,,,,snart,,", "due_on: 'snart'"),
        ("g,1,parked,Lampa,2026-05-01T09:00,,,,,,", "due_on is empty"),
        ("g,1,received,Lampa,2026-03-29T02:30,,,,,,", "does not exist"),
        ("g,1,received,Lampa,2025-10-26T02:30,,,,,,", "came twice"),
        ("g,1,received,Lampa,2026-05-01T09:00,,gata,,,,", "assigned is taken"),
        ("g,1,received,Lam\x1epa,2026-05-01T09:00,,,,,,", "title: control characters are left out"),
        (f"g,1,received,{'L' * 201},2026-05-01T09:00,,,,,,", "title is cut"),
    ],
)
def test_an_odd_row_is_taken_and_told(database: Database, tmp_path: Path, row: str, why: str) -> None:
    done, told = _import(database, ImportOrder(_own(tmp_path, row), NOW))
    assert (done.written, done.left_out) == (1, 0)
    assert told[2][0] == "odd"
    assert why in " ".join(told[2])


def test_the_same_number_twice_is_bad_the_second_time(database: Database, tmp_path: Path) -> None:
    rows = "g,1,received,Lampa,2026-05-01,,,,,,\n" * 2
    done, told = _import(database, ImportOrder(_own(tmp_path, rows), NOW))
    assert (done.written, done.left_out) == (1, 1)
    assert told[3] == ["bad", "external_id '1' stands in row 2 already"]


def test_bad_rows_are_reported_as_they_were(database: Database, tmp_path: Path) -> None:
    order = ImportOrder(_own(tmp_path, "g,1,gone,Lampa,2026-05-01,,,,,,\ng,2,received,Väg,2026-05-01,,,,,,"), NOW)
    examined = examine(database, order, lambda *_: None)
    report_bad(order, examined, tmp_path / "bad.csv")
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["external_id"], row["title"]) for row in rows] == [("2", "1", "Lampa")]
    assert rows[0]["reason"].startswith("state cannot be 'gone'")
    repaired = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").replace('"gone"', '"received"')
    (tmp_path / "repaired.csv").write_text(repaired, encoding="utf-8")
    _import(database, ImportOrder(tmp_path / "repaired.csv", NOW))
    assert _states(database) == {"1": "received"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_mapping_reads_a_foreign_file_in_any_encoding(database: Database, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "city.csv"
    path.write_text(CITY, encoding=encoding)
    _import(database, ImportOrder(path, NOW, MAP))
    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.title, case.state, case.responsible.slug) == ("Lampa", State.CLOSED, "gata-park")
        assert case.received_at.isoformat() == "2026-03-01T07:00:00+00:00"
        assert session.scalar(select(Unit.name).where(Unit.slug == "gata-park")) == "Gata & park"


def test_a_mapping_has_defaults_for_what_it_does_not_know(database: Database, tmp_path: Path) -> None:
    rows = CITY + "gammalt;2;Undersöks;Väg;01/03/26 08:00;;;;;\ngammalt;3;;Bro;01/03/26 08:00;;;;;\n"
    _, told = _import(database, ImportOrder(_file(tmp_path, rows), NOW, MAP))
    assert _states(database) == {"1": "closed", "2": "assigned", "3": "received"}
    assert told == {3: ["odd", "state: 'Undersöks' is not known, 'assigned' is taken"]}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('title = "rubrik"', ""), r"\[columns\] lacks title"),
        (('title = "rubrik"', 'titel = "rubrik"'), "titel: we have no such column"),
        (("Europe/Stockholm", "Europe/Norrby"), "time_zone: there is no"),
        (('responsible = "department"', 'responsible = "forum"'), "must be department or group"),
        (('responsible = "department"', 'state = "yes"'), "only category, place, responsible"),
        (("[create]", "[make]"), r"\[make\] is not known"),
        (("[file]", "[file"), "not TOML"),
        (("[file]", '[file]\nquote = "x"'), r"\[file\] knows no quote; it knows time_zone, dates, encoding, delimiter"),
        (("Europe/Stockholm", "Europe"), "time_zone: there is no 'Europe'"),
        (('["%d/%m/%y %H:%M"]', '"%d/%m/%y"'), r"\[file\] dates: must be a list such as .*, not '%d/%m/%y'"),
        (("[file]", '[file]\nencoding = "hex"'), "encoding: must be an encoding such as cp1252, not 'hex'"),
        (("[file]", '[file]\nencoding = "klingon"'), "encoding: must be an encoding such as cp1252, not 'klingon'"),
        (("[file]", '[file]\ndelimiter = ";;"'), "delimiter: must be one character, not ';;'"),
        (('title = "rubrik"', "title = 3"), r"^\[columns\] title: must be a text, not 3$"),
        (('source = "gammalt"', "source = 1.5"), r"\[constants\] source: must be a text or a whole number, not 1.5"),
        (('"Stängd" = "closed"', '"Stängd" = ["closed"]'), r"\[values.state\] Stängd: must be one value, not \['c"),
        (("[values.state]", "[values.key]"), r"\[values\] key: we have no such column"),
        (("[values.state]", "[notes]\nvalue = 3\n[values.state]"), r"\[notes\] value: must be a text, not 3"),
        (("[create]", "[names]\ntitle = 3\n[create]"), r"\[names\] title: must be a table, not 3"),
        (('responsible = "department"', 'responsible = "forum"'), "group, not 'forum'"),
    ],
)
def test_a_bad_mapping_is_told_at_once(change: tuple[str, str], why: str) -> None:
    with pytest.raises(BadMapping, match=why):
        read_mapping(MAP.replace(*change))


def test_all_that_is_wrong_with_a_mapping_is_told_at_once() -> None:
    bad = (
        MAP.replace('title = "rubrik"', "titel = 3").replace("Europe/Stockholm", "Norrby").replace("[create]", "[make]")
    )
    with pytest.raises(BadMapping) as refused:
        read_mapping(bad)
    assert sorted(refused.value.wrongs) == [
        "[columns] lacks title",
        "[columns] titel: we have no such column",
        "[file] time_zone: there is no 'Norrby'",
        "[make] is not known",
    ]


def test_an_import_without_a_mapping_loads_no_schemas() -> None:
    script = "import sys, cases.imports.importing; sys.exit('marshmallow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_a_column_that_the_file_lacks_is_told(database: Database, tmp_path: Path) -> None:
    path = _file(tmp_path, CITY.replace("rubrik", "titel"))
    with pytest.raises(BadMapping, match="has no column 'rubrik'"):
        examine(database, ImportOrder(path, NOW, MAP), lambda *_: None)


def test_unknown_own_columns_are_told(database: Database, tmp_path: Path) -> None:
    path = _file(tmp_path, "source,external_id,titel\n")
    with pytest.raises(BadMapping, match=r"lacks the column 'title'.*unknown column 'titel'"):
        examine(database, ImportOrder(path, NOW), lambda *_: None)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "no heading"),
        ("a.csv", b"a,b,a\n", "more than one column a"),
        ("a.csv", b"a,b\n\x81\x8d\xff\n", "written in none"),
        ("a.xlsx", b"not a workbook", "no XLSX file"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadTable, match=why):
        list(read_table(tmp_path / name)[1])


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="there is no file"):
        read_table(tmp_path / "gone.csv")


def test_xlsx_is_read_like_csv(database: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (HEADING, *ROWS.strip().splitlines()):
        book.active.append([cell or None for cell in line.split(",")])
    book.active["E2"] = datetime(2026, 8, 31, 9, 0)  # noqa: DTZ001 - as a spreadsheet holds it
    book.active["B2"] = 1
    book.save(tmp_path / "cases.xlsx")
    done, told = _import(database, ImportOrder(tmp_path / "cases.xlsx", NOW))
    assert (done.written, told) == (8, {})


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_is_imported_the_same(database: Database, tmp_path: Path, ending: str) -> None:
    _import(database, ImportOrder(_own(tmp_path), NOW, clocks=Clocks.HISTORY))
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    (tmp_path / "other").mkdir()
    other = a_house(tmp_path / "other")
    with other.transaction() as session:
        load_setup_file(session, '[[units]]\nslug = "gata"\nkind = "department"\nname = "Gata"', at=NOW)
    assert _export(database, first) == 8
    done, told = _import(other, ImportOrder(first, NOW, clocks=Clocks.HISTORY))
    assert (done.written, told) == (8, {})
    assert _export(other, second) == 8
    assert _cells(second) == _cells(first)
    other.close()


def _export(database: Database, path: Path) -> int:
    with database.reading() as session:
        return export_cases(session, path, by=A_COMMAND)


def _cells(path: Path) -> list[dict[str, str]]:
    rows = [{k: v for k, v in record.values.items() if k != "ref"} for record in read_table(path)[1]]
    return sorted(rows, key=lambda row: row["external_id"])


def test_no_spreadsheet_takes_an_exported_text_for_a_formula(database: Database, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://example.se")'
    rows = f'g,1,received,"{formula.replace(chr(34), chr(34) * 2)}",2026-05-01,,,,,,'
    _import(database, ImportOrder(_own(tmp_path, rows), NOW))
    _export(database, tmp_path / "out.csv")
    assert next(read_table(tmp_path / "out.csv")[1]).values["title"] == f"'{formula}"
    _export(database, tmp_path / "out.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "out.xlsx").active["F2"]
    assert (cell.data_type, cell.value) == ("s", f"'{formula}")


def test_another_ending_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end with .csv or .xlsx"):
        _export(database, tmp_path / "out.pdf")


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not on this machine")
def test_the_real_file_is_replayed_as_it_says(database: Database) -> None:
    now = datetime(2020, 7, 9, tzinfo=UTC)
    done, told = _import(database, ImportOrder(SAMPLE, now, LA311.read_text(), Clocks.HISTORY))
    with SAMPLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    meant = {"Closed": "closed", "Cancelled": "declined", "Referred Out": "closed", "Pending": "in_progress"}
    with database.reading() as session:
        states = Counter(session.scalars(select(Case.state)))
        units = Counter(session.scalars(select(Unit.slug).join(Case, Case.responsible_id == Unit.id)))
        assert session.scalar(select(func.count()).select_from(Words).where(Words.field == "title")) == 605
    assert (done, told) == (Imported(written=605), {})
    assert states == Counter(meant[row["status"]] for row in rows)
    assert units == Counter(row["owner"].lower() for row in rows)
    with database.reading() as session:
        cases = session.scalars(select(Case)).all()
    assert Counter(_day_there(case.received_at) for case in cases) == _days(rows, "createddate")
    closed = [case for case in cases if case.state == "closed"]
    ended = [row for row in rows if meant[row["status"]] == "closed" and row["closeddate"]]
    assert Counter(_day_there(case.ended_at) for case in closed) == _days(ended, "closeddate")


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not on this machine")
def test_a_sweep_a_day_after_the_real_file_forgets_nothing(database: Database) -> None:
    now = datetime.now(UTC)
    _import(database, ImportOrder(SAMPLE, now, LA311.read_text(), Clocks.HISTORY))
    first = datetime(2020, 1, 4, 7, tzinfo=UTC)
    rungs = [sweep(database, now=first + timedelta(days=day)) for day in range(92)]
    assert sum(rungs) > 0
    with database.reading() as session:
        assert find_forgotten(session, first + timedelta(days=91, minutes=1)) == []


def _day_there(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("America/Los_Angeles")).date().isoformat()


def _days(rows: list[dict[str, str]], column: str) -> Counter[str]:
    return Counter(datetime.strptime(row[column], "%m/%d/%y %H:%M").date().isoformat() for row in rows)  # noqa: DTZ007


def test_the_rest_of_that_file_is_taken_too(database: Database, tmp_path: Path) -> None:
    heading = (
        "srnumber,requesttype,status,createddate,updateddate,servicedate,closeddate,requestsource,owner,"
        "latitude,longitude,address,ncname"
    )
    rows = [
        "1-1,Bulky Items,Open,3/8/20 2:30,3/7/20 9:00,,,Call,BOS,,,,",  # a time that was skipped, updated before
        "1-2,,Forward,11/1/20 1:30,11/2/20 9:00,,,Carrier Pigeon,,34.1,-118.2,1 MAIN ST,PICO UNION NC",
        "1-3,Feedback,Closed,6/1/20 9:00,6/2/20 9:00,,,Call,LADBS,0,0,,",
        "1-4,Feedback,Undecided,6/1/20 9:00,6/2/20 9:00,,,Call,LADBS,,,,",
        ",Feedback,Closed,6/1/20 9:00,,,,Call,LADBS,,,,",
        "1-6,Feedback,Closed,,,,,Call,LADBS,,,,",
    ]
    done, told = _import(database, ImportOrder(_file(tmp_path, "\n".join([heading, *rows])), NOW, LA311.read_text()))
    assert (done.written, done.left_out) == (4, 2)
    assert _states(database) == {"1-1": "assigned", "1-2": "assigned", "1-3": "closed", "1-4": "assigned"}
    assert {number: told[number][0] for number in sorted(told)} == {
        2: "odd", 3: "odd", 4: "odd", 5: "odd", 6: "bad", 7: "bad",
    }  # fmt: skip
