"""Everything that goes wrong under /api is a problem document, in the asker's language."""

import json
import re

import pytest
from sqlalchemy import text
from support.houses.small_house import furnish
from support.houses.small_web import open_web
from support.servers import services

from cases.states import State

PROBLEM = "application/problem+json"


def is_problem(answer, status, code):
    assert (answer.status_code, answer.content_type) == (status, PROBLEM)
    document = answer.json
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"].endswith(code)
    assert document["title"]
    assert document["detail"]
    return document


def test_no_such_call(sqlite_web):
    is_problem(sqlite_web.get("/nothing"), 404, "not-found")


def test_a_method_that_is_not_taken_names_those_that_are(sqlite_web):
    answer = sqlite_web.call("DELETE", "/cases")
    is_problem(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("sent", [{"data": "x"}, {"data": {"kind": "issue"}}, {"data": b""}])
def test_only_json_is_read(sqlite_web, sent):
    is_problem(sqlite_web.call("POST", "/cases", **sent), 415, "unsupported-media-type")


@pytest.mark.parametrize("sent", ["{", "", "[" * 100_000, '{"version": ' + "9" * 5000 + "}", b"\xff\xfe{"])
def test_json_that_cannot_be_read(sqlite_web, sent):
    answer = sqlite_web.call("POST", "/cases", data=sent, content_type="application/json")
    is_problem(answer, 400, "bad-request")


@pytest.mark.parametrize("sent", ["[]", '"text"', "null", "3"])
def test_json_that_is_no_object(sqlite_web, sent):
    answer = sqlite_web.call("POST", "/cases", data=sent, content_type="application/json")
    is_problem(answer, 422, "bad-fields")


def test_a_body_that_is_too_large(sqlite_web):
    body = json.dumps({"kind": "issue", "title": "x", "description": "å" * 11_000_000})
    answer = sqlite_web.call("POST", "/cases", data=body, content_type="application/json")
    is_problem(answer, 413, "too-large")


GOOD = {"kind": "issue", "title": "Hål", "description": "Stort"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "complaint"}, "kind"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": 7}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"category": "finns-inte"}, "category"),
        ({"place": "finns-inte"}, "place"),
        ({"latitude": 91}, "latitude"),
        ({"longitude": "öst"}, "longitude"),
        ({"latitude": float("nan")}, "latitude"),
        ({"channel": "smoke"}, "channel"),
        ({"public": "perhaps"}, "public"),
        ({"reporter": {"email": "a@example.se"}}, "reporter"),
        ({"reporter": {"name": "A", "email": "a@b.se,c@d.se"}}, "reporter"),
        ({"reporter": {"name": "A", "email": "a@b.se\r\nBcc: c@d.se"}}, "reporter"),
        ({"state": "closed"}, "state"),
        ({"responsible": "gata"}, "responsible"),
        ({"public_id": "x"}, "public_id"),
    ],
)
def test_what_cannot_be_handed_in_is_named_by_its_field(web, wrong, field):
    answer = web.post("/cases", GOOD | wrong)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert web.get("/cases", by="contact").json["items"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": "finished"}, "to"),
        ({"version": None}, "version"),
        ({"version": "1"}, "version"),
        ({"version": 10**30}, "version"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"due_on": "0001-01-01"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"due_on": "2001-01-01"}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"waiting_for": "nobody"}, "waiting_for"),
        ({"waiting_for": {"unit": "forum", "name": "x"}}, "waiting_for"),
        ({"waiting_for": 3}, "waiting_for"),
        ({"officer": "nobody@example.se"}, "officer"),
    ],
)
def test_what_cannot_be_changed_is_named_by_its_field(sqlite_web, wrong, field):
    ref = sqlite_web.case()["ref"]
    body = {"to": "assigned", "responsible": "gata", "version": 1}
    sqlite_web.post(f"/cases/{ref}/changes", body, by="contact")
    good = {"to": "planned", "due_on": "2027-01-04", "version": 2}
    answer = sqlite_web.post(f"/cases/{ref}/changes", good | wrong, by="officer")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("asked", ["limit=0", "limit=501", "limit=x", "sort=title", "cursor=xx", "kind=x", "overdue=x"])
@pytest.mark.parametrize("who", [None, "contact"])
def test_questions_that_cannot_be_answered(sqlite_web, asked, who):
    answer = sqlite_web.get(f"/cases?{asked}", by=who)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [asked.partition("=")[0]]


@pytest.mark.parametrize("path", ["/cases?colour=red", "/units?x=1", "/cases/2026-0001?y=2"])
def test_unknown_parameters(sqlite_web, path):
    document = is_problem(sqlite_web.get(path), 400, "unknown-parameter")
    assert len(document["errors"]) == 1


def test_a_token_that_opens_nothing(sqlite_web):
    answer = sqlite_web.get("/cases", headers={"Authorization": "Bearer vt_nonsense"})
    is_problem(answer, 401, "unknown-token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert sqlite_web.get("/cases", headers={"Authorization": "Basic YTpi"}).status_code == 401


def test_a_cookie_says_nothing_to_the_api(sqlite_web):
    browser = sqlite_web.browser()
    browser.set_cookie("ventil_login", sqlite_web.tokens["contact"])
    assert browser.get("/api/v1/cases").json["items"] == []


def test_a_step_that_does_not_exist(sqlite_web):
    ref = sqlite_web.case()["ref"]
    answer = sqlite_web.post(f"/cases/{ref}/changes", {"to": "closed", "note": "x", "version": 1}, by="contact")
    assert answer.status_code in {403, 409}
    parked = {"to": "parked", "due_on": "2027-03-01", "reason": "x", "version": 1}
    sqlite_web.post(f"/cases/{ref}/changes", parked, by="contact")
    answer = sqlite_web.post(f"/cases/{ref}/changes", {"to": "done", "note": "x", "version": 2}, by="contact")
    is_problem(answer, 409, "transition-not-allowed")


def test_a_step_that_is_somebody_elses(sqlite_web):
    ref = sqlite_web.case()["ref"]
    body = {"to": "assigned", "responsible": "gata", "version": 1}
    is_problem(sqlite_web.post(f"/cases/{ref}/changes", body, by="officer"), 403, "not-allowed")


def test_whoever_comes_second_is_told_what_happened(web):
    ref = web.case()["ref"]
    web.post(f"/cases/{ref}/changes", {"to": "assigned", "responsible": "gata", "version": 1}, by="contact")
    late = {"to": "assigned", "responsible": "vatten", "version": 1}
    document = is_problem(web.post(f"/cases/{ref}/changes", late, by="contact"), 409, "stale-version")
    assert document["version"] == 2
    assert document["since"] == [{"seq": 2, "type": "case.assigned"}]


def test_a_comment_in_between_makes_nobody_late(web):
    ref = web.case()["ref"]
    web.post(f"/cases/{ref}/comments", {"text": "Jag tittar"}, by="contact")
    body = {"to": "assigned", "responsible": "gata", "version": 1}
    assert web.post(f"/cases/{ref}/changes", body, by="contact").status_code == 200


def test_a_refused_change_changes_nothing(web):
    ref = web.case()["ref"]
    before = web.get(f"/cases/{ref}", by="contact").json
    refused = web.post(f"/cases/{ref}/changes", {"to": "declined", "version": 1}, by="contact")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason"])
    assert web.get(f"/cases/{ref}", by="contact").json == before


def test_refusals_are_in_the_askers_language(sqlite_web):
    english = sqlite_web.get("/nothing", headers={"Accept-Language": "en"}).json["detail"]
    swedish = sqlite_web.get("/nothing", headers={"Accept-Language": "sv"}).json["detail"]
    assert english != swedish
    assert sqlite_web.get("/nothing").json["detail"] == swedish


def test_a_crash_tells_nothing_of_itself(sqlite_web, monkeypatch):
    def crash():
        return 1 / 0

    crash.open_to = frozenset({"anybody"})
    monkeypatch.setitem(sqlite_web.app.view_functions, "api_names.list_units", crash)
    answer = sqlite_web.get("/units")
    document = is_problem(answer, 500, "internal-error")
    assert "ZeroDivision" not in json.dumps(document)


def test_without_its_records_the_house_says_so(web):
    with web.database.engine.begin() as connection:
        connection.execute(text('ALTER TABLE "case" RENAME TO gone'))
    web.database.close()
    answer = web.post("/cases", GOOD)
    assert answer.status_code >= 500
    assert answer.content_type == PROBLEM


@pytest.mark.postgres
def test_with_the_database_down_every_call_is_unavailable_and_nothing_else(own_postgres, tmp_path):
    server = own_postgres()
    url = services.fresh_database(server.url, "down")
    furnish(url)
    web = open_web(url, tmp_path)
    server.stop()
    for answer in (web.get("/units"), web.post("/cases", GOOD), web.get("/cases", by="contact")):
        is_problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"]
    web.database.close()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("sv", r"Datumet ska vara tidigast \d{1,2} \w+ 20\d\d"),
        ("en", r"The date must be from \d{1,2} \w+ 20\d\d to \d{1,2} \w+ 20\d\d\."),
    ],
)
def test_days_in_a_sentence_are_words_and_never_iso(sqlite_web, lang, said):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    body = {
        "to": "planned",
        "due_on": "2001-01-01",
        "version": sqlite_web.get(f"/cases/{ref}", by="contact").json["version"],
    }
    answer = sqlite_web.post(f"/cases/{ref}/changes", body, by="contact", headers={"Accept-Language": lang})
    detail = is_problem(answer, 422, "date-outside")["detail"]
    assert re.search(said, detail) and not re.search(r"\d{4}-\d\d-\d\d", str(answer.json["errors"]) + detail)
