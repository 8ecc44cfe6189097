"""A letter about several cases: a link on each line to who cannot log in, and none to who can."""

from datetime import UTC, datetime

from support.houses.small_web import Web
from support.letters.letter_answers import LINK, letters_to, open_letter, send_all, tokens_in

from cases.organisation.municipality import municipality
from cases.states import State

LAST_DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


def two_that_are_due(web: Web) -> list[str]:
    """Let the last day of two cases of gata come; return their references."""
    refs = [web.house.reach(State.ASSIGNED, title=title) for title in ("Lampan", "Gropen")]
    send_all(web)
    web.house.sweep(LAST_DAY)
    send_all(web)
    return refs


def test_each_line_to_a_shared_mailbox_has_its_own_link(web: Web) -> None:
    refs = two_that_are_due(web)
    letter = letters_to(web, "gata")[-1]
    tokens = tokens_in(letter)
    assert len(set(tokens)) == 2
    assert LINK.findall(str(letter.get_body(("html",)).get_content())) == tokens
    pages = [open_letter(web, token) for token in tokens]
    assert [page.buttons() for page in pages] == [["plan", "finish", "send_back", "wait"]] * 2
    assert pages[0].press("finish", note="Lagad", who="Gun").status_code == 303
    done = [ref for ref in refs if web.house.case(ref).state is State.DONE]
    assert len(done) == 1
    assert web.house.events(done[0], "case.done")[0].unit_id == web.house.unit_id("gata")
    assert pages[1].buttons() == ["plan", "finish", "send_back", "wait"]


def test_who_can_log_in_gets_none_in_a_letter_about_several(web: Web) -> None:
    two_that_are_due(web)
    letter = letters_to(web, "officer")[-1]
    text = str(letter.get_body(("plain",)).get_content())
    assert (tokens_in(letter), text.count("/arenden/2026-"), "logga-in" in text) == ([], 2, True)


def test_a_mailbox_of_a_house_that_wants_a_log_in_gets_none_either(web: Web) -> None:
    with web.database.transaction() as session:
        municipality(session).act_from_letters = "outside"
    two_that_are_due(web)
    assert [tokens_in(letters_to(web, who)[-1]) for who in ("gata", "officer")] == [[], []]
