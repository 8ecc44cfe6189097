"""Each use of a letter's link asks anew: whoever has lost the right to it reads a sentence, and acts no more."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.letters.letter_answers import assigned, letters_to, open_letter, send_all, token_to, tokens_in

from cases.access.actors import ActorKind
from cases.case import case_to_change
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person
from cases.organisation.units import Unit
from cases.parties import Party
from cases.reporters.protecting import set_protection
from cases.states import State
from notifications.deliveries import Delivery


def has_left(web: Web, _ref: str) -> None:
    with web.database.transaction() as session:
        post = session.scalars(select(Membership).where(Membership.person_id == web.person_id("officer"))).one()
        post.until = date(2026, 1, 1)


def is_switched_off(web: Web, _ref: str) -> None:
    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("officer")).active = False


def has_another_address(web: Web, _ref: str) -> None:
    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("officer")).email = "ny@example.se"


def is_protected(web: Web, ref: str) -> None:
    with web.database.transaction() as session:
        by = web.house.actors["contact"]
        set_protection(session, case_to_change(session, ref), True, "Hotad", by=by, at=datetime.now(UTC))


def is_handed_over(web: Web, ref: str) -> None:
    web.house.change(ref, State.ASSIGNED, responsible="vatten", at=datetime.now(UTC))


@pytest.mark.parametrize("lose", [has_left, is_switched_off, has_another_address, is_protected, is_handed_over])
def test_a_right_that_is_lost_leaves_a_sentence_and_no_form(web: Web, lose: Callable[[Web, str], None]) -> None:
    ref = assigned(web, title="Lampan vid bron")
    page = open_letter(web, token_to(web, "officer"))
    lose(web, ref)
    shown = page.page()
    assert (page.buttons(), "Lampan vid bron" in shown, ref in shown) == ([], False, False)
    assert "öppnar inte längre ärendet" in shown
    assert page.client.send(page.path, step="finish", note="Lagad").status_code == 409
    assert web.house.case(ref).state is State.ASSIGNED


def test_a_case_that_comes_back_to_the_unit_brings_no_right_back(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    for unit in ("vatten", "gata"):
        web.house.change(ref, State.ASSIGNED, responsible=unit, at=datetime.now(UTC))
    assert page.buttons() == []


def test_the_address_of_who_asked_and_of_a_mailbox_must_be_the_same(web: Web) -> None:
    web.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    send_all(web)
    own, mailbox = (open_letter(web, tokens_in(letters_to(web, who)[-1])[0]) for who in ("rut", "norrby"))
    assert (own.buttons(), mailbox.buttons()) == (["confirm", "contest"], ["confirm", "contest"])
    with web.database.transaction() as session:
        session.execute(update(Party).values(email="en.annan@example.se"))
        session.execute(update(Unit).where(Unit.slug == "norrby").values(email=None))
    assert (own.buttons(), mailbox.buttons()) == ([], [])


def test_a_protected_case_gets_letters_without_a_link(web: Web) -> None:
    ref = web.house.reach(State.RECEIVED, at=datetime.now(UTC))
    is_protected(web, ref)
    web.house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se", at=datetime.now(UTC))
    send_all(web)
    [letter] = letters_to(web, "officer")
    assert (tokens_in(letter), "/arenden/" in letter.as_string()) == ([], True)


def test_the_reader_puts_the_link_out_and_so_does_the_desk(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    assert page.client.send(f"{page.path}/slack").status_code == 303
    assert (page.buttons(), "är släckt" in page.page()) == ([], True)
    other = web.house.reach(State.DONE, at=datetime.now(UTC))
    own, desk = open_letter(web, token_to(web, "rut")), visitor(web, "contact")
    button = f"/lankar/{own.path.rpartition('/')[2]}/slack"
    assert button in desk.get(f"/arenden/{other}").text
    assert button not in visitor(web, "officer").get(f"/arenden/{other}").text
    assert desk.send(f"/arenden/{ref}{button}").status_code == 404
    assert desk.send(f"/arenden/{other}{button}").status_code == 303
    assert (own.buttons(), button in desk.get(f"/arenden/{other}").text) == ([], False)
    events = [web.house.events(one, "case.link_put_out")[0] for one in (ref, other)]
    with web.database.reading() as session:
        letters = [session.get_one(Delivery, event.facts["delivery"]).letter for event in events]
    assert ([event.actor for event in events], letters) == ([ActorKind.PERSON, ActorKind.PERSON], ["assigned", "done"])


@pytest.mark.parametrize(("mode", "of_officer", "of_group"), [("outside", [], 1), ("off", [], 0)])
def test_a_house_that_wants_a_log_in_says_so_to_older_links_too(
    web: Web, mode: str, of_officer: list[str], of_group: int
) -> None:
    assigned(web)
    older = open_letter(web, token_to(web, "officer"))
    with web.database.transaction() as session:
        municipality(session).act_from_letters = mode
    assert (older.buttons(), "logga in för att svara" in older.page()) == ([], True)
    assert older.client.send(older.path, step="finish", note="Lagad").status_code == 409
    web.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    send_all(web)
    assert tokens_in(letters_to(web, "officer")[-1]) == of_officer
    assert [len(tokens_in(letters_to(web, who)[-1])) for who in ("rut", "norrby", "member")] == [of_group] * 3
