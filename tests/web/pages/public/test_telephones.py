"""A telephone number on a page can be dialled."""

import pytest
from support.houses.small_pages import visitor

from cases.contacts.phone_numbers import dialled
from cases.organisation.municipality import municipality
from cases.states import State

DIALLED = {
    "0500-12 34 56": "+46500123456",
    "+46 (0)70-174 06 05": "+46701740605",
    "0046 70 174 06 05": "+46701740605",
    "070-174 06 05 ankn 12": "+46701740605",
    "+47 22 12 34 56": "+4722123456",
    "1177 00": "117700",
    "0000-12 34 56": "0000123456",
}


@pytest.mark.parametrize("written", DIALLED)
def test_a_number_is_dialled_from_anywhere(written):
    assert dialled(written) == DIALLED[written]


def test_the_number_of_the_contact_person_is_a_link_wherever_it_stands(sqlite_web):
    with sqlite_web.database.transaction() as session:
        municipality(session).contact_phone = "0500-12 34 56"
    case = sqlite_web.house.case(sqlite_web.house.reach(State.ASSIGNED))
    visiting = sqlite_web.app.test_client()
    for path in ("/", "/lamna", "/tillganglighet", f"/arende/{case.public_id}", f"/kvitto/{case.public_id}"):
        main, _, foot = visiting.get(path).text.partition("<footer")
        assert '<a class="number" href="tel:+46500123456">0500-12 34 56</a>' in foot
        assert ('href="tel:+46500123456"' in main) is (path != "/")


def test_the_number_of_who_asked_is_a_link_for_staff(sqlite_web):
    ref = sqlite_web.case(reporter={"name": "Rut", "phone": "070-174 06 05"})["ref"]
    assert 'href="tel:+46701740605"' in visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
