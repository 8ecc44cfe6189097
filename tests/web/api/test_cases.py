"""Handing in, reading and listing over the API: who gets what."""

import pytest
from support.houses.small_web import open_web

FOR_ANYONE_OUTSIDE = ("public_id", "reporter", "officer", "latitude", "next_at")


def test_a_visitor_hands_in_and_gets_the_key_to_the_case(web):
    answer = web.post("/cases", {"kind": "issue", "title": "Hål", "description": "Stort"})
    assert answer.status_code == 201
    given = answer.json
    assert (given["state"], given["responsible"], given["version"]) == ("received", "desk", 1)
    assert answer.headers["Location"] == f"/api/v1/cases/{given['public_id']}"
    assert web.browser().get(answer.headers["Location"]).json["title"] == "Hål"


def test_the_location_that_staff_get_is_the_reference(web):
    answer = web.post("/cases", {"kind": "issue", "title": "Hål"}, by="contact")
    assert answer.headers["Location"] == f"/api/v1/cases/{answer.json['ref']}"


def test_everything_that_can_be_handed_in_comes_back_to_staff(web):
    body = {
        "kind": "issue",
        "title": "Mörkt",
        "description": "Lampan är trasig",
        "category": "belysning",
        "place": "norrby",
        "group": "norrby",
        "latitude": 57.7,
        "longitude": 11.9,
        "reporter": {"name": "Rut", "email": "rut@example.se", "phone": "0321-123 45", "locale": "en"},
        "channel": "phone",
        "public": True,
    }
    ref = web.post("/cases", body, by="contact").json["ref"]
    seen = web.get(f"/cases/{ref}", by="contact").json
    same = ("kind", "title", "description", "category", "place", "group", "latitude", "longitude", "channel")
    assert {name: seen[name] for name in same} == {name: body[name] for name in same}
    assert seen["reporter"] == {**body["reporter"], "protected": False}
    assert seen["wants_public"] is True
    assert seen["published"] is False


def test_a_visitor_cannot_speak_for_a_group(web):
    answer = web.post("/cases", {"kind": "issue", "title": "Hål", "group": "norrby"})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["group"]
    assert web.post("/cases", {"kind": "issue", "title": "Hål", "group": "norrby"}, by="neighbour").status_code == 422
    assert web.post("/cases", {"kind": "issue", "title": "Hål", "group": "norrby"}, by="member").status_code == 201


@pytest.mark.parametrize("who", [None, "neighbour", "board_member"])
def test_a_reference_opens_nothing_to_visitors_and_outsiders(web, who):
    ref = web.case()["ref"]
    for path in (f"/cases/{ref}", f"/cases/{ref}/events"):
        assert web.get(path, by=who).status_code == 404
    body = {"to": "assigned", "responsible": "gata", "version": 1}
    assert web.post(f"/cases/{ref}/changes", body, by=who).status_code == 404
    assert web.post(f"/cases/{ref}/comments", {"text": "Hej"}, by=who).status_code == 404
    assert web.patch(f"/cases/{ref}", {"title": "Annat"}, by=who).status_code == 404


@pytest.mark.parametrize("ref", ["2026-9999", "nonsense", "%00", "%EF%BF%BF", "x" * 500, "..%2F..", "a b"])
def test_what_is_not_there_is_not_found_whatever_it_is_called(web, ref):
    assert web.get(f"/cases/{ref}", by="contact").status_code == 404


def test_the_public_id_lets_its_bearer_read_and_answer(web):
    case = web.case()
    ref, key = case["ref"], case["public_id"]
    waits = {"to": "waiting", "waiting_for": "reporter", "note": "Var?", "version": 1}
    assert web.post(f"/cases/{ref}/changes", waits, by="contact").status_code == 200
    assert web.get(f"/cases/{key}").json["waiting_for"] == "reporter"
    answered = web.post(f"/cases/{key}/comments", {"text": "Vid bron"})
    assert (answered.status_code, answered.json["state"]) == (201, "received")


def test_the_public_id_lets_its_bearer_contest(web):
    case = web.case()
    finish = {"to": "done", "note": "Lagat", "version": 1}
    assert web.post(f"/cases/{case['ref']}/changes", finish, by="contact").status_code == 200
    not_fixed = {"to": "assigned", "note": "Det är inte lagat", "version": 2}
    assert web.post(f"/cases/{case['public_id']}/changes", not_fixed).json["state"] == "assigned"


def test_the_public_id_does_not_make_its_bearer_staff(web):
    case = web.case()
    body = {"to": "assigned", "responsible": "gata", "version": 1}
    assert web.post(f"/cases/{case['public_id']}/changes", body).status_code == 403
    assert web.patch(f"/cases/{case['public_id']}", {"title": "Annat"}).status_code == 403


def test_only_staff_see_who_asked_and_only_staff_and_the_one_who_asked_see_the_key(web):
    case = web.case(reporter={"name": "Rut", "email": "rut@example.se"})
    web.post(f"/cases/{case['ref']}/changes", {"to": "assigned", "responsible": "norrby", "version": 1}, by="contact")
    seen = {who: web.get(f"/cases/{case['ref']}", by=who).json for who in ("contact", "officer", "member")}
    assert seen["contact"]["reporter"]["email"] == seen["officer"]["reporter"]["email"] == "rut@example.se"
    assert not {"reporter", "public_id", "officer"} & set(seen["member"])
    own = web.get(f"/cases/{case['public_id']}").json
    assert own["public_id"] == case["public_id"]
    assert "rut@example.se" not in str(own)


def test_internal_notes_stay_inside(web):
    case = web.case()
    web.post(f"/cases/{case['ref']}/comments", {"text": "Hemligt", "visibility": "internal"}, by="officer")
    web.post(f"/cases/{case['ref']}/comments", {"text": "Öppet", "visibility": "public"}, by="officer")
    inside = web.get(f"/cases/{case['ref']}/events", by="contact").json["items"]
    outside = web.get(f"/cases/{case['public_id']}/events").json["items"]
    assert [one["note"] for one in inside][1:] == ["Hemligt", "Öppet"]
    assert [one["note"] for one in outside][1:] == ["Öppet"]
    assert set(inside[0]) >= {"seq", "type", "at", "actor", "facts", "note"}


def test_the_day_that_comes_back_is_a_working_day(web):
    ref = web.case()["ref"]
    christmas_eve = {"to": "planned", "due_on": "2027-12-24", "version": 1}
    changed = web.post(f"/cases/{ref}/changes", christmas_eve, by="contact").json
    assert (changed["due_on"], changed["promised_on"]) == ("2027-12-27", "2027-12-27")


def test_a_visitor_reads_what_is_published_and_no_more(web):
    case = web.case(title="Ring 070-123 45 67", description="Skriv till rut@example.se", place="norrby")
    web.case(title="Annat")
    assert web.get("/cases").json == {"items": [], "next": None}
    assert web.patch(f"/cases/{case['ref']}", {"published": True}, by="contact").json["published"] is True
    listed = web.get("/cases").json["items"]
    read = web.get(f"/cases/{case['ref']}").json
    assert [one["ref"] for one in listed] == [read["ref"]] == [case["ref"]]
    assert "070" not in str(listed) + str(read)
    assert "rut@" not in str(listed) + str(read)
    assert not set(FOR_ANYONE_OUTSIDE) & (set(read) | set(listed[0]))
    web.patch(f"/cases/{case['ref']}", {"published": False}, by="contact")
    assert web.get(f"/cases/{case['ref']}").status_code == 404


def test_a_visitor_can_narrow_what_is_published_but_not_ask_about_the_rest(web):
    case = web.case(place="norrby")
    web.patch(f"/cases/{case['ref']}", {"published": True}, by="contact")
    for asked, found in (
        ("place=norrby", 1),
        ("place=soderby", 0),
        ("state=received", 1),
        ("q=vägen", 1),
        ("q=bro", 0),
    ):
        assert len(web.get(f"/cases?{asked}").json["items"]) == found, asked
    assert web.get("/cases?group=norrby").status_code == 401


def test_what_visitors_wish_public_is_published_at_once_only_where_the_house_chose_so(sqlite_url, tmp_path):
    for chosen in (False, True):
        web = open_web(sqlite_url, tmp_path, auto_publish=chosen)
        assert web.case(public=True, title="Ring 070-123 45 67")["published"] is chosen
        assert web.case(public=False)["published"] is False
        assert len(web.get("/cases").json["items"]) == chosen
        web.database.close()


def test_pages_of_what_is_published_lead_to_the_end(web):
    refs = [web.case(title=f"Nummer {n}")["ref"] for n in range(5)]
    for ref in refs:
        web.patch(f"/cases/{ref}", {"published": True}, by="contact")
    found, cursor = [], ""
    while cursor is not None:
        page = web.get(f"/cases?limit=2{cursor}").json
        found += [one["ref"] for one in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert found == refs[::-1]


def test_published_notes_are_read_by_everybody(web):
    case = web.case()
    web.post(f"/cases/{case['ref']}/comments", {"text": "Vi kommer", "visibility": "public"}, by="contact")
    web.post(f"/cases/{case['ref']}/comments", {"text": "Hemligt", "visibility": "internal"}, by="contact")
    web.patch(f"/cases/{case['ref']}", {"published": True}, by="contact")
    assert [one["note"] for one in web.get(f"/cases/{case['ref']}/events").json["items"]] == ["Vi kommer"]


def test_everybody_reads_the_events_of_what_is_published_in_the_form_of_all_events(web):
    case = web.case()
    for text in ("Vi kommer", "Ring 070-123 45 67"):
        web.post(f"/cases/{case['ref']}/comments", {"text": text, "visibility": "public"}, by="contact")
    web.patch(f"/cases/{case['ref']}", {"published": True}, by="contact")
    first, masked = web.get(f"/cases/{case['ref']}/events").json["items"]
    inside = web.get(f"/cases/{case['ref']}/events", by="contact").json["items"]
    same = next(one for one in inside if one["seq"] == first["seq"])
    assert {name: first[name] for name in ("seq", "type", "at", "actor", "note")} == {
        name: same[name] for name in ("seq", "type", "at", "actor", "note")
    }
    assert (first["facts"], "070" in masked["note"]) == ({}, False)
    assert not {"by", "words"} & set(first)


def test_the_events_of_what_is_published_come_in_parts(web):
    case = web.case()
    for number in range(5):
        web.post(f"/cases/{case['ref']}/comments", {"text": f"Nr {number}", "visibility": "public"}, by="contact")
    web.patch(f"/cases/{case['ref']}", {"published": True}, by="contact")
    parts, path = [], f"/cases/{case['ref']}/events?limit=2"
    while path:
        page = web.get(path).json
        parts.append([one["note"] for one in page["items"]])
        path = page["next"] and f"/cases/{case['ref']}/events?limit=2&cursor={page['next']}"
    assert parts == [["Nr 0", "Nr 1"], ["Nr 2", "Nr 3"], ["Nr 4"]]


def test_lists_hold_what_the_asker_may_see(web):
    own = web.post("/cases", {"kind": "issue", "title": "Vår", "group": "norrby"}, by="member").json["ref"]
    web.case(title="Någon annans")
    for who, count in (("contact", 2), ("officer", 2), ("member", 1), ("neighbour", 0)):
        assert len(web.get("/cases", by=who).json["items"]) == count, who
    assert web.get("/cases", by="member").json["items"][0]["ref"] == own


def test_lists_are_narrowed(web):
    dark = web.case(title="Mörkt", category="belysning", place="norrby")["ref"]
    other = web.case(title="Buller", kind="proposal")["ref"]
    park = {"to": "parked", "due_on": "2027-03-01", "reason": "Inte nu", "version": 1}
    web.post(f"/cases/{other}/changes", park, by="contact")
    for asked, found in (
        ("state=received", [dark]),
        ("state=parked&state=received", [other, dark]),
        ("state=parked,received", [other, dark]),
        ("category=belysning", [dark]),
        ("place=norrby", [dark]),
        ("responsible=desk", [other, dark]),
        ("responsible=gata", []),
        ("parked=true", [other]),
        ("overdue=true", []),
        ("q=mörkt", [dark]),
        ("sort=received", [dark, other]),
        ("sort=due", [dark, other]),
    ):
        assert [one["ref"] for one in web.get(f"/cases?{asked}", by="contact").json["items"]] == found, asked


@pytest.mark.parametrize("sort", ["-received", "received", "due"])
def test_pages_neither_skip_nor_repeat_while_cases_come_in(web, sort):
    before = {web.case(title=f"Nummer {n}")["ref"] for n in range(7)}
    found, cursor = [], ""
    while cursor is not None:
        page = web.get(f"/cases?limit=3&sort={sort}{cursor}", by="contact").json
        found += [one["ref"] for one in page["items"]]
        web.case(title="Kom emellan")
        cursor = f"&cursor={page['next']}" if page["next"] and len(found) < 30 else None
        if before <= set(found):
            break
    assert before <= set(found)
    assert len(found) == len(set(found))


def test_a_merged_case_names_the_one_it_went_into(web):
    case, other = web.case()["ref"], web.case()["ref"]
    merge = {"to": "merged", "into": other, "reason": "Samma hål", "version": 1}
    assert web.post(f"/cases/{case}/changes", merge, by="contact").json["merged_into"] == other
    listed = web.get("/cases?state=merged", by="contact").json["items"]
    assert [one["merged_into"] for one in listed] == [other]


def test_corrections_show_in_the_answer(web):
    ref = web.case()["ref"]
    wanted = {"title": "Djupt hål", "category": "trafik", "place": "soderby", "quick_win": True}
    answer = web.patch(f"/cases/{ref}", wanted, by="officer").json
    assert {name: answer[name] for name in wanted} == wanted
    assert web.patch(f"/cases/{ref}", {"category": None}, by="officer").json["category"] is None
    assert web.patch(f"/cases/{ref}", {"published": True}, by="officer").status_code == 403


def test_following_asks_the_address_and_tells_nothing(web):
    case = web.case()
    first = web.post(f"/cases/{case['public_id']}/followers", {"email": "ulla@example.se"})
    again = web.post(f"/cases/{case['public_id']}/followers", {"email": "ulla@example.se"})
    assert (first.status_code, first.json) == (202, {"status": "asked"})
    assert (again.status_code, again.json) == (202, {"status": "asked"})
    assert web.post(f"/cases/{case['ref']}/followers", {"email": "ulla@example.se"}).status_code == 404


def test_names_come_in_swedish_order(web):
    units = web.get("/units").json["items"]
    assert {"slug": "gata", "name": "Gata", "kind": "department"} in units
    assert {"slug": "trafik", "name": "Traffic"} in web.get("/categories", headers={"Accept-Language": "en"}).json[
        "items"
    ]
    assert {"slug": "trafik", "name": "Trafik"} in web.get("/categories").json["items"]
    assert [place["slug"] for place in web.get("/places").json["items"]] == ["norrby", "soderby"]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"email": "x@example..se"}, "email", "No e-mail can be sent to this address: write it as name@example.se."),
        ({"email": "ö@example.se"}, "email", "No e-mail can be sent to an address with å, ä, ö or similar characters"),
        ({"phone": "ask Nils"}, "phone", "This is not a telephone number: write it as 070-174 06 05."),
    ],
)
def test_a_reporter_whom_nothing_reaches_is_refused_by_field(sqlite_web, given, field, sentence):
    body = {"kind": "issue", "title": "Hål", "reporter": {"name": "Rut", **given}}
    answer = sqlite_web.post("/cases", body, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json["code"]) == (422, "bad-fields")
    assert sentence in str(answer.json["errors"]["reporter"][field])


def test_a_long_history_comes_in_pages_that_neither_skip_nor_repeat(sqlite_web):
    ref = sqlite_web.house.hand_in()
    for number in range(9):
        sqlite_web.house.comment(ref, f"Nummer {number}", by="contact")
    seen, path = [], f"/cases/{ref}/events?limit=4"
    while path:
        page = sqlite_web.get(path, by="contact").json
        seen.append([one["seq"] for one in page["items"]])
        path = page["next"] and f"/cases/{ref}/events?limit=4&cursor={page['next']}"
    assert seen == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert sqlite_web.get(f"/cases/{ref}/events", by="contact").json["next"] is None
    for odd in ("limit=0", "limit=501", "cursor=x", "cursor=-1", "cursor=" + "9" * 30, "before=3"):
        assert sqlite_web.get(f"/cases/{ref}/events?{odd}", by="contact").status_code in {400, 422}
