"""The list of mails that came in, by page and by API: for the desk and administrators."""

from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_pages import visitor
from support.inbound.incoming_mail import MailHouse, a_mail

from cases.case import case_to_change
from cases.states import State
from notifications.reporters import set_protection

RUT = "Rut <rut@example.se>"


@pytest.fixture
def came(mails: MailHouse) -> str:
    ref = mails.web.house.reach(State.DONE, at=datetime.now(UTC))
    letter = mails.letter_to("rut")
    mails.reply(letter, "Nej.", sender=RUT)
    mails.reply(letter, "Jag är borta.", sender=RUT, Auto_Submitted="auto-replied")
    for n in range(2):
        mails.receive(a_mail("Hej", sender="Nils <nils@hemma.example>", subject=f"Gropen {n}"))
    return ref


def test_the_api_lists_what_became_of_each_page_by_page(mails: MailHouse, came: str) -> None:
    found, cursor = [], None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        answer = mails.web.get(f"/inbound?limit=3{more}", by="contact").json
        found += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            break
    assert [one["outcome"] for one in found] == ["case", "case", "automatic", "comment"]
    assert set(found[0]) == {"id", "received_at", "sender", "subject", "outcome", "case", "seq"}
    comment = found[-1]
    assert (comment["case"], comment["sender"]) == (came, "rut@example.se")
    assert comment["seq"] == mails.web.house.case(came).unread_reply
    [one] = mails.web.get("/inbound?outcome=automatic", by="admin").json["items"]
    assert one["outcome"] == "automatic"


def test_the_api_refuses_what_it_does_not_understand(sqlite_mails: MailHouse) -> None:
    for asked in ("outcome=x", "limit=0", "cursor=x", "limit=501", "colour=red"):
        assert sqlite_mails.web.get(f"/inbound?{asked}", by="contact").status_code in {400, 422}, asked


def test_it_is_for_the_desk_and_administrators(sqlite_mails: MailHouse) -> None:
    for who, status in {"contact": 200, "admin": 200, "officer": 403, "member": 403}.items():
        assert sqlite_mails.web.get("/inbound", by=who).status_code == status, who
        assert visitor(sqlite_mails.web, who).get("/inkommet").status_code == status, who


def test_the_page_shows_them_by_outcome(mails: MailHouse, came: str) -> None:
    contact = visitor(mails.web, "contact")
    page = contact.read("/inkommet")
    for said in ("Gropen 0", "Gropen 1", "Ett nytt ärende", "En kommentar", "Ett automatiskt mejl", came, "4 mejl"):
        assert said in page
    assert "Gropen" not in contact.read("/inkommet?outcome=comment")
    assert contact.get("/inkommet?outcome=x").status_code == 422
    assert "/inkommet" in contact.get("/skrivbord").text


def test_of_somebody_protected_only_the_desk_reads_who_wrote(mails: MailHouse, came: str) -> None:
    with mails.web.database.transaction() as session:
        by = mails.web.house.actors["contact"]
        set_protection(session, case_to_change(session, came), True, "Ringde", by=by, at=datetime.now(UTC))
    for who, knows in (("contact", True), ("admin", False)):
        assert ("rut@example.se" in mails.web.get("/inbound", by=who).text) is knows
        assert ("rut@example.se" in visitor(mails.web, who).read("/inkommet")) is knows


def test_what_was_set_aside_is_tried_again(mails: MailHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr("notifications.inbound.filing.queue.file_mail", fails)
        broken.setattr("notifications.inbound.filing.queue.RETRY_AFTER", timedelta(0))
        row = mails.receive(a_mail("Lampan", sender=RUT))
    contact = visitor(mails.web, "contact")
    page = contact.read("/undanlagt")
    assert "Ett mejl som kom in" in page
    assert "Försök igen" in page
    assert contact.send(f"/undanlagt/inbound/{row.id}").status_code == 303
    assert "Nytt försök görs." in contact.read("/undanlagt")
    assert mails.row(row.id).outcome == "waiting"
