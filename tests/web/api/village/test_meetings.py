"""MeetingActs over HTTP: from the calling to the public minutes, as a stranger tries them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select, update
from support.houses.small_house import CALENDAR
from support.houses.small_web import Web
from support.today import today

from cases.case import Case
from cases.meetings.meeting import Meeting, MeetingPlan, plan_meeting
from cases.parties import Party
from cases.progress import WaitingFor
from cases.states import State

SOON = today() + timedelta(days=20)
MOST_QUERIES = 8
SECRET = "Rut Hemlig"


def called(web: Web, **changed: object) -> dict[str, object]:
    """Call a meeting of today, which can be sent and closed at once; return what the API answers."""
    body = {"body": "forum", "sort": "ordinary", "held_on": today().isoformat(), "name": "Forum"} | changed
    answer = web.post("/meetings", body, by="contact")
    assert answer.status_code == 201, answer.json
    return answer.json


def agenda(web: Web, number: object, by: str | None = "contact") -> dict[str, object]:
    answer = web.get(f"/meetings/{number}/agenda", by=by)
    assert answer.status_code == 200
    return answer.json


def put(web: Web, number: object, *items: dict[str, object], **more: object):
    return web.call("PUT", f"/meetings/{number}/agenda", json={"items": list(items), **more}, by="contact")


def send(web: Web, number: object):
    return web.post(f"/meetings/{number}/agenda/sending", {}, by="contact")


def test_a_meeting_is_called_sent_held_and_adjusted(sqlite_web: Web) -> None:
    house, guest = sqlite_web.house, {"email": "gast@example.org", "name": "En Gäst"}
    ref = house.reach(State.ASSIGNED, title="Cykelväg")
    house.change(ref, State.WAITING, by="officer", waiting_for=WaitingFor("unit", unit="forum"))
    number = called(sqlite_web, starts_at="18:30", where="Bygdegården", invited=[guest])["number"]
    listed = sqlite_web.get("/meetings").json["items"]
    assert [(one["number"], one["body"], one["stage"]) for one in listed] == [(number, "forum", "called")]
    (proposed,) = agenda(sqlite_web, number)["items"]
    assert (proposed["case"], proposed["why"], proposed["proposed"], proposed["n"]) == (ref, "waits", True, None)
    assert agenda(sqlite_web, number, by=None)["items"] == []
    chosen = put(sqlite_web, number, {"topic": "Välkomna", "sort": "information"}, {"case": ref, "under": 1})
    assert [(one["n"], one["title"], one["under"]) for one in chosen.json["items"]] == [
        (1, "Välkomna", None), (2, "Cykelväg", 1),
    ]  # fmt: skip
    assert send(sqlite_web, number).json["stage"] == "sent"
    given = {"meeting": number, "item": 2, "verdict": "partly", "amount_kr": 12000, "words": "Halva vägen.",
             "aside": ["representative@example.se"]}  # fmt: skip
    said = sqlite_web.post(f"/cases/{ref}/recommendations", given, by="contact")
    assert said.status_code == 201
    assert said.json["items"][1]["recommendation"]["amount_kr"] == 12000
    assert sqlite_web.get(f"/cases/{ref}", by="contact").json["state"] == "assigned"
    closing = {"present": ["representative@example.se"], "items": [{"n": 1, "how": "noted"}]}
    assert sqlite_web.post(f"/meetings/{number}/closing", closing, by="contact").json["stage"] == "held"
    adjusted = sqlite_web.post(f"/meetings/{number}/adjustment", {"by": ["representative@example.se"]}, by="contact")
    assert (adjusted.json["stage"], len(adjusted.json["adjusters"])) == ("adjusted", 1)


def test_line_12_a_theme_meeting_before_it_takes_nothing_from_the_ordinary_one(sqlite_web: Web) -> None:
    ref = sqlite_web.house.reach(State.ASSIGNED)
    theme = called(sqlite_web, sort="theme", name="Tema", held_on=SOON.isoformat())["number"]
    ordinary = called(sqlite_web, held_on=(SOON + timedelta(days=30)).isoformat())["number"]
    with sqlite_web.database.transaction() as session:
        from cases.case import case_to_change
        from cases.meetings.agenda_items import choose_for_agenda

        by = sqlite_web.house.actors["contact"]
        choose_for_agenda(session, case_to_change(session, ref), by=by, at=datetime.now(UTC))
    assert agenda(sqlite_web, theme)["items"] == []
    assert [item["case"] for item in agenda(sqlite_web, ordinary)["items"]] == [ref]


def test_line_14_an_unsettled_item_is_named_and_what_is_postponed_comes_on_the_next_agenda_once(web: Web) -> None:
    number, following = called(web)["number"], called(web, held_on=SOON.isoformat())["number"]
    put(web, number, {"topic": "Budget"}, {"topic": "Resor"})
    send(web, number)
    refused = web.post(f"/meetings/{number}/closing", {"items": [{"n": 1, "how": "noted"}]}, by="contact")
    assert (refused.status_code, refused.json["items"]) == (422, [{"n": 2, "title": "Resor"}])
    later = {"items": [{"n": 1, "how": "noted"}, {"n": 2, "how": "postponed"}]}
    assert web.post(f"/meetings/{number}/closing", later, by="contact").status_code == 200
    assert [(item["title"], item["why"]) for item in agenda(web, following)["items"]] == [("Resor", "carried")]


def test_line_15_after_the_adjustment_nothing_is_settled_again_and_the_public_minutes_name_no_address(
    sqlite_web: Web,
) -> None:
    number, web = called(sqlite_web, invited=[{"email": "gast@example.org"}])["number"], sqlite_web
    secret = web.house.hand_in(f"{SECRET} vill ha lampor", by="contact")
    put(web, number, {"case": secret}, {"topic": "Ring 070-123 45 67"})
    send(web, number)
    items = [{"n": 1, "how": "noted", "words": f"{SECRET} talade."}, {"n": 2, "how": "noted", "words": "Tack."}]
    web.post(f"/meetings/{number}/closing", {"items": items, "present": ["gast@example.org"]}, by="contact")
    assert SECRET not in web.get(f"/meetings/{number}/agenda").text
    assert agenda(web, number, by=None)["items"][1]["words"] is None, "minutes are public once they are adjusted"
    web.post(f"/meetings/{number}/adjustment", {}, by="contact")
    for path, body in (
        ("settlings", {"n": 1, "how": "noted"}), ("closing", {}), ("adjustment", {}), ("agenda/sending", {}),
    ):  # fmt: skip
        assert web.post(f"/meetings/{number}/{path}", body, by="contact").status_code == 409, path
    public = web.get(f"/meetings/{number}/agenda")
    assert public.json["items"][1]["words"] == "Tack."
    assert (public.json["items"][0]["n"], public.json["items"][0]["title"]) == (1, None)
    for private in (SECRET, "@example", "070-123", secret):
        assert private not in public.text


def test_line_16_a_fortnight_after_a_meeting_its_minutes_are_late_and_not_forgotten(sqlite_web: Web) -> None:
    from cases.checks.forgotten import find_forgotten

    number, house = called(sqlite_web)["number"], sqlite_web.house
    send(sqlite_web, number)
    sqlite_web.post(f"/meetings/{number}/closing", {}, by="contact")
    fired = 0
    for days in range(1, 20):
        fired += house.sweep(CALENDAR.morning_of(today() + timedelta(days=days)))
    with sqlite_web.database.reading() as session:
        owed = session.scalars(select(Case).where(Case.obligation == "minutes")).one()
        assert owed.is_overdue(CALENDAR.morning_of(today() + timedelta(days=19)))
        found = find_forgotten(session, CALENDAR.morning_of(today() + timedelta(days=19)))
    assert fired > 0
    assert [breach for breach in found if breach.guarantee not in {"G4"}] == []


@contextmanager
def counted(web: Web) -> Iterator[list[str]]:
    """Yield the statements that are executed."""
    seen: list[str] = []

    def count(*args: object) -> None:
        seen.append(str(args[2]))

    sqlalchemy_event.listen(web.database.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sqlalchemy_event.remove(web.database.engine, "before_cursor_execute", count)


def test_an_agenda_of_eighty_items_takes_few_queries(sqlite_web: Web) -> None:
    house, number = sqlite_web.house, called(sqlite_web)["number"]
    refs = [house.hand_in(f"Fråga {n}", by="contact") for n in range(80)]
    assert put(sqlite_web, number, *({"case": ref} for ref in refs)).status_code == 200
    send(sqlite_web, number)
    for n in range(1, 4):
        body = {"meeting": number, "item": n, "verdict": "yes", "words": "Ja."}
        assert sqlite_web.post(f"/cases/{refs[n - 1]}/recommendations", body, by="contact").status_code == 201
    from cases.village.forum.reading.agenda import agenda_shown

    for who in ("contact", "representative"):
        with sqlite_web.database.reading() as session, counted(sqlite_web) as seen:
            shown = agenda_shown(session, int(str(number)), by=house.actors[who], at=datetime.now(UTC))
        assert len(shown.items) == 80 and len(seen) <= MOST_QUERIES, who


def test_an_agenda_that_somebody_else_saved_is_not_overwritten(sqlite_web: Web) -> None:
    number = called(sqlite_web)["number"]
    assert put(sqlite_web, number, {"topic": "Ett"}, version=0).json["version"] == 1
    stale = put(sqlite_web, number, {"topic": "Två"}, version=0)
    assert (stale.status_code, stale.json["version"]) == (409, 1)


def test_what_is_left_out_is_proposed_again_and_nothing_leaves_a_sent_agenda_in_silence(sqlite_web: Web) -> None:
    house, number = sqlite_web.house, called(sqlite_web)["number"]
    first, second = (house.hand_in(f"Fråga {n}", by="contact") for n in range(2))
    put(sqlite_web, number, {"case": first}, {"case": second}, {"topic": "Övrigt"})
    left = put(sqlite_web, number, {"case": second}).json["items"]
    assert [(one["n"], one["case"]) for one in left] == [(1, second), (None, first)]
    send(sqlite_web, number)
    assert put(sqlite_web, number, {"case": first}).status_code == 409
    added = put(sqlite_web, number, {"case": first}, {"case": second}).json["items"]
    assert [(one["n"], one["case"]) for one in added] == [(1, second), (2, first)]


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([{"topic": ""}], ("items", "0", "topic")),
        ([{"case": "2020-9999"}], ("items", "0", "case")),
        ([{"topic": "Ett"}, {"topic": "Två", "under": 2}], ("items", "1", "under")),
        ([{"topic": "Ett", "under": 7}], ("items", "0", "under")),
        ([{"case": "{done}"}], ("items", "0", "case")),
        ([{"case": "{protected}"}], ("items", "0", "case")),
        ([{"case": "{open}"}, {"case": "{open}"}], ("items", "1", "case")),
        ([{"topic": "Ett", "sort": "quarrel"}], ("items", "0", "sort")),
    ],
)
def test_an_item_that_cannot_be_is_named_by_its_path(
    sqlite_web: Web, items: list[dict[str, object]], path: tuple[str, ...]
) -> None:
    house, number = sqlite_web.house, called(sqlite_web)["number"]
    refs = {"done": house.reach(State.DONE), "protected": house.reach(State.ASSIGNED), "open": house.hand_in()}
    with sqlite_web.database.transaction() as session:
        reporter = select(Case.reporter_id).where(Case.ref == refs["protected"]).scalar_subquery()
        session.execute(update(Party).where(Party.id == reporter).values(protected=True))
    wanted = [
        {name: str(value).format(**refs) if name == "case" else value for name, value in one.items()} for one in items
    ]
    refused = put(sqlite_web, number, *wanted)
    errors = refused.json["errors"]
    for key in path:
        errors = errors[key]
    assert refused.status_code == 422 and errors


def test_an_invitation_is_answered_by_whoever_is_invited_and_by_the_desk_for_others(sqlite_web: Web) -> None:
    number = called(sqlite_web, held_on=SOON.isoformat(), invited=[{"email": "gast@example.org"}])["number"]
    path = f"/meetings/{number}/answers"
    assert sqlite_web.post(path, {"answer": "yes"}, by="representative").status_code == 200
    assert sqlite_web.post(path, {"answer": "yes"}, by="member").status_code == 403
    said = {"answer": "maybe", "email": "gast@example.org"}
    assert sqlite_web.post(path, said, by="representative").status_code == 403
    invited = sqlite_web.post(path, said, by="contact").json["invited"]
    assert {one["email"]: one["answer"] for one in invited}["gast@example.org"] == "maybe"
    assert "@" not in sqlite_web.get(f"/meetings/{number}/agenda", by="representative").text


def test_a_meeting_is_moved_and_cancelled(sqlite_web: Web) -> None:
    number = called(sqlite_web, held_on=SOON.isoformat())["number"]
    later = (SOON + timedelta(days=7)).isoformat()
    moved = sqlite_web.patch(f"/meetings/{number}", {"held_on": later, "starts_at": "19.00"}, by="contact")
    assert (moved.status_code, moved.json["held_on"]) == (200, later)
    assert moved.json["starts_at"].startswith(later)
    gone = sqlite_web.post(f"/meetings/{number}/cancellation", {"why": "För få kan."}, by="contact")
    assert gone.json["stage"] == "cancelled"
    assert send(sqlite_web, number).status_code == 409


def test_sent_twice_with_one_key_is_one_meeting(sqlite_web: Web) -> None:
    body, headers = {"held_on": SOON.isoformat(), "name": "Forum"}, {"Idempotency-Key": "m1"}
    answers = [sqlite_web.post("/meetings", body, by="contact", headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    again = sqlite_web.post("/meetings", body, by="contact")
    assert (again.status_code, list(again.json["errors"])) == (422, ["name"])


def test_a_meeting_of_before_is_owed_from_the_daily_look_on(sqlite_web: Web) -> None:
    with sqlite_web.database.transaction() as session:
        number = plan_meeting(session, MeetingPlan(SOON, "Planerat förr")).id
    sqlite_web.house.sweep(datetime.now(UTC))
    with sqlite_web.database.reading() as session:
        assert session.get_one(Meeting, number).case_id is not None
    assert agenda(sqlite_web, number)["case"] is not None


def test_who_is_there_is_saved_as_often_as_needed_and_stands_when_the_meeting_is_closed(sqlite_web: Web) -> None:
    number, seat = called(sqlite_web)["number"], "representative@example.se"
    path = f"/meetings/{number}/presence"
    assert sqlite_web.call("PUT", path, json={"present": [seat]}, by="contact").status_code == 409
    send(sqlite_web, number)
    for present in ([seat, "gast@example.org"], [seat, "gast@example.org"], ["gast@example.org"]):
        saved = sqlite_web.call("PUT", path, json={"present": present}, by="contact")
        assert (saved.status_code, saved.json["stage"]) == (200, "sent")
        assert {one["email"] for one in saved.json["invited"] if one["present"]} == set(present)
    closed = sqlite_web.post(f"/meetings/{number}/closing", {}, by="contact")
    assert [(one["email"], one["present"]) for one in closed.json["invited"]] == [
        (seat, False), ("gast@example.org", True),
    ]  # fmt: skip


def test_more_people_are_invited_to_a_meeting_that_is_called(sqlite_web: Web) -> None:
    number = called(sqlite_web, held_on=SOON.isoformat())["number"]
    wanted = {"invited": [{"email": "gast@example.org", "name": "En gäst"}]}
    for _ in range(2):
        answer = sqlite_web.post(f"/meetings/{number}/invitations", wanted, by="contact")
        assert answer.status_code == 200
        assert [one["name"] for one in answer.json["invited"]] == ["Representative", "En gäst"]
    assert sqlite_web.post(f"/meetings/{number}/invitations", {}, by="contact").status_code == 422
