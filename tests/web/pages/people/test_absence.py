"""One says that one is away, and who stands in; the desk sees it beside the officer's name."""

from datetime import timedelta

import pytest
from support.houses.small_pages import visitor
from support.letters.letter_answers import assigned, letters_to, send_all
from support.today import today

from cases.organisation.people import Person


def days(number):
    return (today() + timedelta(days=number)).isoformat()


def person(web, who):
    with web.database.reading() as session:
        return session.get_one(Person, web.person_id(who))


def test_one_goes_away_and_comes_back(web):
    officer = visitor(web, "officer")
    assert officer.send("/konto/borta", until=days(5), deputy="colleague@example.se").status_code == 303
    noted = person(web, "officer")
    assert (noted.away_from, noted.away_until) == (today(), today() + timedelta(days=5))
    assert noted.deputy_id == web.person_id("colleague")
    page = officer.read("/konto/borta")
    assert "Du är borta" in page
    assert "Colleague ersätter dig." in page
    ref = assigned(web)
    send_all(web)
    assert letters_to(web, "officer") == []
    assert len(letters_to(web, "colleague")) == 1
    assert officer.send("/konto/tillbaka").status_code == 303
    assert person(web, "officer").away_until is None
    assert "Du är borta" not in officer.read("/konto/borta")
    assert ref


def test_the_case_and_the_lists_say_who_is_away_to_staff(sqlite_web):
    visitor(sqlite_web, "officer").send("/konto/borta", until=days(5), deputy="colleague@example.se")
    ref = assigned(sqlite_web)
    said = "borta till och med"
    contact = visitor(sqlite_web, "contact")
    assert said in contact.read(f"/arenden/{ref}")
    assert "Colleague ersätter." in contact.read(f"/arenden/{ref}")
    assert said in contact.read("/arenden?col=ref&col=officer")
    assert said in contact.read("/enhet/gata")
    own = sqlite_web.house.case(ref).public_id
    assert said not in visitor(sqlite_web).read(f"/arende/{own}")
    assert said in visitor(sqlite_web, "head").read("/enhet/gata")


def test_an_absence_that_is_over_is_said_nowhere(sqlite_web):
    with sqlite_web.database.transaction() as session:
        officer = session.get_one(Person, sqlite_web.person_id("officer"))
        officer.away_from, officer.away_until = today() - timedelta(days=9), today() - timedelta(days=1)
    ref = assigned(sqlite_web)
    assert "borta till och med" not in visitor(sqlite_web, "contact").read(f"/arenden/{ref}")
    assert "Du är borta" not in visitor(sqlite_web, "officer").read("/konto/borta")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"until": "", "deputy": "colleague@example.se"}, "Ange dagen."),
        ({"until": days(3), "deputy": ""}, "Välj vem som ersätter dig."),
        ({"until": days(-1), "deputy": "colleague@example.se"}, "Datumet ska vara tidigast"),
        ({"until": days(3), "deputy": "water_officer@example.se"}, "Det finns ingen med namnet"),
        ({"until": days(3), "deputy": "officer@example.se"}, "Det går inte att använda."),
    ],
)
def test_what_lacks_is_said_beside_its_field(sqlite_web, typed, said):
    answer = visitor(sqlite_web, "officer").send("/konto/borta", **typed)
    assert (answer.status_code, said in answer.text) == (422, True), answer.text[-3000:]
    assert person(sqlite_web, "officer").away_until is None


def test_only_colleagues_and_the_named_deputy_are_offered(sqlite_web):
    page = visitor(sqlite_web, "officer").get("/konto/borta").text
    assert all(f'value="{who}@example.se"' in page for who in ("colleague", "head"))
    assert "water_officer@example.se" not in page
    assert "Ingen annan i din enhet" in visitor(sqlite_web, "member").read("/konto/borta")
