"""MAIL 2.6: the words are what was written now, and nobody's words are lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.inbound.reading.sandbox.charsets import clean, decode
from notifications.inbound.reading.sandbox.encoded_words import header_text
from notifications.inbound.reading.sandbox.flowed import unflowed
from notifications.inbound.reading.sandbox.words import words_of

WROTE = "Den fre 27 nov. 2026 kl 09:15 skrev Skogslunda <x@skogslunda.example>:"
LINES = ["Hej", "", "> citat", WROTE, "-- ", "Från: A", "Skickat: i dag", "Skickat från min iPhone", "_" * 32, "Ja."]


def words(*lines: str, is_forwarded: bool = False) -> str:
    return words_of("\n".join(lines), is_forwarded=is_forwarded)


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_where_something_was_written_something_is_shown(lines):
    whole = "\n".join(lines).strip()
    shown = words_of(whole, is_forwarded=False)
    assert bool(shown) == bool(whole)
    remaining = iter(whole.split("\n"))
    assert all(line in remaining for line in shown.split("\n") if line), "lines in their order, none invented"


@given(st.text())
def test_any_text_is_cut_without_an_error(text):
    text = clean(text)
    assert bool(words_of(text, is_forwarded=False)) == bool(text.strip())


@pytest.mark.parametrize(
    "line", ["Skickat från min iPhone", "Sent from my iPad", "Hämta Outlook för iOS", "Get Outlook for Android"]
)
def test_what_a_telephone_adds_is_left_out_at_the_end_alone(line):
    assert words("Ja.", "", line) == "Ja."
    assert words("Ja.", line, "Nej.") == f"Ja.\n{line}\nNej."
    assert words(line) == line


def test_a_sentence_that_begins_like_a_telephone_stays():
    assert words("Hämta min gamla vagn vid bron, tack.", "Hej") == "Hämta min gamla vagn vid bron, tack.\nHej"
    assert words("Skickat från kontoret i går.") == "Skickat från kontoret i går."


def test_a_signature_ends_where_a_quote_begins():
    assert words("Ja.", "-- ", "Britta", "", WROTE, "> Hej") == "Ja."
    assert words(WROTE, "> Hej", "", "Ja.", "-- ", "Britta") == "Ja."


def test_a_quote_header_without_a_quote_ends_the_words():
    assert words("Ja.", "", WROTE, "", "Hej,", "Ärende 2026-0077") == "Ja."
    assert words("Ja.", "", "On Fri, Nov 27, 2026 at 9:15 AM Skogslunda wrote:", "", "Hello") == "Ja."


def test_who_tells_what_they_wrote_themselves_is_not_cut():
    story = ("Den 3 maj kl 10.30 ringde jag, och sedan skrev jag så här:", "bron är hal.")
    assert words("Hej!", *story) == "\n".join(("Hej!", *story))


def test_an_older_mail_begins_with_its_sender_and_its_day():
    assert words("Ja.", "", "Från: A", "Skickat: i går", "", "Hej") == "Ja."
    assert words("Ja.", "", "*From:* A", "*Sent:* yesterday", "", "Hello") == "Ja."
    assert words("Ja.", "Från: mig", "Hälsa alla.") == "Ja.\nFrån: mig\nHälsa alla."


def test_what_was_handed_on_is_never_cut():
    older = ("Se nedan.", "", "Från: A", "Skickat: i går", "", "Bron är hal.")
    assert words(*older, is_forwarded=True) == "\n".join(older)
    handed_on = ("Se nedan.", "", "Vidarebefordrat brev:", "", "> Från: A", "> Datum: i går", "> ", "> Bron är hal.")
    assert words(*handed_on) == "\n".join(handed_on)


@pytest.mark.parametrize(
    ("content", "charset", "expected"),
    [
        ("å".encode(), "", "å"),
        ("å".encode("cp1252"), "", "å"),
        ("å".encode(), '"UTF-8"', "å"),
        ("å".encode("cp1252"), "utf-8", "å"),
        (b"\x80", "iso-8859-1", "€"),
        ("å".encode("utf-16"), "utf-16", "å"),
        ("å".encode(), "no-such", "å"),
        (b"abc", "zip", "abc"),
        (b"abc-", "punycode", "abc-"),
        (b"abc", "undefined", "abc"),
        (b"abc", "x" * 5_000, "abc"),
        (b"abc", "\0", "abc"),
    ],
)
def test_bytes_become_characters_whatever_they_say_they_are(content, charset, expected):
    assert decode(content, charset) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Halka", "Halka"),
        ("=?utf-8?q?Sj=C3=B6?= =?utf-8?q?n?=", "Sjön"),
        ("=?UTF-8?B?U2rD?=\n =?UTF-8?B?tm4=?=", "Sjön"),
        ("=?iso-8859-1?Q?Sj=F6n?= och =?utf-8*sv?q?=C3=A5n?=", "Sjön och ån"),
        ("=?utf-8?b?????", "=?utf-8?b?????"),
        ("=?utf-8?b?U2rDtm4?=", "Sjön"),
        ("=?utf-8?b?U?=", "U"),
        ("=?no-such?q?Sj=C3=B6n?=", "Sjön"),
        ("Sj\udcc3\udcb6n", "Sjön"),
        ("Sj\udcf6n", "Sjön"),
        ("a=?utf-8?q?=0D=0ABcc:_x?=b\0", "a Bcc: xb"),
    ],
)
def test_a_header_is_one_line_that_can_be_read(value, expected):
    assert header_text(value) == expected


def test_flowing_lines_become_one_and_quotes_stay_apart():
    assert unflowed("En \nrad\n> citat \n> mer \nJa\n-- \nB", blanks_go=False) == "En rad\n> citat mer \nJa\n-- \nB"
    assert unflowed("Skogs \nlunda", blanks_go=True) == "Skogslunda"
    assert unflowed(" > inget citat", blanks_go=False) == "> inget citat"
