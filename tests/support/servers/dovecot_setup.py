"""Finds the Dovecot that the tests deliver to; as a script, installs one where it can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "dovecot-imapd"
SYSTEM_PLACES = ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot")  # seldom on the path of a user


def find_dovecot() -> str | None:
    """Return the path of a Dovecot, or None: of VENTIL_TEST_DOVECOT, else the system's."""
    if named := os.environ.get("VENTIL_TEST_DOVECOT"):
        return shutil.which(named)
    return shutil.which("dovecot") or next((place for place in SYSTEM_PLACES if Path(place).exists()), None)


def install_dovecot() -> str | None:
    """Install a Dovecot from Debian; return its path, or None when that does not work."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
    print(f"dovecot: installing {PACKAGE} with apt-get", flush=True)
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", PACKAGE]):
        done = subprocess.run(["apt-get", *words], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            print(f"dovecot: apt-get {words[0]} failed: {last}", file=sys.stderr, flush=True)
            return None
    return find_dovecot()


def main() -> int:
    """Print Dovecot's path; return 1 with a line on stderr when there is none."""
    found = find_dovecot()
    if found is None and not os.environ.get("VENTIL_TEST_DOVECOT"):
        found = install_dovecot()
    if found:
        print(f"dovecot: {found}")
        return 0
    print(
        f"dovecot: none found and none could be installed; install Debian's `{PACKAGE}` or say"
        " VENTIL_TEST_DOVECOT=/path/to/dovecot",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
