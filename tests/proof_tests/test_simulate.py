"""Years of an invented municipality: nothing is forgotten in them, and what breaks the promise is seen."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cases.deadlines import clocks
from notifications.letters import still_entitled
from proof.simulation.command import play_and_report
from proof.simulation.report.page import as_page
from proof.simulation.report.report import as_json
from proof.simulation.report.telling import as_text
from proof.simulation.running.running import SimulationOrder
from proof.simulation.scenario.scenario import StaffTurnover, Yearly
from proof.simulation.scenario.scenario_file import read_scenario

ROOT = Path(__file__).parents[2]
SIZES = {"wide": (1360, 900), "narrow": (390, 844)}
RESTLESS = StaffTurnover(officer_leaves_every_months=1, head_leaves_every_months=1, contact_leaves_after_months=1)
NO_MAIL = Yearly("mail", begins="10-06T09:00", hours=28 * 24)  # people leave meanwhile


@pytest.fixture(scope="module")
def report() -> dict:
    """Eighteen months with all that the scenario knows: outages, vacancies, bounces, leap day, changes of the clock.

    The groups adopt their first plans in them, the desk meets the groups, and one group is dissolved.
    """
    return play_and_report(SimulationOrder(read_scenario(), months=18, seed=1, cases=24))[0]


@pytest.mark.slow
def test_in_eighteen_months_nothing_is_forgotten(report: dict) -> None:
    assert report["breaches"] == []
    assert report["handed_in"] == 24 <= report["cases"]
    assert sum(report["ladder"].values()) == report["cases"]
    assert report["letters"] > 10 * report["cases"]
    assert {outage["of"] for outage in report["outages"]} == {"everything", "clock", "mail", "grey"}
    assert report["left"] and report["bounced"] and report["agendas"] and report["promises"]["kept"]


@pytest.mark.slow
def test_the_villages_live_meanwhile(report: dict) -> None:
    village = report["village"]
    assert all(village[name] for name in ("adoptions", "items", "anchorings", "contacts", "questions"))
    assert village["dissolved"] == 1
    assert village["asked"] == 2  # after a year, and at the end


@pytest.mark.slow
def test_silent_departments_are_later_and_the_ladder_is_climbed_for_them(report: dict) -> None:
    late = {one["temper"]: one["late"] + one["open_late"] for one in report["departments"]}
    of_all = {one["temper"]: one["late"] + one["on_time"] + one["open"] for one in report["departments"]}
    assert late["silent"] / of_all["silent"] > late["prompt"] / of_all["prompt"]
    assert sum(report["ladder"][rung] for rung in "2345") > 0


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["sv", "en"])
def test_text_page_and_json_tell_the_same(report: dict, locale: str) -> None:
    text, page = as_text(report, locale), as_page(report, locale)
    for told in (report["events_sha256"], report["municipality"], *(str(one["held_on"]) for one in report["agendas"])):
        assert told in text
        assert told in page
    assert page.count('<svg class="chart" role="img"') == 4
    assert "http" not in page.replace("http-equiv", "")
    assert json.loads(as_json(report)) == report


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_for_everybody(
    report: dict, browser: object, axe_script: Path, tmp_path: Path, size: str, scheme: str
) -> None:
    file, (width, height) = tmp_path / "report.html", SIZES[size]
    broken = report | {"breaches": ["due day: <b>2027-0001</b>"], "breach_count": 1}
    file.write_text(as_page(broken, "sv"), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=axe_script)
    assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
    assert page.get_by_text("due day: <b>2027-0001</b>").is_visible()
    context.close()


def _simulated(folder: Path, seed: int, hash_seed: str) -> tuple[bytes, bytes, str]:
    files = [folder / f"{seed}-{hash_seed}.{form}" for form in ("json", "html")]
    command = [
        *(sys.executable, ROOT / "ventil.py", "simulate", "--months", "1", "--cases", "8", "--seed", str(seed)),
        *("--json", files[0], "--page", files[1], "--lang", "en"),
    ]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    told = done.stdout.partition("speed of this run")[0]
    return files[0].read_bytes(), files[1].read_bytes(), told


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_every_process_and_another_one_gives_others(tmp_path: Path) -> None:
    first = _simulated(tmp_path, 3, "0")
    assert _simulated(tmp_path, 3, "4711") == first
    other = _simulated(tmp_path, 4, "0")
    assert not set(first) & set(other)


# --- a core that is broken on purpose --------------------------------------------------------


def _broken(cases: int) -> set[str]:
    scenario = replace(read_scenario(), staffing=RESTLESS, outages=(NO_MAIL,), bounces=())
    breaches = play_and_report(SimulationOrder(scenario, months=2, seed=1, cases=cases))[0]["breaches"]
    return {line.partition(":")[0] for line in breaches}


@pytest.mark.slow
def test_when_people_come_and_leave_and_no_mail_goes_nothing_is_forgotten() -> None:
    assert _broken(cases=30) == set()


@pytest.mark.slow
def test_a_rung_that_comes_a_day_late_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = clocks.after_rung

    def a_day_late(clock, fired, now, terms, calendar):
        after = rightly(clock, fired, now, terms, calendar)
        day = calendar.add_working_days(calendar.day_of(after.fires_at), 1)
        return replace(after, fires_at=calendar.morning_of(day))

    monkeypatch.setattr(clocks, "after_rung", a_day_late)
    assert "due day" in _broken(cases=30)


@pytest.mark.slow
def test_a_letter_to_somebody_who_has_left_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_entitled, "CHECKS", ())
    assert "left" in _broken(cases=30)
