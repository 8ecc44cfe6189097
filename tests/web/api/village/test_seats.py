"""Seats by the API: read by everybody without names, given and ended by the contact person and the admin."""

from datetime import timedelta

import pytest
from support.today import A_DAY, dated, today

PATH = "/units/forum/seats"


def body(**changed):
    return {"email": "member@example.se", "group": "norrby", "office": "chair", "sector": "citizens"} | changed


def test_a_seat_is_given_read_and_ended(web):
    given = web.post(PATH, body(), by="contact", headers={"Idempotency-Key": "k"})
    again = web.post(PATH, body(), by="contact", headers={"Idempotency-Key": "k"})
    assert (given.status_code, again.status_code, given.json) == (201, 201, again.json)
    number = given.json["number"]
    assert given.json == {
        "number": number, "group": "norrby", "sector": "citizens", "slot": 1, "office": "chair",
        "since": today().isoformat(), "until": None, "name": "Member",
    }  # fmt: skip
    everybody = web.get(PATH)
    assert [seat["name"] for seat in everybody.json["held"]] == [None, None]
    assert "@" not in everybody.text
    assert {"group": "norrby", "sector": None, "slot": 2} in everybody.json["empty"]
    ending = {"on": (today() + timedelta(days=9)).isoformat()}
    assert web.post(f"{PATH}/{number}/ending", ending, by="admin").json["until"] == ending["on"]
    assert web.post(f"{PATH}/{number}/ending", {"on": "2020-01-01"}, by="admin").status_code == 422
    assert web.post(f"{PATH}/9999/ending", ending, by="admin").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ingen@example.se"}, "email"),
        ({"email": "representative@example.se", "group": "gata"}, "group"),
        ({"group": "ingen"}, "group"),
        ({"office": "king"}, "office"),
        ({"sector": "farmers"}, "sector"),
        ({"until": 0 * A_DAY}, "until"),
        ({"group": "soderby"}, "email"),
        ({"email": "officer@example.se"}, "group"),
        ({"seat": 1}, "seat"),
    ],
)
def test_a_problem_names_the_field(sqlite_web, changed, field):
    for who in ("member", "neighbour"):
        assert sqlite_web.post(PATH, body(email=f"{who}@example.se"), by="contact").status_code == 201
    problem = sqlite_web.post(PATH, body(**dated(changed)), by="contact")
    assert (problem.status_code, list(problem.json["errors"])) == (422, [field])


def test_only_bodies_that_meet_have_seats_and_only_some_may_give_them(sqlite_web):
    assert sqlite_web.get("/units/gata/seats").status_code == 404
    assert sqlite_web.post("/units/norrby/seats", body(), by="contact").status_code == 404
    for who in ("officer", "member", "representative", "head"):
        assert sqlite_web.post(PATH, body(), by=who).status_code == 403
