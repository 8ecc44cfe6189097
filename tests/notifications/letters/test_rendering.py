"""Letters as they go out: words, headers, both languages, and what must never be in them."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select, update
from support.houses.letter_town import REPORTER, LetterTown, the_case
from support.letters.letters_read import (
    KEY,
    LETTER_SETTINGS,
    last,
    live,
    live_in_municipality,
    live_with_every_letter,
    rendered,
    rendered_in,
)

from cases.access.codes import link_code
from cases.access.tokens import UNFOLLOW, link_token, valid_link
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.history.words import Words
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party
from cases.settings import LOCALES
from cases.states import State
from notifications.deliveries import Address, Channel, Delivery
from notifications.letters.catalogue import LETTERS
from notifications.letters.filling_templates import write_subject
from notifications.letters.rendering import WITHOUT_CHOICE, RenderedLetter, render
from notifications.letters.snapshot import read_snapshot
from notifications.letters.template_context import TemplateContext
from notifications.sending.mime import compose

NASTY = "</p><script>alert(1)</script> {{ 7*7 }} [klicka](https://evil.example)\n\nBcc: a@b.example"


WHOSE_LETTER = {"sv": re.compile(r"Det går till|Du får det för att"), "en": re.compile("It goes to|You get it because")}


@pytest.mark.parametrize("marks", ["\x1e", "a\x1eb", "\ue0000\ue001", "\ue000999\ue001"])
def test_a_name_with_marks_of_ours_delays_no_letter(town: LetterTown, marks: str) -> None:
    with town.database.transaction() as session:  # as it could be stored before they were refused
        session.execute(update(Unit).values(name=marks))
        session.execute(update(Person).values(name=marks))
    live(town)
    for letter in LETTERS:
        for delivery in town.deliveries(letter):
            assert rendered(town, delivery).subject


@pytest.mark.parametrize("locale", LOCALES)
def test_every_letter_says_all_it_must(town: LetterTown, locale: str) -> None:
    live_with_every_letter(town)
    seen = set()
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery).where(Delivery.channel == Channel.MAIL)):
            delivery.locale = locale
            letter = rendered_in(session, delivery)
            assert letter.subject and letter.text and "<html" in letter.html
            assert "None" not in letter.subject + letter.text
            assert {"sv": "\n\nVänliga hälsningar, ", "en": "\n\nKind regards, "}[locale] in letter.text
            foot = letter.text.rpartition("\n-- \n")[2]
            assert bool(WHOSE_LETTER[locale].search(foot)) is (delivery.letter not in WITHOUT_CHOICE), delivery.letter
            template_context = TemplateContext(read_snapshot(session, [delivery]), LETTER_SETTINGS.pages, KEY)
            for line in delivery.context["lines"]:
                seen.add(line["letter"])
                written = template_context.write(delivery, line)
                assert write_subject(line["letter"], locale, template_context.values(delivery, line)) == written.subject
                assert all(written.sections[name] for name in ("happened", "next", "ask", "object", "foot"))
    assert seen | {"digest", "comments", "alarms"} == set(LETTERS)


@pytest.mark.parametrize(("locale", "day"), [("sv", "torsdag 16 april 2026"), ("en", "Thursday 16 April 2026")])
def test_a_letter_names_the_day_and_whom_to_ask(town: LetterTown, locale: str, day: str) -> None:
    town.hand_in(reporter=Reporter(email="frida@hemma.example", locale=locale))
    town.plan()
    letter = last(town, "receipt")
    text = " ".join(letter.text.split())
    assert day in text and "Karin Kontakt" in text and "0123-456 78" in text
    assert day in " ".join(letter.html.split())


def test_the_contact_person_is_not_told_to_ring_themself(town: LetterTown) -> None:
    town.hand_in(by="kontakt")
    town.plan()
    town.sweep(datetime(2026, 4, 16, 9, tzinfo=UTC))
    letter = last(town, "due_now")
    assert letter.to_email == "kontakt@kommun.example"
    assert "0123-456 78" not in letter.text and "är kontaktperson" not in letter.text
    assert "Fråga er administratör." in letter.text


def test_the_one_who_asked_gets_the_link_of_their_own_and_staff_the_reference(town: LetterTown) -> None:
    ref = town.assigned()
    with town.database.reading() as session:
        own = f"https://arenden.example/arende/{the_case(session, ref).public_id}"
    assert own in last(town, "receipt").text
    asked = last(town, "assigned").text
    assert f"https://arenden.example/arenden/{ref}" in asked and "/arende/" not in asked


def test_letters_that_anybody_can_cause_carry_nobodys_words(town: LetterTown) -> None:
    town.hand_in(title="BILLIGA KLOCKOR", description="https://evil.example", reporter=REPORTER)
    town.plan()
    letter = last(town, "receipt")
    for words in ("BILLIGA", "evil", "Frida"):
        assert words not in letter.subject + letter.text + letter.html


def test_a_title_is_not_sent_out_before_somebody_of_the_house_has_acted(town: LetterTown) -> None:
    town.hand_in(title="BILLIGA KLOCKOR")
    town.plan()
    for day in range(16, 31):
        town.sweep(datetime(2026, 4, day, 9, tzinfo=UTC))
    assert "KLOCKOR" not in last(town, "delayed").text
    assert "KLOCKOR" in last(town, "overdue").text


def test_s42_peoples_words_stand_escaped_in_a_quote_and_are_never_run(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.DONE, by="olle", note=NASTY)
    town.plan()
    letter = last(town, "done")
    assert "<script>" not in letter.html and "&lt;script&gt;" in letter.html
    assert "> </p><script>alert(1)</script> {{ 7*7 }}" in letter.text
    assert 'href="https://evil' not in letter.html
    assert "49" not in re.sub(r"https://\S+", "", letter.text)  # a case's own address may hold any digits
    assert "\n" not in letter.subject and "Bcc" not in letter.headers


def test_nobodys_words_are_mailed_when_the_one_who_asked_is_protected(town: LetterTown) -> None:
    ref = town.assigned(title="Jag bor vid bron", reporter=Reporter(email="hemlig@hemma.example", protected=True))
    town.change(ref, State.DONE, by="olle", note="Vi ringde Frida")
    town.plan()
    for letter in ("assigned", "done"):
        assert "bron" not in last(town, letter).text and "Frida" not in last(town, letter).text


def test_erased_words_are_left_out(town: LetterTown) -> None:
    ref = town.assigned(title="Frida Fridas lampa")
    with town.database.transaction() as session:
        session.execute(update(Words).values(text=None, salt=None))
    letter = last(town, "assigned")
    assert ref and "lampa" not in letter.subject + letter.text


def test_followers_get_masked_words_and_a_way_out_with_one_click(town: LetterTown) -> None:
    ref = town.assigned()
    follower = town.follow(ref, "granne@hemma.example")
    town.change(ref, State.DONE, by="olle", note="Ring 070-123 45 67")
    town.plan()
    letter = last(town, "done")
    way_out = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "070-123" not in letter.text and way_out in letter.text
    with town.database.reading() as session:
        link = valid_link(session, way_out.rpartition("/")[2], UNFOLLOW, datetime.now(UTC))
        assert link is not None and link.follower_id == follower


def digest_of_a_follower(town: LetterTown, cases: int) -> RenderedLetter:
    """Return the digest of a batch about two cases, of which only so many may still be told."""
    for _ in range(2):
        ref = town.assigned(reporter=None)
        town.follow(ref, "granne@hemma.example")
        town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
    town.plan()
    town.sweep(datetime(2026, 5, 21, 9, tzinfo=UTC))
    [digest] = [one for one in town.deliveries("digest") if "follower" in one.context["lines"][0]]
    with town.database.transaction() as session:
        kept = session.get_one(Delivery, digest.id)
        kept.context = {**kept.context, "lines": kept.context["lines"][:cases]}
        return rendered_in(session, kept)


def test_one_click_leaves_the_only_case_of_a_digest(town: LetterTown) -> None:
    letter = digest_of_a_follower(town, 1)
    way_out = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way_out in letter.text and way_out in letter.html


def test_a_digest_of_several_cases_names_the_way_out_of_each(town: LetterTown) -> None:
    letter = digest_of_a_follower(town, 2)
    assert "List-Unsubscribe" not in letter.headers  # one click could only leave one of them
    for body in (letter.text, letter.html):
        assert body.count("https://arenden.example/sluta-folja/") == 2
    assert "2026-0002: https://arenden.example/sluta-folja/" in letter.text


def test_the_same_rows_give_the_same_letter(town: LetterTown) -> None:
    town.assigned()
    assert last(town, "assigned") == last(town, "assigned")


def test_s44_letters_of_a_case_hang_together_and_say_that_they_are_automatic(town: LetterTown) -> None:
    ref = town.assigned()
    letters = [last(town, name) for name in ("receipt", "assigned", "news")]
    assert {letter.headers["References"] for letter in letters} == {f"<case.{ref}@kommun.example>"}
    assert {letter.headers["Auto-Submitted"] for letter in letters} == {"auto-generated"}
    assert {letter.headers["X-Auto-Response-Suppress"] for letter in letters} == {"All"}
    assert all(letter.subject.startswith(f"[{ref}] ") for letter in letters)
    assert {letter.sender for letter in letters} == {"Åby kommun <ventil@kommun.example>"}


def test_a_letter_keeps_its_facts_when_the_case_goes_on(town: LetterTown) -> None:
    ref = town.assigned()
    before = last(town, "assigned")
    town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 12, 3))
    assert last(town, "assigned") == before


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digest_of_more_than_fifty_lines_says_how_many_more(town: LetterTown, locale: str) -> None:
    for _ in range(53):
        town.hand_in(reporter=None)
    town.plan()
    town.sweep(datetime(2026, 4, 16, 9, tzinfo=UTC))
    [digest] = town.deliveries("digest")
    with town.database.transaction() as session:
        kept = session.get_one(Delivery, digest.id)
        kept.locale = locale
        letter = rendered_in(session, kept)
    assert letter.text.count("https://arenden.example/arenden/2026-") == 50
    assert letter.subject.startswith("53 ") and "https://arenden.example/skrivbord" in letter.text
    more = {"sv": "3 till", "en": "3 more"}[locale]
    assert more in letter.text and more in letter.html


def test_two_lines_about_one_case_are_told_as_one_case(town: LetterTown) -> None:
    ref = town.assigned(title="Lampan vid bron")
    day = date(2026, 5, 20)
    town.change(ref, State.PLANNED, by="olle", officer="olle@kommun.example", due_on=day)
    town.plan()
    town.sweep(datetime(2026, 5, 21, 9, tzinfo=UTC))
    digest = last(town, "digest")
    assert digest.subject == f"[{ref}] Lampan vid bron"
    assert f"Ärende {ref} är försenat. Vi har samlat allt om det i ett mejl." in " ".join(digest.text.split())
    assert " – Lampan vid bron" in " ".join(digest.text.split())


def test_no_line_of_the_text_is_long_and_the_page_is_its_own(town: LetterTown) -> None:
    town.assigned()
    letter = last(town, "assigned")
    assert max(len(line) for line in letter.text.splitlines() if "https://" not in line) <= 72
    for remote in ("<img", "<link", "@import", "url(", "<script"):
        assert remote not in letter.html


def test_a_letter_goes_to_the_address_as_it_was_written(town: LetterTown) -> None:
    town.hand_in(reporter=Reporter(email="Frida.F@Hemma.example"))
    town.plan()
    assert last(town, "receipt").to_email == "Frida.F@Hemma.example"
    with town.database.reading() as session:
        assert session.scalars(select(Address.email_normalised)).one() == "frida.f@hemma.example"
        assert session.scalar(select(Party.id)) and session.scalar(select(Event.id))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_log_in_letter_holds_the_code_beside_the_link(town: LetterTown, locale: str) -> None:
    town.hand_in()
    live_in_municipality(town, town.hand_in())
    with town.database.transaction() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.letter == "login")).one()
        delivery.locale = locale
        snapshot = read_snapshot(session, [delivery])
        letter = render(snapshot, delivery, LETTER_SETTINGS)
        [link] = snapshot.links.values()
    code = link_code(link, KEY)
    for shape in (letter.text, letter.html):
        assert code in shape
        assert f"/logga-in/{link_token(link, KEY)}" in shape
    assert code not in letter.subject


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("Åby kommun (påhittad)", '"Åby kommun (påhittad)" <ventil@kommun.example>'),
        ('Åby, "kommun"; <x>', "Åby kommun x <ventil@kommun.example>"),
    ],
)
def test_the_sender_keeps_the_brackets_of_a_name(town: LetterTown, name: str, sender: str) -> None:
    with town.database.transaction() as session:
        municipality(session).name = name
    town.assigned()
    letter = last(town, "receipt")
    assert letter.sender == sender
    shown = message_from_bytes(compose(letter, "x@kommun.example"), policy=default)["From"].addresses[0]
    assert (shown.display_name, shown.addr_spec) == (sender.split(" <")[0].strip('"'), "ventil@kommun.example")
