"""Erasing a case: what was known of the people in it is nowhere any more, on either database, down to the files."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import select
from support.canaries import CANARY, DECISION, FORMER, FORMER_PHONE, dumped, erase_all, holds, on_disk, send
from support.files_to_send import PDF
from support.houses.small_pages import visitor, words
from support.houses.small_web import Web
from support.inbound.incoming_mail import MailHouse
from support.letters.letter_answers import letters_to

from cases.access.tokens import Link, link_token
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.database.clock import present
from cases.files.attachments import Attachment
from cases.following import stop_following
from cases.history.journal import Event
from cases.parties import Follower, Party
from cases.states import State
from notifications.deliveries import Address, Delivery, Outcome
from notifications.inbound_mail import InboundOutcome
from workers.relay.draining import drain_outbox


@pytest.fixture
def ref(web: Web) -> str:
    """A case with a canary in every field, that was lived through letters, search, files and a kept answer."""
    body = {
        "kind": "issue",
        "title": "kanarietitel vid bron",
        "description": "kanariebeskrivning av felet",
        "reporter": {"name": "kanarienamn", "email": "kanarie.mejl@example.se", "phone": "0765-43 21 98"},
    }
    answer = web.post("/cases", body, headers={"Idempotency-Key": "kanarie-nyckel"})
    ref, key = answer.json["ref"], answer.json["public_id"]
    live(web, ref, key)
    send(web)
    return ref


def live(web: Web, ref: str, key: str) -> None:
    contact = visitor(web, "contact")
    contact.send(f"/arenden/{ref}/filer", files=(BytesIO(PDF), "kanariefil.pdf"))
    web.post(f"/cases/{key}/comments", {"text": "kanariekommentar"}, headers={"Idempotency-Key": "kanarie-2"})
    web.patch(f"/cases/{ref}", {"published": True}, by="contact")
    web.post(f"/cases/{ref}/followers", {"email": "kanarie.foljare@example.se"})
    send(web)
    with web.database.reading() as session:
        link = session.scalars(select(Link).where(Link.purpose == "follow").order_by(Link.id.desc())).first()
        token = link_token(link, web.settings.secret_key)
    assert visitor(web).send(f"/folj/{token}").status_code in {200, 303}
    web.house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se", note="kanarienot")
    version = web.house.case(ref).version
    waits = {"name": "kanariemyndighet", "their_ref": "kanarieref"}
    change = {"to": "waiting", "waiting_for": waits, "note": "kanariefraga", "version": version}
    assert web.post(f"/cases/{ref}/changes", change, by="officer").status_code == 200
    assert CANARY in visitor(web, "contact").read("/sok?q=kanariekommentar")
    write_by_mail(web)


def write_by_mail(web: Web) -> None:
    """Let a mail come in from who asked, about a letter that they got."""
    send(web)
    letter = letters_to(web, "kanarie.mejl")[-1]
    filed = MailHouse(web).reply(letter, "kanariemejl", sender="kanarienamn <kanarie.mejl@example.se>")
    assert filed is not None
    assert filed.outcome == InboundOutcome.COMMENT
    assert b"kanariemejl" in filed.raw


@pytest.fixture
def corrected_ref(web: Web) -> str:
    """A case in which each field held another canary before it was corrected or replaced."""
    former = {"name": "bofinknamn", "email": "bofink.mejl@example.se", "phone": FORMER_PHONE}
    body = {"kind": "issue", "title": "bofinktitel", "description": "bofinkbeskrivning", "reporter": former}
    answer = web.post("/cases", body, headers={"Idempotency-Key": "bofink-nyckel"})
    ref, key = answer.json["ref"], answer.json["public_id"]
    send(web)
    leave_behind(web, ref)
    put_right(web, ref, name="bofinknamn", email="bofink.tva+tagg@example.se", phone=FORMER_PHONE)
    put_right(web, ref, name="bofinknamn", email="", phone=FORMER_PHONE)
    put_right(web, ref, name="kanarienamn", email="kanarie.mejl@example.se", phone="0765-43 21 98")
    send(web)
    live(web, ref, key)
    send(web)
    return ref


def leave_behind(web: Web, ref: str) -> None:
    """Live the case through what is replaced later: a title, followers, whom it waited for, an answer that is kept."""
    web.patch(f"/cases/{ref}", {"published": True}, by="contact")
    for who in ("avslutad", "obekraftad"):
        web.post(f"/cases/{ref}/followers", {"email": f"bofink.{who}@example.se"}, headers={"Idempotency-Key": who})
    send(web)
    with web.database.reading() as session:
        links = session.scalars(select(Link).where(Link.purpose == "follow").order_by(Link.id)).all()
        token = link_token(links[0], web.settings.secret_key)
    assert visitor(web).send(f"/folj/{token}").status_code == 200
    web.house.change(ref, State.ASSIGNED, responsible="gata", officer="officer@example.se", note="bofinknot")
    waits = {"name": "bofinkmyndighet", "their_ref": "bofinkref"}
    version = web.house.case(ref).version
    change = {"to": "waiting", "waiting_for": waits, "note": "bofinkfraga", "version": version}
    kept = web.post(f"/cases/{ref}/changes", change, by="officer", headers={"Idempotency-Key": "bofink-vantan"})
    assert kept.status_code == 200, kept.text
    send(web)
    with web.database.transaction() as session:
        stop_following(session, session.scalars(select(Follower).order_by(Follower.id)).first(), at=datetime.now(UTC))
    web.patch(f"/cases/{ref}", {"title": "kanarietitel"}, by="contact", headers={"Idempotency-Key": "bofink-titel"})
    web.house.comment(ref, "bofinkkommentar", by="officer")
    drain_outbox(web.database)  # and not sent: the letter waits while the address is corrected


def put_right(web: Web, ref: str, **details: str) -> None:
    form = {f"asker_{name}": value for name, value in {**details, "why": "bofinkskäl"}.items()}
    assert visitor(web, "contact").send(f"/arenden/{ref}/den-som-fragade", **form).status_code == 303
    drain_outbox(web.database)


def test_nothing_of_it_is_left_in_any_table_or_file(web, ref, tmp_path, capfd):
    assert set(holds(dumped(web.database))) == {CANARY, "0765-43 21 98"}
    capfd.readouterr()
    erase_all(web, ref)
    assert not holds(dumped(web.database))
    send(web)
    assert not holds(dumped(web.database))
    said = capfd.readouterr()
    assert not holds((said.out + said.err).encode())
    assert on_disk(web, tmp_path) == {}


def test_nothing_is_left_of_what_was_corrected_before(web, corrected_ref, tmp_path):
    assert FORMER in holds(dumped(web.database))
    erase_all(web, corrected_ref)
    assert not holds(dumped(web.database))
    send(web)
    assert not holds(dumped(web.database))
    assert on_disk(web, tmp_path) == {}


def test_a_former_address_goes_with_who_asked_and_stays_if_somebody_else_has_it(web, corrected_ref):
    web.case(title="Annat", reporter={"name": "Bo", "email": "Bofink.Mejl@example.se"})
    put_right(web, corrected_ref, name="", email="", phone="")
    contact = visitor(web, "contact")
    assert 'name="reporter"' in contact.get(f"/arenden/{corrected_ref}/radera").text
    assert contact.send(f"/arenden/{corrected_ref}/radera", reporter="1", decision=DECISION).status_code == 303
    assert 'name="reporter"' not in contact.get(f"/arenden/{corrected_ref}/radera").text
    with web.database.reading() as session:
        kept = set(session.scalars(select(Address.email_normalised)))
    mine = {address for address in kept if FORMER in address or CANARY in address}
    followers = {"bofink.avslutad@example.se", "bofink.obekraftad@example.se", "kanarie.foljare@example.se"}
    assert mine == {"bofink.mejl@example.se", *followers}


@pytest.mark.parametrize("page", ["radera", ""])
def test_no_two_elements_of_a_page_have_the_same_id(web, corrected_ref, page):
    ids = re.findall(
        r'\sid="([^"]*)"', visitor(web, "contact").get(f"/arenden/{corrected_ref}/{page}".rstrip("/")).text
    )
    assert sorted(ids) == sorted(set(ids))


def test_the_history_stays_whole_and_says_on_which_decision_it_rests(web, ref):
    erase_all(web, ref)
    with web.database.reading() as session:
        assert find_forgotten(session, present(session)) == []
        last = session.scalars(select(Event).where(Event.type == "case.words_erased")).one()
        assert last.facts["decision"] == DECISION
        assert set(last.facts["also"]) == {"reporter", "files", "followers", "waiting_name", "mail"}
        case = session.scalars(select(Case)).one()
        assert (case.title, case.waiting_name, case.waiting_their_ref) == ("(raderat)", "(raderat)", None)
        assert session.scalars(select(Attachment.id)).all() == []
        assert {(party.name, party.email, party.phone) for party in session.scalars(select(Party))} == {(None,) * 3}
        assert session.scalars(select(Follower.ended_at)).one() is not None
    assert visitor(web, "contact").get(f"/arenden/{ref}").status_code == 200
    assert visitor(web, "contact").get(f"/arenden/{ref}/radera").status_code == 200
    again = web.post("/cases", {"kind": "issue", "title": "Annat"}, headers={"Idempotency-Key": "kanarie-nyckel"})
    assert again.status_code in {201, 422}


def test_one_can_erase_who_asked_and_keep_the_words(web, ref):
    contact = visitor(web, "contact")
    assert contact.send(f"/arenden/{ref}/radera", reporter="1", decision=DECISION).status_code == 303
    page = contact.read(f"/arenden/{ref}")
    assert "kanarietitel" in page and "kanarienamn" not in page
    with web.database.reading() as session:
        kept = session.scalars(select(Address.email_normalised)).all()
        assert "kanarie.mejl@example.se" not in kept
        assert "kanarie.foljare@example.se" in kept
        assert session.scalars(select(Attachment.name)).all() == ["kanariefil.pdf"]


def test_one_can_erase_a_text_and_keep_who_asked(web, ref):
    comment = next(event for event in web.house.events(ref) if event.type == "case.commented")
    form = {"event": str(comment.seq), "decision": DECISION}
    assert visitor(web, "contact").send(f"/arenden/{ref}/radera", **form).status_code == 303
    page = visitor(web, "contact").read(f"/arenden/{ref}")
    assert "kanariekommentar" not in page and "kanarienamn" in page and "kanariefil.pdf" in page


def test_one_can_erase_a_file_by_its_name(web, ref, tmp_path):
    [attached] = [event for event in web.house.events(ref) if event.type == "case.attached"]
    contact = visitor(web, "contact")
    assert "kanariefil.pdf" in contact.read(f"/arenden/{ref}/radera")
    assert contact.send(f"/arenden/{ref}/radera", event=str(attached.seq), decision=DECISION).status_code == 303
    page = contact.read(f"/arenden/{ref}")
    assert "kanariefil.pdf" not in page and "kanarienamn" in page
    assert [path for path in (web.settings.var / "attachments").rglob("*") if path.is_file()] == []


def test_an_address_that_somebody_else_has_too_stays(web, ref):
    web.case(title="Annat", reporter={"name": "Samma", "email": "Kanarie.Mejl@example.se"})
    erase_all(web, ref)
    with web.database.reading() as session:
        assert "kanarie.mejl@example.se" in session.scalars(select(Address.email_normalised)).all()


def test_what_waits_for_who_is_erased_is_not_sent(web, ref):
    web.house.change(ref, State.DONE, by="officer", note="kanarienyhet")
    drain_outbox(web.database)
    erase_all(web, ref)
    with web.database.reading() as session:
        waiting = select(Delivery).where(Delivery.outcome == Outcome.WAITING)
        assert {delivery.party_id for delivery in session.scalars(waiting)} <= {None}
        suppressed = select(Delivery.reason).where(Delivery.outcome == Outcome.SUPPRESSED)
        assert "erased by decision" in session.scalars(suppressed).all()


def test_what_is_to_be_erased_must_be_said(sqlite_web):
    ref = sqlite_web.case()["ref"]
    for lang, said in (("sv", "Välj ett alternativ."), ("en", "Choose one.")):
        contact = visitor(sqlite_web, "contact")
        contact.get(f"/?lang={lang}")
        answer = contact.send(f"/arenden/{ref}/radera", decision=DECISION)
        assert answer.status_code == 422
        assert said in words(answer.text), words(answer.text)[:600]
