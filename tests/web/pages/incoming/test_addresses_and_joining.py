"""A dead address stands beside who asked until the desk says that it works; a case named in a subject is one click."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from support.houses.small_pages import form_as_sent, visitor
from support.inbound.incoming_mail import MailHouse, a_mail

from cases.mail_addresses import normalised
from cases.organisation.units import Unit
from cases.states import State
from notifications.addresses import ensure_addresses
from notifications.deliveries import Address
from notifications.inbound.filing.bounces import mark_dead

RUT = "Rut <rut@example.se>"
DEAD = "Mejl kommer inte fram till"


def kill(mails: MailHouse, email: str) -> None:
    with mails.web.database.transaction() as session:
        address = session.scalars(select(Address.id).where(Address.email_normalised == normalised(email))).one()
        mark_dead(session, address, "5.1.1", at=datetime.now(UTC))


def test_the_desk_revives_the_address_of_who_asked(mails: MailHouse) -> None:
    ref = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    mails.letter_to("rut")
    assert DEAD not in visitor(mails.web, "officer").read(f"/arenden/{ref}")
    kill(mails, "rut@example.se")
    page = visitor(mails.web, "officer").read(f"/arenden/{ref}")
    assert DEAD in page
    assert "Adressen fungerar" not in page
    assert visitor(mails.web, "officer").send(f"/arenden/{ref}/adressen-fungerar").status_code == 403
    contact = visitor(mails.web, "contact")
    assert "Adressen fungerar" in contact.read(f"/arenden/{ref}")
    assert contact.send(f"/arenden/{ref}/adressen-fungerar").status_code == 303
    assert DEAD not in contact.read(f"/arenden/{ref}")


def test_the_desk_revives_the_shared_mailbox_of_a_unit(mails: MailHouse) -> None:
    with mails.web.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "gata").values(email="gata@example.se"))
        ensure_addresses(session, ["gata@example.se"])
    kill(mails, "gata@example.se")
    assert DEAD in visitor(mails.web, "officer").read("/enhet/gata")
    contact = visitor(mails.web, "contact")
    assert contact.send("/enhet/gata/adressen-fungerar").status_code == 303
    assert DEAD not in contact.read("/enhet/gata")
    assert contact.send("/enhet/finns-inte/adressen-fungerar").status_code == 404


def test_people_read_that_their_address_is_dead_and_revive_it(mails: MailHouse) -> None:
    with mails.web.database.transaction() as session:
        ensure_addresses(session, ["officer@example.se"])
    officer, contact, said = visitor(mails.web, "officer"), visitor(mails.web, "contact"), "Mejl kommer inte fram till"
    assert said not in officer.read("/konto") + contact.read("/enhet/gata")
    kill(mails, "officer@example.se")
    assert f"{said} dig" in officer.read("/konto")
    assert said not in contact.read("/konto")
    assert officer.send("/konto/adressen-fungerar").status_code == 303
    assert said not in officer.read("/konto")


@pytest.mark.parametrize("who", ["contact", "admin"])
def test_the_desk_and_administrators_revive_the_address_of_a_person(sqlite_mails: MailHouse, who: str) -> None:
    web = sqlite_mails.web
    with web.database.transaction() as session:
        ensure_addresses(session, ["officer@example.se"])
    kill(sqlite_mails, "officer@example.se")
    said, path = "Mejl har inte kommit fram till Officer", f"/personer/{web.person_id('officer')}/adressen-fungerar"
    assert said not in visitor(web, "officer").read("/enhet/gata")
    assert said in visitor(web, "head").read("/enhet/gata")
    assert visitor(web, "head").send(path).status_code == 403
    by = visitor(web, who)
    assert said in by.read("/enhet/gata")
    assert by.send(path).status_code == 303
    assert said not in by.read("/enhet/gata")
    assert by.send("/personer/999/adressen-fungerar").status_code == 404


def test_a_case_named_in_the_subject_is_joined_by_one_button(mails: MailHouse) -> None:
    named = mails.web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    ref = mails.ref_of(mails.receive(a_mail("Samma lampa.", sender=RUT, subject=f"Angående {named}")))
    assert "Hör det till" not in visitor(mails.web, "officer").read(f"/arenden/{ref}")
    contact = visitor(mails.web, "contact")
    page = contact.get(f"/arenden/{ref}").text
    assert f"Hör det till {named}?" in page
    first = page.partition('aria-labelledby="hor-till"')[2].partition("</form>")[0]
    form = form_as_sent(first, f"/arenden/{ref}/steg")
    assert contact.send(f"/arenden/{ref}/steg", **form).status_code == 303
    case = mails.web.house.case(ref)
    assert (case.state, case.merged_into_id) == (State.MERGED, mails.web.house.case(named).id)


@pytest.mark.parametrize("subject", ["2020-9999", "tel 070-2026-00001", "Lampan"])
def test_nothing_is_proposed_for_what_is_no_open_case(sqlite_mails: MailHouse, subject: str) -> None:
    ref = sqlite_mails.ref_of(sqlite_mails.receive(a_mail("Hej", sender=RUT, subject=subject)))
    assert "Hör det till" not in visitor(sqlite_mails.web, "contact").read(f"/arenden/{ref}")


def test_nothing_is_proposed_for_a_case_that_has_ended(mails: MailHouse) -> None:
    ended = mails.web.house.reach(State.DECLINED, at=datetime.now(UTC))
    ref = mails.ref_of(mails.receive(a_mail("Hej", sender=RUT, subject=f"Ärende {ended}")))
    assert "Hör det till" not in visitor(mails.web, "contact").read(f"/arenden/{ref}")
