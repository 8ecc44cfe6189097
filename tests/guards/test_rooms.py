"""The rooms stay apart: no circle of imports, no two rooms that import each other, no crowded folder."""

import pytest
from support.sources import PRODUCT, ROOT, load_tool

figures = load_tool("import_figures")


@pytest.fixture(scope="module")
def graph():
    return figures.read_imports()


def test_no_circle_of_modules_imports_itself(graph):
    assert figures.circles(graph) == []


def test_no_two_rooms_import_each_other(graph):
    assert {rooms: [str(one) for one in imports] for rooms, imports in figures.pairs_of_rooms(graph).items()} == {}


def test_no_import_runs_against_the_layers(graph):
    """As the import linter has it, for a run without it: the figures read the same contracts."""
    layers = figures.contracts()
    assert set(layers) == {"", "cases", "cases.village", "notifications"}
    assert [str(one) for one in figures.against_the_layers(graph, layers)] == []


def test_no_folder_is_crowded():
    files = [file for folder in (*PRODUCT, "tests") for file in (ROOT / folder).rglob("*.py")]
    crowded = figures.crowded_folders(files)
    assert crowded == {}


def test_the_figures_see_what_they_look_for(tmp_path):
    files = {
        "cases/case.py": "from cases.steps.ending import end",
        "cases/steps/__init__.py": "",
        "cases/steps/ending.py": "def end():\n    from cases.case import Case",
        "cases/steps/merging.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cases.reading.lists",
        "cases/steps/waiting.py": "from ..reading import details",
        "cases/reading/__init__.py": "",
        "cases/reading/lists.py": "from cases.steps import waiting",
        "cases/reading/details.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    graph = figures.read_imports(tmp_path)
    assert figures.circles(graph) == [["cases.case", "cases.steps.ending"]]
    assert set(figures.pairs_of_rooms(graph)) == {("cases.case", "cases.steps"), ("cases.reading", "cases.steps")}
    layers = {"cases": [figures.Layer(("steps",), True), figures.Layer(("case", "reading"), False)]}
    against = figures.against_the_layers(graph, layers)
    assert {(one.importer, one.imported, one.line) for one in against} == {
        ("cases.case", "cases.steps.ending", 1),
        ("cases.reading.lists", "cases.steps.waiting", 1),
    }
