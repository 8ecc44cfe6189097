"""SECURITY 45, 46: what a machine sent is filed, is nobody's act, and no letter follows from it."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from support.inbound.incoming_mail import MailHouse, a_reply, asked_by_mail

from cases.states import State
from notifications.inbound_mail import InboundOutcome

RUT = "Rut <rut@example.se>"
TRAITS = {
    "Auto-Submitted": "auto-replied", "Precedence": "junk", "List-Id": "<byn.lista.example>", "Return-Path": "<>",
    "List-Unsubscribe": "<https://lista.example/>", "X-Autoreply": "yes",
}  # fmt: skip


def count_letters(mails: MailHouse) -> int:
    return sum(mails.count_letters_to(who) for who in ("rut", "officer", "contact", "unit"))


def from_us(mail: EmailMessage) -> None:
    mail.replace_header("Message-ID", "<901.0123456789abcdef0123@localhost>")


@pytest.mark.parametrize("trait", TRAITS)
def test_s45_each_trait_alone_makes_a_mail_automatic(quick_mails: MailHouse, trait: str) -> None:
    _is_filed_and_unanswered(quick_mails, lambda mail: mail.add_header(trait, TRAITS[trait]))


def test_s45_so_does_a_message_id_of_ours(quick_mails: MailHouse) -> None:
    _is_filed_and_unanswered(quick_mails, from_us)


def test_s45_so_does_an_envelope_without_a_sender(quick_mails: MailHouse) -> None:
    _is_filed_and_unanswered(quick_mails, lambda mail: None, envelope_sender="")


def _is_filed_and_unanswered(mails: MailHouse, change: Callable[[EmailMessage], object], **envelope: str) -> None:
    ref = asked_by_mail(mails)
    mail = a_reply(mails.letter_to("rut"), "Den vid bron.", sender=RUT)
    change(mail)
    before, case = count_letters(mails), mails.web.house.case(ref)
    row = mails.receive(mail, **envelope)
    assert (row.outcome, mails.ref_of(row)) == (InboundOutcome.AUTOMATIC, ref)
    after = mails.web.house.case(ref)
    assert (after.state, after.due_at, after.next_at) == (State.WAITING, case.due_at, case.next_at)
    assert count_letters(mails) == before


def test_s46_two_programs_that_say_what_they_are_write_nothing_after_the_first_answer(quick_mails: MailHouse) -> None:
    asked_by_mail(quick_mails)
    before = count_letters(quick_mails)
    for who in ("rut", "officer", "rut", "officer"):
        letter = quick_mails.letter_to(who)
        row = quick_mails.reply(letter, "Jag är borta.", sender=f"{who}@example.se", Auto_Submitted="auto-replied")
        assert row.outcome is InboundOutcome.AUTOMATIC
    assert count_letters(quick_mails) == before
