"""The forum reads what is on its open agenda, masked and without names, and no more, by whatever way it looks."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from support.files_to_send import PDF
from support.houses.small_house import MONDAY, SINCE
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.meetings.agenda_items import choose_for_agenda
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.people import Membership, Role
from cases.progress import WaitingFor
from cases.states import State

WHO = "representative"
PHONE, NUMBER, MAIL = "070-123 45 67", "19811218-9876", "siv@hemma.example"
CANARIES = (PHONE, NUMBER, MAIL, "Siv Hemlig", "kvartsporfyr", "gnejs", "62.12345", "Vattenfall Grop", "foto-hos-siv")


def furnished(web, way: str, *, protected: bool = False, by: str = "contact") -> str:
    """A case with personal data in every text, put on the agenda in this way; None: not there."""
    house = web.house
    ref = house.reach(
        State.ASSIGNED,
        title=f"Lekplatsen, ring {PHONE}",
        description=f"Mitt nummer är {NUMBER}. Gungan är trasig.",
        reporter=Reporter("Siv Hemlig", MAIL, PHONE, protected=protected),
        latitude=62.12345,
        longitude=15.1,
        by=by,
    )
    house.comment(ref, f"Svara till {MAIL}, säger ordförandens gunga", Visibility.PUBLIC, by="officer")
    house.comment(ref, "Vi nämner kvartsporfyr", Visibility.PARTICIPANTS, by="officer")
    house.comment(ref, "Vi nämner gnejs", Visibility.INTERNAL, by="officer")
    pdf = (BytesIO(PDF), "foto-hos-siv.pdf")
    assert visitor(web, "officer").send(f"/arenden/{ref}/filer", files=pdf).status_code == 303
    if way == "waits":
        house.change(ref, State.WAITING, waiting_for=WaitingFor("unit", unit="forum"), note=f"Vad tycker ni? {PHONE}")
    if way == "chosen":
        with web.database.transaction() as session:
            choose_for_agenda(session, case_to_change(session, ref), by=house.actors["contact"], at=MONDAY)
    return ref


def meet(web, *days: date) -> None:
    with web.database.transaction() as session:
        for day in days:
            plan_meeting(session, MeetingPlan(day, f"Forum {day}"))


def clean(text: str) -> list[str]:
    """The canaries that stand in the text."""
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


@pytest.mark.parametrize("way", ["chosen", "waits"])
def test_wherever_the_forum_reads_it_personal_data_and_the_rest_are_left_out(web, way):
    ref = furnished(web, way)
    meet(web, date(2099, 4, 14))
    browser = visitor(web, WHO)
    for path in (f"/arenden/{ref}", "/forum", "/forum/1", "/sok?q=gunga", "/enhet/forum", f"/sok?q={ref}"):
        answer = browser.get(path)
        assert (answer.status_code, clean(answer.text)) == (200, []), path
        assert "Lekplatsen" in answer.text or (path == "/enhet/forum" and way == "chosen"), path
    for path in ("/cases", f"/cases/{ref}", f"/cases/{ref}/events", "/cases?q=gungan"):
        answer = web.get(path, by=WHO)
        assert (answer.status_code, clean(answer.text)) == (200, []), path
        assert ref in answer.text or path.endswith("events"), path
    shown = web.get(f"/cases/{ref}", by=WHO).json
    assert shown["title"] == "Lekplatsen, ring [telefonnummer borttaget]"
    assert "Gungan är trasig" in shown["description"]
    events = web.get(f"/cases/{ref}/events", by=WHO).json["items"]
    assert any("[e-postadress borttagen]" in (event["note"] or "") for event in events)
    assert "case.attached" not in {event["type"] for event in events}
    assert {event["by"] for event in events} == {None}


def test_whom_the_case_waits_for_and_who_has_it_is_not_named_to_the_forum(sqlite_web):
    ref = furnished(sqlite_web, "chosen")
    sqlite_web.house.change(
        ref, State.WAITING, waiting_for=WaitingFor("other", name="Vattenfall Grop", their_ref=PHONE)
    )
    shown = sqlite_web.get(f"/cases/{ref}", by=WHO)
    assert set(shown.json) & {"waiting_for", "officer", "officer_name", "latitude", "channel", "public_id"} == set()
    for text in (
        shown.text,
        sqlite_web.get("/cases", by=WHO).text,
        visitor(sqlite_web, WHO).get(f"/arenden/{ref}").text,
    ):
        assert clean(text) == []


@pytest.mark.parametrize(
    "wanted", [PHONE, "0701234567", "123", NUMBER, "9876", MAIL, "siv", "hemlig", "kvartsporfyr", "gnejs"]
)
def test_a_search_finds_nothing_that_is_masked_or_not_theirs(web, wanted):
    furnished(web, "chosen")
    for answer in (visitor(web, WHO).get(f"/sok?q={wanted}"), web.get(f"/cases?q={wanted}", by=WHO)):
        assert answer.status_code == 200
        assert "2026-0001" not in answer.text, wanted


def test_a_search_finds_forms_of_the_words_that_they_may_read(web):
    ref = furnished(web, "waits")
    for wanted in ("gunga", "Lekplatserna", "trasiga gungan", "ordförande", ref):
        assert [case["ref"] for case in web.get(f"/cases?q={wanted}", by=WHO).json["items"]] == [ref], wanted


@pytest.mark.parametrize("way", ["chosen", "waits"])
def test_the_forum_reads_and_does_not_write(sqlite_web, way):
    ref = furnished(sqlite_web, way)
    browser, version = visitor(sqlite_web, WHO), sqlite_web.house.case(ref).version
    refused = {
        "kommentar": {"text": "Vi tycker ja", "visibility": "participants"},
        "filer": {"files": (BytesIO(PDF), "a.pdf")},
        "steg": {"step": "answer", "note": "Ja", "version": version},
    }
    for path, form in refused.items():
        answer = browser.send(f"/arenden/{ref}/{path}", **form)
        assert answer.status_code == 403, path
        assert clean(answer.text) == []
        assert "inte" in words(answer.text)
    changes = {"to": "assigned", "note": "Ja", "version": version}
    assert sqlite_web.post(f"/cases/{ref}/comments", {"text": "Ja"}, by=WHO).status_code == 403
    assert sqlite_web.post(f"/cases/{ref}/changes", changes, by=WHO).status_code == 403
    assert sqlite_web.post(f"/cases/{ref}/followers", {"email": "jag@example.se"}, by=WHO).status_code == 403
    assert sqlite_web.patch(f"/cases/{ref}", {"title": "Annat"}, by=WHO).status_code == 403
    page = browser.get(f"/arenden/{ref}").text
    assert [part for part in ("/kommentar", "/filer", "/steg") if part in page] == []
    assert sqlite_web.house.case(ref).version == version


def test_the_forum_opens_no_file(sqlite_web):
    ref = furnished(sqlite_web, "chosen")
    assert visitor(sqlite_web, "officer").get(f"/arenden/{ref}/filer/1").status_code == 200
    assert visitor(sqlite_web, WHO).get(f"/arenden/{ref}/filer/1").status_code == 404


def test_what_is_settled_is_read_no_longer(sqlite_web):
    ref = furnished(sqlite_web, "chosen")
    assert visitor(sqlite_web, WHO).get(f"/arenden/{ref}").status_code == 200
    sqlite_web.house.change(ref, State.DONE, note="Lagat")
    assert visitor(sqlite_web, WHO).get(f"/arenden/{ref}").status_code == 404
    assert sqlite_web.get(f"/cases/{ref}", by=WHO).status_code == 404
    assert sqlite_web.get("/cases", by=WHO).json["items"] == []


def test_of_a_meeting_that_was_held_the_forum_sees_what_is_open_or_published(sqlite_web):
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    meet(sqlite_web, yesterday)
    still, settled, published = (furnished(sqlite_web, "chosen") for _ in range(3))
    long_after = datetime.now(UTC)
    for ref in (settled, published):
        sqlite_web.house.change(ref, State.DONE, note="Lagat", at=long_after)
    with sqlite_web.database.transaction() as session:
        case, by = case_to_change(session, published), sqlite_web.house.actors["contact"]
        correct(session, case, Correction(published=True), by=by, at=long_after)
    shown = visitor(sqlite_web, WHO).get("/forum/1").text
    assert [ref in shown for ref in (still, settled, published)] == [True, False, True]
    assert clean(shown) == []
    everything = visitor(sqlite_web, "contact").get("/forum/1").text
    assert [ref in everything for ref in (still, settled, published)] == [True] * 3
    assert clean(everything) == [], "an agenda is printed"


def test_a_protected_case_is_nowhere_for_the_forum_and_refused_in_words(sqlite_web):
    ref = furnished(sqlite_web, "", protected=True)
    contact = visitor(sqlite_web, "contact")
    assert "Sätt upp på forumets dagordning" not in contact.read(f"/arenden/{ref}")
    refused = contact.send(f"/arenden/{ref}/dagordning")
    assert refused.status_code == 422
    assert "Den som frågade har skyddade personuppgifter, så forumet kan inte ta upp ärendet." in refused.text
    version = sqlite_web.house.case(ref).version
    body = {"to": "waiting", "waiting_for": {"unit": "forum"}, "version": version}
    problem = sqlite_web.post(f"/cases/{ref}/changes", body, by="contact")
    assert (problem.status_code, list(problem.json["errors"])) == (422, ["waiting_for"])
    typed = contact.send(f"/arenden/{ref}/steg", step="wait", version=version, waiting_for="unit:forum", note="Vad?")
    assert typed.status_code == 422
    assert "forumet kan inte ta upp ärendet" in typed.text
    assert ">Vad?</textarea>" in typed.text
    assert visitor(sqlite_web, WHO).get(f"/arenden/{ref}").status_code == 404


def test_who_is_also_of_the_group_reads_its_case_as_it_is(sqlite_web):
    """A representative is chosen by a group, and works there too."""
    ref = sqlite_web.house.reach(State.ASSIGNED, group="norrby", title=f"Ring {PHONE}")
    with sqlite_web.database.transaction() as session:
        by, case = sqlite_web.house.actors["contact"], case_to_change(session, ref)
        choose_for_agenda(session, case, by=by, at=MONDAY)
        seat = {"person_id": sqlite_web.person_id("member"), "unit_id": sqlite_web.house.unit_id("forum")}
        session.add(Membership(**seat, role=Role.MEMBER, since=SINCE))
    assert PHONE in visitor(sqlite_web, "member").read(f"/arenden/{ref}")
    assert PHONE in visitor(sqlite_web, "member").read(f"/sok?q={PHONE}")
    assert PHONE not in visitor(sqlite_web, WHO).read(f"/arenden/{ref}")
