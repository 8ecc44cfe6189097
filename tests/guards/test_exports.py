"""Tables for spreadsheets are written in one place, which keeps texts from being formulas."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("cases", "notifications", "workers", "web")
THE_PLACE = "cases/imports/formats/writing.py"
LIBRARIES = {"csv", "xlsxwriter", "openpyxl", "python_calamine", "odf", "pandas"}
READERS = {  # may import them to read
    "cases/imports/formats/encodings.py",
    "cases/imports/formats/quotes.py",
    "cases/imports/formats/spreadsheets/sheets.py",
}
WRITES = {"writer", "DictWriter", "Workbook"}
TYPES = ("text/csv", "spreadsheetml", "ms-excel", "opendocument.spreadsheet", "tab-separated")


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def _writes(tree: ast.Module) -> set[str]:
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return found & WRITES


def test_only_one_module_writes_tables() -> None:
    importing = {name for name, tree in _trees() if _imported(tree) & LIBRARIES}
    assert THE_PLACE in importing
    assert importing - READERS == {THE_PLACE}
    assert [name for name, tree in _trees() if name in READERS and _writes(tree)] == []


def test_no_page_answers_with_a_table_of_its_own() -> None:
    texts = {
        name: node.value
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(kind in node.value for kind in TYPES)
    }
    assert set(texts) == {THE_PLACE}


def test_no_template_is_a_table_for_spreadsheets() -> None:
    found = [path.name for package in PACKAGES for path in (ROOT / package).rglob("*.csv*")]
    assert found == []
