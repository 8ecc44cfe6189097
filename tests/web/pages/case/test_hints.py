"""Staff are told of what the texts of a case hold and somebody should act on, and of what was refused in any form."""

from datetime import UTC, datetime

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.states import State

NUMBER = "Texten innehåller ett personnummer. Skydda eller ta bort det."
IDENTITY = "Texten talar om skyddade personuppgifter. Gäller det den som frågade?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Jag heter Rut, 19811218-9876", NUMBER),
        ("Hon har skyddad identitet", IDENTITY),
        ("Jag har skyddade personuppgifter.", IDENTITY),
        ("Sekretessmarkering hos Skatteverket", IDENTITY),
        ("Vägen 811218-1 är skyddad mot snö", ""),
    ],
)
def test_the_texts_are_looked_through_for_staff(sqlite_web: Web, text: str, said: str) -> None:
    house = sqlite_web.house
    described, commented = house.reach(State.ASSIGNED, description=text), house.reach(State.ASSIGNED)
    house.comment(commented, text, Visibility.PARTICIPANTS, by="reporter")
    for ref in (described, commented):
        for who in ("contact", "officer"):
            page = visitor(sqlite_web, who).read(f"/arenden/{ref}")
            assert [one for one in (NUMBER, IDENTITY) if one in page] == ([said] if said else [])
        own = visitor(sqlite_web).read(f"/arende/{house.case(ref).public_id}")
        assert NUMBER not in own and IDENTITY not in own


def test_the_hint_leads_the_desk_to_the_act(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED, description="Rut, 19811218-9876, har skyddad identitet")
    of_desk = visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
    assert f'href="/arenden/{ref}/radera"' in of_desk.split(NUMBER)[1].split("</p>")[0]
    assert 'href="#skydda"' in of_desk.split(IDENTITY)[1].split("</p>")[0] and 'id="skydda"' in of_desk
    of_unit = visitor(sqlite_web, "officer").get(f"/arenden/{ref}").text
    assert "Säg det till kontaktpersonen." in of_unit.split(NUMBER)[1].split("</p>")[0]
    protected = Reporter(name="Rut", email="rut@example.se", protected=True)
    again = sqlite_web.house.reach(State.ASSIGNED, description="Skyddad identitet", reporter=protected, at=MONDAY)
    assert IDENTITY not in visitor(sqlite_web, "contact").read(f"/arenden/{again}")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("skydd", {"protected": "1"}),
        ("den-som-fragade", {"asker_name": "Rut"}),
        ("kommentar", {"text": ""}),
        ("ratta", {"title": ""}),
        ("hor-ihop", {"to": "2020-0001"}),
    ],
)
def test_a_refused_form_says_so_in_the_box_that_gets_the_focus(
    sqlite_web: Web, path: str, form: dict[str, str]
) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    page = visitor(sqlite_web, "contact").send(f"/arenden/{ref}/{path}", **form)
    assert page.status_code == 422
    box = page.text.split('class="ds-error-summary"')[1].split("</div>")[0]
    assert "autofocus" in box
    refused = page.text.split('class="ds-validation-message"')[1].split("</p>")[0].split(">")[1]
    assert refused.strip() in words(f"<body>{box}")
