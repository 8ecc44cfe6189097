"""Opening the link in a letter: it shows one case and its buttons, changes nothing, and logs nobody in."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web
from support.letters.letter_answers import LINK, assigned, letters_to, open_letter, send_all, token_to, tokens_in

from cases.access.tokens import hashed
from cases.history.journal import Event
from cases.progress import WaitingFor
from cases.states import State
from notifications.letter_links.link import LetterLink


def counts(web: Web) -> tuple[int, int, int]:
    """How many events, links and ended links there are."""
    with web.database.reading() as session:
        ended = select(func.count()).where(LetterLink.ended_at.is_not(None))
        numbers = (select(func.count(Event.id)), select(func.count(LetterLink.id)), ended)
        return tuple(session.scalar(number) for number in numbers)


def test_the_link_stands_once_in_the_text_and_once_in_the_html(web: Web) -> None:
    assigned(web, group="norrby")
    send_all(web)
    [letter] = letters_to(web, "officer")
    html = str(letter.get_body(("html",)).get_content())
    [token] = tokens_in(letter)
    assert LINK.findall(html) == [token]
    assert "/arenden/" not in str(letter.get_body(("plain",)).get_content())
    with web.database.reading() as session:
        [link] = session.scalars(select(LetterLink))
        assert (link.hash, token in repr(vars(link))) == (hashed(token), False)


def test_a_get_or_a_head_moves_the_token_into_a_cookie_of_this_link_alone(web: Web) -> None:
    assigned(web)
    token = token_to(web, "officer")
    before = counts(web)
    browser = web.browser()
    for answer in (browser.head(f"/svar/{token}"), browser.get(f"/svar/{token}")):
        page = answer.headers["Location"]
        assert (answer.status_code, page.startswith("/svar/"), token in page) == (303, True, False)
        cookie = next(one for one in answer.headers.getlist("Set-Cookie") if token in one)
        assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", f"Path={page}"))
    shown = browser.get(page)
    assert (shown.status_code, token in shown.text, counts(web)) == (200, False, before)
    assert browser.get("/konto").status_code == 303


def test_the_page_shows_title_words_question_day_and_the_readers_buttons(web: Web) -> None:
    ref = assigned(web, title="Lampan vid bron", description="Den blinkar om natten")
    page = open_letter(web, token_to(web, "officer"))
    assert page.buttons() == ["plan", "finish", "send_back", "wait"]
    shown = words(page.page())
    for said in ("Lampan vid bron", "Den blinkar om natten", ref, "Senast", "Nytt datum", "Klart", "Inte vårt"):
        assert said in shown, shown
    assert "Ställ en fråga" in shown


@pytest.mark.parametrize(
    ("state", "who", "buttons"),
    [
        (State.WAITING, "rut", ["answer"]),
        (State.WAITING, "norrby", ["answer"]),
        (State.WAITING, "member", ["answer"]),
        (State.DONE, "rut", ["confirm", "contest"]),
        (State.DONE, "member", ["confirm", "contest"]),
    ],
)
def test_who_asked_and_the_group_have_their_own_buttons(web: Web, state: State, who: str, buttons: list[str]) -> None:
    web.house.reach(state, at=datetime.now(UTC), group="norrby")
    page = open_letter(web, token_to(web, who))
    assert page.buttons() == buttons
    assert "Lagat" in page.page() or "Var ligger det?" in page.page()


def test_an_unknown_link_and_another_browser_get_404(web: Web) -> None:
    assigned(web)
    token = token_to(web, "officer")
    other = f"{'a' if token[0] != 'a' else 'b'}{token[1:]}"
    assert web.browser().get(f"/svar/{other}").status_code == 404
    page = open_letter(web, token)
    stranger = visitor(web)
    assert (stranger.get(page.path).status_code, stranger.send(page.path, step="finish", note="Nej").status_code) == (
        404, 404,
    )  # fmt: skip


def test_two_open_letters_in_one_browser_never_act_on_each_others_cases(web: Web) -> None:
    first, second = assigned(web, title="Den ena"), assigned(web, title="Den andra")
    send_all(web)
    client = visitor(web)
    pages = [client.get(f"/svar/{tokens_in(letter)[0]}").headers["Location"] for letter in letters_to(web, "officer")]
    assert client.send(pages[0], step="finish", note="Lagad").status_code == 303
    assert "Den andra" in client.get(pages[1]).text
    states = {web.house.case(ref).title: web.house.case(ref).state for ref in (first, second)}
    assert states == {"Den ena": State.DONE, "Den andra": State.ASSIGNED}


def test_it_is_dead_for_good_once_the_case_has_gone_on(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    web.house.change(ref, State.WAITING, by="officer", waiting_for=WaitingFor("other", name="Trafikverket"))
    assert (page.buttons(), "gått vidare" in page.page(), "Väntar på" in page.page()) == ([], True, True)
    assert page.client.send(page.path, step="finish", note="Lagad").status_code == 409
    web.house.change(ref, State.ASSIGNED, by="officer")
    assert (web.house.case(ref).state, page.buttons()) == (State.ASSIGNED, [])
    assert page.client.send(page.path, step="finish", note="Lagad").status_code == 409


def test_it_is_too_old_after_sixty_days(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"))
    with web.database.transaction() as session:
        made = datetime.now(UTC) - timedelta(days=60)
        session.execute(update(LetterLink).values(made_at=made, expires_at=made + timedelta(days=60)))
    assert (page.buttons(), "för gammal" in page.page(), ref in page.page()) == ([], True, False)
    assert page.client.send(page.path, step="finish", note="Lagad").status_code == 409


def test_it_logs_nobody_in_and_acts_as_the_letters_reader_whoever_is_logged_in(web: Web) -> None:
    ref = assigned(web)
    page = open_letter(web, token_to(web, "officer"), "admin")
    assert page.press("finish", note="Lagad").status_code == 303
    [done] = web.house.events(ref, "case.done")
    assert done.person_id == web.person_id("officer")


def test_followers_and_bodies_that_meet_get_no_link(web: Web) -> None:
    ref = assigned(web)
    web.house.change(
        ref, State.WAITING, by="officer", waiting_for=WaitingFor("unit", "byggnamnd"), note="Vad tycker ni?"
    )
    send_all(web)
    [letter] = letters_to(web, "byggnamnd")
    assert len(tokens_in(letter)) == 1
    assert open_letter(web, tokens_in(letter)[0]).buttons() == ["answer"]
    other = assigned(web)
    web.house.change(other, State.WAITING, by="officer", waiting_for=WaitingFor("unit", "forum"), note="Vad tycker ni?")
    send_all(web)
    assert [tokens_in(letter) for letter in letters_to(web, "representative")] == [[]]
