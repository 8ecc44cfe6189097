"""Every letter says what happened, what happens next, whom to ask and how to object, in both languages."""

import pytest

from cases.settings import LOCALES
from notifications.letters.catalogue import LETTERS
from notifications.letters.filling_templates import FOLDER
from notifications.who_is_told import WHO_IS_TOLD


def test_every_letter_that_a_rule_names_exists() -> None:
    named = {rule.letter for rules in WHO_IS_TOLD.values() for rule in rules}
    assert named | {"digest", "comments", "alarms"} == set(LETTERS)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_has_a_source_in_both_languages(letter: str, locale: str) -> None:
    assert (FOLDER / letter / f"{locale}.txt").is_file()
