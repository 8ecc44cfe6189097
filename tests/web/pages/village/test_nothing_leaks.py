"""V34 over every route: no draft, contact note or unpublished case reaches those outside, nor any letter."""

import re
from dataclasses import replace
from datetime import date, timedelta

from support.canaries import decoded, send
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.plans.plan_acts import JOINT, WHOLE, PlanActs, content_of, dropping
from support.registers.register_acts import ANSWERED, SENT, RegisterActs

from cases.history.words import Visibility
from cases.organisation.units import unit_named
from cases.village.plans.draft_content import DraftArea
from cases.village.registers.entering import EntryGiven
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact

SECRET, CASE = (
    "kanariefågel",
    "bofinksbo",
)  # of drafts and notes, which no letter tells; of a case, which its group reads
ASKED_FOR = {"/sok": "?q=kanarie+bofink", "/api/v1/cases": "?q=kanarie"}
OUTSIDE = (None, "neighbour", "board_member")
STATIC = ("/static/", "/favicon", "/stil/")


def live(web: Web) -> dict[str, str]:
    """Let norrby have a plan, a draft of the next one, a contact and an open case; return what routes may name."""
    plan = PlanActs(web.house)
    web.house.sweep(MONDAY)
    plan.adopted()
    shown = plan.named(JOINT.title)
    later = MONDAY + timedelta(days=30)
    draft = plan.begin(at=later)
    items = tuple(
        replace(item, title=f"{SECRET} {number}", text=SECRET) for number, item in enumerate(content_of(draft).items)
    )
    areas = (DraftArea(1, SECRET, SECRET), *WHOLE.areas[1:])
    secret = content_of(draft, vision=SECRET, situation=SECRET, strengths=SECRET, areas=areas, items=items)
    plan.put(secret, at=later)
    gone = plan.draft(at=later).items[-1]
    plan.put(dropping(plan.draft(at=later), gone.title, f"{SECRET} finns inte"), at=later)
    with web.database.transaction() as session:
        given = ContactGiven(MONDAY.date(), ContactWay.PHONE, date(2026, 6, 1), note=SECRET, met=SECRET)
        log_contact(session, unit_named(session, "norrby"), given, by=web.house.actors["contact"], at=MONDAY)
    register = RegisterActs(web.house)
    ref = register.hand_in(CASE, description=CASE, by="member", group="norrby", published=False)
    given = EntryGiven("trafikverket", where=CASE, forwarded_on=SENT, answered_on=ANSWERED, answer=CASE)
    register.enter(ref, given)
    web.house.comment(shown.case or "", SECRET, Visibility.INTERNAL, by="officer")
    return {
        "slug": "norrby",
        "category": "trafik",
        "ref": ref,
        "number": "1",
        "key": str(shown.key),
        "published": shown.case or "",
    }


def paths(web: Web, named: dict[str, str]) -> set[str]:
    """Return a path for each route that is read, with what it may name; those of one case also for a published one."""
    rules = [str(rule) for rule in web.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    found = set()
    for rule in rules:
        for ref in (named["ref"], named["published"]):
            given = {**named, "ref": ref}
            given["slug"] = "trafik" if rule.startswith("/amne/") else named["slug"]
            path = re.sub(r"<(?:[^:<>]*:)?([a-z_]+)>", lambda name, given=given: given.get(name[1], "1"), rule)
            found.add(path + ASKED_FOR.get(path, ""))
    return {path for path in found if not path.startswith(STATIC)}


def test_v34_no_draft_note_or_unpublished_case_reaches_anybody_outside(sqlite_web: Web) -> None:
    named = live(sqlite_web)
    asked = sorted(paths(sqlite_web, named))
    assert len(asked) > 60
    leaks, read = [], 0
    for who in OUTSIDE:
        client = visitor(sqlite_web, who)
        headers = {"Authorization": f"Bearer {sqlite_web.tokens[who]}"} if who else {}
        for path in asked:
            answer = client.browser.get(path, headers=headers if path.startswith("/api/") else {})
            read += answer.status_code == 200
            leaks += [(who, path, word) for word in (SECRET, CASE) if word in said(answer.data)]
    assert leaks == []
    assert read > 60
    send(sqlite_web)
    letters = [decoded(path) for path in (sqlite_web.settings.var / "mailbox").rglob("*.eml")]
    assert letters and not any(SECRET in letter.decode() for letter in letters)


def said(content: bytes) -> str:
    """Return the text of an answer; letters that JSON writes as numbers are letters again."""
    return content.decode("utf-8", "ignore").replace("\\u00e5", "å")
