"""What an officer's mail program answered stands beside their name, for staff, and nothing follows from it."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.inbound.incoming_mail import MailHouse

from cases.organisation.automatic_replies import SHOWN_FOR
from cases.organisation.people import Person
from cases.states import State
from notifications.inbound_mail import InboundOutcome

SAID, BY_MACHINE = "borta enligt automatiskt svar", {"Auto_Submitted": "auto-replied"}
WORDS = "Jag är ledig till den 7 december. Ring Gata och park."


@pytest.fixture
def ref(web: Web) -> str:
    """A case of which an officer was told, and whose mail program answered."""
    mails = MailHouse(web)
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    row = mails.reply(mails.letter_to("officer"), WORDS, sender="Officer <officer@example.se>", **BY_MACHINE)
    assert row is not None
    assert row.outcome is InboundOutcome.AUTOMATIC
    return ref


def page_of(web: Web) -> str:
    return f"/personer/{web.person_id('officer')}/automatiskt-svar"


def officer_of(web: Web) -> Person:
    with web.database.reading() as session:
        return session.get_one(Person, web.person_id("officer"))


def test_staff_read_it_beside_the_name_and_one_click_away_what_it_said(web: Web, ref: str) -> None:
    contact = visitor(web, "contact")
    for path in (f"/arenden/{ref}", "/arenden?col=ref&col=officer"):
        assert SAID in contact.read(path), path
        assert page_of(web) in contact.get(path).text
    shown = contact.read(page_of(web))
    assert WORDS in shown
    assert "skrev Kommunen" not in shown
    assert SAID not in visitor(web).read(f"/arende/{web.house.case(ref).public_id}")
    assert visitor(web, "member").get(page_of(web)).status_code == 403


def test_nothing_else_follows(web: Web, ref: str) -> None:
    noted, before = officer_of(web), MailHouse(web).count_letters_to("officer")
    assert (noted.away_from, noted.away_until) == (None, None)
    web.house.change(ref, State.IN_PROGRESS, by="contact", at=datetime.now(UTC), note="Börjat")
    assert MailHouse(web).count_letters_to("officer") == before + 1
    assert officer_of(web).auto_reply_at is not None


def test_it_goes_once_they_act_themselves(web: Web, ref: str) -> None:
    visitor(web, "officer").send(f"/arenden/{ref}/kommentar", text="Jag är här", visibility="internal")
    assert officer_of(web).auto_reply_at is None
    contact = visitor(web, "contact")
    assert SAID not in contact.read(f"/arenden/{ref}")
    assert contact.get(page_of(web)).status_code == 404


def test_what_somebody_else_does_lets_it_stand(sqlite_web: Web) -> None:
    with sqlite_web.database.transaction() as session:
        session.get_one(Person, sqlite_web.person_id("officer")).auto_reply_at = datetime.now(UTC)
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    visitor(sqlite_web, "contact").send(f"/arenden/{ref}/kommentar", text="Hej", visibility="internal")
    assert officer_of(sqlite_web).auto_reply_at is not None
    assert "Mejlet är raderat." in visitor(sqlite_web, "contact").read(page_of(sqlite_web))


def test_after_two_weeks_it_is_shown_no_more(sqlite_web: Web) -> None:
    with sqlite_web.database.transaction() as session:
        officer = session.get_one(Person, sqlite_web.person_id("officer"))
        officer.auto_reply_at = datetime.now(UTC) - SHOWN_FOR - timedelta(minutes=1)
    ref = sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    assert SAID not in visitor(sqlite_web, "contact").read(f"/arenden/{ref}")


@pytest.mark.parametrize(
    ("sender", "headers"),
    [("officer@example.se", {}), ("somebody@else.example", BY_MACHINE), ("rut@example.se", BY_MACHINE)],
)
def test_what_a_person_wrote_or_another_address_says_notes_nothing(
    sqlite_web: Web, sender: str, headers: dict[str, str]
) -> None:
    mails = MailHouse(sqlite_web)
    sqlite_web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    mails.reply(mails.letter_to("officer"), "Borta", sender=sender, **headers)
    assert officer_of(sqlite_web).auto_reply_at is None
