"""Putting right who asked, and their protection, on the case's page and over the API: for the desk only."""

import pytest
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

RUT = {"name": "Rut", "email": "rut@example.se", "phone": "0321-123 45"}
RIGHT = {"asker_name": "Ruth", "asker_email": "ruth@example.se", "asker_phone": "", "asker_why": "Stavades fel"}
NOT_THE_DESK = ((None, 401), ("neighbour", 403), ("officer", 403), ("head", 403), ("admin", 403))


def test_the_desk_puts_right_who_asked(sqlite_web: Web) -> None:
    ref = sqlite_web.case(reporter=RUT)["ref"]
    contact = visitor(sqlite_web, "contact")
    assert contact.send(f"/arenden/{ref}/den-som-fragade", **RIGHT).status_code == 303
    page = contact.read(f"/arenden/{ref}")
    assert "ruth@example.se" in page and "rut@example.se" not in page
    assert "Uppgifterna om den som frågade rättades: namn, mejladress, telefonnummer" in page
    assert "Stavades fel" in page
    own = visitor(sqlite_web).read(f"/arende/{sqlite_web.house.case(ref).public_id}")
    assert "Stavades fel" not in own


@pytest.mark.parametrize(
    ("wrong", "sentence", "english"),
    [
        ({"asker_why": ""}, "Skriv varför. Bara personal läser det.", "Write why. Only staff read it."),
        (
            {"asker_email": "x@example..se"},
            "Det går inte att skicka mejl till den här adressen: skriv den som namn@example.se.",
            "No e-mail can be sent to this address: write it as name@example.se.",
        ),
        (
            {"asker_phone": "abc inte nummer"},
            "Det här är inget telefonnummer: skriv det som 070-174 06 05.",
            "This is not a telephone number: write it as 070-174 06 05.",
        ),
    ],
)
def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(
    sqlite_web: Web, wrong: dict[str, str], sentence: str, english: str
) -> None:
    ref = sqlite_web.case(reporter=RUT)["ref"]
    for lang, said in (("sv", sentence), ("en", english)):
        form = visitor(sqlite_web, "contact")
        form.get(f"/?lang={lang}")
        answer = form.send(f"/arenden/{ref}/den-som-fragade", **(RIGHT | wrong))
        assert answer.status_code == 422
        assert said in words(answer.text)
        assert 'value="Ruth"' in answer.text
        [field] = wrong
        assert f'id="{field}-refusal"' in answer.text
    api = {"name": "Ruth", "email": wrong.get("asker_email", "ruth@example.se"), "why": wrong.get("asker_why", "Fel")}
    api |= {"phone": wrong["asker_phone"]} if "asker_phone" in wrong else {}
    assert sqlite_web.patch(f"/cases/{ref}/reporter", api, by="contact").status_code == 422


@pytest.mark.parametrize("path", ["den-som-fragade", "skydd", "ny-lank"])
@pytest.mark.parametrize(("who", "status"), NOT_THE_DESK)
def test_nobody_but_the_desk_may(sqlite_web: Web, path: str, who: str | None, status: int) -> None:
    ref = sqlite_web.case(reporter=RUT)["ref"]
    form = RIGHT | {"protected": "1", "protection_why": "Beslut"}
    assert visitor(sqlite_web, who).send(f"/arenden/{ref}/{path}", **form).status_code == status
    assert [event.type for event in sqlite_web.house.events(ref)] == ["case.received"]


def test_protection_hides_who_asked_and_takes_the_case_back(sqlite_web: Web) -> None:
    ref = sqlite_web.case(reporter=RUT)["ref"]
    assert sqlite_web.patch(f"/cases/{ref}", {"published": True}, by="contact").status_code == 200
    contact = visitor(sqlite_web, "contact")
    assert contact.send(f"/arenden/{ref}/skydd", protected="1").status_code == 422
    form = {"protected": "1", "protection_why": "Visade beslut"}
    assert contact.send(f"/arenden/{ref}/skydd", **form).status_code == 303
    as_if_never_published = visitor(sqlite_web).get(f"/arenden/{ref}")
    assert as_if_never_published.status_code == 303 and "/logga-in" in as_if_never_published.location
    assert "rut@example.se" in contact.read(f"/arenden/{ref}")
    officer = visitor(sqlite_web, "officer").read(f"/arenden/{ref}")
    assert "rut@example.se" not in officer and "Rut" not in officer
    assert sqlite_web.get(f"/cases/{ref}", by="officer").json["reporter"]["email"] is None
    assert sqlite_web.patch(f"/cases/{ref}", {"published": True}, by="contact").status_code == 403
    assert contact.send(f"/arenden/{ref}/skydd", protection_why="Hävt").status_code == 303
    assert "rut@example.se" in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")


def test_the_api_corrects_what_is_given_and_keeps_the_rest(web: Web) -> None:
    ref = web.case(reporter=RUT)["ref"]
    given = {"email": "ruth@example.se", "phone": None, "protected": True, "why": "Ringde"}
    answer = web.patch(f"/cases/{ref}/reporter", given, by="contact")
    assert answer.status_code == 200
    wanted = {"name": "Rut", "email": "ruth@example.se", "phone": None, "locale": "sv", "protected": True}
    assert answer.json["reporter"] == wanted
    assert web.patch(f"/cases/{ref}/reporter", {"why": "Fel"}, by="officer").status_code == 403
    assert web.patch(f"/cases/{ref}/reporter", {"name": "X"}, by="contact").status_code == 422
