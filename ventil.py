"""The command line of Ventil."""

import sys


def main() -> int:
    """Say that there is no command yet."""
    print("ventil: no command is written yet", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
