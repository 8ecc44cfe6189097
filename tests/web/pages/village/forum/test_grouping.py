"""Grouping an agenda by the numbers in its form: at the first save, with rows that move, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR
from support.houses.small_pages import form_as_sent, visitor, words
from support.meetings.meeting_acts import MeetingActs

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)
PATH = "/forum/1/dagordning"
LETTERS = "ABCD"


class AgendaForm:
    """The form of an agenda on which A, B, C and D are proposed: its rows are named by these letters."""

    def __init__(self, web) -> None:
        self.web, self.meetings = web, MeetingActs(web.house)
        self.meetings.call(COMING, at=NOW)
        self.refs = {letter: self.meetings.waiting(letter) for letter in LETTERS}

    def send(self, fields="", *, then="save"):
        """Send the form with "A-under=2 B-at=" and the like, and return the answer; "B-on=" takes the tick away."""
        form = form_as_sent(visitor(self.web, "contact").get(PATH).text, PATH) | {"then": then}
        for change in fields.split():
            name, _, value = change.partition("=")
            letter, _, field = name.partition("-")
            form[f"{self._row(form, letter)}-{field}"] = value
        return visitor(self.web, "contact").send(PATH, **form)

    def move(self, way, letter):
        form = form_as_sent(visitor(self.web, "contact").get(PATH).text, PATH)
        return visitor(self.web, "contact").send(PATH, **form | {"move": f"{way}:{self._row(form, letter)}"})

    def saved(self):
        """Return the agenda as "A B(A) C": what stands under another has that one in brackets."""
        items = self.web.get("/meetings/1/agenda", by="contact").json["items"]
        chosen = {item["n"]: item for item in items if item["n"]}
        return " ".join(
            item["title"] + (f"({chosen[item['under']]['title']})" if item["under"] else "") for item in chosen.values()
        )

    def _row(self, form, letter):
        [name] = [name for name, value in form.items() if name.endswith("-key") and value == self.refs[letter]]
        return name.removesuffix("-key")


@pytest.fixture
def agenda(web):
    return AgendaForm(web)


@pytest.mark.parametrize(
    ("fields", "saved"),
    [
        ("", "A B C D"),
        ("A-under=2 D-under=2", "B A(B) D(B) C"),
        ("D-under=1 C-under=1", "A C(A) D(A) B"),
        ("D-at=1 A-at=4 B-under=1 C-under=4", "D B(D) A C(A)"),  # of rows that have moved
        ("D-at=1", "D A B C"),  # it comes before the one that has the number
        ("A-at=3", "B C A D"),
        ("A-on= C-under=2", "B C(B) D"),
        ("A-on= B-at=1 C-under=1", "B C(B) D"),  # the number of what is left out is free
        ("A-at=40 B-at=30 C-at=20 D-at=10 A-under=10", "D A(D) C B"),
        ("A-at= B-under=4", "C D B(D) A"),  # without a number it comes last
    ],
)
def test_the_first_save_groups_by_the_numbers_in_the_form(agenda, fields, saved):
    assert agenda.send(fields).status_code == 303
    assert agenda.saved() == saved


@pytest.mark.parametrize(
    ("fields", "saved"),
    [
        ("", "A B(A) C D"),
        ("A-at=3", "C A B(A) D"),  # a group goes along with the row above it
        ("C-at=1", "C A B(A) D"),
        ("C-at=1 A-at=3 D-under=3", "C B(C) A D(A)"),  # the numbers as they stand
        ("B-under=", "A B C D"),
        ("B-under=4", "A C D B(D)"),
        ("B-at=9", "A B(A) C D"),
        ("A-under=3 B-under=3", "C A(C) B(C) D"),
        ("A-on= B-under=", "B C D"),
        ("C-under=1 D-at=2 D-under=1", "A D(A) B(A) C(A)"),
    ],
)
def test_a_later_save_keeps_and_changes_groups(agenda, fields, saved):
    agenda.send("B-under=1")
    answer = agenda.send(fields)
    assert answer.status_code == 303, words(answer.text)
    assert agenda.saved() == saved


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ("B-under=2", "B-under", "B: En punkt kan inte höra till sig själv."),
        ("B-under=9", "B-under", "B: Ingen punkt har nummer 9 här."),
        ("B-under=x", "B-under", "B: Ingen punkt har nummer x här."),
        ("A-on= B-under=1", "B-under", "B: Punkt 1 (A) tas inte upp."),
        ("B-under=1 C-under=2", "C-under", "C: Punkt 2 (B) hör själv till en annan punkt. Välj den i stället."),
        ("A-under=2 B-under=1", "A-under", "A: Punkt 2 (B) hör själv till en annan punkt."),
        ("D-at=1 C-under=1", "C-under", "C: Flera punkter har nummer 1: D, A. Ge dem olika nummer."),
        ("A-at=0", "A-at", "A: Skriv ordningen som ett tal från 1 till"),
    ],
)
def test_a_group_that_cannot_be_is_refused_beside_its_row_and_nothing_is_saved(agenda, fields, field, says):
    answer = agenda.send(fields)
    assert (answer.status_code, says in words(answer.text)) == (422, True), words(answer.text)
    letter, _, name = field.partition("-")
    row = f"row-{LETTERS.index(letter)}-{name}"
    assert f'<a href="#{row}">' in answer.text
    assert f'id="{row}" ' in answer.text
    assert agenda.saved() == ""
    again = form_as_sent(answer.text, PATH)
    for change in fields.split():
        typed, _, value = change.partition("=")
        if value:
            assert again[f"row-{LETTERS.index(typed[0])}{typed[1:]}"] == value, "what was typed is kept"


def test_a_group_whose_item_is_left_out_later_is_refused(agenda):
    agenda.send("B-under=1")
    answer = agenda.send("A-on=")
    assert (answer.status_code, "B: Punkt 1 (A) tas inte upp." in words(answer.text)) == (422, True)
    assert agenda.saved() == "A B(A) C D"


def test_up_and_down_move_a_group_as_a_whole_and_an_item_within_its_group(agenda):
    agenda.send("B-under=1 C-under=1")
    agenda.move("down", "A")
    assert agenda.saved() == "D A B(A) C(A)"
    agenda.move("up", "C")
    assert agenda.saved() == "D A C(A) B(A)"
    agenda.move("up", "C")
    assert agenda.saved() == "D A C(A) B(A)", "it is the first of its group"


def test_once_it_is_sent_items_are_grouped_by_their_numbers(agenda):
    agenda.send("B-under=1")
    agenda.meetings.send(1, at=NOW)
    agenda.refs["E"] = agenda.meetings.waiting("E")
    assert agenda.send("E-on=1 E-under=4 C-under=4").status_code == 303
    assert agenda.saved() == "A B(A) C(D) D E(D)"
    assert agenda.send("A-away=1 A-why=Löst").status_code == 303
    assert agenda.send("C-under=").status_code == 303, "what stood under an item that is settled is no obstacle"
    assert agenda.saved().replace("A B(A)", "A B") == "A B C D E(D)"
