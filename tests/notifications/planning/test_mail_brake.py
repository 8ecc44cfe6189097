"""After ten letters in a day that mails caused, about one case to one address, the next waits for a person."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select
from support.houses.letter_town import A_TUESDAY, LetterTown, the_case
from support.houses.migrated import CALENDAR
from support.letters.planned_letters import letters_about_comments
from support.servers.mail_server import FakeMailServer
from support.servers.services import LOOPBACK

from cases.access.actors import THE_CLOCK, reporter_of
from cases.case import case_to_change
from cases.checks.forgotten import find_forgotten
from cases.commenting import comment
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.incoming.mail_comments import comment_by_mail
from cases.states import State
from notifications.deliveries import Delivery, Outcome
from notifications.letters.rendering import LetterSettings
from notifications.planning.drafts import BRAKED
from notifications.planning.gathering.mail_brake import MOST_A_DAY
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer
from notifications.set_aside import count_set_aside, list_set_aside, send_again
from proof.checker import Outside, check

LETTER_SETTINGS = LetterSettings("http://127.0.0.1:8000", "k" * 32, "ventil@kommun.example", CALENDAR)
OFFICER, DESK = "olle@kommun.example", "kontakt@kommun.example"


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    return either_town


@pytest.fixture
def transport(smtp_sink: FakeMailServer) -> MailTransport:
    server = SmtpServer("smtp", LOOPBACK, smtp_sink.port, connect_seconds=2.0, answer_seconds=0.5)
    return MailTransport(server, LETTER_SETTINGS)


@pytest.fixture
def ref(town: LetterTown) -> str:
    """A case of the officer, about which ten mails of who asked have caused ten letters within a day."""
    ref = town.hand_in()
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OFFICER)
    town.plan()
    for number in range(MOST_A_DAY):
        mail(town, ref, f"Mejl {number}")
        an_hour_passes(town)
    return ref


def mail(town: LetterTown, ref: str, text: str) -> None:
    """Let who asked comment by mail, and plan the letters."""
    with town.database.transaction() as session:
        case = case_to_change(session, ref)
        comment_by_mail(session, case, text, by=reporter_of(case), doubt=None, at=A_TUESDAY)
    town.plan()


def an_hour_passes(town: LetterTown) -> None:
    """Let all letters that wait go out, and an hour pass."""
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.outcome == Outcome.WAITING)):
            delivery.outcome, delivery.finished_at = Outcome.SENT, delivery.created_at
    let_pass(town, minutes=61)


def let_pass(town: LetterTown, **time: float) -> None:
    """Let time pass for the letters: all their moments lie so much further back."""
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            for name in ("created_at", "next_attempt_at", "finished_at"):
                if moment := getattr(delivery, name):
                    setattr(delivery, name, moment - timedelta(**time))


def to_officer(town: LetterTown) -> list[tuple[Outcome, int]]:
    """Return the outcome of each letter to the officer about comments, and how many it tells of; oldest first."""
    return letters_about_comments(town.database, OFFICER)


def alarms(town: LetterTown) -> int:
    with town.database.reading() as session:
        return session.scalars(select(func.count(Event.id)).where(Event.type == "house.set_aside")).one()


def send(town: LetterTown, transport: MailTransport) -> None:
    while deliver_some(town.database, transport):
        pass


def last_to(sink: FakeMailServer, address: str) -> EmailMessage:
    return sink.to(address)[-1].message


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())


def breaches(town: LetterTown) -> set[str]:
    """Return what the checks say of letters, alarms and loops."""
    with town.database.reading() as session:
        found = {one.guarantee for one in find_forgotten(session, A_TUESDAY) if "alarmed" in one.what}
    url = town.database.engine.url.render_as_string(hide_password=False)
    return found | ({breach.invariant for breach in check(url, Outside())} & {"I6", "I15", "I24"})


def test_ten_go_out_and_those_that_follow_wait_in_one_with_one_alarm(
    town: LetterTown, ref: str, transport: MailTransport, smtp_sink: FakeMailServer
) -> None:
    assert to_officer(town) == [(Outcome.SENT, 1)] * 10
    for number in range(3):
        mail(town, ref, f"För mycket {number}")
        let_pass(town, minutes=61)
    assert to_officer(town)[MOST_A_DAY:] == [(Outcome.SET_ASIDE, 3)]
    assert alarms(town) == 1
    send(town, transport)
    alarm = last_to(smtp_sink, DESK)
    assert alarm["Subject"] == "Mejl om ett ärende hålls inne"
    assert f"Det gällde ärende {ref}" in text_of(alarm)
    assert "två program som svarar varandra" in text_of(alarm)
    with town.database.reading() as session:
        assert [(row.ref, row.to, row.reason) for row in list_set_aside(session)] == [(ref, OFFICER, BRAKED)]
        assert count_set_aside(session)["delivery"] == 1
    assert breaches(town) == set()


def test_whoever_lets_them_go_gets_all_in_one_letter_and_no_second_alarm_that_day(
    town: LetterTown, ref: str, transport: MailTransport, smtp_sink: FakeMailServer
) -> None:
    mail(town, ref, "För mycket")
    mail(town, ref, "Ännu mer")
    with town.database.transaction() as session:
        [row] = list_set_aside(session)
        send_again(session, row.kind, row.row_id, by=THE_CLOCK, at=datetime.now(UTC))
    send(town, transport)
    assert "För mycket" in text_of(last_to(smtp_sink, OFFICER))
    assert "Ännu mer" in text_of(last_to(smtp_sink, OFFICER))
    mail(town, ref, "Igen")
    assert to_officer(town)[MOST_A_DAY:] == [(Outcome.SENT, 2), (Outcome.SET_ASIDE, 1)]
    assert alarms(town) == 1
    assert breaches(town) == set()


def test_one_that_nobody_was_told_of_is_found(town: LetterTown, ref: str) -> None:
    mail(town, ref, "För mycket")
    with town.database.transaction() as session:
        aside = session.scalars(select(Delivery).where(Delivery.reason == BRAKED)).one()
        aside.context = {**aside.context, "braked": aside.id - 1}  # of which nobody was told either
        other = session.scalars(select(Delivery).where(Delivery.id != aside.id).limit(1)).one()
        other.outcome, other.reason = Outcome.SET_ASIDE, "550"
    assert breaches(town) == {"G4", "I15"}


def test_what_a_person_writes_goes_out_does_not_join_and_is_not_counted(town: LetterTown, ref: str) -> None:
    mail(town, ref, "För mycket")
    for number in range(2):
        with town.database.transaction() as session:
            case = the_case(session, ref)
            comment(session, case, f"På webben {number}", Visibility.PARTICIPANTS, by=reporter_of(case), at=A_TUESDAY)
        town.plan()
        an_hour_passes(town)
    assert to_officer(town)[MOST_A_DAY:] == [(Outcome.SET_ASIDE, 1), (Outcome.SENT, 1), (Outcome.SENT, 1)]


def test_another_case_and_the_next_day_are_not_braked(town: LetterTown, ref: str) -> None:
    other = town.hand_in()
    town.change(other, State.ASSIGNED, responsible="gata", officer=OFFICER)
    mail(town, other, "Om det andra")
    let_pass(town, hours=24)
    mail(town, ref, "Nästa dag")
    assert to_officer(town)[MOST_A_DAY:] == [(Outcome.WAITING, 1)] * 2
    assert alarms(town) == 0
    assert breaches(town) == set()


def test_the_checker_sees_an_eleventh_letter(town: LetterTown, ref: str) -> None:
    mail(town, ref, "För mycket")
    with town.database.transaction() as session:
        aside = session.scalars(select(Delivery).where(Delivery.reason == BRAKED)).one()
        aside.outcome, aside.reason = Outcome.SENT, None
    assert breaches(town) == {"I24"}
