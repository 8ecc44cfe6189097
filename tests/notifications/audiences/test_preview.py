"""Who is told of a step: what a page says before it, what it says after it, and for whom letters are planned, agree."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.letter_town import A_TUESDAY, LetterTown

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.progress import Change, change_state
from cases.states import State
from notifications.audiences.preview import each_would_tell, names_told
from notifications.audiences.preview_contexts import FOLLOWERS, following_of
from notifications.deliveries import Delivery, Outcome


@pytest.fixture
def town(sqlite_town: LetterTown) -> LetterTown:
    return sqlite_town


def before(town: LetterTown, ref: str, type_: str, who: str, locale: str = "sv") -> list[str]:
    """What the page says before the step."""
    with town.database.reading() as session:
        case, followers = session.execute(select(Case, FOLLOWERS).where(Case.ref == ref)).one()
        by = town.actor(session, who)
        told = each_would_tell(session, case, following_of(case, followers), [type_], locale, by=by, at=A_TUESDAY)
    return told[type_]


def after(town: LetterTown, ref: str, change: Change, who: str, locale: str = "sv") -> tuple[list[str], int]:
    """What the page says after the step, and for how many a letter or call is planned."""
    with town.database.transaction() as session:
        case, by = case_to_change(session, ref), town.actor(session, who)
        ids = change_state(session, case, change, by=by, at=A_TUESDAY + timedelta(hours=1))
        said = names_told(session, ids, locale)
    town.plan()
    with town.database.reading() as session:
        occasions = [f"event:{id_}" for id_ in ids]
        planned = select(Delivery.id).where(Delivery.occasion.in_(occasions), Delivery.outcome == Outcome.WAITING)
        return said, len(session.scalars(planned).all())


@pytest.mark.parametrize(
    ("locale", "who"),
    [
        ("sv", ["den som frågade", "Gatukontoret", "2 följare"]),
        ("en", ["the person who asked", "Gatukontoret", "2 followers"]),
    ],
)
def test_the_page_says_the_same_before_and_after(town: LetterTown, locale: str, who: list[str]) -> None:
    ref = town.assigned()
    town.follow(ref, "granne@hemma.example")
    town.follow(ref, "annan@hemma.example")
    assert before(town, ref, "case.done", "kontakt", locale) == who
    assert before(town, ref, "case.attached", "kontakt", locale) == []
    said, planned = after(town, ref, Change(to=State.DONE, note="Lagat"), "kontakt", locale)
    assert (said, planned) == (who, 4)


def test_whoever_acts_is_not_named(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.IN_PROGRESS, by="olle")  # which makes him its officer
    assert "Olle Handläggare" in before(town, ref, "case.done", "kontakt")
    assert before(town, ref, "case.done", "olle") == ["den som frågade"]
    assert after(town, ref, Change(to=State.DONE, note="Lagat"), "olle") == (["den som frågade"], 1)


def test_nor_is_a_unit_whose_own_staff_acts(town: LetterTown) -> None:
    ref = town.assigned()
    assert before(town, ref, "case.started", "olle") == ["den som frågade"]
    assert after(town, ref, Change(to=State.IN_PROGRESS), "olle") == (["den som frågade"], 1)


def test_who_is_to_be_rung_is_told_apart(town: LetterTown) -> None:
    ref = town.assigned(reporter=Reporter(name="Frida", phone="070-123 45 67"))
    assert before(town, ref, "case.done", "olle") == ["den som frågade (ska ringas)"]
    assert after(town, ref, Change(to=State.DONE, note="Lagat"), "olle")[0] == ["den som frågade (ska ringas)"]


def test_who_is_asked_is_known_when_the_unit_is_chosen(town: LetterTown) -> None:
    ref = town.hand_in()
    assert before(town, ref, "case.assigned", "kontakt")[0] == "den som väljs"
    said, _ = after(town, ref, Change(to=State.ASSIGNED, responsible="skola"), "kontakt")
    assert said[0] == "Sara Lärare"


def test_nobody_is_named_of_a_case_of_which_nobody_is_told(town: LetterTown) -> None:
    ref = town.hand_in(reporter=None)
    with town.database.reading() as session:
        assert session.scalars(select(Case.reporter_id).where(Case.ref == ref)).one() is None
    assert before(town, ref, "case.declined", "kontakt") == []
