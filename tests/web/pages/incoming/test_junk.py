"""Likely junk has a pile of its own, is ended several at once, and is in no figures, on no agenda and not public."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from support.houses.small_pages import stamp, visitor
from support.inbound.incoming_mail import MailHouse, a_mail

from cases.public.figures.counting import count_groups
from cases.public.figures.groups import ALL, CaseGroup, Figure
from cases.states import State
from notifications.deliveries import Delivery

SPAM = "Sälj <salj@reklam.example>"


@pytest.fixture
def junk(mails: MailHouse) -> list[str]:
    rows = [
        mails.receive(a_mail(f"Köp {n}", sender=SPAM, subject=f"Erbjudande {n}", X_Spam_Flag="YES")) for n in range(3)
    ]
    return [mails.ref_of(row) for row in rows]


def test_it_has_a_pile_of_its_own_and_is_in_no_other(mails: MailHouse, junk: list[str]) -> None:
    real = mails.web.house.hand_in("Lampan", at=datetime.now(UTC))
    contact = visitor(mails.web, "contact")
    for pile in ("inkommet", "alla", "snart"):
        assert not [ref for ref in junk if ref in contact.read(f"/skrivbord?del={pile}")]
    assert real in contact.read("/skrivbord?del=inkommet")
    pile = contact.read("/skrivbord?del=skrap")
    assert all(ref in pile for ref in junk)
    assert real not in pile
    assert all(ref in contact.read("/arenden?junk=1") for ref in junk)
    assert not [ref for ref in junk if ref in contact.read("/arenden?junk=0")]
    page = contact.read(f"/arenden/{junk[0]}")
    assert "Fördela det som vanligt om det är på riktigt." in page
    assert mails.web.get(f"/cases/{junk[0]}", by="contact").json["junk"] is True


def test_several_are_ended_at_once_and_nobody_outside_hears(mails: MailHouse, junk: list[str]) -> None:
    contact = visitor(mails.web, "contact")
    assert "Erbjudande 0" in contact.read("/skrivbord/skrappost")
    assert contact.get("/skrivbord/skrappost?alla=1").text.count("checked") >= len(junk)
    form = {"ref": junk[:2], "note": "Reklam", "stamp": stamp(mails.web)}
    assert contact.send("/skrivbord/skrappost", **form).status_code == 303
    assert "2 ärenden avslutades." in contact.read("/skrivbord?del=skrap")
    states = [mails.web.house.case(ref).state for ref in junk]
    assert states == [State.DECLINED, State.DECLINED, State.RECEIVED]
    mails.count_letters_to("contact")
    with mails.web.database.reading() as session:
        assert session.scalars(select(func.count()).where(Delivery.party_id.is_not(None))).one() == 0


def test_none_is_ended_without_a_choice_or_a_reason_or_when_it_was_taken_on(mails: MailHouse, junk: list[str]) -> None:
    contact = visitor(mails.web, "contact")
    for form in ({"note": "Reklam"}, {"ref": junk, "note": " "}):
        answer = contact.send("/skrivbord/skrappost", stamp=stamp(mails.web), **form)
        assert answer.status_code == 422
    mails.web.house.change(junk[0], State.ASSIGNED, at=datetime.now(UTC), responsible="gata")
    form = {"ref": junk[0], "note": "Reklam", "stamp": stamp(mails.web)}
    assert contact.send("/skrivbord/skrappost", **form).status_code == 303
    assert [mails.web.house.case(ref).state for ref in junk] == [State.ASSIGNED, State.RECEIVED, State.RECEIVED]


def test_it_is_neither_published_nor_put_on_an_agenda_by_hand(mails: MailHouse, junk: list[str]) -> None:
    contact = visitor(mails.web, "contact")
    for path in ("publicera", "dagordning"):
        answer = contact.send(f"/arenden/{junk[0]}/{path}")
        assert answer.status_code == 409
        assert "Fördela det som vanligt om det är på riktigt" in answer.text
    assert contact.get(f"/arenden/{junk[0]}/publicera").status_code == 409
    page = contact.get(f"/arenden/{junk[0]}").text
    assert f"/arenden/{junk[0]}/publicera" not in page
    assert f"/arenden/{junk[0]}/dagordning" not in page
    case = mails.web.house.case(junk[0])
    assert case.published_at is None


def test_it_is_in_no_figures_until_somebody_takes_it_on(mails: MailHouse, junk: list[str]) -> None:
    assert received(mails) == 0
    visitor(mails.web, "contact").send("/skrivbord/skrappost", ref=junk[1], note="Reklam", stamp=stamp(mails.web))
    assert received(mails) == 0, "nor when it has ended"
    mails.web.house.change(junk[0], State.ASSIGNED, at=datetime.now(UTC), responsible="gata")
    assert received(mails) == 1


def received(mails: MailHouse) -> int:
    """Return how many cases the public figures count."""
    with mails.web.database.reading() as session:
        counts = count_groups(session, datetime.now(UTC)).get(CaseGroup(ALL))
    return counts.figures[Figure.RECEIVED] if counts else 0
