"""Deny by default: every endpoint says who may use it, and one table says what each gets."""

import pytest
from flask import Blueprint
from support.houses.small_web import open_web

from web import create_app
from web.requests.guard import Audience, UndeclaredView, audiences_of, guard, open_to

NO, NONE, YES = 403, 404, 200
WHO = ("visitor", "neighbour", "member", "representative", "officer", "water_officer", "head", "contact", "admin")
CALLS = {
    # call: what each of WHO gets, on a case of norrby's that gata holds
    "read": (NONE, NONE, YES, NONE, YES, YES, YES, YES, YES),
    "history": (NONE, NONE, YES, NONE, YES, YES, YES, YES, YES),
    "comment": (NONE, NONE, 201, NONE, 201, 201, 201, 201, 201),
    "internal": (NONE, NONE, NO, NONE, 201, 201, 201, 201, 201),
    "plan": (NONE, NONE, NO, NONE, YES, NO, YES, YES, NO),
    "assign": (NONE, NONE, NO, NONE, NO, NO, NO, YES, NO),
    "park": (NONE, NONE, NO, NONE, NO, NO, NO, YES, NO),
    "correct": (NONE, NONE, NO, NONE, YES, YES, YES, YES, YES),
    "publish": (NONE, NONE, NO, NONE, NO, NO, NO, YES, NO),
    "list": (YES,) * 9,
    "units": (YES,) * 9,
}
SENDS = {
    "read": ("GET", "", None),
    "history": ("GET", "/events", None),
    "comment": ("POST", "/comments", {"text": "Hej"}),
    "internal": ("POST", "/comments", {"text": "Hej", "visibility": "internal"}),
    "plan": ("POST", "/changes", {"to": "planned", "due_on": "2027-03-01", "version": 2}),
    "assign": ("POST", "/changes", {"to": "assigned", "responsible": "vatten", "version": 2}),
    "park": ("POST", "/changes", {"to": "parked", "due_on": "2027-03-01", "reason": "Inte nu", "version": 2}),
    "correct": ("PATCH", "", {"quick_win": True}),
    "publish": ("PATCH", "", {"published": True}),
}


@pytest.mark.parametrize("call", CALLS)
def test_everybody_gets_what_the_table_says(sqlite_web, call):
    got = tuple(_answer(sqlite_web, call, None if who == "visitor" else who) for who in WHO)
    assert got == CALLS[call]


def _answer(web, call, who):
    if call in {"list", "units"}:
        return web.get({"list": "/cases", "units": "/units"}[call], by=who).status_code
    ref = web.post("/cases", {"kind": "issue", "title": "Hål", "group": "norrby"}, by="member").json["ref"]
    web.post(f"/cases/{ref}/changes", {"to": "assigned", "responsible": "gata", "version": 1}, by="contact")
    method, path, body = SENDS[call]
    sent = {"json": body} if body else {}
    return web.call(method, f"/cases/{ref}{path}", by=who, **sent).status_code


def test_a_person_who_is_switched_off_opens_nothing(web):
    from cases.organisation.people import Person

    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("officer")).active = False
    assert web.get("/cases", by="officer").status_code == 401


def test_every_endpoint_says_who_may_use_it(sqlite_web):
    app = sqlite_web.app
    undeclared = [endpoint for endpoint in app.view_functions if not audiences_of(app, endpoint)]
    assert undeclared == []


def test_a_house_with_an_undeclared_door_does_not_open(sqlite_url, tmp_path):
    app = open_web(sqlite_url, tmp_path).app
    app.add_url_rule("/bakdorr", "back_door", lambda: "in")
    with pytest.raises(UndeclaredView, match="back_door"):
        guard(app)


@pytest.mark.parametrize(
    ("audience", "let_in"),
    [
        (Audience.LOGGED_IN, {"member", "officer", "contact", "admin"}),
        (Audience.STAFF, {"officer", "contact", "admin"}),
        (Audience.CONTACT, {"contact"}),
        (Audience.ADMIN, {"admin"}),
    ],
)
def test_each_audience_is_let_in_and_nobody_else(sqlite_url, tmp_path, audience, let_in):
    web = open_web(sqlite_url, tmp_path)
    room = Blueprint("room", __name__)
    room.get("/api/room")(open_to(audience)(lambda: {"in": True}))
    web.app.register_blueprint(room)
    got = {}
    for who in ("member", "officer", "contact", "admin", None):
        headers = {"Authorization": f"Bearer {web.tokens[who]}"} if who else {}
        got[who] = web.browser().get("/api/room", headers=headers).status_code
    web.database.close()
    assert got == {who: 200 if who in let_in else 403 if who else 401 for who in got}


def test_create_app_guards(sqlite_web, monkeypatch):
    monkeypatch.setattr("web.login.ask.open_to", None, raising=True)
    with pytest.raises(UndeclaredView):
        create_app(sqlite_web.settings, sqlite_web.database)
