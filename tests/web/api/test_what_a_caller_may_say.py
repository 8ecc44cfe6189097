"""What is refused beside its field, by the API: invisible texts, versions, half positions, what only staff hand in."""

import pytest
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

UNSEEN = ("\u200b\u200b", "\u2800", "\u3164 \u00a0", "\u200d\ufe0f", "\u2060\u00ad")
GOOD = {"kind": "issue", "title": "Hål"}
PLAN = {"to": "assigned", "responsible": "gata"}


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_is_no_text(sqlite_web: Web, unseen: str) -> None:
    case = sqlite_web.case()
    ref, contact = case["ref"], visitor(sqlite_web, "contact")
    assert list(sqlite_web.post("/cases", GOOD | {"title": unseen}).json["errors"]) == ["title"]
    assert list(sqlite_web.patch(f"/cases/{ref}", {"title": unseen}, by="contact").json["errors"]) == ["title"]
    said = sqlite_web.post(f"/cases/{ref}/comments", {"text": unseen}, by="contact")
    assert said.json["errors"] == {"text": ["Skriv något först: kommentaren är tom."]}
    wait = {"to": "waiting", "version": 1, "waiting_for": {"name": unseen}}
    assert list(sqlite_web.post(f"/cases/{ref}/changes", wait, by="contact").json["errors"]) == ["waiting_for"]
    decline = {"to": "declined", "version": 1, "reason": unseen}
    assert list(sqlite_web.post(f"/cases/{ref}/changes", decline, by="contact").json["errors"]) == ["reason"]
    form = {"asker_name": "Rut", "asker_why": unseen}
    assert contact.send(f"/arenden/{ref}/den-som-fragade", **form).status_code == 422
    assert contact.send("/lamna", title=unseen).status_code == 422
    assert visitor(sqlite_web).send(f"/arende/{case['public_id']}/kommentar", text=unseen).status_code == 422
    assert sqlite_web.get(f"/cases/{ref}", by="contact").json["version"] == 1


def test_how_a_visitors_case_came_in_is_by_web_or_api(sqlite_web: Web) -> None:
    for said, kept in (("phone", "web"), ("meeting", "web"), ("api", "api"), ("web", "web")):
        answer = sqlite_web.post("/cases", GOOD | {"channel": said, "title": f"Hål {said}"})
        assert answer.status_code == 201
        assert sqlite_web.get(f"/cases/{answer.json['ref']}", by="contact").json["channel"] == kept
    by_staff = sqlite_web.post("/cases", GOOD | {"channel": "phone"}, by="contact")
    assert by_staff.json["channel"] == "phone"


@pytest.mark.parametrize(("given", "lacking"), [("latitude", "longitude"), ("longitude", "latitude")])
def test_half_a_position_is_refused(sqlite_web: Web, given: str, lacking: str) -> None:
    for more in ({given: 57.7}, {given: 57.7, lacking: None}):
        answer = sqlite_web.post("/cases", GOOD | more)
        assert answer.status_code == 422
        assert answer.json["errors"] == {
            lacking: ["En position behöver både latitud och longitud: ange båda eller ingen av dem."]
        }
    assert visitor(sqlite_web, "contact").send("/lamna", title="Hål", position="57.7").status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("PATCH", "", {"title": " "}, "Skriv med några ord vad det gäller."),
        ("POST", "/comments", {"text": " "}, "Skriv något först: kommentaren är tom."),
        ("POST", "/changes", {"to": "merged", "version": 1, "into": "2026-9999", "reason": "Samma"},
         "Det finns inget ärende med numret 2026-9999."),
    ],
)  # fmt: skip
def test_each_refusal_has_its_own_sentence(
    sqlite_web: Web, method: str, path: str, body: dict[str, object], sentence: str
) -> None:
    ref = sqlite_web.case()["ref"]
    answer = sqlite_web.call(method, f"/cases/{ref}{path}", json=body, by="contact")
    assert answer.status_code == 422
    assert [sentence] in answer.json["errors"].values()


def test_a_cursor_that_is_none_of_ours_is_called_so(sqlite_web: Web) -> None:
    for who in (None, "contact"):
        answer = sqlite_web.get("/cases?cursor=x", by=who)
        assert answer.json["errors"] == {
            "cursor": ["Listan kan inte fortsätta därifrån. Hämta den första sidan igen, utan cursor."]
        }


def test_an_unknown_step_or_case_is_called_so_on_the_page(sqlite_web: Web) -> None:
    ref, contact = sqlite_web.case()["ref"], visitor(sqlite_web, "contact")
    step = contact.send(f"/arenden/{ref}/steg", step="flyga", version="1")
    assert step.status_code == 422
    assert "Det steget finns inte. Välj ett av stegen på sidan." in words(step.text)
    other = contact.send(f"/arenden/{ref}/hor-ihop", to="2026-9999")
    assert other.status_code == 422
    assert "Det finns inget ärende med numret 2026-9999." in words(other.text)


def test_one_who_asked_and_writes_nothing_is_not_told_to_write_why(sqlite_web: Web) -> None:
    case = sqlite_web.case()
    page = visitor(sqlite_web).send(f"/arende/{case['public_id']}/kommentar", text=" ")
    assert page.status_code == 422 and "Skriv något först: kommentaren är tom." in words(page.text)
    done = {"to": "done", "version": 1, "note": "Lagat"}
    assert sqlite_web.post(f"/cases/{case['ref']}/changes", done, by="contact").status_code == 200
    contested = visitor(sqlite_web).send(f"/arende/{case['public_id']}/inte-atgardat", note="")
    assert "Skriv vad som fortfarande är fel: de som har ärendet läser det." in words(contested.text)
