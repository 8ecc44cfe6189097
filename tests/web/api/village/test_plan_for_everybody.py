"""GET /plans/{slug} without a token: every item with its state, who is responsible, and its year; nothing private."""

import json
from datetime import UTC, datetime, timedelta

from support.today import today

from cases.history.words import Visibility

DRAFT, PLAN = "/plans/norrby/draft", "/plans/norrby"
SECRET, NUMBER, ADDRESS = "kanariefågel", "070-174 06 05", "rut@hemma.example"
AREAS = [{"rank": 1, "name": f"Vägar, ring {NUMBER}", "why": f"Fråga {ADDRESS}"}, {"rank": 2, "name": "Bad"}]
OWN = {"area": 1, "title": "Måla bystugan", "kind": "own", "responsible": "norrby", "year": 2090, "quarter": 3}
JOINT = {"area": 2, "title": f"Badplats, {NUMBER}", "kind": "joint", "responsible": "vatten", "year": today().year + 1}
ASKED = {"area": 1, "title": "Cykelväg", "text": f"Enligt {ADDRESS}", "kind": "asked", "responsible": "gata"}
ITEMS = [{"category": "trafik", **item} for item in (OWN, JOINT, {**ASKED, "year": today().year})]
WHOLE = {"year": today().year, "vision": f"En by att bo i, {ADDRESS}", "areas": AREAS, "items": ITEMS}


def _adopted(web) -> list[dict]:
    """Let the group adopt a plan, report its own item done and show how the plan is anchored; return the items."""
    assert web.post(DRAFT, {}, by="member").status_code == 201
    assert web.call("PUT", DRAFT, json=WHOLE, by="member").status_code == 200
    assert web.post("/plans/norrby/adoption", {}, by="member").status_code == 200
    items = web.get(PLAN, by="member").json["items"]
    done = {"to": "done", "note": "Målad", "done_by": f"Målarlaget, {NUMBER}", "version": 2**31 - 1}
    assert web.post(f"/cases/{items[0]['case']}/changes", done, by="member").status_code == 200
    shown = {"kind": "survey", "on": today().isoformat(), "text": f"Svar till {ADDRESS}"}
    assert web.post("/units/norrby/anchorings", shown, by="member").status_code == 201
    return items


def _say_what_is_private(web, items: list[dict]) -> None:
    """Begin the next draft, drop an item in it, log a contact and comment for staff alone: each holds the secret."""
    web.post(DRAFT, {}, by="member")
    begun = web.get(PLAN, by="member")
    assert begun.status_code == 200
    kept, gone = begun.json["draft"]["items"][-2:]
    mine = {"area": 1, "title": f"Nytt: {SECRET}", "text": SECRET, "kind": "own"}
    carried = {name: kept[name] for name in ("area", "kind", "origin")} | {"title": SECRET}
    dropped = [{"item": gone["origin"], "fate": "dropped", "reason": f"Ingen vill: {SECRET}"}]
    draft = {**WHOLE, "vision": SECRET, "situation": SECRET, "items": [carried, mine], "dropped": dropped}
    saved = web.call("PUT", DRAFT, json=draft, by="member")
    assert (saved.status_code, SECRET in json.dumps(saved.json, ensure_ascii=False)) == (200, True)
    days = {"on": today().isoformat(), "next_on": (today() + timedelta(days=90)).isoformat()}
    contact = {"how": "visit", "note": SECRET, "met": SECRET, "questions": [{"title": SECRET}], **days}
    assert web.post("/units/norrby/contacts", contact, by="contact").status_code == 201
    web.house.comment(items[1]["case"], SECRET, Visibility.INTERNAL, by="officer", at=datetime.now(UTC))
    web.house.comment(items[2]["case"], SECRET, Visibility.PARTICIPANTS, by="contact", at=datetime.now(UTC))


def test_without_a_token_one_reads_each_item_and_no_draft_and_no_private_word(web) -> None:
    items = _adopted(web)
    _say_what_is_private(web, items)
    answer = web.get(PLAN)
    plan = answer.json
    assert (answer.status_code, "draft" in plan) == (200, False)
    read = [(item["title"], item["state"], item["responsible"], item["year"]) for item in plan["items"]]
    assert read == [
        (OWN["title"], "done", "norrby", 2090),
        ("Cykelväg", "received", "desk", today().year),
        ("Badplats, [telefonnummer borttaget]", "received", "desk", today().year + 1),
    ]
    assert [item["case"] for item in plan["items"]] == [items[0]["case"], items[1]["case"], items[2]["case"]]
    assert plan["items"][0]["done_by"] == "Målarlaget, [telefonnummer borttaget]"
    for path, by in ((PLAN, None), (PLAN, "neighbour"), ("/plans", None), ("/plans/norrby?version=1", None)):
        told = json.dumps(web.get(path, by=by).json, ensure_ascii=False)
        for private in (SECRET, NUMBER, ADDRESS):
            assert private not in told, (path, by, private)
