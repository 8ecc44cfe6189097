"""Every form of every page: what was typed is there after the log-in, or the form is on a list with its reason."""

import io
from datetime import UTC, datetime

import pytest
from markupsafe import escape
from sqlalchemy import select, text, update
from support.files_to_send import a_jpeg
from support.houses.small_house import CALENDAR
from support.houses.small_pages import fields_of, visitor, words
from support.meetings.meeting_acts import MeetingActs
from support.plans.plan_acts import A_YEAR_ON, OWN, PlanActs

from cases.access.tokens import WebSession
from cases.files.attachments import Attachment
from cases.meetings.agenda_items import SettledHow
from cases.states import State
from cases.village.forum.minutes.settling import Settling

WROTE = "Rut ringde & <b>Nils</b>"
KEPT = {  # endpoint: who writes there, and the field
    "absence.note": ("officer", "until"),
    "attachments.add": ("officer", "staged"),
    "commenting.add": ("officer", "text"),
    "contacts.log": ("officer", "note"),
    "correcting.connect": ("officer", "to"),
    "correcting.put_right": ("officer", "title"),
    "erasing.erase": ("contact", "decision"),
    "forum.adjust": ("contact", "on"),
    "forum.call": ("contact", "name"),
    "forum.cancel": ("contact", "cancel-why"),
    "forum.close": ("contact", "others"),
    "forum.invite": ("contact", "guests"),
    "forum.move": ("contact", "why"),
    "forum.note_presence": ("contact", "others"),
    "forum.put": ("contact", "topic"),
    "forum.settle": ("contact", "words"),
    "forum.withdraw": ("contact", "off_agenda"),
    "handing_in.take_in": ("contact", "title"),
    "junk.end": ("contact", "note"),
    "plan_adoption.adopt": ("member", "note"),
    "plan_anchoring.anchor": ("member", "text"),
    "plan_draft.save": ("member", "item-0-title"),
    "plan_item_done.finish": ("member", "note"),
    "register_entry.enter": ("officer", "reg_answer"),
    "reporter.protect": ("contact", "protection_why"),
    "reporter.put_right": ("contact", "asker_why"),
    "seats.end": ("contact", "until"),
    "seats.give": ("admin", "email"),
    "several.take_in": ("contact", "title-0"),
    "stepping.preview": ("officer", "note"),
    "stepping.take": ("officer", "note"),
}
BY_KEY = frozenset(  # needs no log-in: what is sent is taken
    {
        "by_letter.answer",
        "by_letter.preview",
        "forum.answer_invited",
        "mine.add_files",
        "mine.confirm",
        "mine.contest",
        "mine.correct_address",
        "mine.say",
        "preferences.change_by_link",
    }
)
BY_ADDRESS = frozenset({"following.ask", "following.confirm", "following.stop"})  # likewise
LOGS_IN = frozenset(
    {"login.be_somebody", "login.ask_for_link", "login.use", "login.use_code"}
)  # keeps no address, no code
BUTTONS = frozenset({  # nothing is typed
    "absence.end", "account.end_session", "account.revoke_every_token", "account.revoke_token",
    "by_letter.put_out_of_case", "by_letter.put_out_own", "calls.tick", "calls.undo",
    "mail_acts.read", "mail_acts.revive_own", "mail_acts.revive_person", "mail_acts.revive_reporter",
    "mail_acts.revive_unit",
    "correcting.follow_todays_policy", "forum.answer", "forum.choose", "forum.note_answers", "forum.send",
    "forum.take_guest_off", "handing_over.give", "login.log_out", "login.log_out_everywhere",
    "own_calendar.make", "own_calendar.remove", "passing_days.move", "plans.begin", "preferences.change",
    "publishing.publish", "publishing.take_back", "reporter.give_new_key", "set_aside.again",
})  # fmt: skip


def forms(app):
    """The endpoints of pages that take forms, each with its rule."""
    rules = (rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()))
    return {rule.endpoint: rule.rule for rule in rules if not rule.rule.startswith("/api/")}


def path_of(web, endpoint, ref):
    path = forms(web.app)[endpoint].replace("<ref>", ref)
    if endpoint.startswith("forum.") and "<int:number>" in path:
        return path.replace("<int:number>", str(meeting_for(web, endpoint))).replace("<int:item>", "1")
    if endpoint.startswith("seats."):
        return path.replace("<slug>", "forum").replace("<int:number>", str(seat_in_forum(web)))
    return path.replace("<slug>", "norrby").replace(
        "<int:key>", key_in_plan(web) if endpoint.startswith("plan_") else ""
    )


def meeting_for(web, endpoint):
    """Call a meeting for today, and take it as far as the form is shown; return its number."""
    meetings, now = MeetingActs(web.house), datetime.now(UTC)
    number = meetings.call(CALENDAR.day_of(now), at=now)
    if endpoint != "forum.put":
        meetings.put(number, "# En punkt", at=now)
        meetings.send(number, at=now)
    if endpoint == "forum.adjust":
        meetings.close(number, Settling(1, SettledHow.NOTED), at=now)
    return number


def seat_in_forum(web):
    """Return the number of the seat of the one who sits in the forum."""
    return web.get("/units/forum/seats").json["held"][0]["number"]


def key_in_plan(web):
    """Adopt the plan of norrby and begin the next draft; return the key of an item that can be said to be done."""
    acts = PlanActs(web.house)
    acts.adopted()
    acts.begin(at=A_YEAR_ON)
    return str(acts.named(OWN.title).key)


def test_each_form_keeps_what_was_typed_or_says_why_not(sqlite_web):
    lists = [set(KEPT), BY_KEY, BY_ADDRESS, LOGS_IN, BUTTONS]
    listed = set().union(*lists)
    assert set(forms(sqlite_web.app)) == listed
    assert sum(map(len, lists)) == len(listed)


def form_at(path):
    """Return where the form goes whose second button leads to this path: that of the table settles the item at hand."""
    return path.removesuffix("/visa").replace("/bordet/narvaro", "/bordet/1").replace("/bordet/avsluta", "/bordet/1")


def end_sessions(web):
    with web.database.transaction() as session:
        session.execute(update(WebSession).values(ended_at=datetime.now(UTC)))
        session.execute(text("UPDATE house SET demonstration = true"))


@pytest.mark.parametrize("cookies", ["kept", "gone"])
@pytest.mark.parametrize("endpoint", sorted(set(KEPT) - {"attachments.add"}))
def test_it_is_there_after_the_log_in(sqlite_web, endpoint, cookies):
    (who, field), ref = KEPT[endpoint], sqlite_web.house.reach(State.ASSIGNED)
    browser, path = visitor(sqlite_web, who), path_of(sqlite_web, endpoint, ref)
    step = {"step": "plan", "version": "2"}
    shown = {"stepping.take": step, "stepping.preview": step, "handing_in.take_in": {"channel": "phone"}}
    form = {field: WROTE, "csrf_token": browser.form_token()} | shown.get(endpoint, {})
    end_sessions(sqlite_web)
    if cookies == "gone":
        browser = visitor(sqlite_web)
    answer = browser.browser.post(path, data=form)
    assert (answer.status_code, str(escape(WROTE)) in answer.text) == (401, True)
    assert "Du har blivit utloggad. Det du skrev sparas" in words(answer.text)
    assert browser.send("/demo-login", person=sqlite_web.person_id(who)).location == "/fortsatt"
    page = browser.get("/fortsatt").text
    assert fields_of(page, form_at(path))[field] == [WROTE]
    assert "Det du skrev finns kvar" in words(page)


@pytest.mark.parametrize("path", ["/arenden/{ref}/filer", "/lamna"])
def test_files_are_there_after_the_log_in(sqlite_web, path):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    browser, path = visitor(sqlite_web, "officer"), path.format(ref=ref)
    form = fields_of(browser.get("/lamna" if path == "/lamna" else f"/arenden/{ref}").text, path.removesuffix("/visa"))
    given = {"csrf_token": form["csrf_token"], "stamp": form["stamp"]}
    end_sessions(sqlite_web)
    answer = browser.browser.post(path, data=given | {"files": [(io.BytesIO(a_jpeg()), "lampa.jpg")]})
    assert answer.status_code == 401
    assert "Det du skrev sparas i två timmar, och dina filer också" in words(answer.text)
    assert browser.send("/demo-login", person=sqlite_web.person_id("officer")).location == "/fortsatt"
    again = fields_of(browser.get("/fortsatt").text, path.removesuffix("/visa"))
    assert len(again["staged"]) == 1
    assert browser.browser.post(path, data=again | {"title": "Lampan", "channel": "phone"}).status_code == 303
    assert names(sqlite_web) == ["lampa.jpg"]


def test_files_without_a_stamp_of_somebody_are_not_stored_and_that_is_said(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    answer = visitor(sqlite_web).send(f"/arenden/{ref}/filer", files=[(io.BytesIO(a_jpeg()), "lampa.jpg")])
    assert answer.status_code == 401
    assert "Filerna behöver du välja igen." in words(answer.text)
    assert list((sqlite_web.settings.var / "attachments").glob("??/*")) == []


def test_the_files_of_who_asked_are_there_without_the_cookie(sqlite_web):
    path = f"/arende/{sqlite_web.house.case(sqlite_web.house.reach(State.ASSIGNED)).public_id}"
    browser = visitor(sqlite_web)
    shown = fields_of(browser.get(path).text, f"{path}/filer")["stamp"]
    browser.browser.delete_cookie("ventil")
    files = [(io.BytesIO(a_jpeg()), "lampa.jpg")]
    answer = browser.browser.post(f"{path}/filer", data={"stamp": shown, "files": files})
    assert answer.status_code == 400
    again = fields_of(answer.text, f"{path}/filer")
    assert len(again["staged"]) == 1
    assert browser.browser.post(f"{path}/filer", data=again).status_code == 303
    assert names(sqlite_web) == ["lampa.jpg"]


def names(web):
    with web.database.reading() as session:
        return session.scalars(select(Attachment.name)).all()
