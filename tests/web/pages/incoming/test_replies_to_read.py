"""A reply to "done" stands on top of the case until somebody who may has read it: by page and by API, in a pile."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.inbound.incoming_mail import MailHouse

from cases.case import case_to_change
from cases.states import State

RUT = "Rut <rut@example.se>"
NOTICE = "Ett svar väntar på att bli läst, senast"


@pytest.fixture
def replied(mails: MailHouse) -> str:
    ref = mails.web.house.reach(State.DONE, at=datetime.now(UTC))
    mails.reply(mails.letter_to("rut"), "Nej, den lyser inte.", sender=RUT)
    return ref


@pytest.mark.parametrize(("who", "reads"), [("contact", True), ("officer", True), ("water_officer", False)])
def test_the_notice_is_for_those_who_may_read_it(mails: MailHouse, replied: str, who: str, reads: bool) -> None:
    page = visitor(mails.web, who).read(f"/arenden/{replied}")
    assert (NOTICE in page) is reads
    assert ("Svaret är läst" in page) is reads
    answer = visitor(mails.web, who).send(
        f"/arenden/{replied}/svaret-last", version=str(mails.web.house.case(replied).version)
    )
    assert answer.status_code == (303 if reads else 403)
    assert (mails.web.house.case(replied).unread_reply is None) is reads


def test_a_reply_that_came_meanwhile_is_not_read_unseen(mails: MailHouse, replied: str) -> None:
    seen = mails.web.house.case(replied).version
    mails.reply(mails.letter_to("rut"), "Hallå? Det är mörkt.", sender=RUT)
    answer = visitor(mails.web, "officer").send(f"/arenden/{replied}/svaret-last", version=str(seen))
    assert answer.status_code == 409
    assert NOTICE in answer.text
    assert mails.web.house.case(replied).unread_reply is not None


def test_it_is_read_once(mails: MailHouse, replied: str) -> None:
    for status in (303, 409):
        version = str(mails.web.house.case(replied).version)
        answer = visitor(mails.web, "officer").send(f"/arenden/{replied}/svaret-last", version=version)
        assert answer.status_code == status
    assert "Någon har redan läst svaret" in answer.text


def test_it_is_a_pile_of_the_desk_and_of_the_unit(mails: MailHouse, replied: str) -> None:
    for who, path in (("contact", "/skrivbord?del=svar"), ("officer", "/enhet/gata?del=svar")):
        assert replied in visitor(mails.web, who).read(path)
    assert "Svar att läsa" in visitor(mails.web, "officer").read("/enhet/gata")
    assert replied in visitor(mails.web, "officer").read("/arenden?unread_reply=1")
    visitor(mails.web, "officer").send(
        f"/arenden/{replied}/svaret-last", version=str(mails.web.house.case(replied).version)
    )
    assert replied not in visitor(mails.web, "contact").read("/skrivbord?del=svar")
    assert "Svar att läsa" not in visitor(mails.web, "officer").read("/enhet/gata")


def test_it_is_read_by_the_api(mails: MailHouse, replied: str) -> None:
    case = mails.web.get(f"/cases/{replied}", by="officer").json
    assert case["unread_reply"] == mails.web.house.case(replied).unread_reply
    assert "unread_reply" not in mails.web.get(f"/cases/{mails.web.house.case(replied).public_id}").json
    body = {"version": case["version"]}
    assert mails.web.post(f"/cases/{replied}/reply-read", body, by="water_officer").status_code == 403
    assert mails.web.post(f"/cases/{replied}/reply-read", {"version": 1}, by="officer").status_code == 409
    answer = mails.web.post(f"/cases/{replied}/reply-read", body, by="officer")
    assert (answer.status_code, answer.json["unread_reply"]) == (200, None)
    again = mails.web.post(f"/cases/{replied}/reply-read", {"version": answer.json["version"]}, by="officer")
    assert (again.status_code, again.json["code"]) == (409, "nothing-to-read")


def test_who_asked_may_say_no_as_long_as_their_reply_is_unread(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.DONE)
    with mails.web.database.transaction() as session:
        case = case_to_change(session, ref)
        case.unread_reply = case.version
        assert case.due_at < MONDAY + timedelta(days=60)
    key = mails.web.house.case(ref).public_id
    page = visitor(mails.web).read(f"/arende/{key}")
    assert "Någon skulle ha läst svaret senast" in page
    assert "Ingen gjorde det" not in page
    assert visitor(mails.web).send(f"/arende/{key}/inte-atgardat", note="Den lyser inte").status_code == 303
    assert mails.web.house.case(ref).state is State.ASSIGNED
