"""The private page: the merged case can be read, the files are there, and nothing is offered that is over."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from support.files_to_send import a_jpeg
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web

from cases.access.actors import reporter_of
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.organisation.municipality import municipality
from cases.progress import WaitingFor
from cases.reporters.details import correct_own_address
from cases.reporters.protecting import set_protection
from cases.states import State

PHONE = "070-123 45 67"


def merged(web: Web) -> tuple[str, str, str]:
    """Return the key of a case that was merged, the reference of the case it went into, and its key."""
    house = web.house
    own = house.reach(State.RECEIVED, title="Mörkt vid skolan")
    other = house.reach(State.ASSIGNED, title=f"Lampan vid skolan, ring {PHONE}", description="Min dotter Siv är rädd")
    house.change(own, State.MERGED, into=other, reason="Samma lampa")
    house.comment(other, f"Siv har ringt från {PHONE}", Visibility.PARTICIPANTS, by="officer")
    house.comment(other, f"Lampan är beställd. Frågor: {PHONE}", Visibility.PUBLIC, by="officer")
    return house.case(own).public_id, other, house.case(other).public_id


def test_the_merged_page_links_to_what_the_case_went_into(web: Web) -> None:
    key, other, other_key = merged(web)
    browser = visitor(web)
    page = browser.get(f"/arende/{key}").text
    assert f'href="/arende/{key}/hor-ihop"' in page
    read = browser.get(f"/arende/{key}/hor-ihop")
    assert (read.status_code, other in read.text) == (200, True)
    assert "Lampan är beställd" in read.text
    assert not [word for word in (PHONE, "Siv", other_key, "Min dotter") if word in read.text]
    assert "Gata har fått ärendet." in words(read.text)


def test_a_published_case_is_read_where_everybody_reads_it(web: Web) -> None:
    key, other, _ = merged(web)
    with web.database.transaction() as session:
        correct(
            session, case_to_change(session, other), Correction(published=True), by=web.house.actors["contact"],
            at=MONDAY,
        )  # fmt: skip
    answer = visitor(web).get(f"/arende/{key}/hor-ihop")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/arenden/{other}")


def test_of_a_protected_one_only_the_state_is_told(web: Web) -> None:
    key, other, _ = merged(web)
    with web.database.transaction() as session:
        set_protection(
            session, case_to_change(session, other), True, "Skyddade", by=web.house.actors["contact"], at=MONDAY
        )
    read = visitor(web).get(f"/arende/{key}/hor-ihop")
    assert (read.status_code, "Lampan" in words(read.text)) == (200, False)


def test_a_case_that_is_merged_on_leads_to_the_last_one(web: Web) -> None:
    key, other, _ = merged(web)
    last = web.house.reach(State.ASSIGNED, title="Alla lampor")
    web.house.change(other, State.MERGED, into=last, reason="Hela vägen")
    assert last in visitor(web).get(f"/arende/{key}/hor-ihop").text
    assert last in visitor(web).get(f"/arende/{key}").text


def test_what_was_merged_into_a_case_that_has_ended_is_not_said_to_be_handled(web: Web) -> None:
    key, other, _ = merged(web)
    assert "Vi handlägger det tillsammans med" in words(visitor(web).get(f"/arende/{key}").text)
    web.house.change(other, State.DECLINED, reason="Vägen är enskild")
    page = words(visitor(web).get(f"/arende/{key}").text)
    assert f"Det handlades tillsammans med {other}, som nu är avslutat." in page
    assert "Vi handlägger det" not in page and "Du får veta vad som händer där" not in page


def test_nothing_is_told_of_a_case_that_was_not_merged_or_by_a_wrong_key(web: Web) -> None:
    ref = web.house.reach(State.ASSIGNED)
    key = web.house.case(ref).public_id
    assert visitor(web).get(f"/arende/{key}/hor-ihop").status_code == 404
    assert visitor(web).get("/arende/AAAAAAAAAAAAAAAAAAAAAA/hor-ihop").status_code == 404


def test_the_other_ones_question_is_not_put_to_who_reads_along(web: Web) -> None:
    key, other, _ = merged(web)
    web.house.change(other, State.WAITING, waiting_for=WaitingFor("reporter"), note="Vilken?")
    read = words(visitor(web).get(f"/arende/{key}/hor-ihop").text)
    assert ("svar från dig" in read, "Det väntar på svar från den som frågade." in read) == (False, True)


def test_files_that_were_sent_without_a_description_are_there(web: Web) -> None:
    browser = visitor(web)
    ref = web.house.hand_in("Utan ord", by="contact", reporter=Reporter(name="Rut", email="rut@example.se"))
    key = web.house.case(ref).public_id
    sent = browser.send(f"/arende/{key}/filer", files=(io.BytesIO(a_jpeg()), "hål.jpg"))
    assert sent.status_code == 303
    for state in (State.ASSIGNED, State.DONE):
        web.house.change(ref, state, **({"responsible": "gata"} if state is State.ASSIGNED else {"note": "Lagat"}))
        assert "hål.jpg" in browser.get(f"/arende/{key}").text
    web.house.change(ref, State.CLOSED, by="clock")
    shown = browser.get(f"/arende/{key}").text
    assert "hål.jpg" in shown
    assert "hål.jpg" in visitor(web, "officer").get(f"/arenden/{ref}").text


def test_the_button_to_contest_goes_after_its_last_day(web: Web) -> None:
    now = datetime.now(UTC)
    for days, is_there in ((1, True), (30, False)):
        ref = web.house.reach(State.DONE, at=now - timedelta(days=days), group="norrby")
        page = visitor(web).get(f"/arende/{web.house.case(ref).public_id}").text
        of_group = visitor(web, "member").get(f"/arenden/{ref}").text
        assert ("inte-atgardat" in page, 'value="contest"' in of_group) == (is_there, is_there)
        assert "Vill du lägga till något?" in page


def test_the_one_who_asked_and_the_group_say_yes_on_their_pages(web: Web) -> None:
    ref = web.house.reach(State.DONE, group="norrby", at=datetime.now(UTC))
    key = web.house.case(ref).public_id
    own, of_group = visitor(web), visitor(web, "member")
    assert "Ja, det stämmer" in own.get(f"/arende/{key}").text
    assert own.send(f"/arende/{key}/stammer").status_code == 303
    shown = words(own.get(f"/arende/{key}").text)
    assert ("Ja, det stämmer" in shown, "Du sa att det är klart" in shown) == (False, True), shown
    assert own.send(f"/arende/{key}/stammer").status_code == 409
    page = of_group.get(f"/arenden/{ref}").text
    assert ('value="contest"' in page, 'value="confirm"' in page) == (True, True)
    assert 'value="confirm"' not in visitor(web, "officer").get(f"/arenden/{ref}").text
    assert of_group.send(f"/arenden/{ref}/steg", step="confirm").status_code == 303
    assert web.house.case(ref).state is State.CLOSED
    assert "Avslutat: de som frågade säger att det är klart" in words(of_group.get(f"/arenden/{ref}").text)


def test_an_empty_answer_and_an_empty_objection_have_texts_of_their_own(web: Web) -> None:
    now = datetime.now(UTC)
    for state, path, field, said in (
        (State.WAITING, "kommentar", "text", "Skriv svaret först: fältet är tomt."),
        (State.ASSIGNED, "kommentar", "text", "Skriv något först: kommentaren är tom."),
        (State.DONE, "inte-atgardat", "note", "Skriv vad som fortfarande är fel"),
    ):
        key = web.house.case(web.house.reach(state, at=now)).public_id
        answer = visitor(web).send(f"/arende/{key}/{path}", **{field: " "})
        assert (answer.status_code, said in words(answer.text)) == (422, True), words(answer.text)[:900]


def test_a_wrong_private_link_says_what_to_do_whether_or_not_there_is_a_case(sqlite_web: Web) -> None:
    with sqlite_web.database.transaction() as session:
        municipality(session).contact_phone = "0500-12 34 56"
    ref = sqlite_web.house.reach(State.ASSIGNED)
    said = "Kontrollera länken i mejlet, eller ring kontaktpersonen: 0500-12 34 56"
    pages = [
        visitor(sqlite_web).get(path)
        for path in (
            f"/arende/{ref}",
            "/arende/2020-9999",
            "/arende/finns-inte",
            f"/kvitto/{ref}",
            "/kvitto/finns-inte",
        )
    ]
    assert {(page.status_code, said in words(page.text)) for page in pages} == {(404, True)}
    assert all("Logga in" not in words(page.text.partition("<main")[2].partition("</main>")[0]) for page in pages)
    assert len({words(page.text.partition("<main")[2].partition("</main>")[0]) for page in pages}) == 1
    assert said not in words(visitor(sqlite_web).get(f"/arenden/{ref}").text)


@pytest.mark.parametrize(
    ("locale", "of_others", "said"),
    [
        ("sv", "den som frågade", ("Väntar på svar från dig;", "Du svarade.", "Du sade att det inte är klart;",
                                   "Klart, säger Gata; om du inte håller med", "Du rättade dina uppgifter: mejladress",
                                   "Du fick en ny personlig länk;")),
        ("en", "the person who asked", ("Waits for an answer from you;", "You answered.",
                                     "You said that it is not fixed;",
                                     "Done, says Gata; if you disagree", "You corrected your details: e-mail address",
                                     "You got a new private link;")),
    ],
)  # fmt: skip
def test_ones_own_history_says_you(sqlite_web: Web, locale: str, of_others: str, said: tuple[str, ...]) -> None:
    house, now = sqlite_web.house, datetime.now(UTC)
    ref = house.reach(State.WAITING, at=now)
    house.comment(ref, "Den vid bron", Visibility.PARTICIPANTS, by="reporter", at=now)
    house.change(ref, State.DONE, note="Lagat", by="officer", at=now)
    house.change(ref, State.ASSIGNED, note="Nej", by="reporter", at=now)
    with sqlite_web.database.transaction() as session:
        case = case_to_change(session, ref)
        correct_own_address(session, case, "ny@example.se", by=reporter_of(case), at=now)
    browser = visitor(sqlite_web)
    page = browser.get(f"/arende/{house.case(ref).public_id}?lang={locale}").text
    history = words(page.partition('id="historik"')[2])
    assert [one for one in said if one not in history] == []
    assert of_others not in history.lower()
    of_staff = words(visitor(sqlite_web, "officer").get(f"/arenden/{ref}").text).lower()
    assert "inte klart, säger den som frågade" in of_staff


def test_of_an_objection_of_the_group_it_is_said_whose_it_is(sqlite_web: Web) -> None:
    now = datetime.now(UTC)
    ref = sqlite_web.house.reach(State.DONE, at=now, group="norrby")
    sqlite_web.house.change(ref, State.ASSIGNED, note="Nej", by="member", at=now)
    for page in (
        visitor(sqlite_web).get(f"/arende/{sqlite_web.house.case(ref).public_id}"),
        visitor(sqlite_web, "officer").get(f"/arenden/{ref}"),
    ):
        assert "Inte klart, säger gruppen; tillbaka till Gata" in words(page.text)
