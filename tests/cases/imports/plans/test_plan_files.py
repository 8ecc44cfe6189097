"""A plan goes out to a spreadsheet and comes back into the group's draft."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import text
from support.houses.small_house import MONDAY, SmallHouse
from support.plans.plan_acts import A_YEAR_ON, ASKED, JOINT, OWN, PlanActs

from cases.access.actors import A_COMMAND
from cases.imports.formats.writing import CsvForm
from cases.imports.plans.exporting import export_plans
from cases.imports.plans.importing import PlanFileRead, import_plan
from cases.refusals import NotFound

HEADING = "title;responsible;year;quarter;kind;category;area;done_on;done_by;case;group"


@pytest.fixture
def plan(small_house: SmallHouse) -> PlanActs:
    return PlanActs(small_house)


def written(plan: PlanActs, path: Path, form: CsvForm = CsvForm.SPREADSHEET, **chosen: object) -> int:
    with plan.house.database.reading() as session:
        return export_plans(session, path, **{"group": None, "year": None, **chosen}, form=form, at=MONDAY)


def read(plan: PlanActs, path: Path, *, is_dry_run: bool = False) -> PlanFileRead:
    with plan.house.database.transaction() as session:
        return import_plan(session, "norrby", path, is_dry_run=is_dry_run, by=A_COMMAND, at=A_YEAR_ON)


def drafts(plan: PlanActs) -> int:
    with plan.house.database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM plan_version WHERE adopted_on IS NULL"))


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_what_is_written_is_read_again_as_the_same_plan(plan: PlanActs, tmp_path: Path, name: str) -> None:
    shown = plan.adopted()
    assert written(plan, tmp_path / name, group="norrby") == 3
    assert read(plan, tmp_path / name) == PlanFileRead(3, 3)
    draft = plan.draft()
    assert [(item.title, item.responsible, item.text) for item in draft.items] == [
        (OWN.title, "norrby", OWN.text), (JOINT.title, "vatten", None), (ASKED.title, "gata", None),
    ]  # fmt: skip
    assert {item.origin for item in draft.items} == {item.key for item in shown.items}
    assert [area.name for area in draft.areas] == ["Vägar", "Bad"]
    assert draft.areas[0].why == "Det är långt"
    assert (draft.vision, draft.lacks) == ("En by att bo i", ())


def test_a_csv_opens_in_a_swedish_spreadsheet_and_in_a_machine(plan: PlanActs, tmp_path: Path) -> None:
    plan.adopted()
    written(plan, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b'\xef\xbb\xbf"title";"responsible";')
    written(plan, tmp_path / "b.csv", CsvForm.MACHINE)
    first = next(csv.DictReader((tmp_path / "b.csv").read_text(encoding="utf-8").splitlines()))
    assert (first["title"], first["kind"], first["area"], first["year"]) == (OWN.title, "own", "Vägar", "2026")
    assert first["case"] == plan.named(OWN.title).case


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_a_dry_run_changes_nothing(plan: PlanActs, tmp_path: Path, name: str) -> None:
    plan.adopted()
    written(plan, tmp_path / name)
    assert read(plan, tmp_path / name, is_dry_run=True) == PlanFileRead(3, 3)
    assert drafts(plan) == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (";norrby;2027;;own;trafik;Vägar;;;;", "title"),
        ("Bad;ingen;2027;;own;trafik;Vägar;;;;", "responsible"),
        ("Bad;norrby;snart;;own;trafik;Vägar;;;;", "year"),
        ("Bad;norrby;2027;5;own;trafik;Vägar;;;;", "quarter"),
        ("Bad;norrby;2027;;ours;trafik;Vägar;;;;", "kind"),
        ("Bad;norrby;2027;;own;fisk;Vägar;;;;", "category"),
        ("Bad;norrby;2027;;own;trafik;;;;;", "area"),
        (f"Bad;norrby;2027;;own;trafik;{'V' * 300};;;;", "area"),
        ("B\x01ad;norrby;2027;;own;trafik;Vägar;;;;", "title"),
        ("Bad;norrby;2027;;own;trafik;Vägar;;;2026-9999;", "case"),
        ("Bad;norrby;2027;;own;trafik;Vägar;;;;soderby", "group"),
    ],
)
def test_a_bad_row_is_named_by_its_number_and_nothing_changes(
    plan: PlanActs, tmp_path: Path, row: str, says: str
) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(f"{HEADING}\nLoppis;norrby;2027;;own;trafik;Vägar;;;;\n{row}\n", encoding="utf-8")
    ((number, (reason,)),) = read(plan, path).bad
    assert number == 3
    assert reason.startswith(f"{says}: ")
    assert drafts(plan) == 0


def test_all_bad_rows_are_named_and_the_draft_that_is_there_stays(plan: PlanActs, tmp_path: Path) -> None:
    plan.begin()
    before = plan.put()
    path, good = tmp_path / "plan.csv", "Loppis;norrby;2027;;own;trafik;Vägar;;;;"
    bad = "Bad;ingen;snart;;own;trafik;;;;;", good, ";norrby;2027;;own;trafik;Vägar;;;;"
    path.write_text("\n".join((HEADING, good, *bad)), encoding="utf-8")
    assert [(number, len(reasons)) for number, reasons in read(plan, path).bad] == [(3, 3), (5, 1)]
    assert plan.draft() == before


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ([], [(1, ["has no item below it"])]),
        (["Vägar"] * 202, [(number, ["a plan has at most 200 items"]) for number in (202, 203)]),
        ([f"Område {n}" for n in range(21)], [(22, ["area: a plan has at most 20 areas"])]),
    ],
    ids=["nothing", "too many items", "too many areas"],
)
def test_a_file_that_is_no_plan_empties_no_draft(
    plan: PlanActs, tmp_path: Path, rows: list[str], bad: list[tuple[int, list[str]]]
) -> None:
    plan.begin()
    before = plan.put()
    path = tmp_path / "plan.csv"
    lines = [f"Loppis {n};norrby;2027;;own;trafik;{area};;;;" for n, area in enumerate(rows)]
    path.write_text("\n".join((HEADING, *lines)), encoding="utf-8")
    assert read(plan, path).bad == bad
    assert plan.draft() == before


def test_a_plan_that_is_not_there_is_refused(plan: PlanActs, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        written(plan, tmp_path / "a.csv", group="ingenstans")
