"""Start a process of a house that is broken on purpose: `python -m proof.chaos.house.broken MUTANT WORDS...`.

MUTANT is a function of tests/proof/mutants/seams.py: what each process of the house then does otherwise.
"""

import sys

import ventil
from proof.mutants import seams


def main() -> int:
    """Break it, and become the house's command line."""
    mutant = sys.argv.pop(1)
    with getattr(seams, mutant)():
        return ventil.main()


if __name__ == "__main__":
    sys.exit(main())
