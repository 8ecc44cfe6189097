"""The forum: called, its agenda proposed by why and sent, settled at the table, and its minutes adjusted in time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy.exc import DBAPIError
from support.houses.running_house import RunningHouse, text_of
from support.meetings.passing_days import CALENDAR, forward, obligations, run_sql
from support.servers.mail_server import AcceptedMail

CONTACT, OFFICER = "kontakt@tallvinda.example", "handlaggare.gata@tallvinda.example"
REPRESENTATIVE, MAILBOX = "ordforande.almvinda@grupper.example", "almvinda@grupper.example"
ASKER, GUEST, DESK = "fragare@example.org", "gast@example.org", "kontaktpersonen@tallvinda.example"
FROZEN = (
    "UPDATE agenda_item SET settled_how = 'noted' WHERE meeting_id = {0} AND settled_how <> 'noted'",
    "DELETE FROM agenda_item WHERE meeting_id = {0}",
    "UPDATE meeting SET held_on = '2020-01-01', closed_on = '2020-01-01' WHERE id = {0}",
)


def test_a_meeting_from_the_calling_to_the_adjusted_minutes(running_villages: RunningHouse) -> None:
    house, today = running_villages, CALENDAR.day_of(datetime.now(UTC))
    theme_on, held_on, next_on = (today + timedelta(days=days) for days in (6, 30, 60))
    cancel_those_before(house, today, next_on)

    # It is called a month ahead, and a theme meeting before it, to which a guest is asked.
    theme = called(house, theme_on, "Temamöte", sort="theme", theme="Farten", invited=[{"email": GUEST}])
    number = called(house, held_on, "Forum", starts_at="18:30", where="Bystugan")
    following = called(house, next_on, "Nästa forum")
    owed = {(one["obligation"], one["subject"]): one["due_on"] for one in obligations(house)}
    assert {("agenda", str(one)) for one in (theme, number, following)} <= owed.keys()
    assert ("meeting", "forum") not in owed
    assert calendar_entry(house, GUEST, "Kallelse: Temamöte")["dtstart"].dt == theme_on
    begins = calendar_entry(house, REPRESENTATIVE, "Kallelse: Forum")["dtstart"].dt
    assert (CALENDAR.day_of(begins), begins.astimezone(CALENDAR.zone).hour) == (held_on, 18)

    # Two questions wait for the forum, one is parked until about then, and one the contact person chooses.
    first, second = waiting(house, "Sänkt fart genom byn"), waiting(house, "Ljus vid skolan")
    parked = house.hand_in("Ett hus för alla", by=CONTACT)["ref"]
    house.change(parked, "parked", by=CONTACT, due_on=held_on.isoformat(), reason="Efter budgeten.")
    assert proposed(house, theme) == {}
    assert proposed(house, number) == {first: "waits", second: "waits", parked: "parked"}
    asked(house, "PUT", f"/meetings/{number}/agenda", {
        "items": [{"topic": "Välkomna", "sort": "information"}, {"case": first}, {"case": second, "under": 2},
                  {"case": parked}],
    })  # fmt: skip
    for one in (theme, number):
        assert asked(house, "POST", f"/meetings/{one}/agenda/sending", {})["stage"] == "sent"
    letter_to(house, REPRESENTATIVE, "Dagordning: Forum")
    assert not [mail for mail in house.sink.to(GUEST) if "Dagordning: Forum" in mail.message["Subject"]]

    # The theme meeting is held, and nobody adjusts its minutes: that is owed, late and told, but not forgotten.
    today = forward(house, today, theme_on)
    asked(house, "POST", f"/meetings/{theme}/closing", {"present": [REPRESENTATIVE, GUEST]})
    [minutes] = [one for one in obligations(house) if one["subject"] == str(theme)]
    due_on = date.fromisoformat(minutes["due_on"])
    assert minutes["obligation"] == "minutes" and theme_on + timedelta(days=14) <= due_on < held_on
    today = forward(house, today, due_on + timedelta(days=1))
    assert [one["late"] for one in obligations(house) if one["subject"] == str(theme)] == [True]
    case = house.ask("GET", f"/api/v1/meetings/{theme}/agenda", by=CONTACT)[1]["case"]
    house.wait_until(lambda: any(f"[{case}]" in str(mail.message["Subject"]) for mail in house.sink.to(DESK)), "a rung")
    assert "all clear" in house.command("forgotten")

    # At the table each item is settled; whoever asked reads the recommendation in a letter.
    today = forward(house, today, held_on)
    asked(house, "POST", f"/meetings/{number}/settlings", {"n": 1, "how": "noted"})
    asked_before = len(house.sink.to(ASKER))
    said = {"meeting": number, "item": 2, "verdict": "partly", "amount_kr": 12000, "words": "Trettio vid skolan."}
    asked(house, "POST", f"/cases/{first}/recommendations", said | {"aside": [REPRESENTATIVE]}, expects=201)
    house.wait_until(lambda: len(house.sink.to(ASKER)) > asked_before, "the recommendation")
    assert "Trettio vid skolan." in text_of(house.sink.to(ASKER)[-1])
    assert house.case(first, by=CONTACT)["state"] == "assigned", "who waited for the forum is answered"
    refused = asked(
        house, "POST", f"/meetings/{number}/closing", {"items": [{"n": 3, "how": "postponed"}]}, expects=422
    )
    assert refused["items"] == [{"n": 4, "title": "Ett hus för alla"}]
    items = [{"n": 3, "how": "postponed"}, {"n": 4, "how": "withdrawn", "words": "Huset är redan köpt."}]
    closed = asked(house, "POST", f"/meetings/{number}/closing", {"items": items, "present": [REPRESENTATIVE]})
    assert closed["stage"] == "held"
    assert proposed(house, following) == {second: "carried"}
    assert house.case(second, by=CONTACT)["state"] == "waiting"

    # The minutes are adjusted on the thirteenth day: everybody reads them, and nothing in them changes any more.
    assert house.ask("GET", f"/protokoll/{number}")[0] == 404
    today = forward(house, today, held_on + timedelta(days=13))
    assert asked(house, "POST", f"/meetings/{number}/adjustment", {"by": [REPRESENTATIVE]})["stage"] == "adjusted"
    letter_to(house, MAILBOX, "Protokoll: Forum")
    status, page = house.ask("GET", f"/protokoll/{number}")
    assert status == 200 and "Välkomna" in page
    for private in ("@", "Sänkt fart", "Ett hus för alla"):
        assert private not in page.partition("<main")[2], "nothing of what is not published"
    asked(house, "POST", f"/meetings/{number}/settlings", {"n": 1, "how": "noted"}, expects=409)
    for forbidden in FROZEN:
        with pytest.raises(DBAPIError, match=r"not allowed|keeps its items"):
            run_sql(house, forbidden.format(number))
    assert str(number) not in {one["subject"] for one in obligations(house)}
    assert "all clear" in house.command("forgotten")


def asked(house: RunningHouse, method: str, path: str, body: dict[str, Any], *, expects: int = 200) -> dict[str, Any]:
    """Call the API as the contact person; return the answer, which must have this status."""
    status, answer = house.ask(method, f"/api/v1{path}", body, by=CONTACT)
    assert status == expects, answer
    return dict(answer)


def called(house: RunningHouse, on: date, name: str, **more: Any) -> int:
    """Call a meeting of the forum; return its number."""
    given = {"body": "forum", "sort": "ordinary", "held_on": on.isoformat(), "name": name} | more
    return int(asked(house, "POST", "/meetings", given, expects=201)["number"])


def cancel_those_before(house: RunningHouse, today: date, day: date) -> None:
    """Cancel the meetings of the setup file that would be held until this day, with a reason."""
    for meeting in house.ask("GET", f"/api/v1/meetings?body=forum&since={today}")[1]["items"]:
        if meeting["held_on"] <= day.isoformat():
            asked(house, "POST", f"/meetings/{meeting['number']}/cancellation", {"why": "Vi samlas en annan dag."})


def waiting(house: RunningHouse, title: str) -> str:
    """Hand in a question that a department lets wait for the forum; return its reference."""
    ref = str(house.hand_in(title, reporter={"name": "Den som frågar", "email": ASKER})["ref"])
    house.change(ref, "assigned", by=CONTACT, responsible="gata", officer=OFFICER)
    house.change(ref, "waiting", by=OFFICER, waiting_for={"unit": "forum"})
    return ref


def proposed(house: RunningHouse, number: int) -> dict[str, str]:
    """Return why each case that is proposed for the meeting is so, by its reference."""
    status, agenda = house.ask("GET", f"/api/v1/meetings/{number}/agenda", by=CONTACT)
    assert status == 200
    return {item["case"]: item["why"] for item in agenda["items"] if item["proposed"]}


def letter_to(house: RunningHouse, address: str, subject: str) -> AcceptedMail:
    """Wait for a letter to this address whose subject holds this; return it."""

    def got() -> list[AcceptedMail]:
        return [letter for letter in house.sink.to(address) if subject in str(letter.message["Subject"])]

    house.wait_until(lambda: bool(got()), f"{subject!r} to {address}")
    return got()[0]


def calendar_entry(house: RunningHouse, address: str, subject: str) -> Any:
    """Return the entry in the calendar file of the letter."""
    letter = letter_to(house, address, subject).message
    [file] = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    [entry] = Calendar.from_ical(file.get_content()).walk("VEVENT")
    return entry
