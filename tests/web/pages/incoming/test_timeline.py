"""What mail has brought stands in the history of a case in words, to each reader as they are concerned."""

from datetime import UTC, datetime
from email.message import EmailMessage

from support.files_to_send import a_jpeg
from support.houses.small_pages import visitor
from support.inbound.incoming_mail import MailHouse, a_mail, a_reply, asked_by_mail

from cases.states import State

RUT = "Rut <rut@example.se>"
OTHER = "Nils <nils@hemma.example>"


def own_page(mails: MailHouse, ref: str) -> str:
    return visitor(mails.web).read(f"/arende/{mails.web.house.case(ref).public_id}")


def staff_page(mails: MailHouse, ref: str, who: str = "contact") -> str:
    return visitor(mails.web, who).read(f"/arenden/{ref}")


def letter_about(mails: MailHouse) -> tuple[str, EmailMessage]:
    ref = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    return ref, mails.letter_to("rut")


def test_a_comment_by_mail_says_that_it_came_by_mail(mails: MailHouse) -> None:
    ref, letter = letter_about(mails)
    mails.reply(letter, "Tack, det blinkar också.", sender=RUT)
    shown = staff_page(mails, ref)
    assert "Kommentar per mejl" in shown
    assert "Tack, det blinkar också." in shown
    assert "Hela mejlet" in shown
    own = own_page(mails, ref)
    assert "Du skrev per mejl" in own
    assert "Hela mejlet" not in own


def test_an_unconfirmed_sender_is_named_so(sqlite_mails: MailHouse) -> None:
    sqlite_mails.authserv = "mx.example.se"
    sqlite_mails.__post_init__()
    ref, letter = letter_about(sqlite_mails)
    sqlite_mails.reply(letter, "Släck lampan.", sender=RUT)
    assert "Avsändaren är inte bekräftad" in staff_page(sqlite_mails, ref)
    own = own_page(sqlite_mails, ref)
    assert "Det är inte bekräftat att det är du som har skickat det" in own
    assert "Du skrev per mejl" not in own


def test_what_somebody_else_wrote_is_not_told_as_the_readers_own(sqlite_mails: MailHouse) -> None:
    ref, letter = letter_about(sqlite_mails)
    mail = a_reply(letter, "Jag har fått mejlet av Rut.", sender=OTHER)
    mail.add_attachment(a_jpeg(), maintype="image", subtype="jpeg", filename="lampan.jpg")
    sqlite_mails.receive(mail)
    shown = own_page(sqlite_mails, ref)
    assert "från någon annan som har fått se vårt mejl" in shown
    assert "Du skrev per mejl" not in shown
    assert shown.count("Någon annan") == 2, "neither the comment nor its picture is by the reader"


def test_an_answer_by_mail_is_one_of_ones_own(sqlite_mails: MailHouse) -> None:
    ref = asked_by_mail(sqlite_mails)
    sqlite_mails.reply(sqlite_mails.letter_to("rut"), "Den vid bron.", sender=RUT)
    assert "Ett svar har kommit per mejl." in staff_page(sqlite_mails, ref)
    assert "Du svarade per mejl." in own_page(sqlite_mails, ref)


def test_what_machines_wrote_and_what_did_not_arrive_is_for_staff(sqlite_mails: MailHouse) -> None:
    ref, letter = letter_about(sqlite_mails)
    sqlite_mails.reply(letter, "Jag är borta till måndag.", sender=RUT, Auto_Submitted="auto-replied")
    shown = staff_page(sqlite_mails, ref)
    assert "Ett automatiskt mejl kom in" in shown
    assert "Jag är borta till måndag." in shown
    assert "automatiskt mejl" not in own_page(sqlite_mails, ref)


def test_a_reply_to_done_and_that_it_was_read_are_told(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.DONE, at=datetime.now(UTC))
    mails.reply(mails.letter_to("rut"), "Nej, den lyser inte.", sender=RUT)
    assert "Någon ska läsa den senast" in staff_page(mails, ref)
    own = own_page(mails, ref)
    assert "Någon läser svaret senast" in own
    assert "Nej, det är inte klart" in own, "they may still say no"
    version = str(mails.web.house.case(ref).version)
    assert visitor(mails.web, "officer").send(f"/arenden/{ref}/svaret-last", version=version).status_code == 303
    assert "Svaret är läst. Den som inte håller med kan säga till senast" in staff_page(mails, ref)
    assert "Svaret är läst. Håller du inte med kan du säga till senast" in own_page(mails, ref)


def test_nobody_outside_is_told_that_their_mail_is_taken_for_junk(sqlite_mails: MailHouse) -> None:
    row = sqlite_mails.receive(a_mail("Köp billigt", sender=RUT, X_Spam_Flag="YES"))
    ref = sqlite_mails.ref_of(row)
    assert "Kom in via mejl, misstänkt skräppost" in staff_page(sqlite_mails, ref)
    key = sqlite_mails.web.house.case(ref).public_id
    assert "skräppost" not in own_page(sqlite_mails, ref)
    [received] = [one for one in sqlite_mails.web.get(f"/cases/{key}/events").json["items"] if one["seq"] == 1]
    assert "junk" not in received["facts"]
