"""A telephone number in a letter can be dialled from its HTML page, and stands as it was written in its plain text."""

import pytest
from support.houses.letter_town import LetterTown
from support.letters.letters_read import rendered

from cases.handing_in import Reporter
from notifications.letters.wording.telephones import Telephone, with_links, without_marks


def test_whom_to_ring_and_who_asked_are_one_tap_away(town: LetterTown) -> None:
    town.assigned(reporter=Reporter(name="Frida Berg", phone="070-123 45 67"))
    letter = rendered(town, town.deliveries("assigned")[-1])
    assert 'href="tel:+46701234567">070-123 45 67</a>' in letter.html
    assert "Frida Berg, 070-123 45 67.\n" in letter.text


@pytest.mark.parametrize("written", ["\ue0021177\ue003", '"><b>0701234567', "på växeln"])
def test_no_name_becomes_a_link_or_markup(town: LetterTown, written: str) -> None:
    assert "<b>" not in with_links(written)
    town.assigned(reporter=Reporter(name=written, phone="070-123 45 67"))
    assert rendered(town, town.deliveries("assigned")[-1]).html.count('href="tel:+46701234567"') == 1


def test_what_is_no_number_stays_as_it_is() -> None:
    assert with_links(Telephone.of("fråga i växeln")) == "fråga i växeln"
    assert without_marks(Telephone.of("1177")) == "1177"
