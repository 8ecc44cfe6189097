"""Translations: the Swedish catalogue is complete, and no English is left on a Swedish page."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.progress import WaitingFor
from cases.states import STEPS, State
from web.language import labels, standings
from web.language.state_words import STATES
from web.pages.case import timeline

WEB = Path(labels.__file__).parent.parent
CATALOGUE = WEB / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
SAME = {"Forum", "Import", "Demonstration", "Period", "Position", "sent", "planned"}
PATHS = (
    "/",
    "/lamna",
    "/skrivbord",
    "/sok",
    "/ring",
    "/undanlagt",
    "/inkommet",
    "/skrivbord/skrappost",
    "/forum",
    "/tillganglighet",
    "/statistik",
    "/arenden/{ref}",
)


def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="sv")


def extracted():
    found = extract_from_dir(WEB, METHODS, {}, KEYWORDS)
    return {message for _, _, message, _, _ in found if message not in ("", ("", ""))}


def test_the_catalogue_holds_all_that_is_said_and_nothing_else():
    held = {message.id for message in catalogue() if message.id}
    assert held == extracted()


def test_everything_is_translated():
    for message in catalogue():
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.id or all(told), message.id
        assert not message.fuzzy, message.id


def test_a_translation_names_the_same_facts():
    facts = re.compile(r"%\(\w+\)[sd]")
    for message in catalogue():
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            assert set(facts.findall(told[-1])) == set(facts.findall(asked[-1])), message.id


def test_the_compiled_catalogue_is_the_written_one():
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.fixture
def english():
    """English texts of more than one word, which no Swedish page may hold."""
    plain = [message.id for message in catalogue() if isinstance(message.id, str)]
    return {text for text in plain if " " in text and "%" not in text and text not in SAME}


@pytest.mark.parametrize("path", PATHS)
def test_no_english_on_a_swedish_page(sqlite_web, english, path):
    ref = sqlite_web.house.reach(State.WAITING)
    page = words(visitor(sqlite_web, "contact").get(path.format(ref=ref)).text)
    assert {text for text in english if text in page} == set()


@pytest.mark.parametrize("path", PATHS)
def test_pages_speak_english_to_those_who_choose_it(sqlite_web, path):
    ref = sqlite_web.house.reach(State.WAITING)
    page = visitor(sqlite_web, "contact").get(path.format(ref=ref) + "?lang=en").text
    assert '<html lang="en"' in page
    assert "Log out" in words(page)


def test_days_are_written_the_swedish_way(sqlite_web):
    ref = sqlite_web.house.hand_in()
    page = visitor(sqlite_web, "contact").read(f"/arenden/{ref}")
    assert "2 mars 2026" in page
    assert "2 mars 2026 kl. 09.00" in page


def test_every_state_step_and_happening_has_words():
    from cases.history.events import EVENT_TYPES

    assert set(STATES) == set(State) == set(standings.SENTENCES_BY_STATE)
    assert {step.name for step in STEPS} - {"close"} == set(labels.STEPS) == set(labels.STEP_ICONS)
    of_cases = ("case.", "contact.", "meeting.", "minutes.", "plan.", "register.")
    happened = {type_ for type_ in EVENT_TYPES if type_.startswith(of_cases)}
    assert happened == set(timeline.SENTENCES) == set(timeline.ICONS)


def test_the_stylesheet_knows_every_step():
    style = (WEB / "static" / "ventil.css").read_text()
    for name in labels.STEPS:
        assert f'#step-{name}:checked) [data-steps]:not([data-steps~="{name}"])' in style


@pytest.mark.parametrize(
    ("lang", "told"), [("sv", "Ärendet är åter pågående."), ("en", "The case is in progress again.")]
)
def test_a_state_is_worded_for_its_sentence(sqlite_web, lang, told):
    ref = sqlite_web.house.reach(State.IN_PROGRESS)
    sqlite_web.house.change(ref, State.WAITING, waiting_for=WaitingFor("reporter"), note="Vilken lampa?")
    sqlite_web.house.change(ref, State.IN_PROGRESS, note="Den vid bron")
    assert told in words(visitor(sqlite_web, "contact").get(f"/arenden/{ref}?lang={lang}").text)


def test_one_case_in_a_list_is_not_worded_as_many(sqlite_web):
    house = sqlite_web.house
    ref = house.hand_in()
    with house.database.transaction() as session:
        shown = Correction(published=True)
        correct(session, case_to_change(session, ref), shown, by=house.actors["contact"], at=MONDAY)
    row = words(visitor(sqlite_web).get("/sok").text).partition(ref)[2]
    assert "· Kom in 2 mars 2026" in row and "Inkomna" not in row


@pytest.mark.parametrize(("lang", "day"), [("sv", "Onsdag 14 april 2027"), ("en", "Wednesday 14 April 2027")])
def test_a_day_that_begins_a_line_keeps_its_capitals(sqlite_web, lang, day):
    contact = visitor(sqlite_web, "contact")
    contact.send("/forum", name="Vårens forum", held_on="2027-04-14")
    assert day in words(contact.get(f"/forum/1?lang={lang}").text)


def test_å_ä_and_ö_come_last():
    from web.pages.options import in_swedish_order

    order = in_swedish_order([("1", "Östra"), ("2", "Ängsta"), ("3", "Åsmo"), ("4", "Ån"), ("5", "Zinkgruvan")])
    assert [name for _, name in order] == ["Zinkgruvan", "Ån", "Åsmo", "Ängsta", "Östra"]
