"""A mail that answers no letter is a new case, whatever it is; likely junk is followed on a ladder of its own."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from support.files_to_send import a_jpeg
from support.inbound.incoming_mail import MailHouse, a_mail

from cases.case import Case
from cases.history.journal import Event
from cases.states import State
from notifications.deliveries import Delivery, Outcome
from notifications.inbound.filing import junk
from notifications.inbound_mail import InboundOutcome

RUT = "Rut Ek <rut@example.se>"


def test_a_mail_is_a_case_at_the_desk_in_the_name_of_its_sender(mails: MailHouse) -> None:
    row = mails.receive(a_mail("Lampan vid bron är släckt.\n\n> sa grannen\n", sender=RUT, subject="Släckt lampa"))
    with mails.web.database.reading() as session:
        case = session.get_one(Case, row.case_id)
        asked = (case.title, case.channel, case.state, case.responsible.slug)
        assert asked == ("Släckt lampa", "mail", State.RECEIVED, "desk")
        assert (case.reporter.name, case.reporter.email, case.junk_since) == ("Rut Ek", "rut@example.se", None)
    assert row.outcome is InboundOutcome.CASE
    assert mails.words_of(row)["description"] == "Lampan vid bron är släckt.\n\n> sa grannen"
    assert "Släckt lampa" not in str(mails.letter_to("rut")["Subject"]), "a receipt quotes nobody"


@pytest.mark.parametrize("subject", ["", "   ", "\u200b"])
def test_a_mail_without_a_subject_gets_a_title(quick_mails: MailHouse, subject: str) -> None:
    row = quick_mails.receive(a_mail("Hej", sender=RUT, subject=subject))
    assert quick_mails.case_of(row).title == "Mejl utan ämne"


def test_a_mail_without_a_sender_is_a_case_without_somebody_to_tell(quick_mails: MailHouse) -> None:
    row = quick_mails.receive(b"Subject: Hej\n\nLampan\n")
    assert (row.outcome, quick_mails.case_of(row).reporter_id) == (InboundOutcome.CASE, None)


def test_a_long_mail_loses_nothing(quick_mails: MailHouse) -> None:
    text = "Lampan är släckt. " * 3000
    mail = a_mail(text, sender=RUT).as_bytes()
    row = quick_mails.receive(mail)
    assert len(quick_mails.words_of(row)["description"]) == 20_000
    assert quick_mails.row(row.id).raw == mail, "the whole mail is kept"


def test_a_picture_comes_along(quick_mails: MailHouse) -> None:
    mail = a_mail("Se bilden.", sender=RUT)
    mail.add_attachment(a_jpeg(), maintype="image", subtype="jpeg", filename="lampan.jpg")
    row = quick_mails.receive(mail)
    attached = [event for event in quick_mails.events_of(row) if event.type == "case.attached"]
    assert len(attached) == 1


def test_likely_junk_gets_five_days_no_receipt_and_is_taken_seriously_by_whoever_assigns_it(
    quick_mails: MailHouse,
) -> None:
    row = quick_mails.receive(a_mail("Köp billigt", sender=RUT, X_Spam_Flag="YES"))
    case = quick_mails.case_of(row)
    assert row.trouble == "junk"
    assert case.junk_since is not None
    assert quick_mails.count_letters_to("rut") == 0
    usual = quick_mails.case_of(quick_mails.receive(a_mail("Lampan", sender=RUT)))
    assert case.due_at > usual.due_at
    at = case.received_at + timedelta(hours=1)
    quick_mails.web.house.change(case.ref, State.ASSIGNED, at=at, responsible="gata")
    assert quick_mails.web.house.case(case.ref).junk_since is None


def test_junk_climbs_to_the_head_of_the_desk_and_no_further(quick_mails: MailHouse) -> None:
    case = quick_mails.case_of(quick_mails.receive(a_mail("Köp billigt", sender=RUT, X_Spam_Flag="YES")))
    quick_mails.web.house.sweep(case.received_at)
    for days in range(0, 90, 6):
        quick_mails.web.house.sweep(case.received_at + timedelta(days=days))
    rungs = [event.facts["rung"] for event in quick_mails.web.house.events(case.ref, "case.escalated")]
    assert max(rungs) > 4
    assert not quick_mails.web.house.events(case.ref, "case.put_on_agenda")
    assert quick_mails.count_letters_to("rut") == 0
    assert quick_mails.count_letters_to("desk_head") > 0


def test_a_flood_of_one_sender_is_taken_for_junk_with_one_alarm(
    mails: MailHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(junk, "MOST_OF_ONE", 2)
    rows = [mails.receive(a_mail(f"Nummer {n}", sender=RUT)) for n in range(4)]
    assert [row.trouble for row in rows] == [None, None, "junk", "junk"]
    other = mails.receive(a_mail("Lampan", sender="nils@hemma.example"))
    assert other.trouble is None
    with mails.web.database.reading() as session:
        alarms = select(func.count()).select_from(Event).where(Event.type == "house.mail_trouble")
        assert session.scalars(alarms).one() == 1
    assert "Ovanligt många mejl" in str(mails.letter_to("contact")["Subject"])


def test_a_mail_that_cannot_be_filed_is_tried_again_and_set_aside_with_an_alarm(
    mails: MailHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("notifications.inbound.filing.queue.file_mail", fails)
    monkeypatch.setattr("notifications.inbound.filing.queue.RETRY_AFTER", timedelta(0))
    row = mails.receive(a_mail("Lampan", sender=RUT))
    assert (row.outcome, row.claims, row.raw is not None) == (InboundOutcome.SET_ASIDE, 5, True)
    with mails.web.database.reading() as session:
        waiting = select(func.count()).where(Delivery.outcome == Outcome.WAITING)
        assert session.scalars(waiting).one() == 0
    assert mails.count_letters_to("admin") == 1
