"""What happens becomes deliveries: who is told of what."""

from datetime import timedelta

from letter_town import A_TUESDAY, Town

from cases.states import State
from cases.words import Visibility

NEXT_MONTH = (A_TUESDAY + timedelta(days=30)).date()


def test_the_one_who_asked_gets_a_receipt_and_the_desk_gets_no_mail(either_town: Town) -> None:
    either_town.hand_in()
    either_town.plan()
    assert either_town.told("case.received") == {("frida", "receipt")}


def test_a_unit_is_asked_and_the_one_who_asked_gets_the_news(either_town: Town) -> None:
    either_town.assigned()
    assert either_town.told("case.assigned") == {("gata", "assigned"), ("frida", "news")}


def test_taking_on_with_a_date_is_one_letter_however_many_events(either_town: Town) -> None:
    ref = either_town.assigned()
    either_town.change(ref, State.PLANNED, by="olle", due_on=NEXT_MONTH)
    either_town.plan()
    assert either_town.told("case.planned") == {("frida", "taken_on")}
    assert either_town.told("case.promised") == set()
