"""What happens becomes deliveries: who is told of what, in which letter."""

from datetime import date, timedelta

from sqlalchemy import func, select
from support.houses.letter_town import A_TUESDAY, REPORTER, LetterTown

from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.progress import WaitingFor
from cases.states import Kind, State
from notifications.deliveries import Address, Channel, Delivery, DeliveryLine, Outcome
from notifications.planning.planning import plan_events

NEXT_MONTH = (A_TUESDAY + timedelta(days=30)).date()


def test_the_one_who_asked_gets_a_receipt_and_the_desk_gets_no_mail(either_town: LetterTown) -> None:
    either_town.hand_in()
    either_town.plan()
    assert either_town.told("case.received") == {("frida", "receipt")}


def test_the_group_is_told_when_its_member_hands_in(town: LetterTown) -> None:
    town.hand_in(by="berit", group="byalaget", reporter=None)
    town.plan()
    assert town.told("case.received") == {("byalaget", "receipt")}


def test_a_unit_is_asked_and_the_one_who_asked_gets_the_news(either_town: LetterTown) -> None:
    either_town.assigned()
    assert either_town.told("case.assigned") == {("gata", "assigned"), ("frida", "news")}


def test_another_officer_in_the_same_unit_is_no_news_to_the_one_who_asked(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.ASSIGNED, by="hanna", officer="olle@kommun.example")
    town.plan()
    assert town.told("case.assigned") == {("olle", "assigned")}


def test_what_is_sent_back_is_told_the_contact_person_and_the_one_who_asked(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.RECEIVED, by="olle", reason="Det är inte vår väg")
    town.plan()
    assert town.told("case.sent_back") == {("kontakt", "sent_back"), ("frida", "news")}


def test_taking_on_with_a_date_is_one_letter_however_many_events(either_town: LetterTown) -> None:
    ref = either_town.assigned()
    either_town.change(ref, State.PLANNED, by="olle", due_on=NEXT_MONTH)
    either_town.plan()
    assert either_town.told("case.planned") == {("frida", "taken_on")}
    assert either_town.told("case.promised") == set()


def test_a_moved_promise_is_one_letter_that_says_so(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.PLANNED, by="olle", due_on=NEXT_MONTH)
    later = A_TUESDAY + timedelta(hours=1)
    town.change(ref, State.PLANNED, by="olle", due_on=NEXT_MONTH + timedelta(days=30), at=later)
    town.plan()
    assert town.told("case.planned") == {("frida", "promise_moved")}
    assert town.told("case.promised") == set()


def test_a_question_goes_to_whom_the_case_waits_for(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("reporter"), note="Var?")
    town.plan()
    assert town.told("case.waiting") == {("frida", "question")}
    town.change(ref, State.WAITING, by="olle", waiting_for=WaitingFor("unit", unit="skola"), note="Ni?")
    town.plan()
    assert town.told("case.waiting") == {("sara", "question"), ("frida", "news")}


def test_the_author_is_told_of_nothing_but_the_receipt(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.contest(ref, "Nej")
    town.plan()
    assert town.told("case.contested") == {("gata", "contested"), ("kontakt", "contested")}
    own = town.hand_in(by="berit", group="byalaget", reporter=Reporter(email="BERIT@kommun.example"))
    town.plan()
    both = {("byalaget", "receipt"), ("berit", "receipt")}  # a receipt is for its author
    assert own and town.told("case.received") == both


def test_a_comment_is_told_as_widely_as_it_may_be_read(town: LetterTown) -> None:
    ref = town.assigned()
    town.follow(ref, "granne@hemma.example")
    expected: dict[Visibility, set[tuple[str, str]]] = {
        Visibility.INTERNAL: set(),
        Visibility.PARTICIPANTS: {("frida", "news")},
        Visibility.PUBLIC: {("frida", "news"), ("granne", "news")},
    }
    for visibility, told in expected.items():
        town.comment(ref, "Vi tittar på det", visibility)
        town.plan()
        assert town.told("case.commented") == told


def test_only_those_who_confirmed_and_stayed_are_told_as_followers(town: LetterTown) -> None:
    ref = town.assigned()
    town.follow(ref, "kvar@hemma.example")
    town.follow(ref, "obekraftad@hemma.example", confirmed_at=None)
    town.follow(ref, "slutat@hemma.example", ended_at=A_TUESDAY)
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    assert town.told("case.done") == {("frida", "done"), ("kvar", "done")}


def test_the_first_audience_words_the_letter_of_an_address(town: LetterTown) -> None:
    """The person who asked follows their own case too, and sits in the group: one letter, as the person who asked."""
    ref = town.hand_in(by="kontakt", group="byalaget", reporter=Reporter(email="Berit@Kommun.example"))
    town.follow(ref, "berit@kommun.example")
    town.change(ref, State.DONE, note="Lagat")
    town.plan()
    with town.database.reading() as session:
        lines = session.execute(
            select(DeliveryLine.audience)
            .join(Event, Event.id == DeliveryLine.event_id)
            .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
            .join(Address, Address.id == Delivery.address_id)
            .where(Event.type == "case.done", Address.email_normalised == "berit@kommun.example")
        )
        assert lines.scalars().all() == ["reporter"]


def test_an_address_has_one_row_however_it_is_written(either_town: LetterTown) -> None:
    for email in ("anna@åby.example", "ANNA@Åby.example", "anna@xn--by-xia.example"):
        either_town.hand_in(reporter=Reporter(email=email))
    either_town.plan()
    with either_town.database.reading() as session:
        assert session.scalars(select(Address.email_normalised)).all() == ["anna@xn--by-xia.example"]


def test_planning_twice_changes_nothing(either_town: LetterTown) -> None:
    either_town.assigned()
    with either_town.database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(Delivery))
        assert plan_events(session, session.scalars(select(Event.id)).all()) == 0
        assert session.scalar(select(func.count()).select_from(Delivery)) == before


def test_who_has_only_a_telephone_is_to_be_called(town: LetterTown) -> None:
    town.hand_in(by="kontakt", reporter=Reporter(name="Gösta", phone="0123-99 99"))
    town.plan()
    [call] = town.deliveries("receipt")
    assert (call.channel, call.outcome) == (Channel.CALL, Outcome.WAITING)


def test_letters_that_anybody_can_cause_are_limited_per_address(either_town: LetterTown) -> None:
    for _ in range(3):
        either_town.hand_in()
        either_town.plan()
    outcomes = [delivery.outcome for delivery in either_town.deliveries("receipt")]
    assert outcomes == [Outcome.WAITING, Outcome.SUPPRESSED, Outcome.SUPPRESSED]
    assert all(delivery.reason for delivery in either_town.deliveries("receipt")[1:])


def test_what_staff_hand_in_for_somebody_is_not_limited(town: LetterTown) -> None:
    for _ in range(2):
        town.hand_in(by="kontakt", reporter=REPORTER)
        town.plan()
    assert {delivery.outcome for delivery in town.deliveries("receipt")} == {Outcome.WAITING}


def test_those_whose_case_was_merged_go_on_being_told(town: LetterTown) -> None:
    one, other = town.hand_in(), town.hand_in(reporter=Reporter(email="egon@hemma.example"))
    town.change(one, State.MERGED, into=other, reason="Samma lampa")
    town.change(other, State.DONE, note="Lagat")
    town.plan()
    assert town.told("case.merged") == {("frida", "merged")}
    assert town.told("case.done") == {("egon", "done"), ("frida", "done")}


def test_a_duty_is_handed_to_its_unit(town: LetterTown) -> None:
    town.hand_in(by="kontakt", kind=Kind.DUTY, responsible="gata", due_on=date(2026, 9, 1), reporter=None)
    town.plan()
    assert town.told("case.planned") == {("gata", "assigned")}
