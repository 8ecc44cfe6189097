"""A case and an agenda on paper: the whole record, who printed it and when, and no form."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR, MONDAY
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.history.words import Visibility
from cases.reading.timeline import MOST_LINES
from cases.reporters.protecting import set_protection
from cases.states import State


def printed(web, who, ref):
    return visitor(web, who).get(f"/arenden/{ref}/utskrift")


def test_the_record_has_the_whole_history_oldest_first_and_no_form(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    for number in range(MOST_LINES + 5):
        text = f"Anteckning {number:03}"
        sqlite_web.post(f"/cases/{ref}/comments", {"text": text, "visibility": "internal"}, by="officer")
    page = printed(sqlite_web, "officer", ref).text
    notes = re.findall(r"Anteckning (\d{3})", page)
    assert notes == sorted(notes)
    assert len(notes) == MOST_LINES + 5
    main = page.partition("<main")[2].partition("</main>")[0]
    assert not re.search(r"<(form|input|button|textarea|select)\b", main)


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_paper_says_who_printed_it_and_when(sqlite_web, lang):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    officer = visitor(sqlite_web, "officer")
    for path in (f"/arenden/{ref}/utskrift", f"/arenden/{ref}", "/forum"):
        said = re.search(r"(Utskrivet ur|Printed from) Ventil, [^<]+", officer.get(f"{path}?lang={lang}").text).group()
        assert said.endswith("av Officer" if lang == "sv" else "by Officer")
        assert re.search(r"\d{4} (kl\.|at) ?\d\d\.\d\d", said)


def test_what_is_only_for_staff_is_on_the_paper_of_staff_alone(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED, group="norrby")
    sqlite_web.post(f"/cases/{ref}/comments", {"text": "Hemligt", "visibility": "internal"}, by="officer")
    assert "Hemligt" in printed(sqlite_web, "officer", ref).text
    mine = printed(sqlite_web, "member", ref)
    assert (mine.status_code, "Hemligt" in mine.text) == (200, False)


def test_a_case_that_was_late_before_its_present_day_says_so_on_its_page_and_in_the_record(sqlite_web):
    now = datetime.now(UTC)
    then = now - timedelta(days=120)
    ref = sqlite_web.house.reach(State.ASSIGNED, at=then)
    page = visitor(sqlite_web, "officer").read(f"/arenden/{ref}")
    assert "Tidigare försenad" not in page
    late = (CALENDAR.day_of(now) - CALENDAR.day_of(sqlite_web.house.case(ref).due_at)).days
    sqlite_web.house.change(ref, State.RECEIVED, by="officer", reason="Inte vår", at=now)
    for path in (f"/arenden/{ref}", f"/arenden/{ref}/utskrift"):
        assert f"Tidigare försenad i {late} dagar" in visitor(sqlite_web, "contact").read(path)
    assert f"Late before for {late} days" in visitor(sqlite_web, "contact").read(f"/arenden/{ref}?lang=en")
    assert "Tidigare försenad" not in visitor(sqlite_web, "contact").read(f"/arenden/{ref}?fore=2")


def test_what_only_staff_may_read_is_marked_wherever_it_was_said_on_the_page_and_on_paper(sqlite_web):
    house, contact = sqlite_web.house, visitor(sqlite_web, "contact")
    ref = house.reach(State.RECEIVED, group="norrby")
    house.change(ref, State.ASSIGNED, responsible="gata", note="Ring Karin först", visibility=Visibility.INTERNAL)
    house.comment(ref, "Karin är sjuk", Visibility.INTERNAL, by="officer")
    house.comment(ref, "Vi kommer på måndag", Visibility.PARTICIPANTS, by="officer")
    with sqlite_web.database.transaction() as session:
        protect = case_to_change(session, ref)
        set_protection(session, protect, True, "Visade beslut", by=house.actors["contact"], at=MONDAY)
    for path in (f"/arenden/{ref}", f"/arenden/{ref}/utskrift"):
        marked = re.findall(r'(?s)<div class="said only-staff">(.*?)</div>', contact.get(path).text)
        assert [words(one) for one in marked if "Bara för personal" in words(one)] == [words(one) for one in marked]
        said = {"Ring Karin först", "Karin är sjuk", "Visade beslut"}
        assert {one for one in said if any(one in words(text) for text in marked)} == said
        assert not any("måndag" in text for text in marked)
    assert "Bara för personal" not in visitor(sqlite_web, "member").read(f"/arenden/{ref}")
