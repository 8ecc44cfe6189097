"""A field that a step does not take is refused beside that field, over the API and by the form."""

from datetime import UTC, datetime

import pytest
from support.houses.small_pages import visitor

from cases.states import State

SENTENCE = {"sv": "Det här steget tar inte emot den uppgiften.", "en": "This step takes no such value."}


@pytest.mark.parametrize("locale", SENTENCE)
@pytest.mark.parametrize(("state", "by"), [(State.DONE, "member"), (State.DONE, "key"), (State.WAITING, "key")])
def test_the_api_refuses_who_answers_or_contests_with_a_unit(sqlite_web, state, by, locale):
    ref = sqlite_web.house.reach(state, group="norrby", at=datetime.now(UTC))
    case = sqlite_web.house.case(ref)
    name = case.public_id if by == "key" else ref
    body = {"to": "assigned", "version": case.version, "note": "Nej", "responsible": "vatten"}
    headers = {"Accept-Language": locale}
    caller = None if by == "key" else by
    refused = sqlite_web.post(f"/cases/{name}/changes", body, by=caller, headers=headers)
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["responsible"]
    assert refused.json["errors"]["responsible"][0].startswith(SENTENCE[locale])
    assert sqlite_web.house.case(ref).state is state
    assert sqlite_web.post(f"/cases/{name}/changes", body | {"responsible": None}, by=caller).status_code == 200


def test_the_form_of_a_member_asks_for_no_unit_and_takes_none(sqlite_web):
    ref = sqlite_web.house.reach(State.DONE, group="norrby", at=datetime.now(UTC))
    member, version = visitor(sqlite_web, "member"), sqlite_web.house.case(ref).version
    page = member.get(f"/arenden/{ref}").text
    assert [name for name in ("responsible", "due_on", "waiting_for", "into") if f'name="{name}"' in page] == []
    typed = {"step": "contest", "version": version, "note": "Hålet är kvar"}
    refused = member.send(f"/arenden/{ref}/steg", **typed, responsible="vatten")
    assert refused.status_code == 422
    assert "Hålet är kvar</textarea>" in refused.text
    assert SENTENCE["sv"] in refused.text
    assert sqlite_web.house.case(ref).version == version
    assert member.send(f"/arenden/{ref}/steg", **typed).status_code == 303


def test_what_was_typed_for_another_step_of_the_same_form_stops_nobody(sqlite_web):
    """One form serves all steps: the stylesheet shows the fields of the chosen one."""
    ref = sqlite_web.house.reach(State.ASSIGNED)
    officer, version = visitor(sqlite_web, "officer"), sqlite_web.house.case(ref).version
    typed = {"step": "finish", "version": version, "note": "Lagat", "due_on": "2099-01-02", "visibility": "internal"}
    assert officer.send(f"/arenden/{ref}/steg", **typed, officer="officer@example.se").status_code == 303
    assert sqlite_web.house.case(ref).state is State.DONE
