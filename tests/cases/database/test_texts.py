"""Which texts can be stored: on both databases, and in a letter."""

import pytest
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import case_to_change
from cases.commenting import comment
from cases.database.texts import is_storable, is_storable_line, storable
from cases.history.words import Visibility
from cases.refusals import BadCharacters

UNSTORABLE = [*map(chr, {*range(32)} - {9, 10, 13}), "\x7f", "\ud800", "\udfff", "\ufffe", "\uffff"]


@pytest.mark.parametrize("sign", UNSTORABLE)
def test_a_sign_that_is_no_text_is_not_stored(sign: str) -> None:
    assert not is_storable(f"a{sign}b")
    assert storable(f"a{sign}b") == "ab"


def test_lines_tabs_and_all_writing_is_stored() -> None:
    text = "Rad\r\n\tåäö ÅÄÖ e\u0301 \u200d 👩‍👩‍👧 漢字 \u2028 \ue000"
    assert is_storable(text)
    assert storable(text) == text


@pytest.mark.parametrize("ending", ["\n", "\r", "\t", "\x85", "\u2028", "\u2029"])
def test_a_line_has_no_end_within(ending: str) -> None:
    assert not is_storable_line(f"a{ending}b")


def test_whoever_writes_an_event_is_refused_what_cannot_be_stored(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    for odd in ("a\0b", "a\x1eb", "a\ud800b"):
        with pytest.raises(BadCharacters, match="field=note"), small_house.database.transaction() as session:
            case = case_to_change(session, ref)
            comment(session, case, odd, Visibility.PARTICIPANTS, by=small_house.actors["contact"], at=MONDAY)
