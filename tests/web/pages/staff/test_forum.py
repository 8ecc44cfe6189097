"""The forum's page: what comes on the agenda is said as it is, and meetings to come are apart from those held."""

import re
from datetime import timedelta

from support.houses.small_pages import visitor, words

from cases.meetings.meeting import Meeting
from web.current import today


def test_meetings_to_come_stand_in_order_and_those_held_newest_first(web):
    with web.app.test_request_context():
        day = today()
    with web.database.transaction() as session:
        session.add_all(Meeting(held_on=day + timedelta(days=away), name=f"Möte {away}")
                        for away in (10, 40, 20, -30, -5))  # fmt: skip
    page = words(visitor(web, "contact").get("/forum").text)
    names = re.findall(r"Möte -?\d+", page[page.index("Kommande möten") :])
    assert names == ["Möte 20", "Möte 40", "Möte -5", "Möte -30"]
    assert page.index("Möte 40") < page.index("Hållna möten") < page.index("Möte -5")


def test_what_comes_on_the_agenda_is_said_as_it_is(web):
    page = visitor(web, "contact").read("/forum")
    assert "det som väntar på forumet, och det som varit försenat så länge att trappans fjärde steg är nått" in page
    assert "Det som är försenat" not in page
