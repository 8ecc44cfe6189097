"""The wheel holds the product without tests and proof, and runs in an empty folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from support.servers import services

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "var", "build", "dist", "node_modules", "*.egg-info", "__pycache__")
WHAT_RUNS = {"cases", "notifications", "workers", "web", "ventil.py"}
DEMONSTRATION = "Tallvinda kommun (påhittad)"
PATIENCE = 300.0  # seconds: eighteen months of an invented municipality are played, on a busy machine
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, since setuptools would put back what an older build left beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "copy", ignore=NOT_COPIED)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "copy"))
    return next(folder.glob("ventil-*.whl"))


@pytest.fixture(scope="module")
def ventil(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its requirements only; return the path of the command `ventil`."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    # A folder that is named so is searched, but its own .pth files are not read: the checkout stays out.
    (packages / "requirements.pth").write_text(sysconfig.get_path("purelib"))
    _pip("--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    return home / "bin" / "ventil"


def _pip(*words: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    done = subprocess.run([sys.executable, "-m", "pip", *quiet, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def environment() -> dict[str, str]:
    """Return the environment without variables of Ventil, Python and coverage."""
    names = {name for name in os.environ if name.startswith(("VENTIL_", "PYTHON", "COVERAGE"))}
    return {name: value for name, value in os.environ.items() if name not in names}


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    files = [name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in files} == WHAT_RUNS
    assert "cases/demo/house.toml" in files and "web/templates/base.html" in files


def test_each_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    there = {
        str(file.relative_to(ROOT))
        for name in WHAT_RUNS
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert there - set(ZipFile(wheel).namelist()) == set()


@pytest.mark.parametrize("command", ["simulate", "bench"])
def test_what_needs_a_checkout_says_so(ventil: Path, environment: dict[str, str], tmp_path: Path, command: str) -> None:
    done = subprocess.run([ventil, command], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f"ventil: `ventil {command}` is not in the installed package: it needs a checkout\n"


@pytest.fixture
def front_page(ventil: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Run the demonstration in an empty folder; yield its front page, and stop it."""
    port = services.free_port()
    words, log = [ventil, "up", "--demo", "--port", str(port)], tmp_path.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(words, env=environment, cwd=tmp_path, stdout=output, stderr=output)
        try:
            yield _when_it_answers(f"http://127.0.0.1:{port}/", process, log)
        finally:
            process.terminate()
            process.wait(30)


def _when_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            return urlopen(url, timeout=30).read().decode()  # noqa: S310 - on this machine
        except (URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no front page after {PATIENCE:.0f} seconds: {log.read_text()}")


def test_the_installed_wheel_shows_the_demonstration(front_page: str) -> None:
    assert DEMONSTRATION in front_page
