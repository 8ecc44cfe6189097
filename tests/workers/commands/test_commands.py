"""The command line as a person meets it: what it says, where it says it, and how it ends."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from support.houses.migrated import migrated_file
from support.keys import SECRET_KEY

import ventil
from cases.access.actors import A_COMMAND, A_VISITOR
from cases.access.tokens import LOGIN, link_token, make_link, valid_link
from cases.calendar import Calendar
from cases.database.transactions import Database
from cases.handing_in import Request, hand_in
from cases.history.journal import Event
from cases.organisation.people import Membership, Person
from cases.progress import Change, change_state
from cases.settings import read_settings
from cases.states import Kind, State

ROOT = Path(__file__).parents[3]
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]
COMMANDS = (
    "up", "web", "worker", "relay", "clock", "migrate", "demo", "load", "import", "export", "sweep", "forgotten",
    "obligations", "doctor", "unit", "user", "token", "plan", "bench", "simulate", "lmtp",
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
def run_migrated(run: Run, tmp_path: Path) -> Run:
    """The same, in a folder whose database has been migrated."""
    (tmp_path / "var").mkdir(mode=0o700)
    migrated_file(tmp_path / "var" / "ventil.sqlite3")
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
        "VENTIL_SECRET_KEY": "a" * 32,
        "FLASK_DEBUG": "1",
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
    away = {
        "VENTIL_DATABASE_URL": "postgresql://127.0.0.1:1/away",
        "VENTIL_SECRET_KEY": SECRET_KEY,
    }
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


def test_one_of_a_thing_is_told_in_the_singular(run_migrated: Run, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('[house]\nname = "Åby kommun"\n')
    assert run_migrated("load", "one.toml").stdout.endswith("\n1 thing changed\n")
    (tmp_path / "bad.toml").write_text("[house]\nproposals = 3\n")
    _refused(run_migrated("load", "bad.toml"), "bad.toml: 1 error, nothing was written")


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


def make_demonstration(tmp_path: Path) -> None:
    """Say of the house that it is the demonstration, without its eighteen months of cases."""
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "ventil.sqlite3")) as rows:
        rows.execute("UPDATE house SET demonstration = 1")
        rows.commit()


def test_the_demonstration_takes_in_only_its_own_house(run_migrated: Run, tmp_path: Path) -> None:
    own = str(ROOT / "cases/demo/house.toml")
    run_migrated("load", own)
    make_demonstration(tmp_path)
    (tmp_path / "real.toml").write_text('[house]\nname = "Provköpings kommun"\n')
    _refused(
        run_migrated("load", "real.toml"),
        "ventil: This database holds the demonstration: load a municipality of your own into another database, an"
        " empty one.\n",
    )
    assert run_migrated("load", own).stdout == "0 things changed\n"
    refused = "this is the demonstration, where anybody logs in as anybody: use a house of your own"
    _refused(run_migrated("user", "add", "rut@example.se", "--name", "Rut", "--role", "admin"), refused)
    (tmp_path / "real.csv").write_text("source,external_id,title,state,received_at\nx,1,Hål,received,2026-05-01\n")
    for options in ([], ["--dry-run"], ["--skip-bad", "bad.csv"]):
        _refused(run_migrated("import", "real.csv", *options), refused)


def test_the_demonstration_runs_only_on_this_machine(run_migrated: Run, tmp_path: Path) -> None:
    elsewhere = {"VENTIL_BASE_URL": "https://arenden.example.se", "VENTIL_SECRET_KEY": SECRET_KEY}
    only_here = "the demonstration runs only on this machine, not at https://arenden.example.se"
    _refused(run_migrated("up", "--demo", "--host", "0.0.0.0", **elsewhere), only_here)  # noqa: S104 - never opened
    run_migrated("load", str(ROOT / "cases/demo/house.toml"))
    make_demonstration(tmp_path)
    for command in (["up"], ["up", "--demo"], ["web"]):
        _refused(run_migrated(*command, **elsewhere), only_here)


def test_days_pass_in_the_demonstration(run_migrated: Run, tmp_path: Path) -> None:
    run_migrated("load", str(ROOT / "cases/demo/house.toml"))
    make_demonstration(tmp_path)
    today = datetime.now(ZoneInfo("Europe/Stockholm")).date()
    for forward, days in (("1d", 1), ("1w", 8), ("30d", 38)):
        ran = run_migrated("demo", "--forward", forward)
        assert ran.stdout.endswith(f" fired; today is {today + timedelta(days=days)} there\n"), ran.stderr
    assert run_migrated("forgotten").returncode == 0


@pytest.mark.parametrize("forward", ["", "0d", "7", "-7d", "1.5d", "53w", "367d", "1y", "٣d"])
def test_only_days_and_weeks_up_to_a_year_pass_at_a_time(run_migrated: Run, forward: str) -> None:
    takes = "--forward takes days or weeks ahead, such as 7d or 1w, at most 366d, not"
    _refused(run_migrated("demo", f"--forward={forward}"), f"{takes} {forward!r}")


def test_the_day_of_no_other_house_is_moved(run_migrated: Run, tmp_path: Path) -> None:
    _refused(run_migrated("demo", "--forward", "7d"), "this is not the demonstration: only its day can be moved")
    make_demonstration(tmp_path)
    elsewhere = {"VENTIL_BASE_URL": "https://arenden.example.se", "VENTIL_SECRET_KEY": SECRET_KEY}
    refused = run_migrated("demo", "--forward", "7d", **elsewhere)
    _refused(refused, "the demonstration runs only on this machine, not at https://arenden.example.se")


@pytest.mark.parametrize("first", [
    ("user", "add", "rut@example.se", "--name", "Rut", "--role", "admin"),
    ("unit", "add", "gata", "--kind", "department", "--name", "Gata"),
])  # fmt: skip
def test_no_demonstration_is_made_of_a_real_house(run_migrated: Run, first: tuple[str, ...]) -> None:
    run_migrated(*first)
    for command in (["up", "--demo"], ["demo"]):
        _refused(run_migrated(*command), "the house is not empty: the demonstration needs one of its own")


def test_the_doctor_says_one_thing_of_a_missing_mail_server(run_migrated: Run) -> None:
    report = run_migrated("doctor", VENTIL_BASE_URL="https://arenden.example.se").stdout
    assert [line[:4] for line in report.splitlines() if "mail server" in line] == ["warn"]
    assert "ok    mail server: mailbox" in run_migrated("doctor").stdout


def test_the_doctor_looks_at_the_doors(run_migrated: Run, tmp_path: Path) -> None:
    run_migrated("load", str(ROOT / "cases/demo/house.toml"))
    elsewhere = {"VENTIL_BASE_URL": "https://arenden.example.se"}
    assert "warn  there is no mail server" in run_migrated("doctor", **elsewhere).stdout
    assert run_migrated("doctor", **elsewhere).returncode == 0
    make_demonstration(tmp_path)
    assert run_migrated("doctor").returncode == 0
    assert "there is no mail server" not in run_migrated("doctor").stdout
    ran = run_migrated("doctor", **elsewhere)
    _refused(ran, "1 thing must be mended")
    assert "fail  the demonstration is reached at https://arenden.example.se" in ran.stdout


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
    assert "1 bad row: nothing was written" in refused.stderr
    taken = run_migrated("import", "in.csv", "--skip-bad", "bad.csv")
    assert "1 case imported, 0 there already, 1 left out" in taken.stdout
    assert "1 of 1 row\n" in taken.stderr
    assert "state cannot be" in (tmp_path / "bad.csv").read_text(encoding="utf-8-sig")
    assert "0 cases imported, 1 there already" in run_migrated("import", "in.csv", "--skip-bad", "bad.csv").stdout
    assert run_migrated("export", "out.xlsx").stdout == "1 case written to out.xlsx\n"
    assert run_migrated("export", "out.csv", "--comma").returncode == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(b'"source","external_id"')
    run_migrated("export", "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith('\ufeff"source";"external_id"'.encode())
    assert "0 cases imported, 1 there already" in run_migrated("import", "out.csv").stdout
    settings = read_settings({}, folder=tmp_path)
    database = Database(settings.database_url, settings.calendar)
    with database.reading() as session:
        exported = session.scalars(select(Event).where(Event.type == "house.exported")).all()
        assert [(event.facts, event.actor) for event in exported] == [({"cases": 1}, "command")] * 3
    database.close()
    _refused(run_migrated("export", "out.pdf"), "must end with .csv or .xlsx")
    _refused(run_migrated("import", "gone.csv"), "there is no file gone.csv")


def test_a_number_that_another_case_has_is_told(run_migrated: Run, tmp_path: Path) -> None:
    heading = "source,external_id,ref,state,title,received_at\n"
    for source in ("norr", "soder"):
        (tmp_path / "in.csv").write_text(f"{heading}{source},1,2026-0001,received,Lampa,2026-05-01\n")
        done = run_migrated("import", "in.csv").stdout
    assert done.endswith("2026-0001 is another case here: the imported one is 2026-0002\n")


def test_a_dry_run_writes_nothing(run_migrated: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("source,external_id,state,title,received_at\ng,1,received,Lampa,2026-05-01\n")
    assert run_migrated("import", "in.csv", "--dry-run").returncode == 0
    run_migrated("export", "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").count("\n") == 1


@pytest.mark.parametrize("email", ["x@example..se", "x@localhost", "a@b.se,c@d.se", '"a b"@example.se', "x@[10.0.0.1]"])
def test_an_address_that_no_server_takes_is_refused_in_one_line(run_migrated: Run, email: str) -> None:
    _refused(run_migrated("user", "add", email, "--name", "Ulla", "--role", "contact"), "No letter can be sent to")
    added = run_migrated("unit", "add", "gata", "--kind", "department", "--name", "Gata", "--email", email)
    _refused(added, "No letter can be sent to")


def test_a_unit_keeps_a_mailbox_that_was_taken_once(run_migrated: Run) -> None:
    add = ("unit", "add", "gata", "--kind", "department", "--name")
    assert run_migrated(*add, "Gata", "--email", " gata@åby.example ").returncode == 0
    assert "as it was" in run_migrated(*add, "Gata", "--email", "gata@xn--by-xia.example").stdout
    assert run_migrated(*add, "Gata och park").returncode == 0


def test_a_token_ends_is_listed_and_revoked(run_migrated: Run) -> None:
    run_migrated("user", "add", "a@example.se", "--name", "A", "--role", "admin")
    for days in ("30", "1"):
        assert run_migrated("token", "a@example.se", "--days", days).stdout.split()[-1].startswith("vt_")
    listed = run_migrated("token", "a@example.se", "--list").stdout
    assert listed.count("valid until") == 2 and "vt_" not in listed
    first = listed.partition(":")[0]
    revoked = run_migrated("token", "a@example.se", "--revoke", "--number", first)
    assert revoked.stdout == "1 token of a@example.se revoked\n"
    _refused(
        run_migrated("token", "a@example.se", "--revoke", "--number", first), f"no valid token with the number {first}"
    )
    assert run_migrated("token", "a@example.se", "--revoke").stdout == "1 token of a@example.se revoked\n"
    assert run_migrated("token", "a@example.se", "--revoke").stdout == "0 tokens of a@example.se revoked\n"
    _refused(run_migrated("token", "a@example.se", "--number", "1"), "--number goes with --revoke")
    _refused(run_migrated("token", "b@example.se", "--revoke"), "b@example.se")
    _refused(run_migrated("token", "a@example.se", "--days", "0"), "--days", 2)


TOWN = """
[[units]]
slug = "gata"
kind = "department"
name = "Gata"
email = "gata@example.se"
head = "hanna@example.se"

[[units]]
slug = "park"
kind = "department"
name = "Park"
email = "park@example.se"
head = "hanna@example.se"

[[people]]
email = "hanna@example.se"
name = "Hanna"

[[people]]
email = "olle@example.se"
name = "Olle"
roles = [{ role = "officer", unit = "gata" }]
"""


@pytest.fixture
def run_town(run_migrated: Run, tmp_path: Path) -> Run:
    """A house of two departments, in which Olle holds a case."""
    (tmp_path / "town.toml").write_text(TOWN)
    assert run_migrated("load", "town.toml").returncode == 0
    settings = read_settings({}, folder=tmp_path)
    database, now = Database(settings.database_url, settings.calendar), datetime.now(UTC)
    with database.transaction() as session:
        case = hand_in(session, Request(kind=Kind.ISSUE, title="Lampa"), by=A_VISITOR, at=now)
        to_olle = Change(State.ASSIGNED, responsible="gata", officer="olle@example.se")
        change_state(session, case, to_olle, by=A_COMMAND, at=now)
    database.close()
    return run_migrated


def test_who_is_switched_off_leaves_nothing_lying(run_town: Run) -> None:
    run_town("token", "olle@example.se")
    _refused(run_town("user", "off", "olle@example.se"), "still has 1 open case (")
    _refused(run_town("user", "off", "hanna@example.se"), "the post head:gata and the post head:park")
    _refused(run_town("user", "off", "olle@example.se", "--to", "olle@example.se"), "take over from themselves")
    _refused(run_town("user", "off", "nobody@example.se"), "nobody@example.se")
    off = run_town("user", "off", "olle@example.se", "--to", "hanna@example.se")
    assert off.stdout == "user olle@example.se: switched off, 1 open case moved to hanna@example.se\n"
    assert run_town("token", "olle@example.se", "--list").stdout == ""
    _refused(run_town("token", "olle@example.se"), "olle@example.se")
    assert run_town("forgotten").returncode == 0


def test_who_has_no_role_in_the_unit_cannot_take_over(run_town: Run) -> None:
    run_town("user", "add", "petra@example.se", "--name", "Petra", "--role", "officer", "--unit", "park")
    refused = run_town("user", "off", "olle@example.se", "--to", "petra@example.se")
    _refused(refused, "petra@example.se cannot take over: they have no role in a unit")


def test_a_unit_is_dissolved_and_its_cases_move(run_town: Run) -> None:
    _refused(run_town("unit", "dissolve", "gata"), "--to", 2)
    _refused(run_town("unit", "dissolve", "gata", "--to", "forum"), "forum cannot take over")
    _refused(run_town("unit", "dissolve", "gata", "--to", "gata"), "gata cannot take over")
    _refused(run_town("unit", "dissolve", "desk", "--to", "gata"), "desk, forum and council cannot be dissolved")
    _refused(run_town("unit", "dissolve", "gone", "--to", "gata"), "gone")
    done = run_town("unit", "dissolve", "gata", "--to", "park")
    assert done.stdout == "unit gata: dissolved, 1 open case moved to park\n"
    assert run_town("forgotten").returncode == 0
    _refused(run_town("unit", "dissolve", "gata", "--to", "park"), "gata")


def test_who_is_switched_on_again_has_no_role_and_no_old_key(run_town: Run, tmp_path: Path) -> None:
    run_town("token", "olle@example.se")
    settings = read_settings({}, folder=tmp_path)
    database = Database(settings.database_url, settings.calendar)
    with database.transaction() as session:
        olle = session.scalars(select(Person).where(Person.email == "olle@example.se")).one()
        link = make_link(session, LOGIN, key=SECRET_KEY, at=datetime.now(UTC), person_id=olle.id)
        token = link_token(link, SECRET_KEY)
    run_town("user", "off", "olle@example.se", "--to", "hanna@example.se")
    again = run_town("user", "add", "olle@example.se", "--name", "Olle", "--role", "officer", "--unit", "gata")
    _refused(again, "olle@example.se is switched off: `ventil user on olle@example.se` lets them in again")
    assert run_town("user", "on", "olle@example.se").stdout == "user olle@example.se: switched on, without any role\n"
    assert run_town("user", "on", "Olle@example.se").stdout == "user Olle@example.se: as it was\n"
    _refused(run_town("user", "on", "nobody@example.se"), "nobody@example.se")
    with database.reading() as session:
        assert valid_link(session, token, LOGIN, datetime.now(UTC)) is None
        held = select(Membership).join(Person, Person.id == Membership.person_id).where(Person.email == olle.email)
        assert all(membership.until is not None for membership in session.scalars(held))
    database.close()
    assert run_town("token", "olle@example.se", "--list").stdout == ""
    added = run_town("user", "add", "olle@example.se", "--name", "Olle", "--role", "officer", "--unit", "gata")
    assert added.stdout == "user olle@example.se: officer:gata\n"
    assert run_town("token", "olle@example.se").returncode == 0


def test_the_only_administrator_is_switched_off_only_when_another_takes_over(run_town: Run) -> None:
    assert "warn  there is no administrator: `ventil user add" in run_town("doctor").stdout
    run_town("user", "add", "adam@example.se", "--name", "Adam", "--role", "admin")
    assert "ok    there is an administrator" in run_town("doctor").stdout
    refused = run_town("user", "off", "adam@example.se")
    _refused(refused, "adam@example.se still has the post admin: say who takes over (--to EMAIL)")
    assert run_town("user", "off", "adam@example.se", "--to", "hanna@example.se").returncode == 0
    run_town("user", "on", "adam@example.se")
    run_town("user", "add", "adam@example.se", "--name", "Adam", "--role", "admin")
    assert run_town("user", "off", "adam@example.se").returncode == 0
    assert "ok    there is an administrator" in run_town("doctor").stdout


def test_loading_writes_nothing_for_who_is_switched_off_and_what_is_dissolved(run_town: Run) -> None:
    run_town("user", "off", "olle@example.se", "--to", "hanna@example.se")
    run_town("unit", "dissolve", "park", "--to", "gata")
    again = run_town("load", "town.toml")
    assert again.stdout == "0 things changed\n"
    assert again.stderr.splitlines() == [
        "person olle@example.se: switched off, nothing is written for them (ventil user on olle@example.se ends that)",
        "unit park: dissolved, nothing is written for it",
    ]


def test_loading_names_units_that_are_active_and_not_in_the_file(run_town: Run, tmp_path: Path) -> None:
    first, _, rest = TOWN.partition('[[units]]\nslug = "park"')
    (tmp_path / "town.toml").write_text(first + rest.partition("\n\n")[2])
    ran = run_town("load", "town.toml")
    said = "unit park: not in the file, and still active (ventil unit dissolve park --to UNIT ends that)"
    assert ran.stderr.splitlines() == [said]
    assert ran.stdout == "person hanna@example.se: no longer head:park\n1 thing changed\n"
    run_town("unit", "dissolve", "park", "--to", "gata")
    assert run_town("load", "town.toml").stderr == ""


def test_loading_names_who_is_active_and_not_in_the_file(run_town: Run, tmp_path: Path) -> None:
    assert run_town("load", "town.toml").stderr == ""
    (tmp_path / "town.toml").write_text(TOWN.partition('[[people]]\nemail = "olle')[0])
    ran = run_town("load", "town.toml")
    assert ran.returncode == 0
    [said] = ran.stderr.splitlines()
    assert said.startswith("person olle@example.se: not in the file, and still active")
    run_town("user", "off", "olle@example.se", "--to", "hanna@example.se")
    assert run_town("load", "town.toml").stderr == ""


def test_an_import_tells_what_its_dry_run_told(run_migrated: Run, tmp_path: Path) -> None:
    rows = ["g,1,received,Lampa,2026-05-01,ja", "g,2,received,Väg,2026-05-01", "g,3,received,Bro,2026-05-01,kanske"]
    (tmp_path / "in.csv").write_text("\n".join(["source,external_id,state,title,received_at,quick_win", *rows, ""]))
    dry, run = run_migrated("import", "in.csv", "--dry-run"), run_migrated("import", "in.csv")
    told = [line for line in dry.stdout.splitlines() if line.startswith("row ")]
    assert [line.split(":")[0] for line in told] == ["row 3", "row 4"]
    assert run.stdout == f"{dry.stdout}3 cases imported, 0 there already, 0 left out\n"


def test_a_closed_day_is_told_by_doctor_and_moved_by_load(run_migrated: Run, tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text('[house]\nname = "Åby kommun"\n')
    database = Database(f"sqlite:///{tmp_path}/var/ventil.sqlite3", Calendar(ZoneInfo("Europe/Stockholm")))
    with database.transaction() as session:
        case = hand_in(session, Request(Kind.ISSUE, "Hål"), by=A_VISITOR, at=datetime.now(UTC))
        assert case.due_at
        day = database.calendar.day_of(case.due_at)
    database.close()
    closed = {"VENTIL_CLOSED_DAYS": day.isoformat()}
    assert (
        f"open cases with a day on which the municipality is closed: 1 ({case.ref})"
        in run_migrated("doctor", **closed).stdout
    )
    loaded = run_migrated("load", str(file), **closed)
    assert f"{case.ref}: {day} -> " in loaded.stdout
    assert "cases with a later day, since the municipality is closed: 1; promises stay" in loaded.stdout
    assert "later day" not in run_migrated("load", str(file), **closed).stdout
    assert "no case has a day on which the municipality is closed" in run_migrated("doctor", **closed).stdout
