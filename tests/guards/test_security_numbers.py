"""Each line of SECURITY.md about mail, 41 to 49, is held by tests whose names bear its number, such as `test_s41_...`.

The lines: 41 no header but ours, whatever stands in its sources. 42 what people wrote is text. 43 one recipient, who
answers at an address of the letter's own. 44 letters say that a machine wrote them, and where they bounce to. 45 what
machines write is filed and never answered. 46 two programs that answer each other come to an end. 47 From never says
who acts. 48 whatever a mail is, it is read within bounds and shown whole. 49 a mail counts once. A test of two lines
bears both numbers.
"""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
INBOUND = "notifications/inbound/"
HELD = {
    41: ("notifications/sending/test_hostile_words.py", "notifications/sending/test_smtp.py"),
    42: ("notifications/sending/test_hostile_words.py", "notifications/letters/test_rendering.py"),
    43: ("notifications/sending/test_hostile_words.py",),
    44: ("notifications/sending/test_hostile_words.py", "notifications/letters/test_rendering.py"),
    45: (f"{INBOUND}reading/test_headers.py", f"{INBOUND}filing/test_automatic_mail.py"),
    46: (f"{INBOUND}filing/test_automatic_mail.py",),
    47: (
        *(f"{INBOUND}reading/test_verdicts.py", f"{INBOUND}filing/test_replies.py"),
        f"{INBOUND}filing/test_forgeries.py",
    ),
    48: (f"{INBOUND}reading/test_bounds.py",),
    49: (
        *(f"{INBOUND}reading/test_headers.py", f"{INBOUND}filing/test_doubles.py", f"{INBOUND}filing/test_replies.py"),
        *(f"{INBOUND}mailboxes/test_polling.py", f"{INBOUND}lmtp/test_door.py"),
    ),
}


def test_each_line_about_mail_is_held_by_tests_that_bear_its_number() -> None:
    assert sorted(HELD) == list(range(41, 50))
    assert [
        f"{number} in {name}" for number, names in HELD.items() for name in names if number not in borne(name)
    ] == []


def test_no_test_bears_the_number_of_a_line_that_is_not_among_them() -> None:
    borne_anywhere = {
        number: path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("test_*.py")
        for number in borne(path.relative_to(TESTS).as_posix())
    }
    assert {number: path for number, path in borne_anywhere.items() if number not in HELD} == {}


def borne(name: str) -> set[int]:
    """Return the numbers in the names of the tests of this file."""
    names = re.findall(r"^def test_((?:s[0-9]+_)+)", (TESTS / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number) for name in names for number in re.findall("[0-9]+", name)}
