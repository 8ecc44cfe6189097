"""A reply to a letter becomes a comment or the answer, as whoever the letter went to."""

from datetime import UTC, datetime

import pytest
from support.inbound.incoming_mail import NEW_MAIL, PATTERN, MailHouse, a_mail, a_reply, asked_by_mail

from cases.access.actors import ActorKind
from cases.states import State
from notifications.inbound_mail import InboundOutcome

RUT = "Rut <rut@example.se>"


def test_who_asked_answers_a_question_by_pressing_reply(mails: MailHouse) -> None:
    ref = asked_by_mail(mails)
    letter = mails.letter_to("rut")
    row = mails.reply(letter, "Den vid bron.", sender=RUT)
    assert (row.outcome, mails.ref_of(row)) == (InboundOutcome.ANSWER, ref)
    assert mails.web.house.case(ref).state is State.ASSIGNED
    [answered] = mails.web.house.events(ref, "case.answered")
    assert (answered.actor, answered.facts["channel"], answered.seq) == (ActorKind.REPORTER, "mail", row.seq)
    assert mails.words_of(row) == {"note": "Den vid bron."}


def test_a_reply_to_what_asks_nothing_is_a_comment_of_its_reader(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    row = mails.reply(mails.letter_to("rut"), "Tack!", sender=RUT)
    [said] = mails.web.house.events(ref, "case.commented")
    assert (row.outcome, said.actor, said.facts["channel"]) == (InboundOutcome.COMMENT, ActorKind.REPORTER, "mail")
    assert "doubt" not in said.facts


def test_an_officer_who_replies_gives_a_sign_of_life(quick_mails: MailHouse) -> None:
    ref = quick_mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    quick_mails.reply(quick_mails.letter_to("officer"), "Vi åker dit i morgon.", sender="officer@example.se")
    [said] = quick_mails.web.house.events(ref, "case.commented")
    assert (said.person_id, said.facts["sign_of_life"]) == (quick_mails.web.person_id("officer"), True)
    assert "Vi åker dit i morgon." in str(quick_mails.letter_to("rut").get_body(("plain",)).get_content())


def test_s47_somebody_else_who_has_the_letter_comments_without_rights(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    row = quick_mails.reply(quick_mails.letter_to("rut"), "Jag vet vilken!", sender="grannen@hemma.example")
    [said] = quick_mails.web.house.events(ref, "case.commented")
    assert (row.outcome, row.trouble) == (InboundOutcome.COMMENT, "other_sender")
    assert (said.actor, said.facts["doubt"]) == (ActorKind.VISITOR, "other_sender")
    assert quick_mails.web.house.case(ref).state is State.WAITING


@pytest.mark.parametrize(
    ("verdict", "state", "doubt"),
    [
        ("mx.example.se; dmarc=pass header.from=example.se", State.ASSIGNED, None),
        ("mx.example.se; dkim=pass header.d=example.se", State.ASSIGNED, None),
        ("mx.example.se; dmarc=fail header.from=example.se", State.WAITING, "unconfirmed"),
        ("elsewhere.example; dmarc=pass header.from=example.se", State.WAITING, "unconfirmed"),
        (None, State.WAITING, "unconfirmed"),
    ],
)
def test_s47_a_sender_whom_our_mail_server_does_not_confirm_answers_nothing(
    quick_mails: MailHouse, verdict: str | None, state: State, doubt: str | None
) -> None:
    quick_mails = MailHouse(quick_mails.web, authserv="mx.example.se")
    ref = asked_by_mail(quick_mails)
    more = {"Authentication_Results": verdict} if verdict else {}
    row = quick_mails.reply(quick_mails.letter_to("rut"), "Den vid bron.", sender=RUT, **more)
    assert (quick_mails.web.house.case(ref).state, row.trouble) == (state, doubt)


def test_the_case_is_found_by_the_references_when_the_address_has_lost_its_token(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    letter = quick_mails.letter_to("rut")
    assert quick_mails.ref_of(quick_mails.reply(letter, "Den vid bron.", sender=RUT, to=NEW_MAIL)) == ref


def test_s47_a_number_in_the_subject_or_a_guessed_token_leads_to_no_case(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    letter = quick_mails.letter_to("rut")
    guessed = PATTERN.format(token=f"1.{'a' * 26}")
    for to, thread in ((NEW_MAIL, "<1.abc@example.se>"), (guessed, f"<case.{ref}@localhost>")):
        mail = a_mail("Hej", sender=RUT, to=to, subject=str(letter["Subject"]), In_Reply_To=thread)
        assert quick_mails.ref_of(quick_mails.receive(mail)) != ref
    assert quick_mails.web.house.case(ref).state is State.WAITING


def test_the_address_is_compared_case_blind_and_found_where_servers_note_it(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    letter = quick_mails.letter_to("rut")
    mail = a_mail("Den vid bron.", sender=RUT, to="liste@hemma.example", Delivered_To=str(letter["Reply-To"]).upper())
    assert quick_mails.ref_of(quick_mails.receive(mail)) == ref


def test_s49_a_second_delivery_of_a_mail_becomes_nothing(mails: MailHouse) -> None:
    ref = asked_by_mail(mails)
    mail = a_reply(mails.letter_to("rut"), "Den vid bron.", sender=RUT)
    first = mails.receive(mail)
    assert mails.receive(mail) is None
    again = mails.receive(b"Received: from elsewhere\r\n" + mail.as_bytes())
    assert (again.outcome, again.case_id, again.seq) == (InboundOutcome.DOUBLE, first.case_id, first.seq)
    assert len(mails.web.house.events(ref, "case.answered")) == 1
    assert not mails.web.house.events(ref, "case.commented")


def test_s47_a_reply_about_a_case_that_has_ended_is_a_new_case_related_to_it(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.CLOSED, at=datetime.now(UTC))
    row = mails.reply(mails.letter_to("rut"), "Den är trasig igen.", sender=RUT)
    assert (row.outcome, mails.ref_of(row) != ref) == (InboundOutcome.CASE, True)
    [related] = mails.web.house.events(ref, "case.related")
    assert related.facts["to"] == mails.ref_of(row)
