"""Other journeys: sent back, parked and taken up, merged, waiting, and a reporter with only a telephone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from support.houses.running_house import BrowsingVisitor, RunningHouse, text_of

from cases.calendar import Calendar

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
CONTACT, OFFICER = "kontakt@prov.example", "handlaggare@prov.example"


def test_what_is_not_ours_comes_back_to_the_desk_with_its_reason(running_house: RunningHouse):
    house = running_house
    ref = house.hand_in("Hål i vägen", reporter={"name": "Rut", "email": "rut@prov.example"})["ref"]
    house.change(ref, "assigned", by=CONTACT, responsible="gata")
    back = house.change(ref, "received", by=OFFICER, reason="Det är Trafikverkets väg.")
    assert back["state"] == "received" and back["responsible"] == "desk"
    last = house.events(ref, by=CONTACT)[-1]
    assert last["type"] == "case.sent_back" and last["note"] == "Det är Trafikverkets väg."
    house.wait_until(lambda: any("Trafikverkets" in text_of(mail) for mail in house.sink.to(CONTACT)))


def test_what_is_parked_is_taken_up_again_on_its_day_by_itself(running_house: RunningHouse):
    house = running_house
    ref = house.hand_in("Badplatsens brygga", reporter={"name": "Rut", "email": "rut@prov.example"})["ref"]
    until = CALENDAR.roll_forward(CALENDAR.day_of(datetime.now(UTC)) + timedelta(days=90))
    parked = house.change(ref, "parked", by=CONTACT, due_on=until.isoformat(), reason="Pengar finns först i vår.")
    assert parked["state"] == "parked"
    house.sweep(CALENDAR.morning_of(until) - timedelta(minutes=1))
    assert house.case(ref, by=CONTACT)["state"] == "parked"
    house.sweep(CALENDAR.morning_of(until))
    assert house.case(ref, by=CONTACT)["state"] == "received"
    house.letters_to("rut@prov.example", 3)


def test_somebody_with_only_a_telephone_stands_on_the_list_to_ring(running_house: RunningHouse):
    house = running_house
    ref = house.hand_in(
        "Bussen går för sällan", by=CONTACT, channel="phone", reporter={"name": "Rut", "phone": "0000-20 00 00"}
    )["ref"]
    house.change(
        ref, "planned", by=CONTACT, due_on=(CALENDAR.day_of(datetime.now(UTC)) + timedelta(days=90)).isoformat()
    )
    browser = BrowsingVisitor(house)
    browser.log_in(CONTACT)
    house.wait_until(lambda: "0000-20 00 00" in browser.get("/ring"), "the call")


def test_a_question_waits_for_its_answer_and_then_goes_on(running_house: RunningHouse):
    house = running_house
    case = house.hand_in("Lyktan är trasig", reporter={"name": "Rut", "email": "rut@prov.example"})
    house.change(case["ref"], "assigned", by=CONTACT, responsible="gata")
    waiting = house.change(case["ref"], "waiting", by=OFFICER, waiting_for="reporter", note="Vilken lykta?")
    assert waiting["state"] == "waiting"
    answered = house.change(case["public_id"], "assigned", note="Den vid skolan.")
    assert answered["state"] == "assigned"
    assert house.events(case["ref"], by=CONTACT)[-1]["type"] == "case.answered"


def test_two_cases_about_the_same_become_one_and_nobody_is_lost(running_house: RunningHouse):
    house = running_house
    first = house.hand_in("Lyktan är trasig", reporter={"name": "Rut", "email": "rut@prov.example"})["ref"]
    second = house.hand_in("Mörkt vid skolan", reporter={"name": "Bo", "email": "bo@prov.example"})["ref"]
    house.change(second, "merged", by=CONTACT, into=first, reason="Samma lykta.")
    house.change(first, "done", by=CONTACT, note="Lampan är bytt.")
    house.wait_until(lambda: any("Lampan är bytt." in text_of(mail) for mail in house.sink.to("bo@prov.example")))


def test_a_reference_is_no_key_and_a_second_change_is_told_what_happened(running_house: RunningHouse):
    house = running_house
    ref = house.hand_in("Lyktan är trasig")["ref"]
    assert house.ask("GET", f"/api/v1/cases/{ref}")[0] == 404
    version = house.case(ref, by=CONTACT)["version"]
    house.change(ref, "assigned", by=CONTACT, responsible="gata")
    status, problem = house.ask(
        "POST", f"/api/v1/cases/{ref}/changes", {"to": "in_progress", "version": version}, by=OFFICER
    )
    assert status == 409 and "stale-version" in problem["type"] and "case.assigned" in str(problem)
