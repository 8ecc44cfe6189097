"""Every door through which a mail address or a telephone number comes in has the same rule and the same sentences."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.access.actors import A_COMMAND
from cases.administration.reorganising import UnitDetails, add_unit, change_unit
from cases.administration.staffing import PersonDetails, add_person
from cases.organisation.units import UnitKind, unit_named
from cases.refusals import FieldRefusal
from web.language.refusals import sentence_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUT = {"name": "Rut", "email": "rut@example.se", "phone": "0321-123 45"}
NO_NUMBER = "Det här är inget telefonnummer: skriv det som 070-174 06 05."
NO_ADDRESS = "Det går inte att skicka mejl till den här adressen: skriv den som namn@example.se."
LETTERS = "Det går inte att skicka mejl till en adress med å, ä, ö eller liknande bokstäver före @."
WRONG = {
    "phone": {"abc inte nummer": NO_NUMBER, "12": NO_NUMBER, "0000000": NO_NUMBER},
    "email": {
        "rut@example.s": NO_ADDRESS,
        "\uff11\uff12@example.se": NO_ADDRESS,
        "rut@example..se": NO_ADDRESS,
        "åsa@example.se": LETTERS,
    },
}
Door = Callable[[Web, dict[str, str]], str]


def _read(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def _hand_in_by_api(web: Web, given: dict[str, str]) -> str:
    return _read(web.post("/cases", {"kind": "issue", "title": "Hål", "reporter": {"name": "Rut", **given}}).json)


def _correct_by_api(web: Web, given: dict[str, str]) -> str:
    ref = web.case(reporter=RUT)["ref"]
    return _read(web.patch(f"/cases/{ref}/reporter", {**given, "why": "Ringde"}, by="contact").json)


def _follow_by_api(web: Web, given: dict[str, str]) -> str:
    return _read(web.post(f"/cases/{web.case()['public_id']}/followers", given).json)


def _hand_in_by_staff(web: Web, given: dict[str, str]) -> str:
    return words(visitor(web, "contact").send("/lamna", title="Hål", **given).text)


def _correct_on_page(web: Web, given: dict[str, str]) -> str:
    form = {f"asker_{name}": value for name, value in (RUT | given).items()}
    ref = web.case(reporter=RUT)["ref"]
    return words(visitor(web, "contact").send(f"/arenden/{ref}/den-som-fragade", asker_why="Ringde", **form).text)


def _follow_on_page(web: Web, given: dict[str, str]) -> str:
    ref = web.case()["ref"]
    assert web.patch(f"/cases/{ref}", {"published": True}, by="contact").status_code == 200
    return words(visitor(web).send(f"/arenden/{ref}/folj", **given).text)


def _said(web: Web, act: Callable[..., object], *given: object) -> str:
    with web.app.test_request_context(), web.database.transaction() as session:
        with pytest.raises(FieldRefusal) as refused:
            act(session, *given, by=A_COMMAND, at=NOW)
        return sentence_of(refused.value.code, refused.value.facts)


def _add_unit(web: Web, given: dict[str, str]) -> str:
    return _said(web, add_unit, "ny", UnitKind.DEPARTMENT, UnitDetails("Ny", **given))


def _change_unit(web: Web, given: dict[str, str]) -> str:
    with web.database.reading() as session:
        unit = unit_named(session, "gata", field="unit")
    return _said(web, change_unit, unit, UnitDetails("Gata", **given))


def _add_person(web: Web, given: dict[str, str]) -> str:
    email = given.get("email", "ny@example.se")
    return _said(web, add_person, email, PersonDetails("Ny", phone=given.get("phone")))


DOORS: dict[str, tuple[Door, tuple[str, ...]]] = {
    "hand in over the API": (_hand_in_by_api, ("phone", "email")),
    "correct over the API": (_correct_by_api, ("phone", "email")),
    "follow over the API": (_follow_by_api, ("email",)),
    "hand in for somebody": (_hand_in_by_staff, ("phone", "email")),
    "correct on the page": (_correct_on_page, ("phone", "email")),
    "follow on the page": (_follow_on_page, ("email",)),
    "add a unit": (_add_unit, ("phone", "email")),
    "change a unit": (_change_unit, ("phone", "email")),
    "add a person": (_add_person, ("phone", "email")),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_number_or_address_is_refused_with_the_same_sentence(sqlite_web: Web, door: str) -> None:
    knock, fields = DOORS[door]
    for field in fields:
        for written, sentence in WRONG[field].items():
            assert sentence in knock(sqlite_web, {field: written}), (field, written)


def test_what_was_known_before_is_not_judged_again(sqlite_web: Web) -> None:
    ref = sqlite_web.case(reporter=RUT)["ref"]
    with sqlite_web.database.transaction() as session:
        sqlite_web.house.case(ref)
        session.connection().exec_driver_sql("UPDATE party SET phone = 'hos grannen'")
    given = {"name": "Ruth", "phone": "hos grannen", "why": "Stavades fel"}
    assert sqlite_web.patch(f"/cases/{ref}/reporter", given, by="contact").json["reporter"]["phone"] == "hos grannen"
