"""V36: every obligation has words, button and title in both languages, a policy and an act."""

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select
from support.houses.small_house import SmallHouse
from support.sources import ROOT

from cases.deadlines.policies import Policy
from cases.village.obligations.table import OBLIGATIONS
from web.language.obligation_words import OBLIGATION_WORDS

CATALOGUE = ROOT / "web" / "translations" / "sv" / "LC_MESSAGES" / "messages.po"


@pytest.fixture(scope="module")
def swedish() -> dict[str, str]:
    """The Swedish texts of the pages, by the English ones."""
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="sv") if isinstance(message.id, str)}


def test_every_obligation_has_words_and_a_button_in_both_languages(swedish: dict[str, str]) -> None:
    assert set(OBLIGATION_WORDS) == set(OBLIGATIONS)
    for words in OBLIGATION_WORDS.values():
        assert all(swedish.get(str(text)) for text in (words.label, words.button))


def test_every_obligation_has_a_title_that_names_whose_it_is() -> None:
    assert all("{name}" in obligation.title for obligation in OBLIGATIONS.values())


def test_every_obligation_has_a_policy_of_its_own(small_house: SmallHouse) -> None:
    with small_house.database.reading() as session:
        assert set(OBLIGATIONS) <= set(session.scalars(select(Policy.obligation).where(Policy.obligation.is_not(None))))
