"""What machines wrote is filed, is nobody's act and is never answered; an address that does not exist gets no more."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update
from support.inbound.incoming_mail import PATTERN, MailHouse, a_mail, a_reply, asked_by_mail

from cases.handing_in import Reporter
from cases.settings.mail_in import PLACEHOLDER
from cases.states import State
from notifications.deliveries import Address, Channel, Delivery, Outcome
from notifications.inbound_mail import InboundMail, InboundOutcome
from notifications.letters.reply_addresses import reply_addresses

RUT = "Rut <rut@example.se>"
REPORT = """From: MAILER-DAEMON@mx.example.se
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{number}@mx.example.se>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.se

Final-Recipient: rfc822; {about}
Action: failed
Status: {status}

--b--
"""


def bounce_address(mails: MailHouse, letter: EmailMessage) -> str:
    number = int(str(letter["Reply-To"]).split("+")[1].split(".")[0])
    return reply_addresses(mails.web.settings).for_bounce(number)


def report(
    mails: MailHouse, status: str, *, about: str = "rut@example.se", to: str | None = None, number: int = 1
) -> InboundMail:
    letter = mails.letter_to("rut")
    to = to or bounce_address(mails, letter)
    raw = REPORT.format(to=to, status=status, about=about, number=number)
    return mails.receive(raw.encode(), envelope_sender="", envelope_recipient=to)


def address_of(mails: MailHouse, email: str) -> Address:
    with mails.web.database.reading() as session:
        return session.scalars(select(Address).where(Address.email_normalised == email)).one()


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<x.y>"}])
def test_an_absence_is_filed_on_the_case_and_is_nobodys_act(mails: MailHouse, headers: dict[str, str]) -> None:
    ref = asked_by_mail(mails)
    before = mails.web.house.case(ref)
    letter = mails.letter_to("rut")
    count = mails.count_letters_to("officer")
    row = mails.reply(letter, "Jag är borta.", sender=RUT, **headers)
    after = mails.web.house.case(ref)
    assert (row.outcome, mails.ref_of(row)) == (InboundOutcome.AUTOMATIC, ref)
    assert mails.words_of(row) == {"note": "Jag är borta."}
    for name in ("state", "due_at", "next_at", "changed_version", "touched_at"):
        assert getattr(after, name) == getattr(before, name), name
    assert mails.count_letters_to("officer") == count


def test_an_automatic_mail_that_belongs_to_no_case_makes_no_case_and_no_letter(mails: MailHouse) -> None:
    row = mails.receive(a_mail("Nyhetsbrev", sender=RUT, Auto_Submitted="auto-generated"))
    assert (row.outcome, row.case_id) == (InboundOutcome.AUTOMATIC, None)
    assert mails.count_letters_to("rut") == 0


def test_our_own_letter_that_comes_back_is_filed_and_never_answered(mails: MailHouse) -> None:
    ref = asked_by_mail(mails)
    letter = mails.letter_to("rut")
    letter.replace_header("To", str(letter["Reply-To"]))
    row = mails.receive(letter)
    assert (row.outcome, mails.ref_of(row)) == (InboundOutcome.AUTOMATIC, ref)


def test_an_address_that_does_not_exist_gets_no_more_and_the_desk_is_told(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    row = report(mails, "5.1.1")
    assert (row.outcome, row.trouble, mails.ref_of(row)) == (InboundOutcome.BOUNCE, "gone", ref)
    [bounced] = mails.web.house.events(ref, "case.address_bounced")
    assert bounced.facts["permanent"] is True
    assert address_of(mails, "rut@example.se").dead_since is not None
    assert "gick inte att leverera" in str(mails.letter_to("contact").get_body(("plain",)).get_content())
    count = mails.count_letters_to("rut")
    mails.web.house.change(ref, State.IN_PROGRESS, by="officer", at=datetime.now(UTC))
    assert mails.count_letters_to("rut") == count


def test_whoever_has_a_telephone_is_rung_instead(mails: MailHouse) -> None:
    rut = Reporter(name="Rut", email="rut@example.se", phone="0000-20 00 00")
    ref = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC), reporter=rut)
    report(mails, "5.1.1")
    mails.web.house.change(ref, State.IN_PROGRESS, by="officer", at=datetime.now(UTC))
    mails.count_letters_to("rut")
    with mails.web.database.reading() as session:
        calls = select(Delivery).where(Delivery.channel == Channel.CALL, Delivery.outcome == Outcome.WAITING)
        assert len(session.scalars(calls).all()) == 1


def test_a_dead_address_lives_again_by_a_mail_from_it(mails: MailHouse) -> None:
    mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    letter = mails.letter_to("rut")
    report(mails, "5.1.1")
    mails.receive(a_reply(letter, "Hej igen", sender=RUT))
    assert address_of(mails, "rut@example.se").dead_since is None


@pytest.mark.parametrize(
    ("status", "about", "to"),
    [
        ("5.1.1", "somebody@else.example", None),
        ("5.1.1", "rut@example.se", PATTERN.replace(PLACEHOLDER, f"studs-1.{'a' * 26}")),
        ("4.2.2", "rut@example.se", None),
        ("5.7.1", "rut@example.se", None),
    ],
)
def test_what_is_no_proof_marks_nobody(mails: MailHouse, status: str, about: str, to: str | None) -> None:
    mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    row = report(mails, status, about=about, to=to)
    assert row.outcome is InboundOutcome.BOUNCE
    assert address_of(mails, "rut@example.se").dead_since is None


def test_another_permanent_failure_counts_after_three_days(mails: MailHouse) -> None:
    mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    for number in range(3):
        report(mails, "5.7.1", number=number)
        assert (address_of(mails, "rut@example.se").dead_since is None) == (number < 2)
        with mails.web.database.transaction() as session:
            earlier = session.scalars(select(InboundMail)).all()
            for one in earlier:
                session.execute(
                    update(InboundMail)
                    .where(InboundMail.id == one.id)
                    .values(received_at=one.received_at - timedelta(days=1))
                )


def test_our_own_address_that_is_refused_alarms_and_marks_nobody(mails: MailHouse) -> None:
    mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    assert report(mails, "5.1.8").trouble == "own_address"
    assert address_of(mails, "rut@example.se").dead_since is None
    assert "Andra tar inte emot våra mejl" in str(mails.letter_to("admin")["Subject"])


def test_two_programs_that_do_not_declare_themselves_write_three_letters_at_most(mails: MailHouse) -> None:
    asked_by_mail(mails)
    written = {"rut": mails.count_letters_to("rut"), "officer": mails.count_letters_to("officer")}
    begun = sum(written.values())
    for _ in range(12):
        for who in written:
            now_there = mails.count_letters_to(who)
            if now_there > written[who]:
                written[who] = now_there
            mails.reply(mails.letter_to(who), "Jag har fått ditt mejl.", sender=f"{who}@example.se")
    assert mails.count_letters_to("rut") + mails.count_letters_to("officer") - begun <= 3
