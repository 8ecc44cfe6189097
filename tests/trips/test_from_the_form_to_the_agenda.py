"""The main journey: handed in, assigned, planned, forgotten, escalated, on the agenda, done, contested, closed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from support.houses.running_house import RunningHouse, text_of

from cases.calendar import Calendar

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
CONTACT, OFFICER, HEAD = "kontakt@prov.example", "handlaggare@prov.example", "gatuchef@prov.example"
ASKER = "rut@prov.example"


def test_a_case_is_climbed_until_a_person_acts_and_everybody_who_should_is_told(running_house: RunningHouse):
    house = running_house

    # Handed in: a receipt, without a word of what was written.
    case = house.hand_in("Lyktan vid skolan är släckt", description="Mörkt!", reporter={"name": "Rut", "email": ASKER})
    ref, public_id = case["ref"], case["public_id"]
    assert case["state"] == "received" and case["responsible"] == "desk" and case["due_at"]
    receipt = house.letters_to(ASKER)[0]
    assert ref in receipt.message["Subject"] and "skolan" not in text_of(receipt) and "Mörkt" not in text_of(receipt)
    assert receipt.message["Auto-Submitted"] == "auto-generated"

    # The desk assigns it to a department, whose officer plans it for a day.
    house.change(ref, "assigned", by=CONTACT, responsible="gata", officer=OFFICER)
    assert ref in house.letters_to(OFFICER)[0].message["Subject"]
    due_on = CALENDAR.add_working_days(CALENDAR.day_of(datetime.now(UTC)), 15)
    planned = house.change(ref, "planned", by=OFFICER, due_on=due_on.isoformat(), note="Ny lampa är beställd.")
    assert planned["promised_on"] == due_on.isoformat()
    told = text_of(house.letters_to(ASKER, 3)[2])
    assert "Ny lampa är beställd." in told and str(due_on.day) in told and str(due_on.year) in told

    # Nothing happens. Each rung fires on its day, once, and reaches those it should.
    rungs = days_of_rungs(due_on)
    for rung, day in enumerate(rungs[:5]):
        assert house.sweep(CALENDAR.morning_of(day) - timedelta(minutes=1)) == 0, rung
        assert house.sweep(CALENDAR.morning_of(day)) == 1, rung
        assert house.sweep(CALENDAR.morning_of(day)) == 0, rung
    officers = house.letters_to(OFFICER, 4)  # assigned, two working days before, on the day, the promise is broken
    heads = house.letters_to(HEAD, 2)
    assert len(officers) == 4 and all(ref in letter.message["Subject"] for letter in [*officers, *heads])
    delayed = text_of(house.letters_to(ASKER, 4)[-1])
    assert "0000-10 00" in delayed, "whom to ring"
    escalated = [event["facts"] for event in house.events(ref, by=CONTACT) if event["type"] == "case.escalated"]
    assert [facts["rung"] for facts in escalated] == [0, 1, 2, 3, 4]
    assert "case.put_on_agenda" in {event["type"] for event in house.events(ref, by=CONTACT)}

    # After that weekly, for ever: two of them, then a person acts and the clock stops.
    assert house.sweep(CALENDAR.morning_of(rungs[5])) == 1
    assert house.sweep(CALENDAR.morning_of(rungs[6])) == 1
    house.letters_to(CONTACT, 4)
    house.command("forgotten", "--now", CALENDAR.morning_of(rungs[6]).isoformat())
    done = house.change(ref, "done", by=OFFICER, note="Lampan är bytt.")
    assert done["state"] == "done"

    # The person who asked says no; it comes back; it is done again; nobody objects; it closes by itself.
    contested = house.change(public_id, "assigned", note="Den är släckt igen.")
    assert contested["state"] == "assigned"
    house.wait_until(lambda: any("släckt igen" in text_of(mail) for mail in house.sink.to(OFFICER)))
    house.change(ref, "done", by=OFFICER, note="Ledningen är lagad.")
    object_by = CALENDAR.roll_forward(CALENDAR.day_of(datetime.now(UTC)) + timedelta(days=14))
    house.sweep(CALENDAR.end_of(object_by) + timedelta(hours=8))
    closed = house.case(ref, by=CONTACT)
    assert closed["state"] == "closed" and closed["next_at"] is None
    types = [event["type"] for event in house.events(ref, by=CONTACT)]
    assert types[-4:] == ["case.done", "case.contested", "case.done", "case.closed"]
    house.wait_until(lambda: "avslutat" in text_of(house.sink.to(ASKER)[-1]), "the last letter")


def days_of_rungs(due_on: date) -> list[date]:
    """Return the days of the default ladder's rungs, written out once more.

    They are -2, 0, +5, +5 and +10 working days, each but the first two after the one before, then every 7 days.
    """
    days = [CALENDAR.add_working_days(due_on, -2), due_on]
    for distance in (5, 5, 10):
        days.append(CALENDAR.add_working_days(days[-1], distance))
    for _ in range(2):
        days.append(CALENDAR.roll_forward(days[-1] + timedelta(days=7)))
    return days
