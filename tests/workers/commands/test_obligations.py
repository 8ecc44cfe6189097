"""`ventil obligations`: what is owed by whom, from the first load on, and what lacks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from support.houses.migrated import CALENDAR, migrated_file
from support.keys import SECRET_KEY

import ventil
from cases.access.actors import A_COMMAND
from cases.case import case_to_change
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.progress import Change, change_state
from cases.states import State
from workers.commands.opening import right_now

HOUSE = Path(__file__).parents[3] / "docs/examples/house.toml"
GROUPS = {
    "grupp-almvinda", "grupp-bjorkvinda", "grupp-ekvinda", "grupp-hasselvinda", "grupp-lindvinda", "grupp-ronnvinda",
    "grupp-centrum", "grupp-lantbruk",
}  # fmt: skip
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


def _migrate(url: str) -> None:
    database = Database(url, CALENDAR)
    migrate(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database, on each of the two."""
    if request.param == "sqlite":
        return f"sqlite:///{migrated_file(tmp_path / 'house.sqlite3')}"
    return str(request.getfixturevalue("postgres_copy")("migrated", _migrate))


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("load", file)`: a command of a house whose migrations have run."""
    for name in [name for name in os.environ if name.startswith("VENTIL_") and name != "VENTIL_TEST_RUN"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VENTIL_DATABASE_URL", url)
    monkeypatch.setenv("VENTIL_SECRET_KEY", SECRET_KEY)

    def run_one(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["ventil", *arguments])
        capsys.readouterr()
        code = ventil.main()
        said = capsys.readouterr()
        return Ran(list(arguments), code, said.out, said.err)

    return run_one


@pytest.fixture
def loaded(run: Run) -> Run:
    """The same, with the example's house."""
    assert run("load", str(HOUSE)).returncode == 0
    return run


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url, CALENDAR)
    yield opened
    opened.close()


def _owed(run: Run, *options: str, code: int = 0) -> list[dict[str, object]]:
    ran = run("obligations", "--json", *options)
    assert ran.returncode == code, ran.stderr
    found: list[dict[str, object]] = json.loads(ran.stdout)
    return found


def test_a_loaded_house_owes_each_group_one_plan_and_one_contact_and_loading_again_changes_nothing(loaded: Run) -> None:
    owed = _owed(loaded)
    of_groups = [one for one in owed if one["obligation"] in {"plan", "contact"}]
    assert {(one["obligation"], one["subject"]) for one in of_groups} == {
        (name, group) for name in ("plan", "contact") for group in GROUPS
    }
    assert len(of_groups) == 2 * len(GROUPS)
    assert {one["obligation"] for one in owed if one not in of_groups} == {"agenda"}, "of each meeting that is planned"
    assert {one["holder"] for one in owed if one["obligation"] == "contact"} == {"desk"}
    assert all(one["holder"] == one["subject"] for one in owed if one["obligation"] == "plan")
    assert all(date.fromisoformat(str(one["due_on"])) > date(2026, 1, 1) and one["late"] is False for one in owed)
    assert set(owed[0]) == {"obligation", "subject", "holder", "due_on", "case", "late"}
    assert loaded("load", str(HOUSE)).stdout == "0 things changed\n"
    assert _owed(loaded) == owed


def test_a_group_that_is_added_owes_both_before_and_after_a_sweep(loaded: Run) -> None:
    loaded("unit", "add", "grupp-tallheden", "--kind", "group", "--name", "Tallhedens byalag", "--sort", "village")
    for _ in range(2):
        found = [one["obligation"] for one in _owed(loaded) if one["subject"] == "grupp-tallheden"]
        assert sorted(map(str, found)) == ["contact", "plan"]
        assert loaded("sweep").returncode == 0


def test_what_lacks_is_told_and_the_sweep_mends_it(run: Run) -> None:
    assert run("load", str(HOUSE), "--before-import").returncode == 0
    assert _owed(run, code=1) == []
    told = run("obligations").stderr
    [count] = re.findall(r"^ventil: (\d+) things to be owed and not: plan grupp-almvinda, ", told)
    assert told.count("\n") == 1
    assert run("sweep").returncode == 0
    assert len(_owed(run)) == int(count) > 2 * len(GROUPS)


def test_what_is_late_comes_first_and_what_is_done_is_not_listed(loaded: Run, database: Database) -> None:
    first, *_, last = _owed(loaded)
    with database.transaction() as session:
        case = case_to_change(session, str(first["case"]))
        done = Change(State.DONE, note="Gjort", fulfils=str(first["obligation"]))
        change_state(session, case, done, by=A_COMMAND, at=right_now())
    left = _owed(loaded, "--now", f"{last['due_on']}T08:00:00+02:00")
    assert first["case"] not in {one["case"] for one in left}
    lateness = [one["late"] for one in left]
    assert lateness == sorted(lateness, reverse=True)
    assert (lateness[0], left[-1]["late"]) == (True, False)
    days = [one["due_on"] for one in left if one["late"]]
    assert days == sorted(days, key=str)
    lines = loaded("obligations", "--now", f"{last['due_on']}T08:00:00+02:00").stdout.splitlines()
    assert lines[0].startswith("late  ")
    assert len(lines) == len(left)


def test_only_a_group_is_of_a_sort_and_a_sector_has_no_place(loaded: Run, database: Database) -> None:
    ran = loaded("unit", "add", "gata", "--kind", "department", "--name", "Gata", "--sort", "town")
    assert (ran.returncode, ran.stderr) == (
        1, "ventil: Only a group is of a sort: of a village, of the town or of a sector. (field: sort)\n",
    )  # fmt: skip
    ran = loaded("unit", "add", "grupp-almvinda", "--kind", "group", "--name", "Almvinda", "--sort", "sector")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "A group of a sector belongs to no place" in ran.stderr
    ran = loaded("unit", "add", "grupp-almvinda", "--kind", "group", "--name", "Almvinda", "--sort", "town")
    assert ran.stdout == "unit grupp-almvinda: name, sort\n"
    with database.reading() as session:
        of_these = text("SELECT slug, sort FROM unit WHERE slug IN ('grupp-almvinda', 'grupp-lantbruk') ORDER BY slug")
        sorts = [tuple(row) for row in session.execute(of_these)]
    assert sorts == [("grupp-almvinda", "town"), ("grupp-lantbruk", "sector")]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('kind = "department"\nsort = "town"', "only a group is of a sort"),
        ('kind = "group"\nsort = "sector"\nplace = "almvinda"', "a group of the sort sector has no place"),
        ('kind = "group"\nsort = "hamlet"', "hamlet"),
    ],
)
def test_a_setup_file_with_a_wrong_sort_is_refused_in_words(run: Run, tmp_path: Path, lines: str, why: str) -> None:
    place = '[[places]]\nslug = "almvinda"\nname = "Almvinda"\n'
    (tmp_path / "wrong.toml").write_text(f'{place}[[units]]\nslug = "x"\nname = "X"\n{lines}\n', encoding="utf-8")
    ran = run("load", "wrong.toml")
    assert ran.returncode == 1
    assert why in ran.stdout
    assert "1 error, nothing was written" in ran.stderr
