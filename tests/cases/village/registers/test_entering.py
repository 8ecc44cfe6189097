# ruff: noqa: E501 - one forbidden row a line
"""What staff enter of a case is one row and events; what cannot be is refused, by the domain and by the database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from support.houses.small_house import MONDAY, SmallHouse
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs

from cases.case import case_to_change
from cases.history.words import Visibility, Words
from cases.refusals import (
    BadCharacters,
    DateNeeded,
    DateOutside,
    FieldRefusal,
    NameNeeded,
    NotAllowed,
    StaleVersion,
    TooLong,
    UnknownName,
)
from cases.village.erasing import erase_record

TOMORROW = MONDAY.date() + timedelta(days=1)
FORWARDED = replace(GIVEN, forwarded_on=SENT, their_ref="TRV 2026/14")
WHOLE = replace(FORWARDED, answered_on=ANSWERED, answer="Vi sänker farten i höst.")


@pytest.fixture
def acts(small_house: SmallHouse) -> RegisterActs:
    return RegisterActs(small_house)


def said(acts: RegisterActs, ref: str) -> list[tuple[str, str | None, Visibility]]:
    """Return the words of the register's events: field, text, and who may read it."""
    ids = [event.id for event in acts.house.events(ref) if event.type.startswith("register.")]
    with acts.house.database.reading() as session:
        rows = session.execute(select(Words.field, Words.text, Words.visibility).where(Words.event_id.in_(ids)))
        return [tuple(row) for row in rows]


def test_each_change_is_an_event_and_its_texts_are_words(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    for given in (GIVEN, FORWARDED, WHOLE):
        acts.enter(ref, given)
    entered, forwarded, answered = acts.house.events(ref)[-3:]
    assert (entered.type, entered.facts) == (
        "register.entered",
        {
            "what": ["decides", "keeper", "where", "sort"],
            "decides": "trafikverket",
            "keeper": "vagforening",
            "sort": "fart",
        },
    )
    assert (forwarded.type, forwarded.facts) == ("register.forwarded", {"to": "trafikverket", "on": "2026-02-03"})
    assert (answered.type, answered.facts) == (
        "register.answered",
        {"by": "trafikverket", "on": "2026-02-27", "forwarded_on": "2026-02-03"},
    )
    assert said(acts, ref) == [
        ("where", "Väg 26 vid skolan", Visibility.PUBLIC),
        ("their_ref", "TRV 2026/14", Visibility.PARTICIPANTS),
        ("note", "Vi sänker farten i höst.", Visibility.PUBLIC),
    ]
    shown = acts.entry(ref)
    assert (shown.decides_name, shown.keeper_name, shown.where) == ("Trafikverket", "Norrby vägförening", GIVEN.where)
    assert (shown.forwarded_on, shown.answered_on, shown.answer) == (SENT, ANSWERED, WHOLE.answer)
    assert shown.version == answered.seq == acts.house.case(ref).version


def test_all_at_once_is_one_act_and_the_same_again_is_none(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    assert len(acts.enter(ref, WHOLE)) == 3
    assert len({event.act_seq for event in acts.house.events(ref)[-3:]}) == 1
    assert acts.enter(ref, WHOLE) == []


def test_what_was_entered_by_mistake_is_taken_back(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    acts.enter(ref, WHOLE)
    acts.enter(ref, GIVEN)
    [*_, last] = acts.house.events(ref)
    assert (last.type, last.facts["what"]) == (
        "register.entered",
        ["forwarded_on", "their_ref", "answered_on", "answer"],
    )
    assert acts.entry(ref).answer is None


@pytest.mark.parametrize("by", ["member", "neighbour", "representative", "visitor"])
def test_only_staff_enter(acts: RegisterActs, by: str) -> None:
    with pytest.raises(NotAllowed):
        acts.enter(acts.hand_in(), by=by)


REFUSED: list[tuple[dict[str, object], type[FieldRefusal], str]] = [
    ({"decides": "finns-inte"}, UnknownName, "decides"),
    ({"keeper": "finns-inte"}, UnknownName, "keeper"),
    ({"sort": "rymden"}, UnknownName, "sort"),
    ({"forwarded_on": TOMORROW, "answered_on": None, "answer": ""}, DateOutside, "forwarded_on"),
    ({"answered_on": TOMORROW}, DateOutside, "answered_on"),
    ({"answered_on": SENT - timedelta(days=1)}, DateOutside, "answered_on"),
    ({"forwarded_on": None}, DateNeeded, "forwarded_on"),
    ({"forwarded_on": None, "answered_on": None}, DateNeeded, "forwarded_on"),
    ({"answered_on": None}, DateNeeded, "answered_on"),
    ({"decides": None, "keeper": None}, NameNeeded, "decides"),
    ({"where": "x" * 201}, TooLong, "where"),
    ({"where": "två\nrader"}, BadCharacters, "where"),
    ({"their_ref": "x" * 101}, TooLong, "their_ref"),
    ({"answer": "x" * 20_001}, TooLong, "answer"),
    ({"answer": "x\x00"}, BadCharacters, "answer"),
]


@pytest.mark.parametrize(("change", "refusal", "field"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    acts: RegisterActs, change: dict[str, object], refusal: type[FieldRefusal], field: str
) -> None:
    ref = acts.hand_in()
    with pytest.raises(refusal) as refused:
        acts.enter(ref, replace(WHOLE, **change))
    assert refused.value.field == field
    assert (acts.entry(ref).version, len(acts.house.events(ref, "register.entered"))) == (0, 0)


def test_a_sort_that_is_no_word_any_more_may_stay(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    acts.enter(ref)
    with acts.house.database.transaction() as session:
        session.execute(text("UPDATE category SET register = NULL"))
    assert acts.enter(ref, replace(GIVEN, where="Vid bron"))
    with pytest.raises(UnknownName):
        acts.enter(ref, replace(GIVEN, sort="skylt"))


def test_of_two_who_edit_the_same_entry_the_second_is_told(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    read = acts.house.case(ref).version
    acts.enter(ref, replace(GIVEN, version=read))
    with pytest.raises(StaleVersion) as stale:
        acts.enter(ref, replace(GIVEN, sort="skylt", version=read), by="colleague")
    assert [type_ for _, type_ in stale.value.since] == ["register.entered"]
    acts.house.comment(ref, by="officer")  # changes no entry
    acts.enter(ref, replace(GIVEN, sort="skylt", version=read + 1), by="colleague")
    assert acts.entry(ref).sort == "skylt"


def test_an_erased_answer_stays_erased_though_somebody_has_the_form_open(acts: RegisterActs) -> None:
    ref = acts.hand_in(description="Ring Bengt")
    acts.enter(ref, WHOLE)
    read, seq = acts.house.case(ref).version, acts.house.events(ref, "register.answered")[0].seq
    with acts.house.database.transaction() as session:
        erase_record(
            session, case_to_change(session, ref), "G 1", [seq], by=acts.house.actors["contact"], at=MONDAY
        )  # fmt: skip
    shown = acts.entry(ref)
    assert (shown.answer, shown.where, shown.their_ref) == ("(raderat)", GIVEN.where, "TRV 2026/14")
    assert acts.house.events(ref)[-1].facts["also"] == ["register"]
    with pytest.raises(StaleVersion):
        acts.enter(ref, replace(WHOLE, version=read))


def test_with_the_last_words_of_a_case_all_texts_of_its_entry_go(acts: RegisterActs) -> None:
    ref = acts.hand_in()
    acts.enter(ref, WHOLE)
    seqs = [event.seq for event in acts.house.events(ref)]
    with acts.house.database.transaction() as session:
        erase_record(session, case_to_change(session, ref), "G 1", seqs, by=acts.house.actors["contact"], at=MONDAY)
    shown = acts.entry(ref)
    assert {shown.answer, shown.where, shown.their_ref} == {"(raderat)"}
    assert (shown.decides, shown.sort, shown.answered_on) == ("trafikverket", "fart", ANSWERED)


FORBIDDEN = [
    "INSERT INTO register_entry (case_id, event_id) SELECT case_id, event_id + 1 FROM register_entry WHERE case_id = {case}",
    "INSERT INTO register_entry (case_id, event_id) SELECT 4711, event_id + 1 FROM register_entry WHERE case_id = {case}",
    "INSERT INTO register_entry (case_id, event_id) SELECT {other}, event_id FROM register_entry WHERE case_id = {case}",
    "UPDATE register_entry SET event_id = NULL",
    "UPDATE register_entry SET event_id = 4711",
    "UPDATE register_entry SET decides_id = 4711",
    "UPDATE register_entry SET keeper_id = 4711",
    "UPDATE register_entry SET answered_on = '2026-02-02'",
    "UPDATE register_entry SET forwarded_on = NULL",
    "UPDATE register_entry SET answered_on = NULL",
    "UPDATE register_entry SET decides_id = NULL, keeper_id = NULL",
    *(f"UPDATE register_entry SET {name} = ''" for name in ("where_text", "sort", "their_ref", "answer")),
    "DELETE FROM authority",
    "INSERT INTO authority (slug, name, kind) VALUES ('trafikverket', 'Ett till', 'other')",
    "INSERT INTO authority (slug, name, kind) VALUES ('annan', 'Annan', 'dream')",
]


def test_v3_the_database_refuses_each_forbidden_row(acts: RegisterActs) -> None:
    ref, other = acts.hand_in(), acts.hand_in("En annan")
    acts.enter(ref, WHOLE)
    names = {"case": acts.house.case(ref).id, "other": acts.house.case(other).id}
    taken = []
    for statement in FORBIDDEN:
        try:
            with acts.house.database.transaction() as session:
                session.execute(text(statement.format(**names)))
            taken.append(statement)
        except IntegrityError:
            pass
    assert taken == []


def test_the_day_of_a_forwarding_may_be_today(acts: RegisterActs) -> None:
    today: date = MONDAY.date()
    ref = acts.hand_in()
    acts.enter(ref, replace(WHOLE, forwarded_on=today, answered_on=today))
    assert acts.entry(ref).answered_on == today
