"""The API of plans: from a draft that lacks much to an adopted plan that everybody reads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import select, text
from support.houses.small_pages import visitor

from cases.case import Case

AREAS = [{"rank": 1, "name": "Vägar", "why": "Det är långt"}, {"rank": 2, "name": "Bad"}]
OWN = {
    "area": 1, "title": "Måla bystugan", "kind": "own", "category": "trafik", "responsible": "norrby", "year": 2090,
    "quarter": 3, "cost_kr": 1500.5,
}  # fmt: skip
ASKED = {"area": 2, "title": "Badplats, ring 070-174 06 05", "kind": "asked", "category": "belysning"}
WHOLE = {"year": 2026, "areas": AREAS, "items": [OWN, {**ASKED, "responsible": "gata", "year": 2027}]}
DRAFT, ADOPTION = "/plans/norrby/draft", "/plans/norrby/adoption"


def adopted(web, **more):
    """Begin, save and adopt a draft; return the plan as everybody reads it."""
    assert web.post(DRAFT, {}, by="member").status_code == 201
    assert web.call("PUT", DRAFT, json=WHOLE, by="member").status_code == 200
    answer = web.post(ADOPTION, more, by="member")
    assert answer.status_code == 200, answer.json
    return web.get("/plans/norrby").json


def test_a_plan_goes_from_draft_to_adoption(sqlite_web):
    begun = sqlite_web.post(DRAFT, {}, by="member")
    assert (begun.status_code, begun.json["items"], begun.json["lacks"]) == (
        201,
        [],
        ["Planen behöver minst ett område."],
    )
    assert sqlite_web.post(DRAFT, {}, by="contact").status_code == 200
    bare = {**WHOLE, "items": [OWN, ASKED], "version": begun.json["version"]}
    saved = sqlite_web.call("PUT", DRAFT, json=bare, by="member")
    assert saved.status_code == 200
    key = saved.json["items"][1]["key"]
    refused = sqlite_web.post(ADOPTION, {"version": saved.json["version"]}, by="member")
    assert (refused.status_code, refused.json["code"]) == (422, "plan-not-whole")
    assert refused.json["errors"] == {
        f"items.{key}": [
            "Badplats, ring 070-174 06 05: säg vem som ansvarar.", "Badplats, ring 070-174 06 05: säg vilket år.",
        ],
    }  # fmt: skip
    assert [lack["what"] for lack in refused.json["lacks"]] == ["responsible", "year"]
    sqlite_web.call("PUT", DRAFT, json=WHOLE, by="member")
    done = sqlite_web.post(ADOPTION, {"on": "2026-03-01", "where": "Bystugan", "note": "Alla var med"}, by="member")
    assert (done.status_code, done.json) == (200, {"number": 1, "items": 2, "new": 2, "carried": 0, "dropped": 0})


def test_of_two_adoptions_at_the_same_moment_one_is_taken(web):
    web.post(DRAFT, {}, by="member")
    web.call("PUT", DRAFT, json=WHOLE, by="member")
    begins = Barrier(2)

    def adopt(who):
        begins.wait(timeout=20)
        return web.post(ADOPTION, {}, by=who)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(adopt, ("member", "contact")), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 409], [answer.json for answer in answers]
    assert answers[1].json["code"] == "no-draft"
    counted = "SELECT (SELECT count(*) FROM \"case\" WHERE kind = 'action'), count(*) FROM plan_item"
    with web.database.reading() as session:
        assert tuple(session.execute(text(counted)).one()) == (2, 2)


def test_everybody_reads_an_adopted_plan_masked_and_without_the_draft(sqlite_web):
    plan = adopted(sqlite_web)
    own, asked = plan["items"]
    assert (own["title"], own["state"], own["responsible"], own["year"]) == (OWN["title"], "planned", "norrby", 2090)
    assert (own["cost_kr"], own["due_on"]) == (1500.5, "2090-09-29")
    assert asked["title"] == "Badplats, ring [telefonnummer borttaget]"
    assert asked["state"] == "received"
    assert "draft" not in plan
    assert sqlite_web.get("/plans/norrby", by="member").json["draft"] is None
    listed = {item["slug"]: item for item in sqlite_web.get("/plans").json["items"]}
    assert listed["norrby"]["current"]["number"] == 1
    assert (listed["soderby"]["current"], listed["soderby"]["name"]) == (None, "Soderby")
    assert sqlite_web.get("/plans/norrby?version=1").json["items"] == plan["items"]
    assert sqlite_web.get("/plans/norrby?version=2").status_code == 404
    assert sqlite_web.get("/plans/ingenstans").status_code == 404


def test_what_is_done_says_when_and_by_whom(sqlite_web):
    ref = adopted(sqlite_web)["items"][0]["case"]
    told = {"to": "done", "note": "Målad", "done_on": "2026-03-01", "done_by": "Ungdomarna", "version": 2**31 - 1}
    answer = sqlite_web.post(f"/cases/{ref}/changes", told, by="member")
    assert answer.status_code == 200, answer.json
    item = sqlite_web.get("/plans/norrby").json["items"][0]
    assert (item["state"], item["done_on"], item["done_by"]) == ("done", "2026-03-01", "Ungdomarna")


def test_a_draft_is_seen_by_its_group_and_by_staff_only(sqlite_web):
    sqlite_web.post(DRAFT, {}, by="member")
    for who, sees in (("member", True), ("contact", True), ("officer", True), ("neighbour", False), (None, False)):
        assert bool(sqlite_web.get("/plans/norrby", by=who).json.get("draft")) is sees, who
    assert sqlite_web.call("PUT", DRAFT, json=WHOLE, by="officer").status_code == 403
    assert sqlite_web.post(DRAFT, {}, by=None).status_code == 401


def test_a_draft_that_was_saved_since_is_not_overwritten(sqlite_web):
    version = sqlite_web.post(DRAFT, {}, by="member").json["version"]
    sqlite_web.call("PUT", DRAFT, json=WHOLE, by="contact")
    stale = sqlite_web.call("PUT", DRAFT, json={**WHOLE, "version": version}, by="member")
    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (409, "stale-draft", version + 1)
    assert stale.json["detail"].startswith("Contact sparade utkastet")


def test_an_adopted_plan_is_not_changed(sqlite_web):
    adopted(sqlite_web)
    assert sqlite_web.call("PUT", DRAFT, json=WHOLE, by="member").json["code"] == "no-draft"
    begun = sqlite_web.post(DRAFT, {}, by="member").json
    again = sqlite_web.post(ADOPTION, {}, by="member")
    assert (again.status_code, again.json["code"]) == (409, "adopted-today")
    assert sqlite_web.get("/plans/norrby", by="member").json["draft"] == begun
    assert begun["items"][0]["due_on"] == "2090-09-29"
    bare = {**WHOLE, "items": []}  # what lacks is told first: it is to be put right whatever the day
    assert sqlite_web.call("PUT", DRAFT, json=bare, by="member").status_code == 200
    lacking = sqlite_web.post(ADOPTION, {}, by="member").json
    assert (lacking["code"], list(lacking["errors"])) == (
        "plan-not-whole",
        [f"items.{begun['items'][0]['origin']}", f"items.{begun['items'][1]['origin']}"],
    )


def test_the_same_adoption_twice_with_one_key_is_one(sqlite_web):
    sqlite_web.post(DRAFT, {}, by="member")
    sqlite_web.call("PUT", DRAFT, json=WHOLE, by="member")
    answers = [sqlite_web.post(ADOPTION, {}, by="member", headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    with sqlite_web.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM \"case\" WHERE kind = 'action'")) == 2


def paths(errors, above=""):
    """Yield the dotted path of each field that is named in the errors of a problem document."""
    for name, within in errors.items():
        if isinstance(within, dict):
            yield from paths(within, f"{above}{name}.")
        else:
            yield above + name


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": [{**OWN, "category": "ingenting"}]}, "items.0.category"),
        ({"items": [{**OWN, "responsible": "ingen"}]}, "items.0.responsible"),
        ({"items": [{**OWN, "area": 3}]}, "items.0.area"),
        ({"items": [{**OWN, "origin": 4711}]}, "items.0.origin"),
        ({"items": [{**OWN, "title": " "}]}, "items.0.title"),
        ({"areas": [AREAS[0], AREAS[0]]}, "areas.1.rank"),
        ({"dropped": [{"item": 4711, "fate": "dropped", "reason": "Nej"}]}, "dropped.0.item"),
        ({"year": 26}, "year"),
        ({"items": [{**OWN, "cost_kr": -1}]}, "items.0.cost_kr"),
        ({"wish": "Bad"}, "wish"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_named(sqlite_web, changed, field):
    sqlite_web.post(DRAFT, {}, by="member")
    refused = sqlite_web.call("PUT", DRAFT, json={**WHOLE, **changed}, by="member")
    assert (refused.status_code, list(paths(refused.json["errors"]))) == (422, [field])


def test_a_group_shows_how_its_plan_is_anchored_and_puts_it_right(sqlite_web):
    meeting = {"kind": "meeting", "on": "2026-03-01", "reached": 40, "answered": 31, "text": "Stormöte i bystugan"}
    first = sqlite_web.post("/units/norrby/anchorings", meeting, by="member")
    assert first.status_code == 201
    right = {**meeting, "reached": 45, "replaces": first.json["number"]}
    assert sqlite_web.post("/units/norrby/anchorings", right, by="contact").status_code == 201
    assert sqlite_web.post("/units/norrby/anchorings", right, by="contact").status_code == 422
    shown = sqlite_web.get("/plans/norrby").json["anchorings"]
    assert [(row["reached"], row["text"]) for row in shown] == [(45, "Stormöte i bystugan")]
    assert sqlite_web.post("/units/gata/anchorings", meeting, by="contact").status_code == 404
    late = sqlite_web.post("/units/norrby/anchorings", {**meeting, "on": "2027-03-01"}, by="member")
    assert (late.status_code, list(late.json["errors"])) == (422, ["on"])


@pytest.mark.parametrize(
    ("kind", "by", "status"),
    [
        ("action", None, 422), ("action", "member", 422), ("action", "contact", 422), ("application", None, 422),
        ("duty", "member", 422), ("duty", "contact", 201), ("application", "contact", 201), ("issue", None, 201),
    ],
)  # fmt: skip
def test_items_of_plans_applications_and_duties_come_by_their_own_doors(sqlite_web, kind, by, status):
    answer = sqlite_web.post("/cases", {"kind": kind, "title": "Ny lekplats"}, by=by)
    assert answer.status_code == status
    if status == 422:
        assert answer.json["errors"]["kind"] == [
            "Den sortens ärende lämnas inte här. En åtgärd i en plan blir ett ärende när planen antas."
        ]


def test_a_group_moves_no_day_of_its_own_plan(sqlite_web):
    sqlite_web.house.sweep(datetime.now(UTC))
    with sqlite_web.database.reading() as session:
        ref = session.scalars(select(Case.ref).where(Case.obligation == "plan", Case.subject == "norrby")).one()
    body = {
        "to": "planned",
        "due_on": "2035-01-02",
        "version": sqlite_web.get(f"/cases/{ref}", by="member").json["version"],
    }
    assert sqlite_web.post(f"/cases/{ref}/changes", body, by="member").status_code == 403
    page = visitor(sqlite_web, "member").get(f"/arenden/{ref}").text
    assert 'name="due_on"' not in page
    assert 'name="due_on"' in visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
