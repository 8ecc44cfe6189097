"""The page of a body's seats: what everybody reads there, and how seats are given and end."""

from datetime import timedelta

import pytest
from support.houses.small_pages import form_as_sent, visitor, words
from support.houses.statements import counted
from support.today import A_DAY, dated, today

PATH = "/platser/forum"
SPRING = today() + timedelta(days=150)


def give(web, who="member", *, by="contact", group="norrby", path=PATH, **given):
    form = {"email": f"{who}@example.se", "group": group, **given}
    return visitor(web, by).send(path, **form)


def held(web, by="contact", slug="forum"):
    return {seat["name"]: seat for seat in web.get(f"/units/{slug}/seats", by=by).json["held"]}


def test_a_seat_is_given_and_shown_to_each_reader_as_they_may_read_it(web):
    answer = give(web, office="chair", sector="citizens", until=SPRING.isoformat())
    assert (answer.status_code, answer.location) == (303, PATH)
    contact, everybody = visitor(web, "contact").read(PATH), visitor(web).read(PATH)
    assert "Norrby plats 1 · Medborgarna Member Ordförande" in contact
    assert "Norrby plats 1 · Medborgarna Tillsatt Ordförande" in everybody
    assert "Norrby plats 2 Ledig" in everybody
    for who in (None, "neighbour", "board_member"):
        page = visitor(web, who).get(PATH).text
        assert "Medborgarna Member" not in words(page)
        assert "@example.se" not in page
    for who in ("member", "representative", "officer"):
        assert "Medborgarna Member" in visitor(web, who).read(PATH)
        assert "member@example.se" not in visitor(web, who).get(PATH).text
    assert "Tillsätt en plats" not in everybody
    assert "3 platser är lediga i dag." in everybody
    assert [seat["until"] for seat in held(web).values() if seat["group"]] == [(SPRING + A_DAY).isoformat()]


def test_the_village_page_and_the_forum_lead_there(sqlite_web):
    assert "Ingen sitter där för gruppen." in visitor(sqlite_web).read("/bygd/norrby")
    give(sqlite_web, "neighbour", office="substitute")
    everybody, member = visitor(sqlite_web), visitor(sqlite_web, "member")
    assert "Vår plats i forumet Ersättare från" in everybody.read("/bygd/norrby")
    assert "Vår plats i forumet Neighbour Ersättare · från" in member.read("/bygd/norrby")
    assert f'href="{PATH}"' in everybody.get("/bygd/norrby").text
    assert f'href="{PATH}"' in member.get("/forum").text
    assert visitor(sqlite_web).get("/platser/norrby").status_code == 404
    assert "For groups" in visitor(sqlite_web).read(f"{PATH}?lang=en")


def test_a_representative_changes_in_spring_by_the_pages(sqlite_web):
    give(sqlite_web, since="2020-01-01")
    contact = visitor(sqlite_web, "contact")
    number = held(sqlite_web)["Member"]["number"]
    path = f"{PATH}/{number}/avsluta"
    assert path in contact.get(PATH).text
    form = form_as_sent(contact.get(path).text, path)
    assert contact.send(path, **form | {"until": (SPRING - A_DAY).isoformat()}).location == PATH
    assert give(sqlite_web, "neighbour", since=SPRING.isoformat()).status_code == 303
    seats = sqlite_web.get("/units/forum/seats", by="contact").json
    assert [(seat["name"], seat["until"]) for seat in seats["held"] if seat["group"]] == [
        ("Member", SPRING.isoformat())
    ]
    assert [(seat["name"], seat["slot"], seat["since"]) for seat in seats["coming"]] == [
        ("Neighbour", 1, SPRING.isoformat())
    ]
    assert contact.get(path.replace(str(number), "9999")).status_code == 404


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"email": "ingen@example.se"}, "Ingen som kan logga in här har adressen ingen@example.se."),
        ({"email": ""}, "Skriv personens mejladress."),
        ({"until": -A_DAY}, "eller senare"),
        ({"since": "nonsens"}, "Skriv dagen som"),
        ({"group": "gata"}, "Det finns ingen med namnet gata."),
        ({"group": "soderby", "email": "member@example.se"}, "Member har redan en plats här någon av de dagarna."),
        ({}, "Norrby har ingen plats här som är ledig alla de dagarna. Avsluta en plats först"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence_and_nothing_is_lost(sqlite_web, form, says):
    give(sqlite_web)
    give(sqlite_web, "neighbour")
    before = sqlite_web.get("/units/forum/seats", by="contact").json
    answer = visitor(sqlite_web, "contact").send(
        PATH, **{"email": "officer@example.se", "group": "norrby", "office": "chair", **dated(form)}
    )
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert form_as_sent(answer.text, PATH)["office"] == "chair"
    assert sqlite_web.get("/units/forum/seats", by="contact").json == before


def test_the_last_day_of_a_seat_is_yesterday_at_the_earliest(sqlite_web):
    give(sqlite_web)
    contact = visitor(sqlite_web, "contact")
    path = f"{PATH}/{held(sqlite_web)['Member']['number']}/avsluta"
    refused = contact.send(path, until="2020-01-01")
    assert refused.status_code == 422
    assert "Datumet måste vara" in words(refused.text)
    assert "Ange dagen." in words(contact.send(path, until="").text)
    late = (today() - A_DAY).isoformat()
    assert contact.send(path, until=late).status_code == 303
    assert "Member" not in held(sqlite_web)


def test_a_form_that_is_sent_twice_gives_one_seat(sqlite_web):
    contact = visitor(sqlite_web, "contact")
    form = form_as_sent(contact.get(PATH).text, PATH) | {"email": "member@example.se", "group": "norrby"}
    answers = [contact.send(PATH, **form) for _ in range(2)]
    assert [answer.location for answer in answers] == [PATH, PATH]
    assert len(sqlite_web.get("/units/forum/seats", by="contact").json["held"]) == 2


def test_the_page_takes_as_many_queries_for_two_seats_as_for_one(sqlite_web):
    counts = []
    for who in ("member", "neighbour"):
        give(sqlite_web, who)
        browser = visitor(sqlite_web, "contact")
        browser.get(PATH)
        with counted(sqlite_web.database) as sent:
            browser.get(PATH)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 7, counts
