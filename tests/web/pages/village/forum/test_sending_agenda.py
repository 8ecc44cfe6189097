"""An agenda is looked at before it is sent: as it will be read, by whom, with what ought to be known before."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.small_pages import form_as_sent, visitor, words
from support.meetings.meeting_acts import MeetingActs
from support.today import today

from cases.history.journal import Event
from cases.meetings.invited import Invited
from cases.parties import Party
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.rearranging import cancel_meeting
from notifications.audiences.preview import names_told

NOW = datetime.now(UTC)
COMING = today() + timedelta(days=60)
PATH, CHOOSING = "/forum/1/skicka", "/forum/1/dagordning"
NO_START, IS_TODAY, IS_PAST = "Mötet har ingen starttid.", "Mötet är i dag.", "Mötets dag har passerat"


@pytest.fixture
def meetings(web):
    meetings = MeetingActs(web.house)
    starts = datetime.combine(COMING, time(17), UTC)
    assert meetings.call(COMING, invited=(Invitee("gast@example.org", "Gästen"),), starts_at=starts, at=NOW) == 1
    return meetings


def preview(web):
    page = visitor(web, "contact").get(PATH)
    return words(page.text), form_as_sent(page.text, PATH)


def send(web, form):
    return visitor(web, "contact").send(PATH, **form)


def test_saving_to_look_it_over_leads_to_the_preview_and_sends_nothing(web, meetings):
    ref = meetings.waiting("Cykelväg")
    form = form_as_sent(visitor(web, "contact").get(CHOOSING).text, CHOOSING)
    assert visitor(web, "contact").send(CHOOSING, **form, then="review").location == PATH
    assert meetings.meeting(1).agenda_sent_on is None
    page, form = preview(web)
    assert f"Cykelväg {ref}" in page and "Ändra mer" in page
    assert send(web, form).location == "/forum/1"
    assert meetings.meeting(1).agenda_sent_on == today()


def test_the_preview_names_just_those_to_whom_letters_go(web, meetings):
    meetings.put(1, "# Budget", at=NOW)
    page, form = preview(web)
    told = re.search(r"(\d+) mejl skickas till: (.*?) Skicka dagordningen till (\d+) person", page)
    assert told and told[1] == told[3]
    assert send(web, form).status_code == 303
    with web.database.reading() as session:
        [event] = session.scalars(select(Event.id).where(Event.type == "meeting.agenda_sent"))
        names = [name for name in names_told(session, [event]) if name]
    assert names and all(name in told[2] for name in names)
    assert int(told[1]) == len(names) + 1 and "Gästen" in told[2], "and the guest, who is a party"


def test_who_has_no_address_is_named_and_gets_no_letter(web, meetings):
    meetings.put(1, "# Budget", at=NOW)
    before = re.search(r"till (\d+) person", preview(web)[0])[1]
    with web.database.transaction() as session:
        guests = select(Invited.party_id).where(Invited.party_id.is_not(None))
        session.execute(update(Party).where(Party.id.in_(guests)).values(email=None))
    page, _ = preview(web)
    assert "1 av de kallade saknar mejladress. Säg till själv: Gästen" in page
    assert int(re.search(r"till (\d+) person", page)[1]) == int(before) - 1


def test_whoever_sends_it_reads_that_they_get_no_letter(web, meetings):
    meetings.call(COMING + timedelta(days=1), invited=(Invitee("contact@example.se"),), at=NOW)
    page = visitor(web, "contact").read("/forum/2/skicka")
    told = re.search(r"mejl skickas till: (.*?) Du är också kallad", page)
    assert told and "Contact" not in told[1]
    assert "Du är också kallad" not in preview(web)[0]


@pytest.mark.parametrize(
    ("days", "says", "not_said"),
    [(30, (NO_START,), (IS_TODAY, IS_PAST)), (0, (IS_TODAY,), (IS_PAST,)), (-3, (IS_PAST,), (IS_TODAY,))],
)
def test_what_ought_to_be_known_before_is_said(web, meetings, days, says, not_said):
    number = meetings.call(today() + timedelta(days=days), at=NOW)
    page = visitor(web, "contact").read(f"/forum/{number}/skicka")
    assert "Det finns inget på dagordningen." in page
    assert [said for said in says if said not in page] == []
    assert [said for said in not_said if said in page] == []
    assert ("utan mejl" in page) is (days < 0)


def test_a_meeting_with_all_that_it_needs_has_no_warnings(web, meetings):
    meetings.put(1, "# Budget", at=NOW)
    assert "Innan du skickar" not in preview(web)[0]


def test_a_case_that_is_not_published_is_named_before_everybody_reads_the_agenda(web, meetings):
    secret, public = meetings.waiting("Hemlig fråga"), meetings.waiting("Öppen fråga")
    visitor(web, "contact").send(f"/arenden/{public}/publicera")
    meetings.put(1, secret, public, at=NOW)
    page, form = preview(web)
    warning = page.partition("Innan du skickar 1 ärende är inte publicerat. Alla utom ")[2]
    assert f" ser bara nummer, ämne och plats: {secret} Hemlig fråga Dagordningen " in warning
    send(web, form)
    everybody = visitor(web).read("/forum/1")
    assert "Hemlig fråga" not in everybody and "Öppen fråga" in everybody


def test_many_cases_that_are_not_published_are_counted_and_folded(web, meetings):
    for n in range(6):
        meetings.waiting(f"Fråga {n}")
    page, _ = preview(web)
    assert "6 ärenden är inte publicerade." in page and "Visa vilka" in page


def test_an_agenda_that_nobody_has_chosen_is_shown_with_all_that_is_proposed(web, meetings):
    meetings.waiting("Cykelväg")
    page, form = preview(web)
    assert "Cykelväg" in page
    assert send(web, form).status_code == 303
    assert [item.number for item in meetings.items(1)] == [1]


@pytest.mark.parametrize("chosen_before", [True, False])
def test_an_agenda_that_was_changed_since_is_refused_and_shown_anew(web, meetings, chosen_before):
    if chosen_before:
        meetings.put(1, "# Budget", at=NOW)
    _, form = preview(web)
    meetings.put(1, "# Budget", "# Den andras punkt", at=NOW)
    refused = send(web, form)
    assert refused.status_code == 409
    assert "Dagordningen ändrades efter att du öppnade sidan." in words(refused.text)
    assert "Den andras punkt" in words(refused.text)
    assert meetings.meeting(1).agenda_sent_on is None
    assert send(web, form_as_sent(refused.text, PATH)).status_code == 303
    assert meetings.meeting(1).agenda_sent_on == today()


def test_a_form_without_the_version_that_was_seen_sends_nothing(web, meetings):
    meetings.put(1, "# Budget", at=NOW)
    assert send(web, {}).status_code == 409
    assert meetings.meeting(1).agenda_sent_on is None


def test_sent_twice_it_is_sent_once_and_then_has_no_button(web, meetings):
    meetings.put(1, "# Budget", at=NOW)
    browser = visitor(web, "contact")
    form = form_as_sent(browser.get(PATH).text, PATH)
    assert [browser.send(PATH, **form).location for _ in range(2)] == ["/forum/1"] * 2
    page = browser.get(PATH).text
    assert "Dagordningen skickades" in words(page) and 'action="/forum/1/skicka"' not in page
    refused = browser.send(PATH, version=form["version"])
    assert refused.status_code == 409


def test_a_cancelled_meeting_has_no_button(web, meetings):
    with web.database.transaction() as session:
        cancel_meeting(session, 1, "Snö", by=web.house.actors["contact"], at=NOW)
    page = visitor(web, "contact").get(PATH).text
    assert "Mötet är avslutat eller inställt" in words(page) and 'action="/forum/1/skicka"' not in page


def test_only_who_may_send_the_agenda_sees_to_whom_it_goes(web, meetings):
    for who, status in (("officer", 403), ("admin", 403), ("representative", 403), ("member", 403), ("contact", 200)):
        assert visitor(web, who).get(PATH).status_code == status, who
        assert visitor(web, who).send(PATH).status_code == (409 if who == "contact" else 403), who
    assert visitor(web, "contact").get("/forum/9/skicka").status_code == 404
