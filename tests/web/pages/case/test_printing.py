"""A case and an agenda on paper: the whole record, who printed it and when, and no form."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR
from support.houses.small_pages import visitor

from cases.reading.timeline import MOST_LINES
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
