"""A POST that is sent again, with its Idempotency-Key, changes nothing and is answered as the first time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from support.houses.small_house import SINCE

from cases.case import Case
from cases.database.tables.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR, KeptAnswer
from cases.history.journal import Event
from cases.organisation.people import Membership, Role

HOLE = {"kind": "issue", "title": "Hål i vägen"}


def keyed(key):
    return {"Idempotency-Key": key}


def count(web, table=Case):
    with web.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("who", [None, "contact"])
def test_the_same_request_is_answered_the_same_and_done_once(web, who):
    first = web.post("/cases", HOLE, by=who, headers=keyed("a"))
    again = web.post("/cases", HOLE, by=who, headers=keyed("a"))
    assert (again.status_code, again.json) == (first.status_code, first.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert count(web) == 1


def test_another_body_with_the_same_key_is_refused(web):
    web.post("/cases", HOLE, by="contact", headers=keyed("a"))
    other = web.post("/cases", HOLE | {"title": "Annat"}, by="contact", headers=keyed("a"))
    assert (other.status_code, list(other.json["errors"])) == (422, ["Idempotency-Key"])
    assert other.json["type"].endswith("key-used-otherwise")
    assert count(web) == 1


def test_the_same_key_for_another_call_is_refused(web):
    first, second = web.case()["ref"], web.case()["ref"]
    body = {"text": "Hej"}
    assert web.post(f"/cases/{first}/comments", body, by="contact", headers=keyed("a")).status_code == 201
    assert web.post(f"/cases/{second}/comments", body, by="contact", headers=keyed("a")).status_code == 422


def test_keys_are_ones_own(web):
    for who in ("contact", "officer", None):
        assert web.post("/cases", HOLE, by=who, headers=keyed("a")).status_code == 201
    assert count(web) == 3


def test_two_visitors_with_one_key_do_not_meet(web):
    first = web.post("/cases", HOLE, headers=keyed("1")).json
    second = web.post("/cases", HOLE | {"title": "En annan"}, headers=keyed("1")).json
    assert first["public_id"] != second["public_id"]


def test_a_refusal_does_not_use_up_the_key(web):
    ref = web.case()["ref"]
    step = {"to": "assigned", "responsible": "gata"}
    assert web.post(f"/cases/{ref}/changes", step | {"version": 0}, by="contact", headers=keyed("k")).status_code == 409
    assert web.post(f"/cases/{ref}/changes", step | {"version": 1}, by="contact", headers=keyed("k")).status_code == 200


def test_a_retried_change_is_not_stale(web):
    ref = web.case()["ref"]
    step = {"to": "assigned", "responsible": "gata", "version": 1}
    answers = [web.post(f"/cases/{ref}/changes", step, by="contact", headers=keyed("k")) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert count(web, Event) == 2


def test_requests_at_once_are_done_once(web):
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(web.post, "/cases", HOLE, by="contact", headers=keyed("a")) for _ in range(8)]
        answers = [one.result() for one in sent]
    assert {one.status_code for one in answers} <= {201, 409}
    assert len({one.json["ref"] for one in answers if one.status_code == 201}) == 1
    assert count(web) == 1


def test_a_key_is_forgotten_after_seven_days(web):
    web.post("/cases", HOLE, by="contact", headers=keyed("a"))
    with web.database.transaction() as session:
        session.execute(
            update(KeptAnswer).values(made_at=datetime.now(UTC) - IDEMPOTENCY_KEYS_KEPT_FOR - timedelta(hours=1))
        )
    other = web.post("/cases", HOLE | {"title": "Annat"}, by="contact", headers=keyed("a"))
    assert other.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "å"])
def test_a_key_that_cannot_be_read(sqlite_web, key):
    answer = sqlite_web.post("/cases", HOLE, headers=keyed(key))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])


def test_nothing_is_kept_of_who_sent_it(web):
    web.post("/cases", HOLE, by="contact", headers=keyed("min-nyckel"))
    with web.database.reading() as session:
        kept = session.scalars(select(KeptAnswer)).one()
    assert "min-nyckel" not in kept.key + kept.request
    assert web.tokens["contact"] not in kept.key + kept.request + (kept.body or "")


def from_address(web, address, body=HOLE, browser=None):
    """Hand in with the key "a", without a token, from this address."""
    there = {"headers": keyed("a"), "environ_base": {"REMOTE_ADDR": address}}
    return (browser or web.browser()).post("/api/v1/cases", json=body, **there)


def make_old(web, **ago):
    with web.database.transaction() as session:
        for kept in session.scalars(select(KeptAnswer)):
            kept.made_at -= timedelta(**ago)


def test_somebody_else_with_the_same_key_and_body_gets_the_reference_only(web):
    first = from_address(web, "192.0.2.1")
    second = from_address(web, "192.0.2.2")
    assert first.status_code == 201
    assert (second.status_code, second.json) == (200, {"ref": first.json["ref"]})
    assert "Location" not in second.headers
    assert "Set-Cookie" not in second.headers
    assert first.json["public_id"] not in second.text + str(second.headers)
    assert count(web) == 1


def test_the_first_sender_is_known_by_their_cookie_from_anywhere(web):
    browser = web.browser()
    first = from_address(web, "192.0.2.1", browser=browser)
    make_old(web, hours=1)
    again = from_address(web, "192.0.2.99", browser=browser)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    cookie = browser.get_cookie("ventil_sender")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with web.database.reading() as session:
        assert cookie.value not in session.scalars(select(KeptAnswer.sender)).all()


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::5", "2001:db8:1:2::6", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
    ],
)
def test_and_for_ten_minutes_by_their_network(web, first, second, same):
    made = from_address(web, first).json
    assert from_address(web, second).json == (made if same else {"ref": made["ref"]})
    make_old(web, minutes=9)
    assert from_address(web, second).json == (made if same else {"ref": made["ref"]})
    make_old(web, minutes=2)
    assert from_address(web, second).json == {"ref": made["ref"]}
    assert count(web) == 1


def test_many_at_once_from_everywhere_make_one_case_and_one_gets_its_key(web):
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(from_address, web, f"192.0.2.{n}") for n in range(6)]
        answers = [one.result() for one in sent]
    assert sum("public_id" in one.json for one in answers) == 1
    assert count(web) == 1


def test_who_holds_the_public_id_gets_the_whole_answer_again(web):
    public_id = web.case()["public_id"]
    for address in ("192.0.2.1", "192.0.2.2"):
        there = {"headers": keyed("b"), "environ_base": {"REMOTE_ADDR": address}}
        answer = web.post(f"/cases/{public_id}/comments", {"text": "Hej"}, **there)
        assert (answer.status_code, answer.json["state"]) == (201, "received")
    assert count(web, Event) == 2


def test_with_a_token_the_answer_is_whole_from_anywhere(web):
    for address in ("192.0.2.1", "192.0.2.2"):
        there = {"headers": keyed("a"), "environ_base": {"REMOTE_ADDR": address}}
        assert web.post("/cases", HOLE, by="neighbour", **there).json["public_id"]


@pytest.mark.parametrize("who", [None, "contact"])
@pytest.mark.parametrize(
    "written",
    [
        '{"title": "I v\u00e4gen", "kind": "issue"}',
        '{ "kind":"issue",\n"title":"\\u0049 v\\u00e4gen" }',
        '{"kind":"issue","title":"I v\u00e4gen"}',
    ],
)
def test_the_same_json_written_otherwise_is_the_same_request(web, who, written):
    first = web.post("/cases", {"kind": "issue", "title": "I v\u00e4gen"}, by=who, headers=keyed("a"))
    as_json = {"Content-Type": "application/json", **keyed("a")}
    again = web.call("POST", "/cases", by=who, data=written.encode(), headers=as_json)
    assert (again.status_code, again.json["ref"]) == (201, first.json["ref"])
    assert count(web) == 1


def test_after_the_key_was_replaced_the_reference_is_found_again(web):
    body = HOLE | {"reporter": {"name": "Rut", "email": "rut@example.se"}}
    first = web.post("/cases", body, headers=keyed("a"))
    ref = first.json["ref"]
    assert web.post(f"/cases/{ref}/key", {}, by="contact").status_code == 200
    again = web.post("/cases", body, headers=keyed("a"))
    assert (again.status_code, again.json) == (200, {"ref": ref})
    assert "Location" not in again.headers


@pytest.mark.parametrize("left", ["all", "staff"])
def test_who_has_lost_the_right_to_the_case_gets_the_reference_only(web, left):
    ref = web.house.hand_in(by="contact", group="norrby")
    step = {"to": "assigned", "responsible": "gata", "version": 1}
    first = web.post(f"/cases/{ref}/changes", step, by="contact", headers=keyed("k"))
    assert "next_at" in first.json
    with web.database.transaction() as session:
        mine = Membership.person_id == web.person_id("contact")
        session.execute(delete(Membership).where(mine))
        if left == "staff":  # a member of the group now
            seat = {"person_id": web.person_id("contact"), "unit_id": web.house.unit_id("norrby")}
            session.add(Membership(**seat, role=Role.MEMBER, since=SINCE))
    again = web.post(f"/cases/{ref}/changes", step, by="contact", headers=keyed("k"))
    assert (again.status_code, again.json) == (200, {"ref": ref})
    assert web.house.case(ref).version == first.json["version"]
