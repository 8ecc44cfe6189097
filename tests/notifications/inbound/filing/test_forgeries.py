"""SECURITY 47: From never says who acts: the code in the address does, and what our own mail server says of From."""

import pytest
from support.inbound.incoming_mail import NEW_MAIL, PATTERN, MailHouse, a_mail, asked_by_mail

from cases.access.actors import ActorKind
from cases.case import Case
from cases.handing_in import Reporter
from cases.parties import Party
from cases.states import State
from notifications.inbound_mail import InboundOutcome
from notifications.letters.reply_addresses import LetterToken, ReplyAddresses, ReplyPurpose

RUT, NILS = "Rut <rut@example.se>", "Nils <nils@hemma.example>"
KEY, OLD_KEY = "k" * 40, "o" * 40
OURS = ReplyAddresses(PATTERN, (KEY,))
SIGNS = "abcdefghijklmnopqrstuvwxyz234567"
LAST = len("@example.se") + 1  # from the end of an address, the last sign of its code


def test_s47_an_address_of_ours_is_known_however_it_is_spelled() -> None:
    address = OURS.for_reply(42)
    for spelled in (address, address.upper(), address.title(), f" {address} "):
        assert OURS.token_in(["x@example.se", spelled]) == (spelled, LetterToken(42, ReplyPurpose.REPLY))


@pytest.mark.parametrize("place", range(26))
def test_s47_a_code_that_is_wrong_by_one_bit_is_none(place: int) -> None:
    address, at = OURS.for_reply(42), -LAST - place
    for bit in (1, 2, 4, 8, 16):
        wrong = SIGNS[SIGNS.index(address[at]) ^ bit]
        changed = address[:at] + wrong + address[at + 1 :]
        assert len(changed) == len(address)
        assert OURS.token_in([changed]) is None, changed


def test_s47_the_code_of_another_letter_another_purpose_or_another_house_is_none() -> None:
    reply, bounce = OURS.for_reply(42), OURS.for_bounce(42)
    code = reply.partition(".")[2].partition("@")[0]
    for forged in (
        PATTERN.format(token=f"43.{code}"),
        PATTERN.format(token=f"042.{code}"),
        PATTERN.format(token=f"studs-42.{code}"),
        bounce.replace("studs-", ""),
        reply.replace("@example.se", "@example.se.evil.example"),
        reply.replace("arende+", "xarende+"),
        PATTERN.format(token=f"42.{code[:-1]}"),
        PATTERN.format(token=f"42.{code}a"),
        ReplyAddresses(PATTERN, ("x" * 40,)).for_reply(42),
    ):
        assert OURS.token_in([forged]) is None, forged


def test_s47_a_key_that_was_replaced_reads_until_it_is_dropped() -> None:
    before = ReplyAddresses(PATTERN, (OLD_KEY,)).for_reply(42)
    both = ReplyAddresses(PATTERN, (KEY, OLD_KEY))
    assert both.token_in([before]) is not None
    assert both.for_reply(42) == OURS.for_reply(42)
    assert OURS.token_in([before]) is None


def test_s47_who_writes_from_an_address_without_the_code_of_a_letter_acts_on_no_case(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    quick_mails.count_letters_to("rut")
    row = quick_mails.receive(a_mail("Den vid bron.", sender=RUT, to=NEW_MAIL, subject=f"Sv: [{ref}] Hål i vägen"))
    assert (row.outcome, quick_mails.ref_of(row) != ref) == (InboundOutcome.CASE, True)
    assert quick_mails.web.house.case(ref).state is State.WAITING


def test_s47_the_code_of_a_letter_to_somebody_else_gives_no_rights_of_ones_own(quick_mails: MailHouse) -> None:
    own = asked_by_mail(quick_mails)
    other = asked_by_mail(quick_mails, reporter=Reporter(name="Nils", email="nils@hemma.example"))
    letter = quick_mails.letter_to("nils@hemma.example")
    row = quick_mails.reply(letter, "Den vid bron.", sender=RUT)
    assert (row.outcome, row.trouble, quick_mails.ref_of(row)) == (InboundOutcome.COMMENT, "other_sender", other)
    assert {quick_mails.web.house.case(ref).state for ref in (own, other)} == {State.WAITING}
    [said] = quick_mails.web.house.events(other, "case.commented")
    assert said.actor is ActorKind.VISITOR
    assert quick_mails.reply(letter, "Den vid bron.", sender=NILS).outcome is InboundOutcome.ANSWER


def test_s47_a_verdict_that_the_sender_wrote_below_ours_is_not_read(quick_mails: MailHouse) -> None:
    mails = MailHouse(quick_mails.web, authserv="mx.example.se")
    ref = asked_by_mail(mails)
    forged = "mx.example.se; dmarc=pass header.from=example.se"
    mail = a_mail(
        "Den vid bron.", sender=RUT, to=str(mails.letter_to("rut")["Reply-To"]), Authentication_Results=forged
    )
    ours = b"Authentication-Results: mx.example.se; dmarc=fail header.from=example.se\n"
    row = mails.receive(ours + mail.as_bytes())
    assert (row.outcome, row.trouble) == (InboundOutcome.COMMENT, "unconfirmed")
    assert mails.web.house.case(ref).state is State.WAITING


def test_s47_a_reply_about_a_case_protected_since_is_kept_there_and_quoted_to_nobody(quick_mails: MailHouse) -> None:
    ref = asked_by_mail(quick_mails)
    letter = quick_mails.letter_to("rut")
    with quick_mails.web.database.transaction() as session:
        case = session.get_one(Case, quick_mails.web.house.case(ref).id)
        session.get_one(Party, case.reporter_id).protected = True
    row = quick_mails.reply(letter, "Jag bor vid bron.", sender="grannen@hemma.example")
    assert (quick_mails.ref_of(row), row.trouble) == (ref, "other_sender")
    for who in ("rut", "officer", "contact"):
        if quick_mails.count_letters_to(who):
            assert "Jag bor vid bron" not in str(quick_mails.letter_to(who).get_body(("plain",)).get_content())
