"""The private link of the person who asked: only they have it, and the desk can replace it when it has gone astray."""

from sqlalchemy import select, update
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.case import Case
from cases.database.tables.idempotency_keys import KeptAnswer
from cases.history.outbox import OutboxEntry
from cases.states import State
from notifications.deliveries import Delivery, DeliveryLine
from notifications.letters.rendering import LetterSettings, render
from notifications.letters.snapshot import read_snapshot
from notifications.planning.planning import plan_events
from notifications.telephone.calls import to_ring

RUT = {"name": "Rut", "email": "rut@example.se"}
STAFF = ("contact", "officer", "head", "admin")


def plan(web: Web) -> None:
    """Plan the letters about all that has happened, as the relay does."""
    with web.database.transaction() as session:
        plan_events(session, session.scalars(select(OutboxEntry.event_id).order_by(OutboxEntry.id)).all())


def letters(web: Web) -> dict[str, str]:
    """Return the text of the last letter of each kind, as it would be sent now."""
    with web.database.reading() as session:
        found = session.scalars(select(Delivery).where(Delivery.address_id.is_not(None)).order_by(Delivery.id)).all()
        snapshot = read_snapshot(session, found)
        return {
            delivery.letter: str(render(snapshot, delivery, LetterSettings.of(web.settings)).text) for delivery in found
        }


def test_nobody_but_the_one_who_asked_gets_the_key(web):
    case = web.case(reporter=RUT)
    ref, key = case["ref"], case["public_id"]
    for who in STAFF:
        lists = [web.get(path, by=who).text for path in ("/cases", f"/cases/{ref}", f"/cases/{ref}/events")]
        assert not any(key in text for text in lists)
        assert key not in web.get(f"/cases/{key}", by=who).json.get("public_id", "")
        assert key not in visitor(web, who).get(f"/arenden/{ref}").text
        assert key not in visitor(web, who).get("/sok?q=hål").text
    changed = web.post(f"/cases/{ref}/changes", {"to": "assigned", "responsible": "gata", "version": 1}, by="contact")
    assert key not in changed.text
    assert key not in web.patch(f"/cases/{ref}", {"title": "Annat"}, by="contact").text
    assert key not in web.post(f"/cases/{ref}/comments", {"text": "Hej"}, by="officer").text
    assert web.get(f"/cases/{key}").json["public_id"] == key


def test_staff_who_hand_in_for_somebody_are_led_to_the_case_and_get_no_key(web):
    form = {"title": "Lampan är släckt", "name": "Rut", "email": "rut@example.se", "channel": "phone"}
    answer = visitor(web, "contact").send("/lamna", **form)
    with web.database.reading() as session:
        case = session.scalars(select(Case)).one()
    assert (answer.status_code, answer.location) == (303, f"/arenden/{case.ref}")
    given = web.post("/cases", {"kind": "issue", "title": "Hål", "reporter": RUT}, by="contact")
    assert "public_id" not in given.json


def test_a_new_key_kills_the_old_one_everywhere(web):
    case = web.case(reporter=RUT)
    ref, old = case["ref"], case["public_id"]
    assert visitor(web, "contact").send(f"/arenden/{ref}/ny-lank").status_code == 303
    new = web.house.case(ref).public_id
    assert new != old
    for path in (f"/arende/{old}", f"/kvitto/{old}"):
        assert visitor(web).get(path).status_code == 404
    for path in (f"/cases/{old}", f"/cases/{old}/events"):
        assert web.get(path).status_code == 404
    assert web.post(f"/cases/{old}/comments", {"text": "Jag"}).status_code == 404
    assert visitor(web).get(f"/arende/{new}").status_code == 200
    [event] = web.house.events(ref, "case.key_replaced")
    assert (event.facts, event.person_id) == ({}, web.person_id("contact"))
    for who in STAFF:
        assert new not in visitor(web, who).get(f"/arenden/{ref}").text


def test_the_api_gives_a_new_key_at_the_desks_request_only(web):
    case = web.case(reporter=RUT)
    for by, status in (("officer", 403), ("head", 403), ("neighbour", 404), (None, 404)):
        assert web.post(f"/cases/{case['ref']}/key", {}, by=by).status_code == status
    assert web.post(f"/cases/{case['public_id']}/key", {}).status_code == 403
    answer = web.post(f"/cases/{case['ref']}/key", {}, by="contact")
    assert answer.status_code == 200
    assert web.house.case(case["ref"]).public_id not in answer.text
    assert web.get(f"/cases/{case['public_id']}").status_code == 404


def test_the_one_who_asked_is_mailed_the_new_link_and_what_waits_has_it_too(web):
    case = web.case(reporter=RUT)
    plan(web)
    with web.database.transaction() as session:
        session.execute(update(Delivery).values(message=b"/arende/" + case["public_id"].encode()))
    web.post(f"/cases/{case['ref']}/key", {}, by="contact")
    plan(web)
    link = f"{web.settings.base_url}/arende/{web.house.case(case['ref']).public_id}"
    with web.database.reading() as session:
        assert session.scalars(select(Delivery.message)).all() == [None, None]
    found = letters(web)
    assert set(found) == {"receipt", "new_key"}
    assert all(link in text and case["public_id"] not in text for text in found.values())


def test_who_follows_by_a_merged_case_of_their_own_gets_its_new_link(web):
    own, other = web.case(reporter=RUT), web.case(title="Samma hål")
    web.house.change(own["ref"], State.MERGED, into=other["ref"], reason="Samma")
    web.house.change(other["ref"], State.ASSIGNED, responsible="gata")
    plan(web)
    with web.database.transaction() as session:
        session.execute(update(Delivery).values(message=own["public_id"].encode()))
    web.post(f"/cases/{own['ref']}/key", {}, by="contact")
    with web.database.reading() as session:
        assert own["public_id"] not in str(session.scalars(select(Delivery.context)).all())
        of_follower = select(DeliveryLine.delivery_id).where(DeliveryLine.audience == "followers")
        assert set(session.scalars(select(Delivery.message).where(Delivery.id.in_(of_follower)))) == {None}
    assert f"/arende/{web.house.case(own['ref']).public_id}" in letters(web)["news"]


def test_a_letter_that_an_earlier_version_planned_never_shows_a_dead_link(web):
    own, other = web.case(reporter=RUT), web.case(title="Samma hål")
    web.house.change(own["ref"], State.MERGED, into=other["ref"], reason="Samma")
    web.house.change(other["ref"], State.ASSIGNED, responsible="gata")
    plan(web)
    with web.database.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            lines = [
                {**line, "own_case": own["public_id"]} if "own_case" in line else line
                for line in delivery.context["lines"]
            ]
            delivery.context = {**delivery.context, "lines": lines}
    assert f"/arende/{own['public_id']}" in letters(web)["news"]
    web.post(f"/cases/{own['ref']}/key", {}, by="contact")
    assert "/arende/" not in letters(web)["news"]


def test_who_has_only_a_telephone_is_rung_and_no_one_reads_the_link_aloud(web):
    case = web.case(reporter={"name": "Rut", "phone": "0321-123 45"})
    page = visitor(web, "contact").send(f"/arenden/{case['ref']}/ny-lank")
    assert page.status_code == 303
    plan(web)
    with web.database.reading() as session:
        said = [call.say for call in to_ring(session)]
    new = web.house.case(case["ref"]).public_id
    assert any("ny personlig länk" in words for words in said)
    assert not any(new in words or case["public_id"] in words for words in said)


def test_a_kept_answer_gives_the_old_key_no_more(web):
    body = {"kind": "issue", "title": "Hål", "reporter": RUT}
    case = web.post("/cases", body, headers={"Idempotency-Key": "en-gang"}).json
    web.post(f"/cases/{case['ref']}/key", {}, by="contact")
    with web.database.reading() as session:
        [kept] = session.scalars(select(KeptAnswer)).all()
    assert (kept.body, kept.location) == (f'{{"ref":"{case["ref"]}"}}', None)
