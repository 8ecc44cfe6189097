"""What a fact names has a word in both languages, wherever people read it."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from support.letters.letters_read import MAIL_TROUBLES
from support.sources import ROOT, sources

from cases.correcting import Correction
from cases.history.events import EVENT_TYPES, CaseCorrected, MailTrouble
from notifications.set_aside import KINDS
from web.language.labels import ASIDE_KINDS
from web.pages.case.timeline import CORRECTED, SENTENCES

CATALOGUE = ROOT / "web" / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
TEMPLATES = sorted((ROOT / "notifications" / "letters" / "templates").glob("*/*.txt"))
WITHOUT_WORDS_FOR_WHAT = [path for path in TEMPLATES if path.parent.name != "mail_trouble"]
CORRECTING = "cases/correcting.py"  # its values are the fields of `Correction`
SHOWN_NOWHERE = ("person.changed", "unit.changed", "house.setting_changed")


@pytest.fixture(scope="module")
def swedish() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="sv") if isinstance(message.id, str)}


def corrected_values() -> set[str]:
    """Return every value that `what` of `case.corrected` may hold: fields of `Correction`, and lists written out."""
    found = {field.name for field in fields(Correction)}
    for path, tree in sources("cases", "notifications", "workers", "web").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == CaseCorrected.__name__:
                what = next(keyword.value for keyword in node.keywords if keyword.arg == "what")
                is_written_out = isinstance(what, ast.List) and all(isinstance(one, ast.Constant) for one in what.elts)
                assert is_written_out or path == CORRECTING, f"{path}:{node.lineno}: what may it hold?"
                found |= {one.value for one in what.elts} if is_written_out else set()
    return found


def test_each_correction_has_a_word_in_both_languages(swedish):
    assert set(CORRECTED) == corrected_values() >= {"officer", "policy", "title"}
    assert all(swedish.get(str(words)) for words in CORRECTED.values())


def test_each_kind_of_what_is_set_aside_has_a_word_in_both_languages(swedish):
    assert set(ASIDE_KINDS) == set(KINDS)
    assert all(swedish.get(str(words)) for words in ASIDE_KINDS.values())


def test_each_event_of_a_case_has_a_sentence():
    of_cases = ("case.", "contact.", "plan.", "register.", "meeting.", "minutes.")
    assert set(SENTENCES) == {type_ for type_ in EVENT_TYPES if type_.startswith(of_cases)}


def test_a_letter_about_incoming_mail_has_words_for_each_trouble_in_both_languages():
    for path in (path for path in TEMPLATES if path.parent.name == "mail_trouble"):
        blocks = re.findall(r"{% block (?:subject|happened|next) %}.*?{% endblock %}", read(path), re.DOTALL)
        assert [set(re.findall(r'facts\.what == "(\w+)"', block)) for block in blocks] == [set(MAIL_TROUBLES)] * 3


def test_a_letter_asks_of_what_only_whether_it_is_a_letter():
    """So no letter words a value of it; one that begins to needs a word for each value, as the timeline has."""
    asked = {
        (path.parent.name, use)
        for path in WITHOUT_WORDS_FOR_WHAT
        for use in re.findall(r"facts\.what\b[^%}]*", read(path))
    }
    assert {(letter, use.strip()) for letter, use in asked} == {
        (letter, 'facts.what == "delivery"') for letter in ("set_aside", "alarms")
    }


def test_the_letter_about_trouble_with_mail_has_words_for_each_trouble():
    told = set(re.findall(r'"(\w+)"', (MailTrouble.__doc__ or "").partition("`source`")[0]))
    for path in (path for path in TEMPLATES if path.parent.name == "mail_trouble"):
        worded = set(re.findall(r'facts\.what == "(\w+)"', read(path)))
        assert worded == told == {"mailbox", "too_big", "flood", "own_address"}, path


def test_changes_of_people_units_and_settings_are_shown_nowhere():
    """Nobody reads their `what`; a page or a letter that begins to show one needs a word for each value."""
    shown = [ROOT / path for path in sources("web")] + sorted((ROOT / "web" / "templates").rglob("*.html")) + TEMPLATES
    names = [name for path in shown for name in SHOWN_NOWHERE if name in read(path)]
    assert not names and not set(SHOWN_NOWHERE) & set(SENTENCES)


def read(path: Path) -> str:
    return path.read_text()
