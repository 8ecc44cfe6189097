"""What the calls that are made most may cost, in statements."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

OPENING = ("BEGIN", "SAVEPOINT")


@contextmanager
def statements(database) -> Iterator[list[str]]:
    said = []

    def listen(_connection, _cursor, statement, _parameters, _context, _many):
        if not statement.startswith(OPENING):
            said.append(statement.split()[0])

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


def test_a_change_of_state_is_two_questions_and_one_write_where_the_database_can(web):
    ref = web.case()["ref"]
    begun = {"to": "in_progress", "note": "Vi börjar", "version": 1}
    assert web.post(f"/cases/{ref}/changes", begun, by="contact").status_code == 200
    with statements(web.database) as said:
        assert web.post(f"/cases/{ref}/changes", begun | {"version": 2}, by="contact").status_code == 200
    together = ["WITH"] if not web.database.is_sqlite else ["UPDATE", "INSERT", "INSERT", "INSERT"]
    assert said == ["SELECT", "SELECT", *together]  # who, the case; the case, event, words, work


def test_handing_in_is_two_questions_a_number_and_one_write_where_the_database_can(web):
    asked = {"kind": "issue", "title": "Trasig lykta", "description": "Släckt", "reporter": {"name": "Någon"}}
    asked |= {"category": "belysning", "place": "norrby"}
    assert web.post("/cases", asked, by="contact").status_code == 201
    with statements(web.database) as said:
        assert web.post("/cases", asked, by="contact").status_code == 201
    together = ["WITH"] if not web.database.is_sqlite else ["INSERT"] * 5
    assert said == [
        "SELECT", "SELECT",  # who, the policy with the desk and what is named
        "UPDATE",  # the last reference
        *together,  # the one who asks, the case, event, title with description, work
    ]  # fmt: skip


@pytest.mark.parametrize("cases", [1, 12])
def test_a_list_costs_the_same_however_long_it_is(web, cases):
    target = web.case()["ref"]
    for _ in range(cases):
        merge = {"to": "merged", "into": target, "reason": "Samma", "version": 1}
        web.post(f"/cases/{web.case()['ref']}/changes", merge, by="contact")
    with statements(web.database) as said:
        assert len(web.get("/cases?state=merged", by="contact").json["items"]) == cases
    assert len(said) == 3


def test_what_needs_no_records_asks_for_none(web):
    with statements(web.database) as said:
        web.get("/openapi.json")
        web.browser().get("/healthz")
    assert said == []
