"""Mina utskick: when news comes, on one's own page after the log-in, and by the link in a letter without one."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support.houses.small_pages import visitor
from support.letters.held_letters import held_for, let_moment_come
from support.letters.letter_answers import assigned, letters_to, send_all

from cases.case import case_to_change
from cases.history.words import Visibility
from cases.parties import Follower, Party
from cases.reporters.erasing import erase_reporter
from cases.states import State
from notifications.deliveries import Address, NewsPace
from notifications.letter_links.link import without_tokens
from notifications.preferences import pace_token

LINK = re.compile(r"http://[^\s]+(/utskick[^\s]*)")


def pace_of(web, who):
    with web.database.reading() as session:
        return session.scalar(select(Address.pace).where(Address.email_normalised == f"{who}@example.se"))


def link_in(letter):
    """Return the path of the link at the end of the letter's text, which its HTML has too."""
    [path] = LINK.findall(str(letter.get_body(("plain",)).get_content()))
    assert f'{path}"' in str(letter.get_body(("html",)).get_content())
    return path


def token_for(web, who):
    with web.database.reading() as session:
        [number] = session.scalars(select(Address.id).where(Address.email_normalised == f"{who}@example.se"))
    return pace_token(number, web.settings.secret_key)


def test_one_chooses_on_ones_own_page(web):
    officer = visitor(web, "officer")
    assert "officer@example.se" in officer.read("/utskick")
    assert officer.send("/utskick", pace="monday").status_code == 303
    assert pace_of(web, "officer") is NewsPace.MONDAY
    assert re.search(r'value="monday"[^>]*checked', officer.get("/utskick").text)
    assert officer.send("/utskick", pace="sometimes").status_code == 422
    assert pace_of(web, "officer") is NewsPace.MONDAY
    assert 'href="/utskick"' in officer.get("/konto").text


def test_letters_to_people_lead_to_the_page_after_the_log_in(sqlite_web):
    assigned(sqlite_web)
    send_all(sqlite_web)
    path = link_in(letters_to(sqlite_web, "officer")[-1])
    assert path == "/utskick"
    answer = visitor(sqlite_web).get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logga-in?next=/utskick")


def test_a_shared_mailbox_chooses_by_the_link_without_a_log_in(web):
    web.house.reach(State.ASSIGNED, by="member", group="norrby", at=datetime.now(UTC))
    send_all(web)
    path = link_in(letters_to(web, "norrby")[-1])
    browser = visitor(web)
    assert "norrby@example.se" in browser.read(path)
    assert pace_of(web, "norrby") is NewsPace.AT_ONCE  # nothing happens when it is opened
    assert browser.send(path, pace="morning").status_code == 303
    assert pace_of(web, "norrby") is NewsPace.MORNING
    assert browser.get("/konto").status_code == 303


def test_a_follower_has_a_link_of_their_own_and_who_asked_has_none(sqlite_web):
    ref = assigned(sqlite_web)
    with sqlite_web.database.transaction() as session:
        case = case_to_change(session, ref)
        case.published_at = datetime.now(UTC)
        party = Party(email="follower@example.se")
        session.add(party)
        session.flush()
        moment = datetime.now(UTC)
        session.add(Follower(case_id=case.id, party_id=party.id, asked_at=moment, confirmed_at=moment))
    sqlite_web.house.comment(ref, "Vi har beställt en ny.", by="contact", at=datetime.now(UTC))
    send_all(sqlite_web)
    path = link_in(letters_to(sqlite_web, "follower")[-1])
    assert path == f"/utskick/{token_for(sqlite_web, 'follower')}"
    assert visitor(sqlite_web).send(path, pace="monday").status_code == 303
    assert pace_of(sqlite_web, "follower") is NewsPace.MONDAY
    assert "/utskick" not in str(letters_to(sqlite_web, "rut")[-1].get_body(("plain",)).get_content())


def test_the_letter_with_a_log_in_link_has_no_other_link(sqlite_web):
    visitor(sqlite_web).send("/logga-in", email="officer@example.se")
    send_all(sqlite_web)
    assert "/utskick" not in str(letters_to(sqlite_web, "officer")[-1].get_body(("plain",)).get_content())


def test_a_wrong_link_opens_nothing(sqlite_web):
    assigned(sqlite_web)
    send_all(sqlite_web)
    good = token_for(sqlite_web, "rut")
    number, _, mac = good.partition("-")
    for wrong in (f"{int(number) + 1}-{mac}", f"{number}-{'0' * 32}", number, f"0{good}", "x", f"{good}0"):
        assert visitor(sqlite_web).get(f"/utskick/{wrong}").status_code == 404, wrong
        assert visitor(sqlite_web).send(f"/utskick/{wrong}", pace="monday").status_code == 404
    assert visitor(sqlite_web).get(f"/utskick/{good}").status_code == 200


def test_the_link_of_an_address_that_was_erased_opens_nothing(sqlite_web):
    ref = assigned(sqlite_web)
    send_all(sqlite_web)
    good = token_for(sqlite_web, "rut")
    with sqlite_web.database.transaction() as session:
        address = session.scalars(select(Address).where(Address.email_normalised == "rut@example.se")).one()
        address.email = address.email_normalised = f"(raderat {address.id})"
        assert erase_reporter(session, case_to_change(session, ref))
    assert visitor(sqlite_web).get(f"/utskick/{good}").status_code == 404


def test_others_than_the_recipient_do_not_see_the_token(sqlite_web):
    assigned(sqlite_web)
    send_all(sqlite_web)
    token = token_for(sqlite_web, "rut")
    assert without_tokens(f"http://x.example/utskick/{token} och /utskick") == "http://x.example/utskick/- och /utskick"


def test_the_page_says_what_waits_and_the_digest_quotes_it(sqlite_web):
    ref = assigned(sqlite_web)
    officer = visitor(sqlite_web, "officer")
    officer.send("/utskick", pace="morning")
    for words in ("Grannen ringde.", "Hon ringde igen."):
        sqlite_web.house.comment(ref, words, Visibility.PARTICIPANTS, by="contact", at=datetime.now(UTC))
    send_all(sqlite_web)
    assert held_for(sqlite_web.database, "officer@example.se") == ["news", "news"]
    assert "2 mejl väntar på att skickas." in officer.read("/utskick")
    assert "2 e-mails are waiting to be sent." in officer.read("/utskick?lang=en")
    let_moment_come(sqlite_web.database)
    send_all(sqlite_web)
    letter = letters_to(sqlite_web, "officer")[-1]
    text = str(letter.get_body(("plain",)).get_content())
    assert "> Grannen ringde." in text
    assert "> Hon ringde igen." in text
    assert "mejl väntar" not in officer.read("/utskick?lang=sv")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_pages_are_in_both_languages(sqlite_web, language):
    page = visitor(sqlite_web, "officer").read(f"/utskick?lang={language}")
    assert {"sv": "Varje måndag", "en": "Every Monday"}[language] in page
