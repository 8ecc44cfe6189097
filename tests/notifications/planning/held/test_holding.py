"""News is held for an address that wants it gathered; what asks its reader, or is overdue, goes at once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from support.houses.letter_town import A_TUESDAY, LetterTown, the_case
from support.houses.migrated import CALENDAR
from support.letters.held_letters import deliveries_to, held_for, let_moment_come, plan_digests, prefer, told_of
from support.servers.services import LOOPBACK

from cases.checks.forgotten import find_forgotten
from cases.database.clock import present
from cases.history.words import Visibility
from cases.progress import WaitingFor
from cases.states import State
from notifications.deliveries import NewsPace, Outcome
from notifications.delivery_log import deliveries_about
from notifications.letters.catalogue import LETTERS
from notifications.letters.rendering import LetterSettings
from notifications.planning.held.holding import ALL, MAY_WAIT
from notifications.preferences import next_at
from notifications.sending.claiming import is_anything_due
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer
from notifications.who_is_told import WHO_IS_TOLD

LETTER_SETTINGS = LetterSettings("http://127.0.0.1:8000", "k" * 32, "ventil@kommun.example", CALENDAR)
OFFICER, GROUP, FOLLOWER = "olle@kommun.example", "byalaget@byn.example", "foljare@hemma.example"
REPORTER = "frida@hemma.example"


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    return either_town


@pytest.fixture
def transport(smtp_sink):
    server = SmtpServer("smtp", LOOPBACK, smtp_sink.port, connect_seconds=2.0, answer_seconds=0.5)
    return MailTransport(server, LETTER_SETTINGS)


def send_all(town, transport):
    while deliver_some(town.database, transport):
        pass


def text_of(letter):
    return letter.message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def with_officer(town, **request):
    """Hand in a case of which Olle is the officer; return its reference."""
    ref = town.hand_in(**request)
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OFFICER)
    town.plan()
    return ref


def note(town, ref, words, *, by="kontakt"):
    town.comment(ref, words, Visibility.PUBLIC, by=by)
    town.plan()


def test_news_waits_for_the_morning_and_is_told_once_with_its_words(town, transport, smtp_sink):
    first, second = with_officer(town), with_officer(town, title="Ett hål")
    prefer(town.database, OFFICER, NewsPace.MORNING)
    send_all(town, transport)
    before = len(smtp_sink.to(OFFICER))
    for ref, words in ((first, "Grannen ringde."), (second, "Nu är det två."), (first, "Hon ringde igen.")):
        note(town, ref, words)
    send_all(town, transport)
    assert len(smtp_sink.to(OFFICER)) == before
    assert held_for(town.database, OFFICER) == ["news"] * 3
    events = told_of(town.database, OFFICER)
    let_moment_come(town.database)
    assert told_of(town.database, OFFICER) == events
    send_all(town, transport)
    assert len(smtp_sink.to(OFFICER)) == before + 1
    letter = smtp_sink.to(OFFICER)[-1]
    assert letter.message["Subject"] == "2 ärenden har nytt att läsa"
    said = text_of(letter)
    assert all(said.count(words) == 1 for words in ("> Grannen ringde.", "> Nu är det två.", "> Hon ringde igen."))
    assert "varje morgon" in said
    *_, one, two, three, digest = deliveries_to(town.database, OFFICER)
    assert digest.occasion == f"digest:{one.id}"
    assert {(told.outcome, told.reason) for told in (one, two, three)} == {
        (Outcome.SUPPRESSED, f"told in digest {one.id}")
    }
    with town.database.reading() as session:
        assert [breach for breach in find_forgotten(session, A_TUESDAY) if breach.guarantee == "G4"] == []


def test_the_log_of_the_case_names_when_it_is_told_and_then_the_digest_alone(town):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    note(town, ref, "Grannen ringde.")
    with town.database.reading() as session:
        *_, told = deliveries_about(session, the_case(session, ref).id).values()
        monday = next_at(session, NewsPace.MONDAY, present(session))
    assert [(one.to, one.outcome, one.at) for one in told if one.audience == "handler"] == [
        ("Olle Handläggare", Outcome.WAITING, monday)
    ]
    let_moment_come(town.database)
    with town.database.reading() as session:
        *_, told = deliveries_about(session, the_case(session, ref).id).values()
    assert [(one.outcome, one.at) for one in told if one.audience == "handler"] == [(Outcome.WAITING, None)]


def test_a_single_held_letter_is_told_as_itself(town, transport, smtp_sink):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    note(town, ref, "Grannen ringde.")
    let_moment_come(town.database)
    send_all(town, transport)
    said = text_of(smtp_sink.to(OFFICER)[-1])
    assert "Ett nytt meddelande i ärendet" in said
    assert "> Grannen ringde." in said


def test_what_asks_its_reader_goes_at_once_and_does_not_wait_behind_what_is_held(town, transport, smtp_sink):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    note(town, ref, "Grannen ringde.")
    send_all(town, transport)
    before = len(smtp_sink.to(OFFICER))
    with_officer(town, title="Ett hål")
    send_all(town, transport)
    assert len(smtp_sink.to(OFFICER)) == before + 1
    assert held_for(town.database, OFFICER) == ["news"]


def test_a_held_letter_is_not_let_go_by_a_later_one(town):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    with town.database.reading() as session:
        monday = next_at(session, NewsPace.MONDAY, present(session))
    note(town, ref, "Grannen ringde.")
    with_officer(town, title="Ett hål")
    [held] = [one for one in deliveries_to(town.database, OFFICER) if one.held_for]
    assert (held.outcome, held.next_attempt_at) == (Outcome.WAITING, monday)


def test_rungs_go_at_once_from_the_second_on_and_those_that_ask_before(town):
    with_officer(town, by="kontakt", group="byalaget")
    for email in (OFFICER, GROUP, "gata@kommun.example", "hanna@kommun.example", "kontakt@kommun.example"):
        prefer(town.database, email, NewsPace.MONDAY)
    day = datetime(2026, 4, 14, 6, tzinfo=UTC)
    for _ in range(60):
        day += timedelta(days=1)
        town.sweep(day)
    assert held_for(town.database, OFFICER) == []
    assert held_for(town.database, "hanna@kommun.example") == []
    assert held_for(town.database, GROUP) == []
    assert "delayed" in {one.letter for one in deliveries_to(town.database, GROUP)}
    assert len(deliveries_to(town.database, OFFICER)) > 2


def test_who_asked_is_told_at_once_whatever_the_address_wants(town):
    prefer(town.database, REPORTER, NewsPace.MONDAY)
    ref = with_officer(town)
    town.change(ref, State.DECLINED, reason="Inte vår lampa.")
    town.plan()
    assert held_for(town.database, REPORTER) == []
    assert len(deliveries_to(town.database, REPORTER)) == 3


def test_a_group_gets_its_news_gathered_and_is_asked_at_once(town, transport, smtp_sink):
    prefer(town.database, GROUP, NewsPace.MORNING)
    ref = with_officer(town, by="kontakt", group="byalaget")
    town.change(ref, State.IN_PROGRESS, by="olle")
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("reporter"), note="Vilken lampa?")
    town.plan()
    assert held_for(town.database, GROUP) == ["news", "taken_on"]
    send_all(town, transport)
    assert "Vilken lampa?" in text_of(smtp_sink.to(GROUP)[-1])


def test_a_follower_may_have_everything_on_mondays(town, transport, smtp_sink):
    ref = with_officer(town)
    town.follow(ref, FOLLOWER)
    prefer(town.database, FOLLOWER, NewsPace.MONDAY)
    note(town, ref, "Vi har beställt en ny.")
    town.change(ref, State.DONE, by="olle", note="Den lyser.")
    town.plan()
    assert held_for(town.database, FOLLOWER) == ["news", "done"]
    let_moment_come(town.database)
    send_all(town, transport)
    [letter] = smtp_sink.to(FOLLOWER)
    assert "> Den lyser." in text_of(letter)
    assert "/sluta-folja/" in text_of(letter)


def test_changing_back_tells_what_is_held_at_once(town, transport, smtp_sink):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    note(town, ref, "Grannen ringde.")
    note(town, ref, "Hon ringde igen.")
    assert plan_digests(town.database) == 0
    prefer(town.database, OFFICER, NewsPace.AT_ONCE)
    assert plan_digests(town.database) == 1
    send_all(town, transport)
    assert "> Hon ringde igen." in text_of(smtp_sink.to(OFFICER)[-1])
    note(town, ref, "Tredje gången.")
    assert held_for(town.database, OFFICER) == []


def test_changing_from_mondays_to_mornings_moves_what_is_held(town):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MONDAY)
    note(town, ref, "Grannen ringde.")
    prefer(town.database, OFFICER, NewsPace.MORNING)
    [held] = [one for one in deliveries_to(town.database, OFFICER) if one.held_for]
    with town.database.reading() as session:
        assert held.next_attempt_at == next_at(session, NewsPace.MORNING, present(session))


def test_a_held_letter_is_never_sent_itself_even_when_its_moment_has_passed(town, transport, smtp_sink):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MORNING)
    send_all(town, transport)
    before = len(smtp_sink.to(OFFICER))
    note(town, ref, "Grannen ringde.")
    with town.database.transaction() as session:
        [held] = [one for one in deliveries_to(town.database, OFFICER) if one.held_for]
        session.merge(held).next_attempt_at = present(session) - timedelta(days=1)
    send_all(town, transport)
    with town.database.reading() as session:
        assert not is_anything_due(session)
    assert len(smtp_sink.to(OFFICER)) == before


def test_comments_that_are_held_are_not_gathered_by_the_hour(town):
    ref = with_officer(town)
    prefer(town.database, OFFICER, NewsPace.MORNING)
    for number in range(3):
        town.comment(ref, f"Text {number}", Visibility.PARTICIPANTS, by="kontakt")
    town.plan()
    assert held_for(town.database, OFFICER) == ["news"] * 3


def test_a_sweep_that_closes_many_cases_is_one_line_each_in_the_digest(town):
    refs = [with_officer(town, by="kontakt", group="byalaget", title=f"Lampa {n}") for n in range(3)]
    for ref in refs:
        town.change(ref, State.DONE, by="olle", note="Den lyser.", at=A_TUESDAY)
    town.plan()
    prefer(town.database, GROUP, NewsPace.MONDAY)
    town.sweep(A_TUESDAY + timedelta(days=40))
    assert held_for(town.database, GROUP) == ["digest"]
    let_moment_come(town.database)
    digest = deliveries_to(town.database, GROUP)[-1]
    assert sorted(line["ref"] for line in digest.context["lines"]) == refs


# --- the table of what may wait, and the moments ------------------------------------------------


def test_the_table_names_letters_and_audiences_that_there_are():
    told = {(rule.letter, rule.audience) for rules in WHO_IS_TOLD.values() for rule in rules}
    assert MAY_WAIT.keys() <= LETTERS.keys()
    for letter, audiences in MAY_WAIT.items():
        assert {audience for name, audience in told if name == letter} & audiences, letter
        assert audiences <= ALL


def test_nothing_that_asks_or_is_late_is_in_the_table():
    late = {"overdue", "delayed", "promise_broken", "on_agenda", "statutory", "due_soon", "due_now"}
    asks = {"assigned", "question", "answered", "contested", "sent_back", "called", "agenda", "login", "opt_in"}
    assert not (late | asks) & MAY_WAIT.keys()


@pytest.mark.parametrize(
    ("pace", "now", "then"),
    [
        (NewsPace.MORNING, (2026, 3, 3, 12), (2026, 3, 4)),
        (NewsPace.MORNING, (2026, 3, 3, 5), (2026, 3, 3)),
        (NewsPace.MORNING, (2026, 3, 6, 12), (2026, 3, 9)),  # from a Friday
        (NewsPace.MONDAY, (2026, 3, 3, 12), (2026, 3, 9)),
        (NewsPace.MONDAY, (2026, 3, 9, 5), (2026, 3, 9)),
        (NewsPace.MONDAY, (2026, 3, 9, 8), (2026, 3, 16)),
        (NewsPace.MONDAY, (2026, 4, 2, 12), (2026, 4, 7)),  # Easter Monday is none
    ],
)
def test_the_moment_is_a_working_morning(town, pace, now, then):
    with town.database.reading() as session:
        moment = next_at(session, pace, datetime(*now, tzinfo=UTC))
    assert moment == CALENDAR.moment_of(date(*then), time(7))
