"""Finds the Chromium that the tests drive; as a script, installs one where it can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The shell without windows first: a new window takes it a fourth of the processor time that the whole browser needs.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = ("chromium-headless-shell", "chromium")
FONTS = "fonts-dejavu-core"


def find_browser() -> str | None:
    """Return the path of a Chromium, or None: of VENTIL_TEST_BROWSER, else the system's, else playwright's."""
    named = os.environ.get("VENTIL_TEST_BROWSER")
    if named:
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return _playwrights_own()


def install_browser() -> str | None:
    """Install a Chromium from Debian or by playwright; return its path, or None when neither works."""
    for install in (_from_debian, _from_playwright):
        if install() and (found := find_browser()):
            return found
    return None


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def _from_debian() -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
    if not _succeeds(["apt-get", "update", "-qq"], quiet):
        return False
    for package in DEBIAN_PACKAGES:
        print(f"browser: installing {package} with apt-get", flush=True)
        if _succeeds(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package, FONTS], quiet):
            return True
    return False


def _from_playwright() -> bool:
    print("browser: installing chromium with playwright", flush=True)
    return _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        print(f"browser: {command[0]} failed: {last}", file=sys.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    """Print the browser's path; return 1 with a line on stderr when there is none."""
    found = find_browser()
    if found is None and not os.environ.get("VENTIL_TEST_BROWSER"):
        found = install_browser()
    if found:
        print(f"browser: {found}")
        return 0
    print(
        "browser: no Chromium found and none could be installed; install Debian's `chromium`"
        " or say VENTIL_TEST_BROWSER=/path/to/chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
