"""SECURITY 49: a mail counts once, whichever way and however often it comes; two mails are never taken for one."""

from email.message import EmailMessage

from sqlalchemy import select
from support.inbound.incoming_mail import MailHouse, a_reply, asked_by_mail
from support.letters.letter_answers import letters_to

from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound_mail import InboundMail, InboundOutcome

RUT = "Rut <rut@example.se>"
COMMENT, DOUBLE = InboundOutcome.COMMENT, InboundOutcome.DOUBLE
TRACE = b"Received: from mx.example by mx.example.se\nX-Spam-Status: No\nAuthentication-Results: mx.example.se; none\n"


def a_neighbours_reply(letter: EmailMessage, text: str) -> EmailMessage:
    return a_reply(letter, text, sender="grannen@hemma.example", Message_ID="<1@hemma.example>")


def test_s49_one_message_id_with_two_texts_is_two_mails(mails: MailHouse) -> None:
    ref = asked_by_mail(mails)
    letter = mails.letter_to("rut")
    rows = [mails.receive(a_neighbours_reply(letter, text)) for text in ("Den vid bron.", "Den vid skolan.")]
    assert [row.outcome for row in rows] == [COMMENT, COMMENT]
    assert len(mails.web.house.events(ref, "case.commented")) == 2


def test_s49_without_a_message_id_the_text_says_which_mails_are_one(mails: MailHouse) -> None:
    asked_by_mail(mails)
    letter, outcomes = mails.letter_to("rut"), []
    for text in ("Den vid bron.", "Den vid skolan."):
        mail = a_neighbours_reply(letter, text)
        del mail["Message-ID"]
        outcomes += [mails.receive(trace + mail.as_bytes()).outcome for trace in (b"", TRACE)]
    assert outcomes == [COMMENT, DOUBLE, COMMENT, DOUBLE]


def test_s49_one_mail_to_two_of_our_addresses_counts_on_both_cases_and_once_on_each(mails: MailHouse) -> None:
    refs = [asked_by_mail(mails), asked_by_mail(mails)]
    letters = _letters(mails, 2)
    mail = a_neighbours_reply(letters[0], "Båda lamporna.")
    mail.replace_header("To", ", ".join(str(letter["Reply-To"]) for letter in letters))
    raw = mail.as_bytes()
    with mails.web.database.transaction() as session:
        for letter in (*letters, *letters):
            keep(session, ReceivedMail(raw, "lmtp", "grannen@hemma.example", str(letter["Reply-To"])))
    mails.receive(TRACE + raw, envelope_recipient=str(letters[0]["Reply-To"]))
    with mails.web.database.reading() as session:
        rows = session.scalars(select(InboundMail).order_by(InboundMail.id)).all()
    assert [row.outcome for row in rows] == [COMMENT, COMMENT, DOUBLE]
    assert {mails.ref_of(row) for row in rows} == set(refs)
    assert [len(mails.web.house.events(ref, "case.commented")) for ref in refs] == [1, 1]


def _letters(mails: MailHouse, count: int) -> list[EmailMessage]:
    mails.count_letters_to("rut")
    asking = [one for one in letters_to(mails.web, "rut") if "Vilken lampa?" in str(one.get_body(("plain",)))]
    assert len(asking) == count
    return asking
