"""The command line as a person meets it: what it says, where it says it, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ventil

ROOT = Path(__file__).parents[3]
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]
COMMANDS = (
    "up", "web", "worker", "relay", "clock", "migrate", "demo", "load", "import", "export", "sweep", "forgotten",
    "doctor", "unit", "user", "token", "bench", "simulate",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in [name for name in os.environ if name.startswith("VENTIL_") and name != "VENTIL_TEST_RUN"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, **settings: str) -> Ran:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["ventil", *arguments])
            for name, value in settings.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = ventil.main()
        said = capsys.readouterr()
        return Ran(list(arguments), code, said.out, said.err)

    return run_one


@pytest.fixture
def run_migrated(run: Run) -> Run:
    assert run("migrate").returncode == 0
    return run


def _refused(ran: Ran, why: str, code: int = 1) -> None:
    """It ended with this code and said why in one line, with no traceback."""
    assert ran.returncode == code, ran
    assert ran.stderr.count("\n") == 1, ran.stderr
    assert why in ran.stderr


def test_every_command_of_the_design_is_there(run: Run) -> None:
    help_text = run("--help").stdout
    assert all(f"\n  {name} " in help_text for name in COMMANDS)


def test_a_wrong_command_says_so(run: Run) -> None:
    _refused(run("swep"), "No such command 'swep'", 2)


def test_a_bad_setting_is_one_line_and_ends_with_two(run: Run) -> None:
    for name, value in {
        "VENTIL_TIMEZONE": "Norrby",
        "VENTIL_DATABASE_URL": "mysql://x",
        "VENTIL_BASE_URL": "http://example.se",
        "VENTIL_SMTP_URL": "mail",
        "VENTIL_SECRET_KEY": "short",
    }.items():
        for command in ("migrate", "sweep", "up", "worker"):
            _refused(run(command, **{name: value}), name, 2)


def test_a_failure_of_the_program_itself_is_one_line_without_traceback(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VENTIL_")}
    ran = subprocess.run(
        [sys.executable, str(ROOT / "ventil.py"), "sweep"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    _refused(ran, "run `ventil migrate` first")


def test_a_database_without_migrations_is_told(run: Run) -> None:
    for command in (["sweep"], ["forgotten"], ["worker"], ["relay"], ["clock"], ["web"], ["token", "a@example.se"]):
        _refused(run(*command), "run `ventil migrate` first")


def test_a_database_that_does_not_answer_is_told(run: Run) -> None:
    away = {"VENTIL_DATABASE_URL": "postgresql://127.0.0.1:1/away", "VENTIL_SECRET_KEY": "k" * 32}
    for command in ("sweep", "forgotten", "worker", "migrate"):
        _refused(run(command, **away), "the database does not answer")
    assert run("doctor", **away).returncode == 1


def test_migrating_twice_changes_nothing(run_migrated: Run) -> None:
    assert run_migrated("migrate").returncode == 0
    assert "rungs fired" in run_migrated("sweep").stdout


def test_a_sweep_says_how_many_rungs_fired(run_migrated: Run) -> None:
    assert run_migrated("sweep", "--now", "2026-05-01T07:00:00+02:00").stdout == "0 rungs fired\n"
    _refused(run_migrated("sweep", "--now", "i maj"), "--now must be a moment")


def test_people_and_units_are_added_once(run_migrated: Run) -> None:
    unit = ("unit", "add", "gata", "--kind", "department", "--name", "Gata", "--email", "gata@example.se")
    user = ("user", "add", "a@example.se", "--name", "Handläggare", "--role", "officer", "--unit", "gata")
    assert run_migrated(*unit).stdout == "unit gata: added\n"
    assert run_migrated(*unit).stdout == "unit gata: as it was\n"
    assert run_migrated(*user).stdout == "user a@example.se: added, officer:gata\n"
    assert run_migrated(*user).stdout == "user a@example.se: as it was\n"
    _refused(run_migrated("user", "add", "a@example.se", "--name", "A", "--role", "officer"), "unit")
    _refused(run_migrated("user", "add", "a", "--name", "A", "--role", "admin"), "email")
    _refused(run_migrated("unit", "add", "Gata!", "--kind", "department", "--name", "Gata"), "slug")
    _refused(run_migrated("unit", "add", "gata", "--kind", "gang", "--name", "Gata"), "gang", 2)
    token = run_migrated("token", "a@example.se").stdout.split()[-1]
    assert token.startswith("vt_")
    _refused(run_migrated("token", "b@example.se"), "b@example.se")


def test_a_house_is_loaded_and_loaded_again(run_migrated: Run) -> None:
    file = str(ROOT / "cases/demo/house.toml")
    assert run_migrated("load", file).returncode == 0
    assert run_migrated("load", file).stdout == "0 things changed\n"


def test_a_bad_house_tells_every_error_and_writes_nothing(run_migrated: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[units]]\nslug = "A"\nkind = "x"\nname = ""\n')
    ran = run_migrated("load", "bad.toml")
    _refused(ran, "3 errors, nothing was written")
    assert ran.stdout.count("[[units]] no. 1") == 3
    _refused(run_migrated("load", "gone.toml"), "gone.toml cannot be read")


def test_nothing_is_forgotten_in_a_new_house(run_migrated: Run) -> None:
    assert run_migrated("forgotten").stdout == "all clear: nothing is forgotten\n"
    assert json.loads(run_migrated("forgotten", "--json").stdout) == []


def test_the_doctor_says_what_is_missing_and_how_to_mend_it(run_migrated: Run) -> None:
    ran = run_migrated("doctor")
    _refused(ran, "3 things must be mended")
    assert "fail  the desk has no contact person: `ventil user add" in ran.stdout
    run_migrated("unit", "add", "desk", "--kind", "desk", "--name", "Kontaktpersonen", "--email", "k@example.se")
    run_migrated("user", "add", "k@example.se", "--name", "Kontaktpersonen", "--role", "contact")
    run_migrated("user", "add", "c@example.se", "--name", "Chefen", "--role", "head", "--unit", "desk")
    assert run_migrated("doctor").returncode == 0


def test_the_doctor_warns_of_an_open_net_without_a_proxy(run_migrated: Run) -> None:
    warned = "warn  no proxy stands before us"
    assert warned in run_migrated("doctor", VENTIL_BASE_URL="https://a.example.se").stdout
    behind = run_migrated("doctor", VENTIL_BASE_URL="https://a.example.se", VENTIL_TRUSTED_PROXIES="1").stdout
    assert warned not in behind
    assert warned not in run_migrated("doctor").stdout


def test_the_doctor_sees_a_broker_and_a_mail_server_that_are_away(run_migrated: Run) -> None:
    away = {"VENTIL_REDIS_URL": "redis://127.0.0.1:1/0", "VENTIL_SMTP_URL": "smtp://127.0.0.1:1"}
    report = run_migrated("doctor", **away).stdout
    assert "fail  broker" in report
    assert "fail  mail server" in report


def test_cases_come_in_and_go_out(run_migrated: Run, tmp_path: Path) -> None:
    heading = "source,external_id,state,title,received_at\n"
    (tmp_path / "in.csv").write_text(f"{heading}g,1,received,Lampa,2026-05-01\ng,2,gone,Väg,2026-05-01\n")
    dry = run_migrated("import", "in.csv", "--dry-run")
    assert "row 3: bad: state cannot be 'gone'\n2 rows: 1 bad, 0 odd\n" in dry.stdout
    refused = run_migrated("import", "in.csv")
    assert refused.returncode == 1
    assert "nothing was written" in refused.stderr
    taken = run_migrated("import", "in.csv", "--skip-bad", "bad.csv")
    assert "1 cases imported, 0 there already, 1 left out" in taken.stdout
    assert "1 of 1 rows" in taken.stderr
    assert "state cannot be" in (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    assert "0 cases imported, 1 there already" in run_migrated("import", "in.csv", "--skip-bad", "bad.csv").stdout
    assert run_migrated("export", "out.xlsx").stdout == "1 cases written to out.xlsx\n"
    _refused(run_migrated("export", "out.pdf"), "must end with .csv or .xlsx")
    _refused(run_migrated("import", "gone.csv"), "there is no file gone.csv")


def test_a_dry_run_writes_nothing(run_migrated: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("source,external_id,state,title,received_at\ng,1,received,Lampa,2026-05-01\n")
    assert run_migrated("import", "in.csv", "--dry-run").returncode == 0
    run_migrated("export", "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").count("\n") == 1
