"""Loose shapes are masked as they are written on purpose or by haste, and ordinary texts of a municipality are left."""

import random
import re
import string
from collections.abc import Callable

import pytest

from cases.public.masking import MASKS, findings, mask

LOOSE = {
    "personal-number": (
        "81 12 18 98 76", "19 81 12 18 98 76", "811218   9876", "811218   -   9876", "811218, 9876", "811218,9876",
        "811218;9876", "811218--9876", "811218 -- 9876", "811218 (9876)", "811218 [9876]", "811218 ... 9876",
        "811218 \u2026 9876", "811218 - 9 8 7 6", "811 218 987 6", "811 218 9876", "811218 / 9876", "81.12.18 - 9876",
        "81/12/18, 9876", "1981-12-18, 9876", "1981-12-18 (9876)", "1981.12.18-9876", "18/12-1981 9876",
        "18/12-1981-9876", "18/12 1981 9876", "18.12.1981-9876", "18-12-1981 9876", "18 dec 1981-9876",
        "18 december 1981 9876", "18 Dec. 1981, 9876", "19811218-TF12", "811218-TF12", "811218-T123",
        "811218-**9876**", "811218_-_9876", "19811218 , 9876", "811218\t-\t9876", "811218\n9876", "811218 -\n9876",
        "811218 \u2013 9876", "811218 \u2014 9876",
    ),
    "phone": (
        "070\n123 45 67", "070  -  123  45  67", "070  123  45  67", "070,123,45,67", "070, 123, 45, 67",
        "070 - 123 - 45 - 67", "070--123 45 67", "46701234567", "46 70 123 45 67", "46-70-123 45 67", "0046701234567",
        "0046 70 123 45 67", "0046-70-1234567", "O7O-123 45 67", "o7o1234567", "O70-123 45 67",
        "0340  -  123  45", "08  -  123  45  67",
    ),
    "email": (
        "anna.b @ example . se", "anna.b  @  example.se", "anna.b@example . se", '"anna b"@example.se',
        "anna&#64;example.se", "anna&#x40;example.se", "anna&commat;example.se", "anna%40example.se",
        "anna@example&#46;se",
    ),
}  # fmt: skip
BRACKETS = re.compile(r"[()\[\]*]")  # one of a pair may go with the number
CHANCE = random.Random(5)
MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
TRIES = 300


def number(least: int, most: int) -> int:
    """Return a whole number from `least` to `most`."""
    return CHANCE.randint(least, most)


def digits(count: int) -> str:
    """Return so many digits, of which the first may be 0."""
    return f"{number(0, 10**count - 1):0{count}}"


def day(*, first: int = 1950) -> str:
    """Return a day from the year `first` on, such as 2026-04-12."""
    return f"{number(first, 2027)}-{number(1, 12):02}-{number(1, 28):02}"


def spoken_day() -> str:
    """Return a day such as "12 april 2026"."""
    return f"{number(1, 28)} {CHANCE.choice(MONTHS)} {number(1950, 2027)}"


def clock(sign: str = ".") -> str:
    """Return a time of day such as 07.30."""
    return f"{number(0, 23):02}{sign}{number(0, 59):02}"


ORDINARY: dict[str, Callable[[], str]] = {
    "days and times": lambda: f"Den {day()} kl {clock()} och {day()} kl. {clock(':')}.",
    "a meeting": lambda: f"Mötet {day(first=2000)}, {clock('')} i gården",
    "days and amounts": lambda: f"Den {day()} betalades {number(1000, 9999)} kr och {number(10, 99)} {digits(3)} kr.",
    "short days and amounts": lambda: f"{day()[2:].replace('-', '')}, {number(1000, 9999)} kr",
    "amounts in millions": lambda: f"Budgeten är {number(100, 999)} {digits(3)} {digits(3)} kr.",
    "amounts in milliards": lambda: f"Budgeten är {number(1, 9)} {digits(3)} {digits(3)} {digits(3)} kr.",
    "plots": lambda: f"Norrby {number(1, 40)}:{number(1, 400)} och Byn {number(1, 40)}:{number(1, 400)}.",
    "a journal number": lambda: f"Ärende 2026-{digits(4)}, dnr KS {number(2010, 2026)}/{digits(4)}-{number(1, 99)}",
    "cases in a row": lambda: f"2026-{digits(4)}, 2026-{digits(4)}, 2026-{digits(4)} 2026-{digits(4)}",
    "opening hours": lambda: (
        f"Öppet {clock()}-{clock()}, lör {clock()}\u2013{clock()}, {number(1, 9)}-{number(10, 20)}"
    ),
    "coordinates": lambda: f"{number(55, 68)}.{digits(4)}, {number(11, 23)}.{digits(4)}",
    "coordinates with spaces": lambda: f"{number(55, 68)}.{digits(4)} {number(11, 23)}.{digits(4)}",
    "exact coordinates": lambda: f"{number(55, 68)}.{digits(6)},{number(11, 23)}.{digits(6)}",
    "the national grid": lambda: f"N {number(61, 75)}{digits(5)}, E {number(28, 90)}{digits(4)}",
    "the national grid in threes": lambda: f"N {number(6, 7)} {digits(3)} {digits(3)} E {number(280, 900)} {digits(3)}",
    "roads": lambda: f"Väg {number(1, 2999)} och E{number(4, 75)} vid km {number(1, 99)},{number(0, 9)}.",
    "a row of counts": lambda: " ".join(str(number(10, 99)) for _ in range(7)),
    "a list of counts": lambda: ", ".join(str(number(1000, 9999)) for _ in range(5)),
    "a list of long counts": lambda: ", ".join(str(number(100_000, 999_999)) for _ in range(3)),
    "rising pairs": lambda: " ".join(str(n) for n in sorted(CHANCE.sample(range(10, 40), 5))),
    "organisations": lambda: f"Organisationsnummer 556{digits(3)}-{digits(4)} och 212000-{digits(4)}",
    "postal codes": lambda: f"{number(100, 999)} {digits(2)} Norrby, box {number(100, 9999)}",
    "years": lambda: f"åren {number(1970, 2026)}-{number(1970, 2026)} och {number(1970, 2026)}/{number(1970, 2026)}",
    "short days with years": lambda: f"{number(1, 28)}/{number(1, 12)}-{number(2000, 2027)} {clock('')}",
    "spoken days and amounts": lambda: f"den {spoken_day()}, {number(1000, 9999)} kr",
    "spoken days and years": lambda: f"{spoken_day()} - {number(1950, 2027)} och {spoken_day()} - {spoken_day()}",
    "a period": lambda: f"{day()} - {day()}, {number(1, 28)}/{number(1, 12)}-{number(1, 28)}/{number(1, 12)}",
    "lengths": lambda: f"1. {number(100, 9999)} m 2. {number(100, 9999)} m 3. {number(1000, 9999)} bilar",
    "traffic": lambda: f"ÅDT {number(100, 9999)} fordon, {number(10, 99)} {digits(3)} per dygn, {number(30, 120)} km/h",
    "buses": lambda: f"Buss {number(1, 999)} går {clock()}, {clock()} och {clock()} samt {clock(':')} {clock(':')}",
    "a table": lambda: f"{number(2000, 2026)} {number(100, 999)} {number(1000, 9999)} {number(10, 99)} %",
    "posts": lambda: f"Stolpe nr {digits(4)}, {digits(4)} och {digits(4)}; skåp {digits(5)}",
    "measures": lambda: f"{number(1, 9)},{digits(1)} m x {number(100, 999)} mm, {number(1000, 9999)} m²",
    "shares": lambda: f"{number(1, 99)},{digits(1)} % av {number(1000, 9999)} hushåll, {number(10, 99)} av 100",
    "books": lambda: f"ISBN 978-91-{digits(3)}-{digits(4)}-{digits(1)}",
    "letters among digits": lambda: f"rum O7, 07O:an, hus {number(1, 9)}O och {digits(2)}o{digits(2)}",
    "an at sign": lambda: "Vi ses @ torget. Sedan @ kl. 18. Priset @ 25 kr . Ja. A & B; R&D. #64 och 40%40",
}
HOSTILE = (*string.printable, "\u200b", "\u202e", "\u202c", "\u2800", "\uff11", "å", "07 ", "a@", "811218, ", "18 dec ",
           "81 12 18 98 ", "a@b.se ", "0701234567 ", "811218-9876 ", '"a', "&#64;", "a . ", "\u202e811218-9876",
           "070  - ", "070,123,", "a@ b . ")  # fmt: skip


@pytest.mark.parametrize("kind", LOOSE)
def test_a_loose_shape_is_masked_as_a_whole(kind: str) -> None:
    for secret in LOOSE[kind]:
        for frame in ("{}", "Hon är {}, sa de.", "({})"):
            masked = BRACKETS.sub("", mask(frame.format(secret)))
            assert masked == BRACKETS.sub("", frame.format(MASKS[kind])), repr(secret)


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_texts_are_left_as_they_are(kind: str) -> None:
    texts = [ORDINARY[kind]() for _ in range(TRIES)]
    assert [text for text in texts if findings(text)] == []


def test_a_loose_shape_needs_a_day_and_its_check_digit() -> None:
    for text in ("811218 ... 9875", "811 218 987 5", "81 12 18 98 75", "811332, 9876", "18 dec 1981-9875"):
        assert mask(text) == text


def test_what_a_bidi_override_shows_turned_round_is_read_as_it_is_shown() -> None:
    assert mask("Jag: \u202e6789-812118\u202c!") == f"Jag: \u202e{MASKS['personal-number']}\u202c!"
    assert mask("\u202e76 54 321-070\u202c") == f"\u202e{MASKS['phone']}\u202c"


def test_a_hundred_thousand_of_any_sign_are_masked() -> None:
    for piece in HOSTILE:
        mask((piece * 100_000)[:100_000])
