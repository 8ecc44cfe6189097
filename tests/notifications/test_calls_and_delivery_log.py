"""Those without mail are rung; the timeline says what was sent to whom; the form says who will be told."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.letter_town import A_TUESDAY, LetterTown, the_case

from cases.access.actors import THE_CLOCK
from cases.database.leases.claims import BEGUN_TOO_OFTEN
from cases.database.transactions import calendar_of
from cases.handing_in import Reporter
from cases.refusals import NotAllowed, NotFound
from cases.states import State
from notifications.deliveries import Channel, Outcome
from notifications.delivery_log import deliveries_about
from notifications.letters import still_entitled
from notifications.letters.wording.reasons_in_swedish import why_not
from notifications.planning import rate_limits, readdressing, redundant_calls
from notifications.telephone.calls import count_to_ring, drop_overtaken, next_try, record_no_answer, tick_off, to_ring

GOSTA = Reporter(name="Gösta", phone="0123-99 99")


def rung(town: LetterTown) -> str:
    """Hand in a case by telephone and finish it; return its reference."""
    ref = town.hand_in(by="kontakt", reporter=GOSTA)
    town.change(ref, State.DONE, note="Lampan lyser")
    town.plan()
    return ref


def test_what_to_say_is_the_letter_without_links(either_town: LetterTown) -> None:
    ref = rung(either_town)
    with either_town.database.reading() as session:
        [done] = to_ring(session)
    assert (done.name, done.phone, done.ref) == ("Gösta", "0123-99 99", ref)
    assert "Lampan lyser" in done.say and "tisdag 28 april 2026" in done.say
    assert "http" not in done.say and "mejl" not in done.say and "Hej!" not in done.say
    assert "hälsningar" not in done.say


def test_who_rang_and_was_told_then_is_not_rung_about_the_receipt(town: LetterTown) -> None:
    ref = town.hand_in(by="kontakt", channel="phone", reporter=GOSTA)
    town.plan()
    with town.database.reading() as session:
        assert to_ring(session) == []
        [[told]] = deliveries_about(session, the_case(session, ref).id).values()
    assert (told.outcome, told.reason) == (Outcome.SUPPRESSED, redundant_calls.TOLD_WHEN_THEY_RANG)
    assert told.at is not None
    town.change(ref, State.DONE, note="Lampan lyser")
    town.plan()
    with town.database.reading() as session:
        assert [call.ref for call in to_ring(session)] == [ref]


def test_who_has_mail_gets_the_receipt_though_they_rang(town: LetterTown) -> None:
    town.hand_in(by="kontakt", channel="phone", reporter=Reporter(email="gosta@hemma.example", phone="0123-99 99"))
    town.plan()
    assert [one.outcome for one in town.deliveries("receipt")] == [Outcome.WAITING]


def test_every_reason_of_ours_has_swedish_words() -> None:
    of_rights = [one for one in vars(still_entitled).values() if isinstance(one, str) and one.startswith("the ")]
    of_limits = [rate_limits.TOO_SOON, rate_limits.TOO_MANY, rate_limits.TO_STAFF]
    reasons = {*of_rights, *of_limits, readdressing.TOLD_IN_ANOTHER_LETTER, redundant_calls.TOLD_WHEN_THEY_RANG}
    assert len(reasons) >= 11
    assert all(why_not(reason, "sv") != reason for reason in reasons)


def test_why_something_is_set_aside_has_swedish_words_but_what_a_mail_server_said_stays() -> None:
    assert why_not(BEGUN_TOO_OFTEN.format(5), "sv") == "påbörjat 5 gånger utan att bli klart"
    assert why_not("tried for five days: 451 Try later", "sv") == "försökt i fem dagar: 451 Try later"
    assert why_not("cannot be written: KeyError", "sv") == "gick inte att skriva: KeyError"
    assert why_not("cannot be planned: KeyError", "sv") == "gick inte att förbereda: KeyError"
    assert why_not("550 5.1.1 User unknown", "sv") == "550 5.1.1 User unknown"
    assert why_not(BEGUN_TOO_OFTEN.format(5), "en") == BEGUN_TOO_OFTEN.format(5)


def test_a_call_is_ticked_off_once_by_staff(either_town: LetterTown) -> None:
    rung(either_town)
    with either_town.database.transaction() as session:
        [call] = to_ring(session)
        who = either_town.actor(session, "kontakt")
        with pytest.raises(NotAllowed):
            tick_off(session, call.delivery_id, by=either_town.actor(session, "berit"), at=A_TUESDAY)
        tick_off(session, call.delivery_id, by=who, at=A_TUESDAY)
        assert to_ring(session) == []
        with pytest.raises(NotFound):
            tick_off(session, call.delivery_id, by=who, at=A_TUESDAY)
    [called] = [one for one in either_town.deliveries("done") if one.outcome is Outcome.CALLED]
    assert called.finished_at is not None and called.person_id == either_town.people["kontakt"]
    [receipt] = either_town.deliveries("receipt")
    assert (receipt.outcome, receipt.reason) == (Outcome.SUPPRESSED, redundant_calls.OVERTAKEN)


def test_one_person_is_rung_once_about_all_cases(either_town: LetterTown) -> None:
    refs = [rung(either_town), rung(either_town)]
    other = either_town.hand_in(by="kontakt", reporter=Reporter(name="Siv", phone="0123-99 99"))
    either_town.plan()
    with either_town.database.reading() as session:
        of_gosta, of_siv = to_ring(session)
        assert ([part.ref for part in of_gosta.parts], of_siv.ref) == (refs, other)
        assert count_to_ring(session) == 2


def test_what_was_overtaken_falls_away_and_the_answer_stays(either_town: LetterTown) -> None:
    ref = either_town.hand_in(by="kontakt", reporter=GOSTA)
    either_town.change(ref, State.PARKED, reason="Ingen kan nu", due_on=A_TUESDAY.date().replace(month=9))
    either_town.plan()
    either_town.change(ref, State.RECEIVED)
    either_town.change(ref, State.DONE, note="Lampan lyser")
    either_town.plan()
    either_town.change(ref, State.CLOSED, by=THE_CLOCK)
    either_town.plan()
    with either_town.database.transaction() as session:
        [call] = to_ring(session)
        assert "Ingen kan nu" not in call.say and "28 april" not in call.say
        assert "Lampan lyser" in call.say and "Ingen har invänt" in call.say
        assert drop_overtaken(session) >= 2
        assert [one.say for one in to_ring(session)] == [call.say]


def test_what_came_since_the_list_was_shown_is_not_ticked_off(either_town: LetterTown) -> None:
    rung(either_town)
    with either_town.database.reading() as session:
        [shown] = to_ring(session)
    later = rung(either_town)
    with either_town.database.transaction() as session:
        who = either_town.actor(session, "kontakt")
        tick_off(session, shown.delivery_id, by=who, at=A_TUESDAY, last_id=shown.last_id)
        assert [[part.ref for part in call.parts] for call in to_ring(session)] == [[later]]


def test_who_does_not_answer_stays_on_the_list_with_a_next_moment(either_town: LetterTown) -> None:
    rung(either_town)
    with either_town.database.transaction() as session:
        who, [call] = either_town.actor(session, "kontakt"), to_ring(session)
        calendar = calendar_of(session)
        record_no_answer(session, call.delivery_id, by=who, at=A_TUESDAY)
        again = record_no_answer(session, call.delivery_id, by=who, at=A_TUESDAY + timedelta(hours=1))
        [kept] = to_ring(session)
        assert (kept.unanswered, kept.next_at, kept.say) == (2, again, call.say)
        assert next_try(datetime(2026, 4, 17, 14, tzinfo=UTC), calendar) == datetime(2026, 4, 20, 7, tzinfo=UTC)
        assert next_try(datetime(2026, 4, 18, 9, tzinfo=UTC), calendar) == datetime(2026, 4, 20, 7, tzinfo=UTC)
        assert next_try(datetime(2026, 4, 17, 8, tzinfo=UTC), calendar) == datetime(2026, 4, 17, 10, tzinfo=UTC)
        with pytest.raises(NotAllowed):
            record_no_answer(session, call.delivery_id, by=either_town.actor(session, "berit"), at=A_TUESDAY)
        tick_off(session, call.delivery_id, by=who, at=A_TUESDAY)
        with pytest.raises(NotFound):
            record_no_answer(session, call.delivery_id, by=who, at=A_TUESDAY)


def test_the_timeline_says_what_was_sent_to_whom(town: LetterTown) -> None:
    ref = town.assigned()
    with town.database.reading() as session:
        told = deliveries_about(session, the_case(session, ref).id)
    said = {(one.to, one.letter, one.channel, one.outcome) for some in told.values() for one in some}
    assert said == {
        ("den som frågade", "receipt", Channel.MAIL, Outcome.WAITING),
        ("den som frågade", "news", Channel.MAIL, Outcome.WAITING),
        ("Gatukontoret", "assigned", Channel.MAIL, Outcome.WAITING),
    }


def test_a_call_that_was_made_still_went_to_the_one_who_asked(town: LetterTown) -> None:
    ref = rung(town)
    with town.database.transaction() as session:
        for call in to_ring(session):
            tick_off(session, call.delivery_id, by=town.actor(session, "kontakt"), at=A_TUESDAY)
    with town.database.reading() as session:
        told = deliveries_about(session, the_case(session, ref).id, "en")
    assert {one.to for some in told.values() for one in some} == {"the person who asked"}
