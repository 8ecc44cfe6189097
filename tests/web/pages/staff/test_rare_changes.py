"""What is seldom done with a case: erasing words, taking today's policy, the agenda, a recurring duty."""

import pytest
from sqlalchemy import select
from support.houses.small_pages import visitor

from cases.case import Case
from cases.deadlines.policies import Policy
from cases.meetings.agenda_items import AgendaItem
from cases.states import State

TITLE = "Gatlyktan hos Rut är trasig"


@pytest.fixture
def ref(sqlite_web):
    return sqlite_web.house.reach(State.ASSIGNED, title=TITLE)


def test_words_are_erased_only_by_a_decision_and_the_history_stays(sqlite_web, ref):
    contact = visitor(sqlite_web, "contact")
    assert TITLE in contact.read(f"/arenden/{ref}/radera")
    refused = contact.send(f"/arenden/{ref}/radera", event="1", decision="")
    assert refused.status_code == 422
    assert contact.send(f"/arenden/{ref}/radera", decision="KS 2026/17").status_code == 422, "nothing was chosen"
    before = len(sqlite_web.house.events(ref))
    assert contact.send(f"/arenden/{ref}/radera", event="1", decision="KS 2026/17").status_code == 303
    assert TITLE not in contact.read(f"/arenden/{ref}")
    assert len(sqlite_web.house.events(ref)) == before + 1


def test_a_case_is_put_on_the_agenda_with_one_click(sqlite_web, ref):
    contact = visitor(sqlite_web, "contact")
    for _ in range(2):
        assert contact.send(f"/arenden/{ref}/dagordning").status_code == 303
    with sqlite_web.database.reading() as session:
        assert [item.why for item in session.scalars(select(AgendaItem))] == ["chosen"]
    assert visitor(sqlite_web, "officer").send(f"/arenden/{ref}/dagordning").status_code == 403


def test_a_case_follows_the_policy_of_today_when_somebody_says_so(sqlite_web, ref):
    with sqlite_web.database.transaction() as session:
        session.add(Policy(scope="*/*/*", version=2, name="Snabbare", terms={"answer_days": 3}))
    contact = visitor(sqlite_web, "contact")
    assert contact.send(f"/arenden/{ref}/dagens-policy").status_code == 303
    assert sqlite_web.house.events(ref, "case.corrected")[0].facts["what"] == ["policy"]
    contact.send(f"/arenden/{ref}/dagens-policy")
    assert len(sqlite_web.house.events(ref, "case.corrected")) == 1, "it follows it already"


def test_staff_hand_in_a_duty_that_comes_again(sqlite_web):
    duty = {"kind": "duty", "title": "Se över planen", "due_on": "2027-05-03", "every_months": "12"}
    assert visitor(sqlite_web, "contact").send("/lamna", **duty).status_code == 303
    with sqlite_web.database.reading() as session:
        case = session.scalars(select(Case)).one()
    assert (case.state, case.every_months, str(case.duty_on)) == (State.PLANNED, 12, "2027-05-03")


def test_somebody_logs_out_in_every_browser_at_once(sqlite_web):
    here, there = visitor(sqlite_web, "contact"), visitor(sqlite_web, "contact")
    assert here.send("/logga-ut/overallt").status_code == 303
    assert there.get("/skrivbord").status_code == 303
