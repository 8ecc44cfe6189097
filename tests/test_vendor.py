"""The vendored files are those of the manifest, unchanged and without others."""

import hashlib
import json
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parent.parent / "web" / "static" / "vendor"
FILES = json.loads((VENDOR / "manifest.json").read_text())["files"]


@pytest.mark.parametrize("row", FILES, ids=lambda row: row["file"])
def test_a_vendored_file_is_the_one_in_the_manifest(row):
    assert hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert all(row[key] for key in ("name", "version", "licence"))


def test_no_file_lies_beside_the_manifest():
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert found == {row["file"] for row in FILES} | {"manifest.json"}


def test_every_package_has_its_licence_text():
    folders = {row["file"].split("/")[0] for row in FILES}
    assert all((VENDOR / folder / "LICENSE").stat().st_size > 200 for folder in folders)


def test_no_stylesheet_fetches_from_elsewhere():
    for sheet in VENDOR.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(data:|https?:|//)|@import", sheet.read_text()), sheet


def test_every_address_in_a_stylesheet_leads_to_a_file():
    for sheet in VENDOR.rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text()):
            assert (sheet.parent / address).is_file(), f"{sheet.name}: {address}"


def test_every_icon_is_drawn_once():
    names = re.findall(r'<symbol id="([a-z0-9-]+)"', (VENDOR / "lucide" / "icons.svg").read_text())
    assert len(names) == len(set(names)) == 43


def test_every_component_of_a_page_has_its_rules_in_the_stylesheet():
    sheet = (VENDOR / "designsystemet" / "designsystemet.css").read_text()
    pages = (page.read_text() for page in (VENDOR.parent.parent / "templates").rglob("*.html"))
    used = {name for page in pages for name in re.findall(r"(?<![\w-])ds-[a-z-]+", page)}
    assert {"ds-alert", "ds-button", "ds-input"} <= used
    assert [name for name in sorted(used) if not re.search(rf"\.{name}(?![\w-])", sheet)] == []
