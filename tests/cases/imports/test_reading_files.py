"""Whatever a file holds, each of its rows is imported or told with its number; nothing is lost and nothing breaks."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support.houses.migrated import CALENDAR, a_house

from cases.administration.loading import load_setup_file
from cases.case import Case
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.imports.columns import NAMES
from cases.imports.importing import Imported, ImportOrder, examine, report_bad, write
from cases.organisation.places import Place
from cases.states import State

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
HOUSE = '[[units]]\nslug = "gata"\nkind = "department"\nname = "Gata"'
HEADING = "source;external_id;state;title;received_at"
CREATES_PLACES = """
[columns]
source = "source"
external_id = "external_id"
state = "state"
title = "title"
received_at = "received_at"
place = "place"
category = "place"
[create]
place = "yes"
category = "yes"
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = a_house(tmp_path)
    with made.transaction() as session:
        load_setup_file(session, HOUSE, at=NOW)
    yield made
    made.close()


def _order(folder: Path, *lines: str, mapping: str | None = None) -> ImportOrder:
    path = folder / "cases.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return ImportOrder(path, NOW, mapping)


def _import(database: Database, order: ImportOrder) -> tuple[Imported, dict[int, list[str]]]:
    told: dict[int, list[str]] = {}
    examined = examine(database, order, lambda number, how, why: told.setdefault(number, []).extend([how, *why]))
    done = write(database, order, examined, lambda _: None)
    assert done.written + done.there_already + done.left_out == examined.rows
    return done, told


def _cases(database: Database) -> dict[str | None, Case]:
    with database.reading() as session:
        return {case.external_id: case for case in session.scalars(select(Case))}


def test_rows_after_an_open_quote_are_imported(database: Database, tmp_path: Path) -> None:
    rows = [f"g;{number};received;Lampa {number};2024-05-0{number}" for number in range(1, 7)]
    rows[1] = 'g;2;received;"Tum: 5;2024-05-02'
    rows[4] = 'g;5;received;Rör 5";2024-05-05'
    done, told = _import(database, _order(tmp_path, HEADING, *rows))
    assert (done.written, done.left_out) == (5, 1)
    assert told == {3: ["bad", "the quote that opens in line 3 of the file is not closed where its cell ends"]}
    assert sorted(_cases(database)) == ["1", "3", "4", "5", "6"]


def test_a_moment_with_a_full_stop_is_swedish(database: Database, tmp_path: Path) -> None:
    _import(database, _order(tmp_path, HEADING, "g;1;received;Lampa;2024-05-03 14.22"))
    assert _cases(database)["1"].received_at.isoformat() == "2024-05-03T12:22:00+00:00"


@pytest.mark.parametrize(
    ("moment", "meant", "told"),
    [
        ("2026-03-29 02:30", "2026-03-29T01:30", "does not exist"),
        ("2025-10-26 02:30", "2025-10-26T00:30", "came twice"),
        ("2025-10-26 01:59", "2025-10-25T23:59", ""),
        ("2025-10-26 03:00", "2025-10-26T02:00", ""),
        ("2026-03-29", "2026-03-28T23:00", ""),
        ("2024-02-29 23:59", "2024-02-29T22:59", ""),
        ("2024-05-03 24:00", "2024-05-03T22:00", ""),
    ],
)
def test_a_moment_is_local(database: Database, tmp_path: Path, moment: str, meant: str, told: str) -> None:
    _, odd = _import(database, _order(tmp_path, HEADING, f"g;1;received;Lampa;{moment}"))
    assert _cases(database)["1"].received_at.isoformat()[:16] == meant
    assert bool(odd) == bool(told)
    assert told in " ".join(odd.get(2, []))


@pytest.mark.parametrize("moment", ["3/5/24", "2025-02-29 12:00", "2024-05-03 14.22.5", "igår"])
def test_a_moment_that_cannot_be_read_is_told_with_how_to_write_it(
    database: Database, tmp_path: Path, moment: str
) -> None:
    _, told = _import(database, _order(tmp_path, HEADING, f"g;1;received;Lampa;{moment}"))
    assert told == {2: ["bad", f"received_at: {moment!r} is no moment that we can read, such as 2026-05-31 14:22"]}


@pytest.mark.parametrize(
    ("received", "ended", "meant"),
    [
        ("2024-01-24 14:46", "2024-01-24", "2024-01-24T22:59:59"),
        ("2024-01-24 14:46", "2024-01-26", "2024-01-26T22:59:59"),
        ("2024-06-24", "2024-06-24", "2024-06-24T21:59:59"),
        ("2026-09-01 09:00", "2026-09-01", "2026-09-01T08:00:00"),
        ("2024-01-24 14:46", "2024-01-24 15.00", "2024-01-24T14:00:00"),
        ("2024-01-24 14:46", "2024-01-24 00:00:00", "2024-01-24T13:46:00"),
        ("2024-01-24 14:46", "2024-01-25 00:00:00", "2024-01-24T23:00:00"),
    ],
)
def test_an_end_without_an_hour_is_the_end_of_its_day(
    database: Database, tmp_path: Path, received: str, ended: str, meant: str
) -> None:
    _, told = _import(database, _order(tmp_path, f"{HEADING};ended_at", f"g;1;closed;Lampa;{received};{ended}"))
    ended_at = _cases(database)["1"].ended_at
    assert told == {}
    assert ended_at is not None
    assert ended_at.isoformat()[:19] == meant


@pytest.mark.parametrize("ended", ["2024-01-23", "2026-09-02"])
def test_an_end_on_another_day_than_it_can_be_is_odd(database: Database, tmp_path: Path, ended: str) -> None:
    _, told = _import(database, _order(tmp_path, f"{HEADING};ended_at", f"g;1;closed;Lampa;2024-01-24 14:46;{ended}"))
    assert told[2][0] == "odd"


def test_places_are_named_as_in_the_file(database: Database, tmp_path: Path) -> None:
    names = ["Åby", "Aby", "Ærø", "Łódź", "Москва", "#N/A", "åby", "#SAKNAS!"]
    rows = [f"g;{number};received;Lampa;2024-05-03;{name}" for number, name in enumerate(names)]
    order = _order(tmp_path, f"{HEADING};place", *rows, mapping=CREATES_PLACES)
    _, told = _import(database, order)
    with database.reading() as session:
        places = {place.slug: place.name for place in session.scalars(select(Place))}
        of_cases = dict(
            session.execute(select(Case.external_id, Place.name).join(Place, Place.id == Case.place_id)).all()
        )
    assert places == {"aby": "Åby", "aby-2": "Aby", "aero": "Ærø", "lodz": "Łódź", "moskva": "Москва"}
    assert of_cases == {"0": "Åby", "1": "Aby", "2": "Ærø", "3": "Łódź", "4": "Москва", "6": "Åby"}
    assert told[7] == [
        "odd",
        "category: #N/A is an error of the spreadsheet; it is left out",
        "place: #N/A is an error of the spreadsheet; it is left out",
    ]
    assert set(told) == {7, 9}
    assert _import(database, order)[0].there_already == 8


def test_a_place_that_was_switched_off_is_told(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(Place(slug="aby", name="Åby", active=False))
    rows = ["g;1;received;Lampa;2024-05-03;Åby", "g;2;received;Lampa;2024-05-03;Aby"]
    _, told = _import(database, _order(tmp_path, f"{HEADING};place", *rows, mapping=CREATES_PLACES))
    assert told == {2: ["bad", "place: there is no 'Åby' in the house"]}


def test_an_error_of_the_spreadsheet_is_no_value_that_is_needed(database: Database, tmp_path: Path) -> None:
    _, told = _import(database, _order(tmp_path, HEADING, "g;1;received;#REF!;2024-05-03"))
    assert told[2] == ["bad", "title has no value: #REF! is an error of the spreadsheet"]


@pytest.mark.parametrize("error", ["#N/A", "#SAKNAS!", "Err:502", "#CALC!"])
@pytest.mark.parametrize("name", ["source", "external_id", "state", "title", "received_at"])
def test_what_stands_in_a_needed_column_is_told(database: Database, tmp_path: Path, name: str, error: str) -> None:
    row = {"source": "g", "external_id": "1", "state": "received", "title": "Lampa", "received_at": "2024-05-03"}
    _, told = _import(database, _order(tmp_path, HEADING, ";".join({**row, name: error}.values())))
    what = "a formula without a value" if error == "#CALC!" else "an error of the spreadsheet"
    assert told[2][0] == "bad"
    assert told[2][1].startswith(f"{name} has no value: {error} is {what}")


@pytest.mark.parametrize(
    ("column", "state", "value", "why"),
    [
        ("ended_at", "assigned", "2024-05-04", "ended_at is left out: the case is assigned"),
        ("ended_at", "received", "2024-05-04", "ended_at is left out: the case is received"),
        ("merged_into", "closed", "7", "merged_into is left out: the case is closed"),
        ("waiting_name", "assigned", "Trafikverket", "waiting_name is left out: the case is assigned"),
        ("raised_on", "assigned", "2026-12-01", "raised_on lies in the future: it is taken as it stands"),
        ("published_at", "assigned", "2026-12-01", "published_at lies in the future: now is taken"),
        ("acted_at", "assigned", "2026-09-01 10.01", "acted_at lies in the future: now is taken"),
    ],
)
def test_a_value_that_does_not_go_with_the_rest_is_told(
    database: Database, tmp_path: Path, column: str, state: str, value: str, why: str
) -> None:
    done, told = _import(database, _order(tmp_path, f"{HEADING};{column}", f"g;1;{state};Lampa;2024-05-03;{value}"))
    assert (done.written, told[2][0]) == (1, "odd")
    assert why in told[2]


def test_a_day_that_is_today_is_not_in_the_future(database: Database, tmp_path: Path) -> None:
    assert _import(database, _order(tmp_path, f"{HEADING};raised_on", "g;1;assigned;L;2024-05-03;2026-09-01"))[1] == {}


@pytest.mark.parametrize("column", ["reporter_name", "reporter_phone", "channel", "note"])
def test_whatever_is_cut_is_told(database: Database, tmp_path: Path, column: str) -> None:
    _, told = _import(database, _order(tmp_path, f"{HEADING};{column}", f"g;1;done;Lampa;2024-05-03;{'a' * 20_001}"))
    assert any(reason.startswith(f"{column} is cut at") for reason in told[2])


def test_a_number_sign_is_no_error(database: Database, tmp_path: Path) -> None:
    _, told = _import(database, _order(tmp_path, HEADING, "g;1;received;#N/A på skylten;2024-05-03"))
    assert (told, _cases(database)["1"].title) == ({}, "#N/A på skylten")


def test_a_number_without_end_is_no_number_of_months(database: Database, tmp_path: Path) -> None:
    row = f"g;1;received;Lampa;2024-05-03;{'9' * 5000}"
    _, told = _import(database, _order(tmp_path, f"{HEADING};every_months", row))
    assert told[2][0] == "odd"
    assert told[2][1].endswith("9' is no number from 1 to 120; it is left out")
    assert len(told[2][1]) < 300


def test_text_beyond_the_limit_is_cut_and_told(database: Database, tmp_path: Path) -> None:
    lines = [f"{HEADING};description", f"g;1;received;Lampa;2024-05-03;{'a' * 140_000}", "g;2;received;B;2024-05-03;b"]
    done, told = _import(database, _order(tmp_path, *lines))
    assert (done.written, told) == (2, {2: ["odd", "description is cut at 20000 characters"]})


def test_a_merger_into_a_case_that_is_here_already_is_done_or_told(database: Database, tmp_path: Path) -> None:
    heading = f"{HEADING};merged_into"
    first = ["g;1;received;Lampa;2026-08-31;", "g;2;declined;Grop;2026-08-01;"]
    _import(database, _order(tmp_path, heading, *first))
    more = ["g;3;merged;Lampa;2026-08-31;1", "g;4;merged;Grop;2026-08-01;2", "g;5;merged;Grop;2026-08-01;4"]
    done, told = _import(database, _order(tmp_path, heading, *first, *more))
    ref = _cases(database)["2"].ref
    why = f"merged_into: {ref} is here already and has ended, so nothing is merged into it"
    assert (done.written, done.there_already, done.left_out) == (1, 2, 2)
    assert {number: reasons[-1] for number, reasons in told.items() if "bad" in reasons} == {5: why, 6: why}


def test_bad_rows_are_reported_with_all_their_values(database: Database, tmp_path: Path) -> None:
    order = _order(tmp_path, HEADING, "g;1;received;Lampa;2024-05-03;för;mycket")
    examined = examine(database, order, lambda *_: None)
    report_bad(order, examined, tmp_path / "bad.csv")
    text = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    assert all(value in text for value in ("2", "more values", "Lampa", "för", "mycket"))


DAYS = st.sampled_from(["", "2026-08-03 10.00", "2030-01-01", "snart", "2026-12-24", "9999-12-31", "2026-08-31 24:00"])
TEXTS = st.sampled_from(["", "g", "1", "2", "ja", "gata", "desk", "forum", "\x00", "#N/A", "-5", "9" * 5000, "å@x.se"])
FUZZED = {
    "source": st.just("g"),
    "state": st.sampled_from(list(State)),
    "title": st.sampled_from(["Lampa", "a\x00b", "L" * 300, "#N/A"]),
    "received_at": st.sampled_from(["2026-08-01", "2026-08-20 10.00", "2025-01-01", "igår"]),
    "merged_into": st.sampled_from(["0", "1", "2", ""]),
    "description": st.text(max_size=30),
}
ROWS = st.fixed_dictionaries(
    {
        name: FUZZED.get(name, DAYS if name.endswith(("_at", "_on")) else TEXTS)
        for name in NAMES
        if name != "external_id"
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(ROWS, max_size=6))
def test_no_row_breaks_an_import(rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, database = Path(name), a_house(Path(name))
        with (folder / "cases.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, NAMES)
            out.writeheader()
            out.writerows({**row, "external_id": str(number)} for number, row in enumerate(rows))
        _import(database, ImportOrder(folder / "cases.csv", NOW))
        database.close()


def test_control_signs_stop_no_database(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url, CALENDAR)
    migrate(database)
    done, told = _import(database, _order(tmp_path, HEADING, "g;1;received;Lam\x00pa;2024-05-03"))
    assert (done.written, told) == (1, {2: ["odd", "title: control characters are left out"]})
    assert _cases(database)["1"].title == "Lampa"
    database.close()


def test_places_get_their_slugs_on_every_database(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url, CALENDAR)
    migrate(database)
    rows = ["g;1;received;Lampa;2024-05-03;Åby", "g;2;received;Lampa;2024-05-03;Aby"]
    order = _order(tmp_path, f"{HEADING};place", *rows, mapping=CREATES_PLACES)
    assert _import(database, order)[0].written == 2
    assert _import(database, order)[0].there_already == 2
    with database.reading() as session:
        assert dict(session.execute(select(Place.slug, Place.name)).all()) == {"aby": "Åby", "aby-2": "Aby"}
    database.close()
