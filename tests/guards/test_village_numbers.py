"""Each invariant of the village method that is built is held by tests whose names bear its number.

In the table, D: the database refuses a break by hand. F: `ventil forgotten` finds it. P: the proof's checker finds it.
T: a test shows it where neither database nor check can. A test of two numbers bears both.
"""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FORBIDDEN = "cases/village/plans/test_forbidden_rows.py"
FORGOTTEN, OF_PLANS = "cases/checks/test_forgotten_village.py", "cases/checks/test_forgotten_plans.py"
OF_MEETINGS = "cases/village/forum/test_forbidden_meeting_rows.py"
FORGOTTEN_MEETINGS = "cases/checks/test_forgotten_meetings.py"
OF_REGISTERS = "cases/checks/test_forgotten_registers.py"
HELD = {
    "V1": {"D": ("cases/village/obligations/test_owing.py", OF_PLANS)},
    "V2": {"F": (FORGOTTEN,)},
    "V3": {
        "D": (FORBIDDEN, OF_PLANS, "cases/village/registers/test_entering.py"),
        "F": (OF_PLANS, OF_REGISTERS),
        "P": ("proof_tests/test_checker.py", OF_REGISTERS),
    },
    "V4": {"F": (FORGOTTEN,)},
    "V5": {"D": (FORBIDDEN,), "F": (OF_PLANS,)},
    "V6": {"D": (FORBIDDEN,), "F": (OF_PLANS,)},
    "V7": {"D": (FORBIDDEN,)},
    "V8": {"D": (FORBIDDEN,), "F": (OF_PLANS,)},
    "V12": {"D": (OF_MEETINGS,)},
    "V13": {"D": (OF_MEETINGS,), "F": (FORGOTTEN_MEETINGS,)},
    "V14": {"D": (OF_MEETINGS,), "F": (FORGOTTEN_MEETINGS,)},
    "V15": {"D": (OF_MEETINGS,), "F": (FORGOTTEN_MEETINGS,)},
    "V16": {"F": (FORGOTTEN_MEETINGS,)},
    "V17": {"D": ("cases/village/seats/test_forbidden_seats.py",)},
    "V29": {"D": (OF_PLANS,), "F": (FORGOTTEN,)},
    "V34": {"T": ("web/pages/village/test_nothing_leaks.py", "web/pages/village/registers/test_register_pages.py")},
    "V35": {"F": (FORGOTTEN,)},
    "V36": {"T": ("guards/test_obligations.py",)},
}


def test_each_invariant_is_held_by_tests_that_bear_its_number() -> None:
    lacking = [
        f"{number} {by} in {name}"
        for number, places in HELD.items()
        for by, names in places.items()
        for name in names
        if number not in borne(TESTS / name)
    ]
    assert lacking == []


def borne(path: Path) -> set[str]:
    """Return the numbers in the names of the tests of this file."""
    names = re.findall(r"^def test_((?:v[0-9]+_)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {number.upper() for name in names for number in name.strip("_").split("_")}
