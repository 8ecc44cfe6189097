"""At the table: each item is saved by itself, the meeting is closed, the minutes adjusted and public."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from support.houses.small_pages import fields_of, form_as_sent, visitor, words
from support.houses.statements import counted
from support.meetings.meeting_acts import MeetingActs
from support.today import today

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.meetings.agenda_items import SettledHow
from cases.organisation.municipality import Municipality
from cases.states import State
from cases.village.forum.minutes.settling import Settling

NOW = datetime.now(UTC)
TABLE = "/forum/1/bordet"
CLOSING = f"{TABLE}/avsluta"
ADJUSTING = "/forum/1/justera"
MAIL = "gast@example.org"
TOO_FEW = {"too-few": "1"}


@pytest.fixture
def meetings(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    assert meetings.call(today(), at=NOW) == 1
    return meetings


def sent(meetings, *items):
    meetings.put(1, *items, at=NOW)
    meetings.send(1, at=NOW)


def settle(web, item, how, who="contact", **given):
    browser = visitor(web, who)
    path = f"{TABLE}/{item}"
    form = form_as_sent(browser.get(f"{TABLE}?punkt={item}").text, path)
    return browser.send(path, **form | {"how": how, **given})


def close(web, **given):
    contact = visitor(web, "contact")
    return contact.send(CLOSING, **at_table(contact.get(TABLE).text) | given)


def at_table(page):
    """Return what the form of the table sends, whichever button is pressed."""
    return form_as_sent(page, re.search(r'<form class="with-side" method="post" action="([^"]+)"', page)[1])


def publish(web, ref):
    with web.database.transaction() as session:
        case, by = case_to_change(session, ref), web.house.actors["contact"]
        correct(session, case, Correction(published=True), by=by, at=NOW)


def test_each_item_is_settled_by_its_own_form_and_the_next_is_at_hand(sqlite_web, meetings):
    ref = meetings.waiting("Cykelväg")
    sent(meetings, ref, "# Budget", "# Rapport")
    contact = visitor(sqlite_web, "contact")
    assert "3 punkter är inte avgjorda än." in contact.read(TABLE)
    given = {
        "words": "Halva vägen.",
        "amount_kr": "12 000,50 kr",
        "called": "§ 4",
        "aside": "representative@example.se",
    }
    assert settle(sqlite_web, 1, "partly", **given).location == TABLE
    page = contact.read(TABLE)
    assert "2. Budget" in page and "rekommenderar: delvis ja, 12 000,50 kr" in page
    assert sqlite_web.house.case(ref).state is State.ASSIGNED, "who waited is answered in the same act"
    assert settle(sqlite_web, 3, "noted").location == TABLE
    assert settle(sqlite_web, 2, "postponed").location == TABLE
    assert [item.settled_how for item in meetings.items(1)] == [
        SettledHow.RESOLVED, SettledHow.POSTPONED, SettledHow.NOTED,
    ]  # fmt: skip
    assert "Alla punkter är avgjorda." in contact.read(TABLE)


@pytest.mark.parametrize(
    ("how", "given", "says"),
    [
        ("yes", {}, "Skriv"),
        ("withdrawn", {}, "Skriv"),
        ("yes", {"words": "Ja", "amount_kr": "mycket"}, "Skriv beloppet i kronor"),
        ("yes", {"words": "Ja", "aside": "ingen@example.se"}, "ingen@example.se"),
        ("nonsens", {"words": "Ja"}, "Välj vad mötet säger."),
        ("noted", {"amount_kr": "100"}, "Det här hör till en rekommendation."),
    ],
)
def test_what_cannot_be_saved_is_said_and_the_words_stay(sqlite_web, meetings, how, given, says):
    sent(meetings, "# Budget")
    answer = settle(sqlite_web, 1, how, **given)
    assert (answer.status_code, says in words(answer.text)) == (422, True), words(answer.text)
    assert form_as_sent(answer.text, f"{TABLE}/1")["words"] == given.get("words", "")
    assert meetings.items(1)[0].settled_at is None


def test_a_form_that_is_sent_twice_settles_once_and_another_one_is_told(sqlite_web, meetings):
    sent(meetings, "# Budget")
    contact, path = visitor(sqlite_web, "contact"), f"{TABLE}/1"
    form = form_as_sent(contact.get(TABLE).text, path) | {"how": "noted"}
    other = form_as_sent(contact.get(TABLE).text, path) | {"how": "noted"}
    assert [contact.send(path, **form).location for _ in range(2)] == [TABLE, TABLE]
    refused = contact.send(path, **other | {"words": "Det här sa vi."})
    assert refused.status_code == 409
    assert "Punkt 1 är redan avgjord." in words(refused.text)
    assert "Du skrev: Det här sa vi." in words(refused.text), "nothing that was typed is lost"
    assert "Det här är sparat om punkt 1: Antecknat" in words(refused.text), "and what stands instead is told"


def correcting(web, item):
    """Return the form that puts right a settled item, as the page gives it."""
    return form_as_sent(visitor(web, "contact").get(f"{TABLE}?punkt={item}").text, f"{TABLE}/{item}")


def test_what_was_saved_is_put_right_from_what_stands_until_the_minutes_are_adjusted(sqlite_web, meetings):
    sent(meetings, meetings.waiting("Cykelväg"), "# Budget")
    given = {"words": "Ja tack.", "amount_kr": "1200", "called": "§ 4", "aside": "representative@example.se"}
    settle(sqlite_web, 1, "yes", **given)
    settle(sqlite_web, 2, "noted")
    form = correcting(sqlite_web, 1)
    stands = {"how": "yes", "corrects": "1", **given, "amount_kr": "1\u00a0200"}
    assert {name: form[name] for name in stands} == stands
    contact = visitor(sqlite_web, "contact")
    refused = contact.send(f"{TABLE}/1", **form | {"words": ""})
    assert (refused.status_code, form_as_sent(refused.text, f"{TABLE}/1")["corrects"]) == (422, "1")
    assert contact.send(f"{TABLE}/1", **form).location == TABLE
    form = correcting(sqlite_web, 1)
    changed = form | {"how": "no", "words": "Nej tack.", "present": "representative@example.se"}
    assert contact.send(f"{TABLE}/1", **changed).location == TABLE
    assert present(sqlite_web) == {"representative@example.se"}, "who is here is saved with it"
    page = contact.read(TABLE)
    for said in ("rekommenderar: nej, 1 200 kr", "Nej tack.", "§ 4", "Deltog inte: Representative"):
        assert said.replace("1 200", "1\u00a0200") in page or said in page, said
    assert "Ja tack." not in page
    close(sqlite_web)
    assert contact.send(f"{TABLE}/2", **correcting(sqlite_web, 2) | {"words": "Läst."}).location == ADJUSTING
    assert "Läst." in contact.read(ADJUSTING)
    meetings.adjust(1, at=NOW)
    assert contact.send(f"{TABLE}/2", **form).status_code == 409
    assert f"{TABLE}/2" not in contact.get(f"{TABLE}?punkt=2").text


def test_an_unpublished_case_is_told_of_before_something_is_written_of_it_and_before_the_adjustment(
    sqlite_web, meetings
):
    sent(meetings, meetings.waiting("Hemlig fråga"), "# Budget")
    contact = visitor(sqlite_web, "contact")
    assert "Ärendet är inte publicerat. I protokollet" in contact.read(TABLE)
    assert "Ärendet är inte publicerat" not in contact.read(f"{TABLE}?punkt=2")
    for item in (1, 2):
        settle(sqlite_web, item, "noted", words="Läst.")
    close(sqlite_web, present="representative@example.se")
    page = contact.read(ADJUSTING)
    assert "Ärendet i en punkt är inte publicerat" in page and "Närvarande: Representative" in page
    form = contact.get(ADJUSTING).text
    assert "representative@example.se" in form and "officer@example.se" not in form, "who came is asked, nobody else"


def test_before_its_day_the_table_only_says_when_it_opens(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    meetings.call(today() + timedelta(days=7), at=NOW)
    sent(meetings, "# Budget")
    page = visitor(sqlite_web, "contact").get(TABLE).text
    assert "Här avgörs punkterna på mötesdagen" in words(page) and "<textarea" not in page
    assert TABLE not in visitor(sqlite_web, "contact").get("/forum/1").text


def test_line_14_closing_names_what_is_not_settled_and_what_was_ticked_stays(sqlite_web, meetings):
    sent(meetings, "# Budget", "# Rapport")
    settle(sqlite_web, 2, "noted")
    given = {"present": "representative@example.se", "others": MAIL}
    refused = close(sqlite_web, **given)
    assert (refused.status_code, "1. Budget" in words(refused.text)) == (422, True)
    form = at_table(refused.text)
    assert {name: form[name] for name in given} == given
    settle(sqlite_web, 1, "noted")
    assert close(sqlite_web, **given).location == "/forum/1"
    shown = sqlite_web.get("/meetings/1/agenda", by="contact").json
    assert {one["email"] for one in shown["invited"] if one["present"]} == {"representative@example.se", MAIL}


def test_who_is_there_is_saved_at_any_time_and_the_closing_starts_from_it(sqlite_web, meetings):
    sent(meetings, "# Budget")
    contact = visitor(sqlite_web, "contact")
    form = at_table(contact.get(TABLE).text)
    given = {"present": "representative@example.se", "others": f"{MAIL}\n{MAIL.upper()}"}
    for _ in range(2):
        assert contact.send(f"{TABLE}/narvaro", **form | given).location == f"{TABLE}?punkt=1"
    assert present(sqlite_web) == {"representative@example.se", MAIL}, "nobody is written twice"
    assert meetings.meeting(1).closed_on is None
    settle(sqlite_web, 1, "noted", present=["representative@example.se", MAIL])
    page = visitor(sqlite_web, "contact").get(TABLE).text
    assert "Sparat: 2 av 2 är här." in words(page)
    assert set(fields_of(page, CLOSING)["present"]) == {"representative@example.se", MAIL}
    assert contact.send(f"{TABLE}/narvaro", present=MAIL).location == TABLE
    assert present(sqlite_web) == {MAIL}
    refused = contact.send(f"{TABLE}/narvaro", others="ingen adress", present=MAIL)
    assert (refused.status_code, 'href="#others"' in refused.text) == (422, True)
    assert close(sqlite_web).location == "/forum/1"
    assert present(sqlite_web) == {MAIL}
    assert contact.send(f"{TABLE}/narvaro", present="").status_code == 409


def test_who_is_ticked_is_saved_with_an_item_and_what_is_begun_stays_when_only_they_are_saved(sqlite_web, meetings):
    sent(meetings, "# Budget", "# Rapport")
    assert settle(sqlite_web, 1, "noted", present="representative@example.se").location == TABLE
    assert present(sqlite_web) == {"representative@example.se"}
    contact = visitor(sqlite_web, "contact")
    begun = at_table(contact.get(TABLE).text) | {"how": "yes", "words": "Ett långt skäl", "others": MAIL}
    kept = contact.send(f"{TABLE}/narvaro", **begun)
    assert (kept.status_code, "Sparat: 2 är här." in words(kept.text)) == (200, True)
    form = at_table(kept.text)
    assert {name: form[name] for name in ("how", "words", "item")} == {
        "how": "yes", "words": "Ett långt skäl", "item": "2"
    }  # fmt: skip
    refused = contact.send(f"{TABLE}/2", **begun | {"others": "ingen adress"})
    assert (refused.status_code, at_table(refused.text)["words"]) == (422, "Ett långt skäl")
    assert meetings.items(1)[1].settled_at is None, "nothing is saved by half"
    assert close(sqlite_web, then="postpone", **TOO_FEW, words="Vi hann inte.").location == "/forum/1"
    assert sqlite_web.get("/meetings/1/agenda", by="contact").json["items"][1]["words"] == "Vi hann inte."


def present(web):
    shown = web.get("/meetings/1/agenda", by="contact").json
    assert len({one["email"] for one in shown["invited"]}) == len(shown["invited"])
    return {one["email"] for one in shown["invited"] if one["present"]}


def test_without_a_quorum_the_rest_is_postponed_in_one_act(sqlite_web, meetings):
    sent(meetings, "# Budget", "# Rapport", meetings.waiting())
    settle(sqlite_web, 1, "noted")
    unsure = close(sqlite_web, then="postpone")
    assert (unsure.status_code, "Kryssa i att för få kom" in words(unsure.text)) == (422, True)
    assert close(sqlite_web, then="postpone", **TOO_FEW).location == "/forum/1"
    assert [item.settled_how for item in meetings.items(1)] == [SettledHow.NOTED, *[SettledHow.POSTPONED] * 2]
    assert meetings.meeting(1).quorate is False


def test_before_the_agenda_is_sent_nothing_is_settled(sqlite_web, meetings):
    contact = visitor(sqlite_web, "contact")
    assert "Skicka dagordningen först." in contact.read(TABLE)
    assert CLOSING not in contact.get(TABLE).text
    assert contact.send(CLOSING).status_code == 409


def test_the_secretary_sits_at_the_table_and_no_other_officer(sqlite_web, meetings):
    sent(meetings, "# Budget")
    for who in ("officer", "representative", "admin"):
        assert visitor(sqlite_web, who).get(TABLE).status_code == 403, who
    with sqlite_web.database.transaction() as session:
        session.execute(update(Municipality).values(secretary_id=sqlite_web.house.unit_id("gata")))
    assert settle(sqlite_web, 1, "noted", who="officer").location == TABLE


def test_line_15_adjusted_minutes_are_public_without_addresses_and_what_is_not_published(sqlite_web, meetings):
    secret, open_ = meetings.waiting("Hemlig fråga om Rut"), meetings.waiting("Cykelväg")
    publish(sqlite_web, open_)
    sent(meetings, secret, open_, "# Budget")
    settle(sqlite_web, 1, "yes", words="Rut ska få sin lampa.", aside="representative@example.se")
    settle(
        sqlite_web, 2, "yes", words="Bygg den. Ring 070-123 45 67", amount_kr="5000", aside="representative@example.se"
    )
    settle(sqlite_web, 3, "noted", words="Läst.")
    close(sqlite_web, others=MAIL, present="representative@example.se")
    assert visitor(sqlite_web).get("/protokoll/1").status_code == 404
    public = visitor(sqlite_web).read(f"/arenden/{open_}")
    assert "Lokalt utvecklingsforum rekommenderar: ja, 5" in public, "a published case says what was recommended"
    contact = visitor(sqlite_web, "contact")
    form = form_as_sent(contact.get(ADJUSTING).text, ADJUSTING) | {"by": "representative@example.se", "read": "1"}
    assert [contact.send(ADJUSTING, **form).location for _ in range(2)] == ["/protokoll/1"] * 2
    for who in (None, "contact", "representative"):
        page = visitor(sqlite_web, who).read("/protokoll/1")
        for said in ("Ett ärende som inte är publicerat", f"Cykelväg {open_}", "rekommenderar: ja, 5 000 kr", "Läst.",
                     "2 närvarande", "Deltog inte: Representative", "av Representative.",
                     "Av ett ärende som inte är publicerat står här bara ämne och plats."):  # fmt: skip
            assert said.replace("5 000", "5\u00a0000") in page or said in page, said
        raw = visitor(sqlite_web, who).get("/protokoll/1").text
        assert not [word for word in ("Rut", secret, MAIL, "@example.se", "070-123") if word in raw]
    assert 'href="/protokoll/1"' in visitor(sqlite_web).get("/protokoll").text
    assert 'href="/protokoll/1"' in visitor(sqlite_web, "member").get("/forum").text
    assert 'href="/protokoll"' in visitor(sqlite_web).get("/").text
    assert settle_again(contact) == 409


def settle_again(browser):
    return browser.send(f"{TABLE}/1", how="noted").status_code


def test_minutes_are_adjusted_after_the_closing_on_a_day_that_has_been(sqlite_web, meetings):
    sent(meetings, "# Budget")
    contact = visitor(sqlite_web, "contact")
    assert "Avsluta mötet först." in contact.read(ADJUSTING)
    by = {"by": "representative@example.se", "read": "1"}
    assert contact.send(ADJUSTING, on="", **by).status_code == 409
    meetings.close(1, Settling(1, SettledHow.NOTED), at=NOW)
    for given in ({"on": "2020-01-01"}, {"on": "nonsens"}, {"by": "ingen@example.se"}):
        assert contact.send(ADJUSTING, **given).status_code == 422, given
    unread = contact.send(ADJUSTING, on=today().isoformat(), by="representative@example.se")
    assert (unread.status_code, "Läs protokollet och kryssa i" in words(unread.text)) == (422, True)
    by_nobody = contact.send(ADJUSTING, on=today().isoformat(), read="1")
    assert (by_nobody.status_code, "Välj vilka som justerade det" in words(by_nobody.text)) == (422, True)
    assert contact.send(ADJUSTING, on=today().isoformat(), **by).location == "/protokoll/1"


def test_eighty_items_take_no_more_than_eight_queries_at_the_table_and_in_the_minutes(sqlite_web, meetings):
    refs = [meetings.waiting(f"Fråga {n}") for n in range(40)]
    sent(meetings, *refs, *(f"# Punkt {n}" for n in range(40)))
    for item in (1, 41):
        settle(sqlite_web, item, "yes", words="Ja.")
    contact = visitor(sqlite_web, "contact")
    frame = queries(sqlite_web, contact, "/tillganglighet")
    paths = (TABLE, "/forum/1", "/forum/1/dagordning", "/forum/1/skicka")
    taken = {path: queries(sqlite_web, contact, path) - frame for path in paths}
    close(sqlite_web, then="postpone", **TOO_FEW)
    meetings.adjust(1, at=NOW)
    taken["/protokoll/1"] = queries(sqlite_web, contact, "/protokoll/1") - frame
    assert {path: count for path, count in taken.items() if count > 8} == {}, taken


def queries(web, browser, path):
    """Return how many statements the page takes, once it is warm."""
    browser.read(path)
    with counted(web.database) as sent_now:
        browser.read(path)
    return len(sent_now)
