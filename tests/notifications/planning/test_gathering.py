"""Comments of one party on one case within an hour are one letter after the first, in order, and none is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support.houses.letter_town import A_TUESDAY, LetterTown, the_case
from support.houses.migrated import CALENDAR
from support.letters.planned_letters import letters_about_comments
from support.servers.services import LOOPBACK

from cases.access.actors import reporter_of
from cases.case import case_to_change
from cases.checks.forgotten import find_forgotten
from cases.commenting import comment
from cases.database.clock import present
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.states import State
from notifications.deliveries import Delivery
from notifications.letters.rendering import LetterSettings
from notifications.planning.drafts import MOST_LINES
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer
from notifications.set_aside import set_aside_delivery

LETTER_SETTINGS = LetterSettings("http://127.0.0.1:8000", "k" * 32, "ventil@kommun.example", CALENDAR)
OFFICER = "olle@kommun.example"


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    return either_town


@pytest.fixture
def transport(smtp_sink):
    server = SmtpServer("smtp", LOOPBACK, smtp_sink.port, connect_seconds=2.0, answer_seconds=0.5)
    return MailTransport(server, LETTER_SETTINGS)


def with_officer(town, **request):
    """Hand in a case of which Olle is the officer; return its reference."""
    ref = town.hand_in(**request)
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OFFICER)
    town.plan()
    return ref


def write(town, ref, text, *, by=None):
    """Comment as the person who asked (or as the person `by`), and plan the letters."""
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        actor = town.actor(session, by) if by else reporter_of(the_case(session, ref))
        comment(session, case, text, Visibility.PARTICIPANTS, by=actor, at=A_TUESDAY)
    town.plan()


def let_pass(town, **time):
    """Let time pass for the letters: all their moments lie so much further back."""
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            for name in ("created_at", "next_attempt_at", "finished_at"):
                if moment := getattr(delivery, name):
                    setattr(delivery, name, moment - timedelta(**time))


def sent_to_officer(town, transport, smtp_sink):
    while deliver_some(town.database, transport):
        pass
    return smtp_sink.to(OFFICER)


def text_of(letter):
    return letter.message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def lines_to_officer(town):
    """Return how many lines each letter to the officer about comments has, oldest letter first."""
    return [count for _, count in letters_about_comments(town.database, OFFICER)]


def test_eighty_comments_are_two_letters_and_each_stands_in_one(town, transport, smtp_sink):
    ref = with_officer(town)
    before = len(sent_to_officer(town, transport, smtp_sink))
    write(town, ref, "Text 0")
    assert len(sent_to_officer(town, transport, smtp_sink)) == before + 1  # the first at once
    for number in range(1, 80):
        write(town, ref, f"Text {number}")
    assert len(sent_to_officer(town, transport, smtp_sink)) == before + 1
    let_pass(town, minutes=61)
    *_, gathered = sent_to_officer(town, transport, smtp_sink)
    assert len(smtp_sink.to(OFFICER)) == before + 2
    assert lines_to_officer(town) == [1, 79]
    assert gathered.message["Subject"] == f"[{ref}] Lampan vid bron är trasig"
    text = text_of(gathered)
    assert "79 nya meddelanden i ärendet" in text
    assert "Text 1\n" in text
    assert f"Text {MOST_LINES}\n" in text
    assert "29 till står på ärendets sida." in text
    with town.database.reading() as session:
        assert [b for b in find_forgotten(session, A_TUESDAY) if b.guarantee == "G4"] == []


def test_comments_that_are_planned_in_one_round_are_one_letter(town, transport, smtp_sink):
    ref = with_officer(town)
    before = len(sent_to_officer(town, transport, smtp_sink))
    with town.database.transaction() as session:
        for number in range(5):
            case = case_to_change(session, ref)
            comment(session, case, f"{number}", Visibility.PARTICIPANTS, by=reporter_of(case), at=A_TUESDAY)
    town.plan()
    assert len(sent_to_officer(town, transport, smtp_sink)) == before + 1
    assert lines_to_officer(town) == [5]


def test_a_comment_that_joins_a_letter_that_a_worker_has_begun_gets_its_own(town, transport, smtp_sink):
    ref = with_officer(town)
    sent_to_officer(town, transport, smtp_sink)
    smtp_sink.mood = "451"
    write(town, ref, "Första")
    deliver_some(town.database, transport)  # its bytes are stored now, and must stay what they are
    write(town, ref, "Andra")
    smtp_sink.mood = "accept"
    assert lines_to_officer(town) == [1, 1]


def test_the_window_begins_anew_with_each_letter(town, transport, smtp_sink):
    ref = with_officer(town)
    for number in range(3):
        write(town, ref, f"Först {number}")
        sent_to_officer(town, transport, smtp_sink)
    let_pass(town, minutes=61)
    sent_to_officer(town, transport, smtp_sink)
    write(town, ref, "Strax efter")
    assert lines_to_officer(town) == [1, 2, 1]
    count = len(smtp_sink.to(OFFICER))
    assert len(sent_to_officer(town, transport, smtp_sink)) == count  # waits: a letter has just gone out
    let_pass(town, hours=3)
    sent_to_officer(town, transport, smtp_sink)
    let_pass(town, hours=3)
    write(town, ref, "Nästa dag")
    assert len(sent_to_officer(town, transport, smtp_sink)) == count + 2  # at once again


def test_each_case_and_each_party_is_told_of_apart(town, transport, smtp_sink):
    one, other = with_officer(town, group="byalaget", by="berit"), with_officer(town)
    for _ in range(3):
        write(town, one, "Den som frågade")
        write(town, one, "Gruppen", by="berit")
        write(town, other, "I ett annat ärende")
        sent_to_officer(town, transport, smtp_sink)
    let_pass(town, hours=3)
    letters = sent_to_officer(town, transport, smtp_sink)
    assert lines_to_officer(town) == [2, 1, 4, 2]  # those of the first round at once
    (both,) = [text_of(one) for one in letters if "4 nya meddelanden" in text_of(one)]
    assert "Den som frågade och Byalaget i Lillån har skrivit 4 meddelanden." in both


def test_another_letter_lets_what_was_gathered_go_first(town, transport, smtp_sink):
    ref = with_officer(town)
    write(town, ref, "Första")
    sent_to_officer(town, transport, smtp_sink)
    write(town, ref, "Andra")
    count = len(sent_to_officer(town, transport, smtp_sink))
    town.change(ref, State.ASSIGNED, by="kontakt", responsible="gata", officer="olle@kommun.example", note="Se hit")
    town.change(ref, State.DONE, by="kontakt", note="Klart")
    town.plan()
    write(town, ref, "Tredje")
    letters = sent_to_officer(town, transport, smtp_sink)[count:]
    assert "meddelande" in text_of(letters[0])
    assert "Andra" in text_of(letters[0])
    assert "Tredje" not in "".join(text_of(one) for one in letters)
    let_pass(town, hours=2)
    assert "Tredje" in text_of(sent_to_officer(town, transport, smtp_sink)[-1])


def test_the_first_comment_on_another_case_waits_for_nothing_that_is_gathered(town, transport, smtp_sink):
    one, other = with_officer(town), with_officer(town)
    for ref, text in ((one, "Första"), (one, "Andra"), (one, "Tredje")):
        write(town, ref, text)
        sent_to_officer(town, transport, smtp_sink)
    assert lines_to_officer(town) == [1, 2]
    count = len(smtp_sink.to(OFFICER))
    write(town, other, "En helt annan sak")
    gathered, first = sent_to_officer(town, transport, smtp_sink)[count:]
    assert "Tredje" in text_of(gathered)
    assert "En helt annan sak" in text_of(first)


def test_in_one_round_too_what_is_told_at_once_waits_for_nothing_that_is_gathered(town, transport, smtp_sink):
    one, other = with_officer(town), with_officer(town)
    write(town, one, "Första")
    sent_to_officer(town, transport, smtp_sink)
    count = len(smtp_sink.to(OFFICER))
    with town.database.transaction() as session:
        for ref, text in ((one, "Andra"), (other, "En helt annan sak")):
            case = case_to_change(session, ref)
            comment(session, case, text, Visibility.PARTICIPANTS, by=reporter_of(case), at=A_TUESDAY)
    town.plan()
    assert len(sent_to_officer(town, transport, smtp_sink)) == count + 2


def test_nothing_waits_longer_than_an_hour_for_what_was_to_wait_itself(town, transport, smtp_sink):
    one, other = with_officer(town), with_officer(town)
    for text in ("Första", "Andra"):  # the second waits for an hour
        write(town, one, text)
        sent_to_officer(town, transport, smtp_sink)
    count = len(smtp_sink.to(OFFICER))
    with town.database.transaction() as session:  # it is let go by what staff write, in the round of the third
        case, about_it = case_to_change(session, other), case_to_change(session, one)
        kontakt = town.actor(session, "kontakt")
        comment(session, case, "En helt annan sak", Visibility.PARTICIPANTS, by=kontakt, at=A_TUESDAY)
        comment(session, about_it, "Tredje", Visibility.PARTICIPANTS, by=reporter_of(about_it), at=A_TUESDAY)
    town.plan()
    gathered, first = sent_to_officer(town, transport, smtp_sink)[count:]
    assert "Andra" in text_of(gathered) and "En helt annan sak" in text_of(first)
    let_pass(town, minutes=61)
    (last,) = sent_to_officer(town, transport, smtp_sink)[count + 2 :]
    assert "Tredje" in text_of(last)


def test_what_staff_write_is_told_at_once(town, transport, smtp_sink):
    ref = with_officer(town)
    sent_to_officer(town, transport, smtp_sink)
    for number in range(3):
        with town.database.transaction() as session:
            case = case_to_change(session, ref)
            comment(session, case, f"{number}", Visibility.PARTICIPANTS, by=town.actor(session, "olle"), at=A_TUESDAY)
        town.plan()
        sent_to_officer(town, transport, smtp_sink)
    assert len([one for one in smtp_sink.to("frida@hemma.example") if "nytt meddelande" in text_of(one)]) == 3


def test_the_letter_is_english_for_who_reads_english(town, transport, smtp_sink):
    ref = with_officer(town)
    write(town, ref, "First")
    sent_to_officer(town, transport, smtp_sink)
    write(town, ref, "Second")
    write(town, ref, "Third")
    with town.database.transaction() as session:
        session.execute(update(Delivery).values(locale="en"))
    let_pass(town, hours=2)
    letter = sent_to_officer(town, transport, smtp_sink)[-1]
    assert letter.message["Subject"] == f"[{ref}] Lampan vid bron är trasig"
    text = text_of(letter)
    assert "2 new messages in the case" in text
    assert "The person who asked has written 2 messages." in text
    assert text.index("Second") < text.index("Third")


def test_the_wait_is_by_the_databases_clock(town, transport, smtp_sink):
    ref = with_officer(town)
    write(town, ref, "Första")
    sent_to_officer(town, transport, smtp_sink)
    write(town, ref, "Andra")
    with town.database.reading() as session:
        waits = session.scalars(select(Delivery.next_attempt_at).order_by(Delivery.id.desc())).first()
        assert timedelta(minutes=58) < waits - present(session) <= timedelta(hours=1)


def test_sixty_alarms_with_one_cause_are_two_letters_to_each(town, transport, smtp_sink):
    for number in range(30):
        town.hand_in(reporter=Reporter(email=f"nummer{number}@hemma.example"))
    town.plan()
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery).order_by(Delivery.id)):
            set_aside_delivery(session, delivery, f"550 5.1.1 <nummer{delivery.id}@hemma.example>: no such user")
    for _ in range(2):  # as the relay does: the first alone, then the others
        town.plan()
        sent_to_officer(town, transport, smtp_sink)
        with town.database.transaction() as session:
            others = session.scalars(select(Delivery).where(Delivery.letter == "receipt").order_by(Delivery.id))
            for delivery in others:
                set_aside_delivery(session, delivery, f"550 5.1.1 <nummer{delivery.id}@hemma.example>: no such user")
    town.plan()
    let_pass(town, hours=2)
    sent_to_officer(town, transport, smtp_sink)
    for who in ("kontakt", "admin"):
        subjects = [letter.message["Subject"] for letter in smtp_sink.to(f"{who}@kommun.example")]
        assert subjects == ["30 mejl kom inte fram", "60 mejl kom inte fram"]
    assert "Det gällde ärende 2026-0001, 2026-0002" in text_of(smtp_sink.to("kontakt@kommun.example")[0])
    assert "De har samma orsak." in text_of(smtp_sink.to("admin@kommun.example")[1])
    with town.database.reading() as session:
        assert [b for b in find_forgotten(session, A_TUESDAY) if b.guarantee == "G4"] == []


def test_an_alarm_with_another_cause_is_told_at_once(town, transport, smtp_sink):
    for number in range(2):
        town.hand_in(reporter=Reporter(email=f"nummer{number}@hemma.example"))
    town.plan()
    with town.database.reading() as session:
        ids = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()
    for id_, reason in zip(ids, ("550 no such user", "552 mailbox full"), strict=True):
        with town.database.transaction() as session:
            set_aside_delivery(session, session.get_one(Delivery, id_), reason)
        town.plan()
        sent_to_officer(town, transport, smtp_sink)
    assert len(smtp_sink.to("admin@kommun.example")) == 2
