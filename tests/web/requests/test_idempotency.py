"""A POST that is sent again, with its Idempotency-Key, changes nothing and is answered as the first time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from cases.case import Case
from cases.database.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR, KeptAnswer
from cases.history.journal import Event

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
