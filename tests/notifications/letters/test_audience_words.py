"""What each reader is told in a letter, and what not: groups, officers, those who asked, and those who follow."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.letter_town import A_TUESDAY, REPORTER, LetterTown
from support.letters.letters_read import FIGURES, texts
from support.letters.letters_read import rendered as text_of

from cases.access.actors import THE_CLOCK
from cases.handing_in import Reporter
from cases.history.events import MorningCame
from cases.history.journal import Entry
from cases.history.words import Visibility
from cases.organisation.municipality import municipality
from cases.settings import LOCALES
from cases.states import State
from notifications.deliveries import Delivery

LAMP = "Lampan vid bron är trasig"
ASKER = Reporter(name="Frida Berg", email="frida@hemma.example", phone="070-123 45 67")
OF_A_DEPARTMENT = re.compile(r"[Cc]hef|[Hh]andläggare|beklagar|\bhead\b|\bofficer\b|sorry")


def test_the_subject_of_a_letter_is_the_title_of_its_case(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.PLANNED, by="olle", due_on=date(2026, 5, 20))
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    for letter in ("assigned", "news", "taken_on", "done"):
        told = text_of(town, town.deliveries(letter)[-1])
        assert told.subject == f"[{ref}] {LAMP}"


def test_what_is_new_stands_first_in_the_text_and_the_page(town: LetterTown) -> None:
    ref = town.assigned()
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    letter = text_of(town, town.deliveries("done")[-1])
    assert letter.text.startswith(f"[{ref}] Ärendet är klart – stämmer det?\n")
    assert "<h1" in letter.html and "stämmer det?</h1>" in letter.html


def test_no_receipt_says_in_its_subject_what_was_asked(town: LetterTown) -> None:
    town.hand_in(by="berit", group="byalaget", reporter=Reporter(email="berit@kommun.example"))
    town.plan()
    for delivery in town.deliveries("receipt"):
        assert "Lampan" not in text_of(town, delivery).subject


def test_followers_get_a_masked_title_as_subject(town: LetterTown) -> None:
    ref = town.assigned(title="Ring 070-123 45 67 om lampan")
    town.follow(ref, "granne@hemma.example")
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    subjects = [text_of(town, delivery).subject for delivery in town.deliveries("done")]
    assert any("070-123" not in subject and "om lampan" in subject for subject in subjects)


def test_several_comments_are_told_under_the_title(town: LetterTown) -> None:
    ref = town.assigned()
    for number in range(3):
        town.comment(ref, f"Nytt {number}", Visibility.PARTICIPANTS, by="berit" if number < 0 else "kontakt")
    town.plan()
    assert {text_of(town, d).subject for d in town.deliveries("news")[-1:]} == {f"[{ref}] {LAMP}"}


def test_the_officer_is_told_what_was_asked_by_whom_and_how_to_reach_them(town: LetterTown) -> None:
    ref = town.assigned(description="Den har varit släckt\nsedan i höstas.", reporter=ASKER)
    text = text_of(town, town.deliveries("assigned")[-1]).text
    assert "> Den har varit släckt\n> sedan i höstas." in text
    assert "Den som frågade: Frida Berg, 070-123 45 67, frida@hemma.example." in " ".join(text.split())
    assert f"https://arenden.example/arenden/{ref}?logga-in=1" in text


def test_of_a_protected_identity_the_officer_is_told_nothing(town: LetterTown) -> None:
    protected = Reporter(name="Frida Berg", email="frida@hemma.example", phone="070-123 45 67", protected=True)
    town.assigned(description="Den är släckt", reporter=protected)
    letter = text_of(town, town.deliveries("assigned")[-1])
    for told in ("Frida", "070-123", "släckt", "Lampan"):
        assert told not in letter.subject + letter.text + letter.html


def test_a_note_for_staff_stands_in_no_mail_but_who_is_asked_hears_of_it(town: LetterTown) -> None:
    for unit in ("gata", "byalaget"):
        ref = town.hand_in(reporter=ASKER)
        inside = {"note": "Ring Frida först", "visibility": Visibility.INTERNAL}
        town.change(ref, State.ASSIGNED, responsible=unit, **inside)
    town.plan()
    told = {text_of(town, one).to_email: text_of(town, one).text for one in town.deliveries("assigned")}
    heard = {to for to, text in told.items() if "Kontaktpersonen har skrivit något till er på ärendets sida." in text}
    assert "gata@kommun.example" in heard and "byalaget@byn.example" in set(told) - heard
    for letter in ("assigned", "news"):
        assert not any("Ring Frida" in text_of(town, one).text for one in town.deliveries(letter))


@pytest.mark.parametrize("letter", ["due_soon", "due_now", "overdue", "contested"])
def test_who_is_reminded_is_told_whom_to_ring(town: LetterTown, letter: str) -> None:
    ref = town.assigned(reporter=ASKER)
    if letter == "contested":
        town.change(ref, State.DONE, by="olle", note="Lagat")
        town.contest(ref, "Nej", at=A_TUESDAY)
        town.plan()
    else:
        for day in range(60):
            town.sweep(A_TUESDAY + timedelta(days=day))
    assert "Frida Berg, 070-123 45 67" in text_of(town, town.deliveries(letter)[0]).text


def group_case(town: LetterTown, locale: str) -> list[str]:
    """Let a case of which a group is in charge grow late; return the texts of all letters to the group."""
    ref = town.hand_in(by="kontakt", group="byalaget", reporter=ASKER, description="Den är släckt")
    town.change(ref, State.ASSIGNED, responsible="byalaget")
    town.plan()
    for day in range(60):
        town.sweep(A_TUESDAY + timedelta(days=day))
    return texts(town, locale, {"byalaget@byn.example", "berit@kommun.example"})


@pytest.mark.parametrize("locale", LOCALES)
def test_a_group_in_charge_never_gets_the_texts_of_a_department(town: LetterTown, locale: str) -> None:
    told = group_case(town, locale)
    assert len(told) > 4
    for text in told:
        assert not OF_A_DEPARTMENT.search(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_group_in_charge_reads_what_was_asked_but_not_by_whom(town: LetterTown, locale: str) -> None:
    told = group_case(town, locale)
    assert any("Den är släckt" in text for text in told)
    assert [text for text in told if "Frida Berg" in text or "070-123" in text] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_group_that_asked_a_department_is_told_that_it_is_late(town: LetterTown, locale: str) -> None:
    town.assigned(by="kontakt", group="byalaget")
    for day in range(60):
        town.sweep(A_TUESDAY + timedelta(days=day))
    sorry = {"sv": "Vi beklagar.", "en": "We are sorry."}[locale]
    assert any(sorry in text for text in texts(town, locale, {"byalaget@byn.example"}))


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("sv", "Två ärenden är försenade. Vi har samlat dem i ett mejl."),
        ("en", "Two cases are overdue. We have gathered them in one e-mail."),
    ],
)
def test_a_digest_of_reminders_says_that_cases_are_late_and_not_that_something_happened(
    town: LetterTown, locale: str, words: str
) -> None:
    for _ in range(2):
        town.assigned(by="kontakt")
    for day in range(60):
        town.sweep(A_TUESDAY + timedelta(days=day))
    found = [text_of(town, digest, locale) for digest in town.deliveries("digest")]
    told = [" ".join(letter.text.split()) for letter in found]
    assert any(words in text for text in told)
    assert not any("har hänt" in text or "happened" in text for text in told)


def test_who_is_logged_in_gets_a_receipt_that_quotes_what_they_wrote(town: LetterTown) -> None:
    own = Reporter(name="Berit Byman", email="berit@kommun.example")
    town.hand_in(by="berit", group="byalaget", reporter=own, description="Den är släckt")
    town.plan()
    assert ("berit", "receipt") in town.told("case.received")
    for delivery in town.deliveries("receipt"):
        text = text_of(town, delivery).text
        assert f"> {LAMP}" in text and "> Den är släckt" in text


def test_a_receipt_for_what_staff_wrote_down_quotes_nothing(town: LetterTown) -> None:
    town.hand_in(by="kontakt", description="Den är släckt", reporter=REPORTER)
    town.plan()
    text = text_of(town, town.deliveries("receipt")[-1]).text
    assert "Lampan" not in text and "släckt" not in text


def test_what_was_asked_is_quoted_back_once_somebody_has_read_it(town: LetterTown) -> None:
    ref = town.assigned(description="Den är släckt")
    to_frida = [text_of(town, delivery) for delivery in town.deliveries("news")]
    [letter] = [letter for letter in to_frida if letter.to_email == "frida@hemma.example"]
    assert "Så här skrev du:" in letter.text and "> Den är släckt" in letter.text
    town.change(ref, State.DONE, by="olle", note="Lagat")
    town.plan()
    assert "släckt" not in text_of(town, town.deliveries("done")[-1]).text


def test_nobody_else_gets_a_letter_about_what_they_did_themselves(town: LetterTown) -> None:
    town.hand_in(by="berit", group="byalaget", reporter=REPORTER)
    town.plan()
    assert {who for who, _ in town.told("case.received")} == {"frida", "byalaget"}


def test_letters_that_were_planned_before_are_still_sent(town: LetterTown) -> None:
    town.assigned(by="kontakt")
    with town.database.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            old = [
                {name: value for name, value in line.items() if name not in {"unit_kind", "is_own", "quotes_back"}}
                for line in delivery.context["lines"]
            ]
            delivery.context = delivery.context | {"lines": old}
    assert "Svara den som frågade" in text_of(town, town.deliveries("assigned")[-1]).text


@pytest.mark.parametrize(
    ("locale", "words", "subject"),
    [
        ("sv", "arende hos imap.example:993, INBOX har inte gått att läsa sedan", "God morgon: något behöver ses över"),
        ("en", "arende at imap.example:993, INBOX has not been readable since", "Good morning: something needs a look"),
    ],
)
def test_a_morning_names_the_mailboxes_that_cannot_be_read(
    town: LetterTown, locale: str, words: str, subject: str
) -> None:
    with town.database.transaction() as session:
        entry = Entry(municipality(session, locked=True), by=THE_CLOCK, at=A_TUESDAY)
        unread = {"arende at imap.example:993, INBOX": "2026-11-29"}
        morning = MorningCame(day="2026-12-01", all_clear=True, breaches=0, head="ab" * 32, **FIGURES)
        entry.add(replace(morning, unread_mailboxes=unread))
        entry.write(session)
    town.plan()
    letter = text_of(town, town.deliveries("morning")[-1], locale)
    assert words in " ".join(letter.text.split()) and letter.subject == subject


@pytest.mark.parametrize(("locale", "words"), [("sv", "Ärendena är: 2026-0001"), ("en", "The cases are: 2026-0001")])
def test_a_morning_with_faults_names_the_cases(town: LetterTown, locale: str, words: str) -> None:
    with town.database.transaction() as session:
        entry = Entry(municipality(session, locked=True), by=THE_CLOCK, at=A_TUESDAY)
        refs = ["2026-0001", "2026-0002"]
        entry.add(MorningCame(day="2026-12-01", all_clear=False, breaches=2, head="ab" * 32, **FIGURES, cases=refs))
        entry.write(session)
    town.plan()
    text = " ".join(text_of(town, town.deliveries("morning")[-1], locale).text.split())
    assert words in text and "ventil forgotten" not in text
