"""Start a process of Ventil that is broken on purpose: `python -m proof.chaos.house.broken MUTANT WORDS...`.

MUTANT is a function of tests/proof/mutants/seams.py, and WORDS a command line of `ventil`.
"""

import sys

import ventil
from proof.mutants import seams


def main() -> int:
    """Patch this process, and run the command line of `ventil`."""
    mutant = sys.argv.pop(1)
    with getattr(seams, mutant)():
        return ventil.main()


if __name__ == "__main__":
    sys.exit(main())
