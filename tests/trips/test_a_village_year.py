"""A village year: a plan from draft to adoption, its items followed up rung by rung, and the next plan."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support.houses.running_house import BrowsingVisitor, RunningHouse, text_of
from support.houses.small_pages import words
from support.meetings.passing_days import CALENDAR, forward, obligations, run_sql
from support.servers.mail_server import AcceptedMail

from cases.calendar import add_months

GROUP, MAILBOX, MEMBER = "grupp-almvinda", "almvinda@grupper.example", "ordforande.almvinda@grupper.example"
CONTACT, OFFICER = "kontakt@tallvinda.example", "handlaggare.gata@tallvinda.example"
PLAN = f"/api/v1/plans/{GROUP}"
AREAS = [{"rank": rank, "name": name} for rank, name in enumerate(("Trygga vägar", "Mötesplatser", "Ungdomar"), 1)]
TITLES = {
    "own": ("Måla bystugan", "Röja stigen runt sjön"),
    "joint": ("Ny badbrygga", "Loppis med skolan"),
    "asked": ("Cykelväg till tätorten", "Belysning vid busshållplatsen"),
}
GOES = "Loppis med skolan"
A_YEAR, WEEKS = timedelta(weeks=52), timedelta(weeks=8)  # weeks with many processes: there each day takes a while
CARRIED = ("area", "title", "kind", "category", "responsible", "year")
FROZEN = ("UPDATE plan_item SET title = 'x'", "DELETE FROM plan_item", "UPDATE plan_version SET vision = 'x'")


def test_a_plan_is_drafted_adopted_followed_up_and_revised(running_villages: RunningHouse):
    house, contact = running_villages, BrowsingVisitor(running_villages)
    contact.log_in(CONTACT)

    # Each of the eight groups owes a plan, and is owed a contact, each by a day of its own.
    owed = [one for one in obligations(house) if one["obligation"] in {"plan", "contact"}]
    assert Counter(one["obligation"] for one in owed) == {"plan": 8, "contact": 8}
    assert len({one["due_on"] for one in owed if one["obligation"] == "plan"}) == 8
    today, first_due = CALENDAR.day_of(datetime.now(UTC)), due_day(house)
    revised_on = today + (WEEKS * 2 if house.servers else A_YEAR)

    # A member drafts the plan: areas by rank, own items, joint ones and ones that are asked of others.
    version = asked(house, "POST", f"{PLAN}/draft", {}, expects=201)["version"]
    items = [an_item(kind, title, today.year + 1) for kind, titles in TITLES.items() for title in titles]
    saved = asked(house, "PUT", f"{PLAN}/draft", a_draft(today.year, version, items))
    survey = {"kind": "survey", "on": today.isoformat(), "reached": 120, "answered": 85, "text": "Enkät till alla hus"}
    asked(house, "POST", f"/api/v1/units/{GROUP}/anchorings", survey, expects=201)
    outcome = asked(house, "POST", f"{PLAN}/adoption", {"version": saved["version"], "where": "Bystugan"})
    assert outcome == {"number": 1, "items": 6, "new": 6, "carried": 0, "dropped": 0}
    refs = {item["title"]: item["case"] for item in house.ask("GET", PLAN)[1]["items"]}
    assert len(set(refs.values())) == 6
    adopted = house.letters_to(MAILBOX)[0].message["Subject"]

    # The desk finds somebody for what is asked, whose officer says by when; the group does one thing itself.
    house.change(refs["Cykelväg till tätorten"], "assigned", by=CONTACT, responsible="gata", officer=OFFICER)
    due_on = CALENDAR.add_working_days(today, 3)
    house.change(refs["Cykelväg till tätorten"], "planned", by=OFFICER, due_on=due_on.isoformat(), note="Vi ritar.")
    for title in ("Ny badbrygga", "Loppis med skolan", "Belysning vid busshållplatsen"):
        later = (today + timedelta(days=390)).isoformat()
        house.change(refs[title], "planned", by=CONTACT, due_on=later, note="Nästa år.")
    done = {"done_on": today.isoformat(), "done_by": "Byalagets målare", "note": "Nymålad i gult."}
    house.change(refs["Måla bystugan"], "done", by=MEMBER, **done)
    painted = item_of(house, "Måla bystugan")
    assert (painted["state"], painted["done_on"], painted["done_by"]) == ("done", today.isoformat(), done["done_by"])

    # Nobody does what is asked: it is late in public from the day after, and climbs rung by rung.
    late = refs["Cykelväg till tätorten"]
    today = forward(house, today, due_on)
    assert not item_of(house, "Cykelväg till tätorten")["late"]
    today = forward(house, today, due_on + timedelta(days=1))
    assert item_of(house, "Cykelväg till tätorten")["late"]
    for page in (f"/plan/{GROUP}", f"/bygd/{GROUP}"):
        assert "Försenat" in words(contact.get(page)), page
    head_is_told, group_is_told, on_the_agenda = days_of_rungs(due_on)
    assert rungs(house, late) == [0, 1]
    today = forward(house, today, group_is_told - timedelta(days=1))
    assert rungs(house, late) == [0, 1, 2] and head_is_told < today
    broken = letters_about(house, late, 3)[-1]
    today = forward(house, today, group_is_told)
    delayed = letters_about(house, late, 4)[-1]
    assert "höll inte vårt datum" in text_of(broken)
    assert "är försenat" in text_of(delayed) and "0980-319 200" in text_of(delayed), "whom to ring"
    assert late not in contact.get("/forum")
    today = forward(house, today, on_the_agenda)
    assert rungs(house, late) == [0, 1, 2, 3, 4]
    assert late in contact.get("/forum")

    # All that time the adoption was one e-mail to the group's mailbox, and none to the member who adopted.
    assert [letter.message["Subject"] for letter in house.sink.to(MAILBOX)].count(adopted) == 1
    assert not [letter for letter in house.sink.to(MEMBER) if letter.message["Subject"] == adopted]

    # Later on the group writes the next plan. It carries items on; what it leaves out has a reason.
    today = forward(house, today, revised_on)
    draft = asked(house, "POST", f"{PLAN}/draft", {}, expects=201)
    carried = [{name: item[name] for name in CARRIED} | {"origin": item["origin"]} for item in draft["items"]]
    assert {item["title"] for item in carried} == set(refs) - {"Måla bystugan"}, "what has ended is not carried on"
    kept, [gone] = [item for item in carried if item["title"] != GOES], [i for i in carried if i["title"] == GOES]
    new = an_item("own", "Midsommarstång vid ån", today.year + 1)
    saved = asked(house, "PUT", f"{PLAN}/draft", a_draft(today.year, draft["version"], [*kept, new]))
    lacks = asked(house, "POST", f"{PLAN}/adoption", {"version": saved["version"]}, expects=422)["errors"]
    assert list(lacks) == [f"items.{gone['origin']}"] and GOES in lacks[f"items.{gone['origin']}"][0]
    dropped = [{"item": gone["origin"], "fate": "dropped", "reason": "Skolan har sin egen."}]
    whole = a_draft(today.year, saved["version"], [*kept, new], dropped=dropped)
    saved = asked(house, "PUT", f"{PLAN}/draft", whole)
    outcome = asked(house, "POST", f"{PLAN}/adoption", {"version": saved["version"]})
    assert outcome == {"number": 2, "items": 5, "new": 1, "carried": 4, "dropped": 1}
    assert item_of(house, "Cykelväg till tätorten")["case"] == late
    case = house.case(refs[GOES], by=CONTACT)
    assert (case["responsible"], house.events(refs[GOES], by=CONTACT)[-1]["type"]) == ("desk", "case.dropped_from_plan")

    # The adopted plan is frozen, the next one is owed by its day, and nothing is forgotten.
    assert asked(house, "PUT", f"{PLAN}/draft", whole, expects=409)["code"] == "no-draft"
    for forbidden in FROZEN:
        with pytest.raises(DBAPIError, match=r"not allowed|follows"):
            run_sql(house, forbidden)
    forward(house, today, today + timedelta(weeks=1))
    next_due = first_due if house.servers else add_months(first_due, 12)
    assert due_day(house) == next_due, "who adopts long before the day is asked again on it"
    assert "all clear" in house.command("forgotten")


def due_day(house: RunningHouse) -> date:
    """Return the day by which the plan of the group is owed."""
    [day] = [one["due_on"] for one in obligations(house) if (one["obligation"], one["subject"]) == ("plan", GROUP)]
    return date.fromisoformat(day)


def asked(house: RunningHouse, method: str, path: str, body: dict[str, Any], *, expects: int = 200) -> dict[str, Any]:
    """Call the API as the member; return the answer, which must have this status."""
    status, answer = house.ask(method, path, body, by=MEMBER)
    assert status == expects, answer
    return dict(answer)


def an_item(kind: str, title: str, year: int) -> dict[str, Any]:
    responsible = {"own": GROUP, "joint": "kultur", "asked": "gata"}[kind]
    area = list(TITLES).index(kind) + 1
    return {"area": area, "title": title, "kind": kind, "category": "fritid", "responsible": responsible, "year": year}


def a_draft(year: int, version: int, items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"year": year, "version": version, "areas": AREAS, "items": items, **more}


def item_of(house: RunningHouse, title: str) -> dict[str, Any]:
    """Return the item of the plan with this title, as everybody reads it."""
    return next(item for item in house.ask("GET", PLAN)[1]["items"] if item["title"] == title)


def days_of_rungs(due_on: date) -> list[date]:
    """Return the days of the rungs 2, 3 and 4 of the default ladder: 5, 5 and 10 working days after the one before."""
    days = [due_on]
    for distance in (5, 5, 10):
        days.append(CALENDAR.add_working_days(days[-1], distance))
    return days[1:]


def rungs(house: RunningHouse, ref: str) -> list[int]:
    """Return the rungs that have fired for the case, in their order."""
    return [event["facts"]["rung"] for event in house.events(ref, by=CONTACT) if event["type"] == "case.escalated"]


def letters_about(house: RunningHouse, ref: str, count: int) -> list[AcceptedMail]:
    """Wait until the group's mailbox has got so many letters about this case; return them, oldest first."""

    def got() -> list[AcceptedMail]:
        return [letter for letter in house.sink.to(MAILBOX) if f"[{ref}]" in letter.message["Subject"]]

    house.wait_until(lambda: len(got()) >= count, f"{count} letters about {ref}")
    return got()
