"""Everybody reads what somebody at the desk has published: masked words, and no column that was not named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_COMMAND, A_VISITOR
from cases.administration.loading import load_setup_file
from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.database.cursors import encode_cursor
from cases.handing_in import Reporter, Request, hand_in
from cases.history.words import Visibility
from cases.progress import Change, change_state
from cases.public.published import (
    is_cursor,
    list_published,
    one_published,
    public_notes,
    was_published,
)
from cases.public.published_filters import PUBLISHED_VIEW, PublicFilters
from cases.public.publishing import preview
from cases.refusals import NotAllowed
from cases.states import Kind, State

HOUSE = """
[[places]]
slug = "norrby"
name = "Norrby"
[[units]]
slug = "gata"
kind = "department"
name = "Gata"
[[categories]]
slug = "trafik"
name = "Trafik"
name_en = "Traffic"
"""
CANARY = "811218-9876"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = a_house(tmp_path)
    with database.transaction() as session:
        load_setup_file(session, HOUSE, at=A_TUESDAY)
        yield session
    database.close()


def _case(session: Session, title: str = "Åska slog ut lampan", days: int = 0, **more: object) -> Case:
    request = Request(
        Kind.ISSUE, title, f"Jag är {CANARY}, ring 070-123 45 67.", category="trafik", place="norrby",
        reporter=Reporter("Den som frågar", "n@example.se", protected=bool(more.get("protected"))),
    )  # fmt: skip
    case = hand_in(session, request, by=A_VISITOR, at=A_TUESDAY + timedelta(days=days))
    return case_to_change(session, case.ref)


def _publish(session: Session, case: Case) -> Case:
    correct(session, case, Correction(published=True), by=A_COMMAND, at=A_TUESDAY)
    return case


def _everything(session: Session) -> str:
    cases = list_published(session, PublicFilters())[0]
    return f"{cases} {[public_notes(session, case.ref) for case in cases]}"


def test_a_case_is_private_until_it_is_published(session: Session) -> None:
    case = _case(session)
    assert one_published(session, case.ref) is None
    assert _everything(session) == "[] []"
    _publish(session, case)
    shown = one_published(session, case.ref)
    assert shown is not None
    assert (shown.title, shown.place_name, shown.category_name_en) == ("Åska slog ut lampan", "Norrby", "Traffic")


def test_only_the_desk_publishes(session: Session) -> None:
    with pytest.raises(NotAllowed):
        correct(session, _case(session), Correction(published=True), by=A_VISITOR, at=A_TUESDAY)


def test_the_preview_says_what_will_be_masked(session: Session) -> None:
    shown = preview(session, _case(session))
    assert shown.description == "Jag är [personnummer borttaget], ring [telefonnummer borttaget]."
    assert [one.kind for one in shown.found] == ["personal-number", "phone"]


def test_no_personal_data_reaches_the_public(session: Session) -> None:
    case = _publish(session, _case(session, f"Från {CANARY} om lampan"))
    note = f"Vi ringde 070-123 45 67 ({CANARY})"
    change_state(session, case, Change(State.ASSIGNED, responsible="gata", note=note), by=A_COMMAND, at=A_TUESDAY)
    secret = Change(State.IN_PROGRESS, note="Internt", visibility=Visibility.INTERNAL)
    change_state(session, case, secret, by=A_COMMAND, at=A_TUESDAY)
    told = _everything(session)
    for canary in (CANARY, "070-123 45 67", "n@example.se", "Den som frågar", "Internt"):
        assert canary not in told
    assert "Vi ringde [telefonnummer borttaget]" in told


def test_the_view_names_its_columns(session: Session) -> None:
    assert "*" not in PUBLISHED_VIEW
    names = {row.name for row in session.execute(text("SELECT name FROM pragma_table_info('published_case')"))}
    assert not names & {"reporter_id", "public_id", "latitude", "longitude", "officer_id", "channel"}


def test_a_protected_identity_is_never_published(session: Session) -> None:
    with pytest.raises(NotAllowed):
        _publish(session, _case(session, protected=True))


def test_what_was_taken_back_is_gone_and_not_unknown(session: Session) -> None:
    case = _case(session)
    assert not was_published(session, case.id)
    _publish(session, case)
    correct(session, case, Correction(published=False), by=A_COMMAND, at=A_TUESDAY)
    assert one_published(session, case.ref) is None
    assert was_published(session, case.id)


def test_a_corrected_title_is_shown_masked(session: Session) -> None:
    case = _publish(session, _case(session))
    correct(session, case, Correction(title=f"Lampan, {CANARY}"), by=A_COMMAND, at=A_TUESDAY)
    shown = one_published(session, case.ref)
    assert shown is not None
    assert shown.title == "Lampan, [personnummer borttaget]"


def test_the_list_is_paged_without_gaps_or_doubles(session: Session) -> None:
    refs = [_publish(session, _case(session, days=day)).ref for day in (0, 0, 1, 2, 2, 2, 5)]
    seen, cursor = [], ""
    while True:
        cases, cursor = list_published(session, PublicFilters(), after=cursor, limit=2)
        seen += [case.ref for case in cases]
        if not cursor:
            break
    assert seen == refs[::-1]
    for lost in (
        "strunt",
        "å",
        *(encode_cursor(*place) for place in ((7,), ("i går", 7), (7, 7), ("2026-03-02", 2**70))),
    ):
        assert not is_cursor(lost)
        assert list_published(session, PublicFilters(), after=lost, limit=2)[0][0].ref == refs[-1]


@pytest.mark.parametrize("words", ["åska", "Åska", "LAMPAN", "lampan slog", "ring", "lampor", "Lamporna", "åskorna"])
def test_the_search_finds_swedish_words_in_any_case(session: Session, words: str) -> None:
    _publish(session, _case(session))
    assert len(list_published(session, PublicFilters(words=words))[0]) == 1
    assert list_published(session, PublicFilters(words="%_"))[0] == []  # signs are no words, and match nothing
    assert list_published(session, PublicFilters(words=CANARY))[0] == []


def test_filters_narrow_the_list(session: Session) -> None:
    _publish(session, _case(session))
    for found, filters in (
        (1, PublicFilters(place="norrby", category="trafik", responsible="desk", states=("received",))),
        (0, PublicFilters(place="sörby")),
        (0, PublicFilters(delayed=True)),
    ):
        assert len(list_published(session, filters)[0]) == found
