"""A reply to "done" is heard: the case does not close by its clock until somebody has read what was written."""

from datetime import UTC, datetime, timedelta

import pytest
from support.inbound.incoming_mail import MailHouse
from support.letters.letter_answers import letters_to, tokens_in

from cases.case import case_to_change
from cases.incoming.unread_replies import read_reply
from cases.refusals import NotAllowed, NothingToRead
from cases.states import State

RUT = "Rut <rut@example.se>"


@pytest.fixture
def done(mails: MailHouse) -> str:
    return mails.web.house.reach(State.DONE, at=datetime.now(UTC))


def after(mails: MailHouse, ref: str, days: int) -> None:
    begins = mails.web.house.case(ref).received_at
    for day in range(0, days, 2):
        mails.web.house.sweep(begins + timedelta(days=day))


def test_an_unread_reply_keeps_the_case_open_and_climbs_until_it_is_read(mails: MailHouse, done: str) -> None:
    row = mails.reply(mails.letter_to("rut"), "Nej, den lyser inte.", sender=RUT)
    case = mails.web.house.case(done)
    assert (case.state, case.unread_reply) == (State.DONE, row.seq)
    after(mails, done, 60)
    assert mails.web.house.case(done).state is State.DONE
    rungs = [event.facts["rung"] for event in mails.web.house.events(done, "case.escalated")]
    assert max(rungs) >= 4
    mails.count_letters_to("officer")
    texts = [str(one.get_body(("plain",)).get_content()) for one in letters_to(mails.web, "officer")]
    assert any("Svar på att ärendet är klart" in text for text in texts)


def test_who_asked_is_told_that_it_arrived_with_the_two_buttons_and_only_once(mails: MailHouse, done: str) -> None:
    letter = mails.letter_to("rut")
    mails.reply(letter, "Nej, den lyser inte.", sender=RUT)
    receipt = mails.letter_to("rut")
    assert len(tokens_in(receipt)) == 1
    assert "någon har läst svaret" in " ".join(str(receipt.get_body(("plain",)).get_content()).split())
    count = mails.count_letters_to("rut")
    mails.reply(letter, "Hallå?", sender=RUT)
    assert mails.count_letters_to("rut") == count, "two programs that answer each other come to an end"


def test_whoever_reads_it_lets_the_time_to_object_begin_anew(mails: MailHouse, done: str) -> None:
    mails.reply(mails.letter_to("rut"), "Tack!", sender=RUT)
    with mails.web.database.transaction() as session:
        case = case_to_change(session, done)
        at = case.received_at + timedelta(days=1)
        for who in ("member", "water_officer"):
            with pytest.raises(NotAllowed):
                read_reply(session, case, by=mails.web.house.actors[who], at=at)
        read_reply(session, case, by=mails.web.house.actors["officer"], at=at)
        with pytest.raises(NothingToRead):
            read_reply(session, case, by=mails.web.house.actors["officer"], at=at)
    [read] = mails.web.house.events(done, "case.reply_read")
    assert read.facts["object_by"] == mails.web.house.case(done).due_at.date().isoformat()
    after(mails, done, 30)
    assert mails.web.house.case(done).state is State.CLOSED


def test_a_comment_of_the_unit_and_every_step_read_it_too(mails: MailHouse, done: str) -> None:
    mails.reply(mails.letter_to("rut"), "Nej.", sender=RUT)
    mails.web.house.comment(done, "Vi tittar.", by="officer", at=datetime.now(UTC))
    assert mails.web.house.case(done).unread_reply is None
    assert mails.web.house.events(done, "case.reply_read")


def test_a_reply_of_the_group_waits_too_but_one_of_the_unit_does_not(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.DONE, at=datetime.now(UTC), by="member", group="norrby", reporter=None)
    letter = mails.letter_to("member")
    mails.reply(letter, "Nej, den lyser inte.", sender="member@example.se")
    assert mails.web.house.case(ref).unread_reply is not None
