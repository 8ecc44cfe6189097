"""What a letter's plain text is made of: days in words, and lines that end between words."""

from datetime import date, timedelta

import pytest

from notifications.letters.filling_templates import NBSP, Paragraph, ParagraphKind, WrittenLetter
from notifications.letters.rendering import WaysOut, as_text
from notifications.letters.wording.dates import in_words

LINK = f"https://arenden.example/{'x' * 80}"
FOOT = (Paragraph(ParagraphKind.TEXT, ("Fot",)),)


def _lines(*paragraphs: Paragraph) -> list[str]:
    written = WrittenLetter(subject="", sections={"happened": paragraphs, "foot": FOOT})
    return as_text(written, "sv", WaysOut({})).split("\n-- \n")[0].rstrip("\n").splitlines()


@pytest.mark.parametrize(
    ("day", "swedish", "english"),
    [
        ("2026-02-02", "måndag 2 februari 2026", "Monday 2 February 2026"),
        ("2026-05-12", "tisdag 12 maj 2026", "Tuesday 12 May 2026"),
        ("2028-02-29", "tisdag 29 februari 2028", "Tuesday 29 February 2028"),
        ("2026-08-01", "lördag 1 augusti 2026", "Saturday 1 August 2026"),
        ("2026-12-27", "söndag 27 december 2026", "Sunday 27 December 2026"),
    ],
)
def test_a_day_is_said_as_people_say_it(day: str, swedish: str, english: str) -> None:
    assert in_words(date.fromisoformat(day), "sv") == swedish
    assert in_words(date.fromisoformat(day), "en") == english


@pytest.mark.parametrize("locale", ["sv", "en"])
def test_every_day_of_a_year_is_four_words(locale: str) -> None:
    days = {in_words(date(2026, 1, 1) + timedelta(number), locale) for number in range(365)}
    assert len(days) == 365
    assert {len(words.split()) for words in days} == {4}


def test_lines_end_between_words_and_no_link_is_parted() -> None:
    words = "Nu är det bestämt hur det blir hos oss med vinterns egen snöröjnings-plan: "
    assert _lines(Paragraph(ParagraphKind.TEXT, (words + LINK,))) == [
        "Nu är det bestämt hur det blir hos oss med vinterns egen",
        "snöröjnings-plan:",
        LINK,
    ]


def test_no_day_is_parted() -> None:
    day = f"torsdag{NBSP}3{NBSP}december{NBSP}2026"
    lines = _lines(Paragraph(ParagraphKind.TEXT, (f"{'Vi svarar er ' * 4}senast {day}",)))
    assert lines == ["Vi svarar er Vi svarar er Vi svarar er Vi svarar er senast", "torsdag 3 december 2026"]


def test_every_line_of_a_quote_is_marked_and_an_empty_one_too() -> None:
    said = Paragraph(ParagraphKind.QUOTE, ("Lampan är trasig sedan i höstas, " * 4, "", "Rut"))
    lines = _lines(said)
    assert lines[-2:] == [">", "> Rut"]
    assert all(line.startswith(">") and len(line) <= 72 for line in lines) and len(lines) == 4


def test_a_list_hangs_below_its_first_word() -> None:
    lines = _lines(Paragraph(ParagraphKind.LIST, ("Lampan är trasig sedan i höstas, " * 3, "")))
    assert [line[:2] for line in lines] == ["- ", "  ", "-"]
