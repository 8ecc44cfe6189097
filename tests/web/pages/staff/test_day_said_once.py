"""The card of a case says a day once, also when Ventil acts on the same day."""

from datetime import UTC, datetime

import pytest
from support.houses.small_pages import visitor, words

from cases.states import State


@pytest.mark.parametrize(
    ("state", "said"), [(State.DONE, "avslutas automatiskt då"), (State.RECEIVED, "om ingen gör något påminner Ventil")]
)
def test_the_last_day_is_named_once_on_the_card(sqlite_web, state, said):
    ref = sqlite_web.house.reach(state, at=datetime.now(UTC))
    page = visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
    card = words(page.partition('class="paper state-now')[2].partition("</section>")[0])
    assert said in card
    assert card.count(" 20") == (1 if state is State.DONE or "samma dag" in card else 2), card
