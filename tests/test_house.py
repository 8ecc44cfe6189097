"""The repository: settings are documented, locks name no index, the command line imports no web or queue library."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FENCED = {"marshmallow", "flask_smorest", "flask_mail", "dramatiq", "redis", "flask"}


def test_the_command_line_imports_no_fenced_library():
    tree = ast.parse((ROOT / "ventil.py").read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & FENCED


def test_every_setting_is_told_in_the_example():
    documented = set(re.findall(r"^(VENTIL_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    settings = "".join(path.read_text() for path in (ROOT / "cases" / "settings").glob("*.py"))
    read = set(re.findall(r"""["'](VENTIL_[A-Z_]+)["']""", settings))
    assert read == documented


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_a_lock_has_hashes_and_names_no_place(name):
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert not re.search(r"https?:|file:|--index|--find-links|^/", lock, re.M)
    for entry in re.split(r"\n(?=\S)", lock):
        assert "--hash=sha256:" in entry, entry


def test_what_runs_is_locked_alike_for_developers():
    runtime = (ROOT / "requirements" / "runtime.txt").read_text()
    dev = (ROOT / "requirements" / "dev.txt").read_text()
    pins = re.findall(r"^[a-z0-9\[\]-]+==\S+", runtime, re.M)
    assert pins
    assert all(pin in dev for pin in pins)
