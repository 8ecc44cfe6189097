"""The whole mail: for staff who may see the case, as text without codes of ours; its bytes for the desk alone."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from support.canaries import DECISION
from support.houses.small_pages import visitor
from support.inbound.incoming_mail import MailHouse, a_mail, a_reply
from support.letters.letter_answers import LINK, tokens_in

from cases.case import case_to_change
from cases.states import State
from notifications.inbound_mail import InboundMail
from notifications.reporters import set_protection

RUT = "Rut Ek <rut@example.se>"


def file_reply(mails: MailHouse) -> tuple[str, InboundMail, EmailMessage]:
    ref = mails.web.house.reach(State.DONE, at=datetime.now(UTC))
    letter = mails.letter_to("rut")
    return ref, mails.reply(letter, "Nej, den lyser inte.", sender=RUT), letter


@pytest.fixture
def filed(sqlite_mails: MailHouse) -> tuple[str, InboundMail, EmailMessage]:
    return file_reply(sqlite_mails)


def test_it_shows_all_of_its_text_and_no_code_of_ours(sqlite_mails: MailHouse, filed: tuple) -> None:
    ref, row, letter = filed
    [token] = tokens_in(letter)
    assert token.encode() in row.raw
    page = visitor(sqlite_mails.web, "officer").get(f"/arenden/{ref}/mejl/{row.id}")
    assert page.status_code == 200
    for said in ("Rut Ek &lt;rut@example.se&gt;", "Nej, den lyser inte.", "skrev Kommunen", "/svar/-"):
        assert said in page.text
    code = str(letter["Reply-To"]).partition(".")[2].partition("@")[0]
    assert len(code) == 26
    assert token not in page.text
    assert code not in page.text


def test_html_is_shown_as_text(sqlite_mails: MailHouse) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = RUT, "arende@example.se", "Lampan"
    mail.set_content("<p>Den <b>lyser</b> inte<script>alert(1)</script></p>", subtype="html")
    row = sqlite_mails.receive(mail)
    page = visitor(sqlite_mails.web, "officer").get(f"/arenden/{sqlite_mails.ref_of(row)}/mejl/{row.id}").text
    assert "Den lyser inte" in page
    assert "alert(1)" not in page


def test_its_bytes_are_for_the_desk(sqlite_mails: MailHouse, filed: tuple) -> None:
    ref, row, _ = filed
    path = f"/arenden/{ref}/mejl/{row.id}"
    may = {"contact": (200, 200), "officer": (200, 403), "member": (403, 403), "admin": (200, 403)}
    for who, statuses in may.items():
        client = visitor(sqlite_mails.web, who)
        assert (client.get(path).status_code, client.get(f"{path}.eml").status_code) == statuses, who
    answer = visitor(sqlite_mails.web, "contact").get(f"{path}.eml")
    assert answer.data == row.raw
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_mail_of_another_case_is_not_found(sqlite_mails: MailHouse, filed: tuple) -> None:
    _, row, _ = filed
    other = sqlite_mails.web.house.hand_in("Annat", at=datetime.now(UTC))
    for path in (f"{row.id}", f"{row.id}.eml", "999"):
        assert visitor(sqlite_mails.web, "contact").get(f"/arenden/{other}/mejl/{path}").status_code == 404


def test_of_somebody_protected_only_the_desk_reads_it(sqlite_mails: MailHouse, filed: tuple) -> None:
    ref, row, _ = filed
    with sqlite_mails.web.database.transaction() as session:
        by = sqlite_mails.web.house.actors["contact"]
        set_protection(session, case_to_change(session, ref), True, "Ringde", by=by, at=datetime.now(UTC))
    path = f"/arenden/{ref}/mejl/{row.id}"
    assert visitor(sqlite_mails.web, "contact").get(path).status_code == 200
    assert visitor(sqlite_mails.web, "officer").get(path).status_code == 403
    assert "Hela mejlet" not in visitor(sqlite_mails.web, "officer").read(f"/arenden/{ref}")


def test_what_is_filed_of_a_quoted_letter_holds_no_code_either(sqlite_mails: MailHouse, filed: tuple) -> None:
    _, _, letter = filed
    quoted = a_reply(letter, "Se nedan.", sender=RUT).get_content()
    assert LINK.search(quoted)
    row = sqlite_mails.receive(a_mail(quoted, sender=RUT, subject="Vidare"))
    assert not LINK.search(sqlite_mails.words_of(row)["description"])
    assert "/svar/-" in sqlite_mails.words_of(row)["description"]


def test_erasing_words_of_the_case_erases_its_mails(mails: MailHouse) -> None:
    ref, row, _ = file_reply(mails)
    form = {"event": [str(row.seq)], "decision": DECISION}
    assert visitor(mails.web, "contact").send(f"/arenden/{ref}/radera", **form).status_code == 303
    erased = mails.row(row.id)
    assert (erased.raw, erased.subject, erased.sender, erased.envelope_sender) == (None,) * 4
    assert erased.outcome == row.outcome
    [event] = mails.web.house.events(ref, "case.words_erased")
    assert "mail" in event.facts["also"]
    contact = visitor(mails.web, "contact")
    assert "Mejlet är raderat." in contact.read(f"/arenden/{ref}/mejl/{row.id}")
    assert contact.get(f"/arenden/{ref}/mejl/{row.id}.eml").status_code == 404
    assert "Texter och inkomna mejl raderades" in contact.read(f"/arenden/{ref}")
