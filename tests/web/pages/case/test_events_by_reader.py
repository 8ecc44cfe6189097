"""Of the events of a case each reader gets those that are theirs to read, on its page and in the API."""

from dataclasses import fields

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.case import case_to_change
from cases.handing_in import Reporter
from cases.history.events import EVENT_TYPES
from cases.history.words import Visibility
from cases.meetings.agenda_items import choose_for_agenda
from cases.reading.event_readers import IDS_OF_PEOPLE, WHO_READS
from cases.reporters.details import ReporterDetails
from cases.states import State
from notifications.reporters import correct_reporter, replace_key, set_protection

OF_THE_PERSON = {"case.protection_changed", "case.kept_off_agenda", "case.reporter_corrected", "case.key_replaced"}
OF_CASES = ("case.", "contact.", "plan.", "register.", "meeting.", "minutes.")
OF_PLANS = {"version", "year", "item", "items", "reached", "answered", "replaces"}
OF_RELATIONS = {"contact", "questions"}
OF_MEETINGS = {"meeting", "present", "amount_ore"}
NUMBERS = {
    "cycle",
    "rung",
    "followers",
    "attachment",
    "delivery",
    "grade",
    "events",
    *OF_PLANS,
    *OF_RELATIONS,
    *OF_MEETINGS,
}  # facts that are numbers, and no ids of people


def furnished(web: Web) -> str:
    """A case of Norrby's, with Norrby, on the agenda once more after its reporter was protected and no longer is."""
    house, by = web.house, web.house.actors["contact"]
    ref = house.hand_in("Lekplatsen", by="contact", group="norrby", reporter=Reporter("Siv", "siv@hemma.example"))
    house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se")
    house.change(ref, State.ASSIGNED, responsible="norrby")
    for protected in (True, False):
        with web.database.transaction() as session:
            choose_for_agenda(session, case_to_change(session, ref), by=by, at=MONDAY)
        with web.database.transaction() as session:
            case = case_to_change(session, ref)
            set_protection(session, case, True, "Ringde", by=by, at=MONDAY)
        with web.database.transaction() as session:
            case = case_to_change(session, ref)
            set_protection(session, case, False, "Ringde", by=by, at=MONDAY)
            if protected:
                correct_reporter(session, case, ReporterDetails(name="Siv S"), "Ringde", by=by, at=MONDAY)
                replace_key(session, case, by=by, at=MONDAY)
    with web.database.transaction() as session:
        choose_for_agenda(session, case_to_change(session, ref), by=by, at=MONDAY)
    house.comment(ref, "Bara personal", Visibility.INTERNAL, by="contact")
    return ref


def test_each_event_of_a_case_has_its_readers():
    assert set(WHO_READS) == {type_ for type_ in EVENT_TYPES if type_.startswith(OF_CASES)}
    assert all(WHO_READS.values())


def test_each_number_in_the_facts_is_known_as_one_of_a_person_or_not():
    of_cases = [kind for type_, kind in EVENT_TYPES.items() if type_.startswith(OF_CASES)]
    numbers = {field.name for kind in of_cases for field in fields(kind) if "int" in str(field.type)}
    assert numbers == NUMBERS | IDS_OF_PEOPLE


@pytest.mark.parametrize(
    ("who", "of_the_person", "names_ids"),
    [
        ("contact", OF_THE_PERSON, True),
        ("officer", OF_THE_PERSON, True),
        ("member", set(), False),
        ("representative", set(), False),
        ("reporter", {"case.reporter_corrected", "case.key_replaced"}, False),
    ],
)
def test_what_tells_of_the_reporters_person_is_for_staff(sqlite_web, who, of_the_person, names_ids):
    ref = furnished(sqlite_web)
    name, by = (sqlite_web.house.case(ref).public_id, None) if who == "reporter" else (ref, who)
    events = sqlite_web.get(f"/cases/{name}/events?limit=500", by=by).json["items"]
    assert {event["type"] for event in events} & OF_THE_PERSON == of_the_person
    assert any(IDS_OF_PEOPLE & set(event["facts"]) for event in events) is names_ids
    assert {"case.received", "case.put_on_agenda", "case.assigned"} <= {event["type"] for event in events}
    page = visitor(sqlite_web, by).read(f"/arende/{name}" if by is None else f"/arenden/{ref}")
    assert ("har skyddade personuppgifter" in page) is ("case.protection_changed" in of_the_person)


def test_a_stale_change_tells_only_of_events_that_one_may_read(sqlite_web):
    ref = furnished(sqlite_web)
    body = {"to": "planned", "due_on": "2026-05-20", "version": 1}
    for who, sees in (("member", False), ("contact", True)):
        problem = sqlite_web.post(f"/cases/{ref}/changes", body, by=who)
        assert problem.status_code == 409
        types = {event["type"] for event in problem.json["since"]}
        assert bool(types & OF_THE_PERSON) is sees
        assert ("case.commented" in types) is sees
