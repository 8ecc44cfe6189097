"""The documentation says what the code does, and names only what is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.pofile import read_po
from support.sources import PRODUCT, ROOT, definitions, load_tool, sources

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
OF_THE_PAST = ROOT / "docs" / "decisions"  # a decision keeps the names of its day
SHOWN_AS_CODE = re.compile(r"`([^`\s]+)`")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
A_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
FILES = (".py", ".toml", ".md", ".html", ".txt", ".ini", ".css", ".js", ".po", ".mo", ".sh")
MADE_WHEN_RUN = {"var/", "house.toml", "mapping.toml"}  # by whoever runs it
IMPORTED = {package: package for package in PRODUCT} | {"proof": "tests/proof", "bench": "tests/bench"}


def test_the_life_of_a_case_is_drawn_as_the_table_says():
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert load_tool("draw_life").redraw(page) == page


def test_every_link_between_pages_leads_somewhere():
    missing = [
        (page.name, link)
        for page in PAGES
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent != OF_THE_PAST],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_a_page_names_only_what_is_there(page):
    assert list(_not_there(page.read_text())) == []


def test_each_label_that_the_year_of_a_village_quotes_stands_on_a_page():
    with (ROOT / "web/translations/sv/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = {str(message.id): str(message.string) for message in read_po(file, locale="sv") if message.id}
    swedish, english = (ROOT / "docs" / "village.md").read_text().split("## In English")
    quoted = [{" ".join(label.split()) for label in BOLD.findall(part)} for part in (swedish, english)]
    quoted[0] -= {"bold"}
    assert quoted[0] - set(catalogue.values()) == quoted[1] - set(catalogue) == set()
    assert len(quoted[1]) > 20


def test_a_docstring_names_only_what_is_there():
    missing = [
        f"{path}: {name}"
        for path, tree in sources(*PRODUCT, "tests").items()
        for node in (tree, *(node for _, node in definitions(tree)))
        for name in _not_there(ast.get_docstring(node) or "")
    ]
    assert missing == []


def test_what_is_not_there_is_found():
    text = "`cases/records/wire.py` `unwritten.py` `wires/` `cases.records` `cases.progress.Wire` `web/pages/old/*.py`"
    assert " ".join(f"`{name}`" for name in _not_there(text)) == text
    there = (
        "`cases/history/` `outbox.py` `cases.progress` `cases.progress.change_state` `web/pages/*/show.py` `a/b` `1/2`"
    )
    assert list(_not_there(there)) == []


def _not_there(text: str) -> Iterator[str]:
    """Yield the paths and the dotted module names that a text shows as code and that lead nowhere."""
    for name in SHOWN_AS_CODE.findall(text):
        if _is_path(name):
            is_there = name in MADE_WHEN_RUN or any(_ends_in(path, name) for path in _paths())
        elif name.split(".")[0] in IMPORTED and re.fullmatch(r"\w+(\.\w+)+", name):
            is_there = _leads_somewhere(name)
        else:
            continue
        if not is_there:
            yield name


def _is_path(name: str) -> bool:
    """Return whether it is meant as a file or a folder of the repository: `progress.py`, `steps/`, `web/pages`."""
    if not A_PATH.fullmatch(name) or name.startswith("."):
        return False
    return name.endswith((*FILES, "/")) or ("/" in name and (ROOT / name.split("/")[0]).is_dir())


@cache
def _paths() -> list[str]:
    """Return the files and folders of the repository, from its root; folders end in a slash."""
    hidden = {"var", "build", "node_modules", "__pycache__"}
    found = [
        f"{path.relative_to(ROOT).as_posix()}{'/' if path.is_dir() else ''}"
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and top.name not in hidden
        for path in (top, *top.rglob("*"))
    ]
    return [path for path in found if "__pycache__" not in path]


def _ends_in(path: str, name: str) -> bool:
    """Return whether the path is the one named, from the root or from any folder; `*` stands for a part of a name."""
    wanted = re.escape(name.removesuffix("/")).replace(r"\*", "[^/]*")
    return re.search(rf"(^|/){wanted}{'/' if name.endswith('/') else '/?'}$", path) is not None


def _leads_somewhere(name: str) -> bool:
    """Return whether it is a module, or something that a module defines or imports."""
    top, *rest = name.split(".")
    place = ROOT / IMPORTED[top]
    for n, part in enumerate(rest):
        if (place / part).is_dir():
            place = place / part
        elif (place / f"{part}.py").is_file():
            return n == len(rest) - 1 or _defines((place / f"{part}.py").read_text(), rest[n + 1])
        else:
            return _defines((place / "__init__.py").read_text(), part)
    return True


def _defines(source: str, name: str) -> bool:
    return re.search(rf"^(?:def|class) {name}\b|^{name}\b|\bimport\b.*\b{name}\b", source, re.M) is not None
