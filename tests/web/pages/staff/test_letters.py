"""Pages about letters: who was told, calls to make, set aside, the local mailbox, following."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from support.houses.logging_in import ask
from support.houses.small_pages import fields_of, visitor, words
from support.houses.small_web import open_web
from support.meetings.meeting_acts import MeetingActs

from cases.access.tokens import FOLLOW, UNFOLLOW, Link, link_token, make_link
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.organisation.municipality import municipality
from cases.parties import Follower
from cases.states import State
from cases.village.forum.convening.inviting import Invitee
from notifications.deliveries import Address, Delivery, Outcome
from notifications.letters.catalogue import LETTERS
from notifications.planning.planning import plan_events
from notifications.sending.local_mailbox import Mailbox, MailboxReader
from notifications.sending.sending import transport_from
from web.language.labels import LETTERS as LETTERS_ON_SCREEN
from workers.relay.draining import drain_deliveries


def plan_all(web):
    with web.database.transaction() as session:
        plan_events(session, session.scalars(select(Event.id).order_by(Event.id)).all())


def test_the_timeline_tells_staff_who_was_told(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    plan_all(sqlite_web)
    page = visitor(sqlite_web, "contact").read(f"/arenden/{ref}")
    assert "den som frågade: väntar på att skickas" in page
    public_id = sqlite_web.house.case(ref).public_id
    assert "väntar på att skickas" not in visitor(sqlite_web).read(f"/arende/{public_id}")


def test_the_timeline_says_why_nobody_need_ring(sqlite_web):
    nils = Reporter(name="Nils", phone="0500-44 55 66")
    ref = sqlite_web.house.reach(State.ASSIGNED, reporter=nils, channel="phone")
    plan_all(sqlite_web)
    page = visitor(sqlite_web, "contact").read(f"/arenden/{ref}")
    assert "den som frågade: inte skickat, fick veta det när de ringde" in page


def test_those_without_mail_are_rung_and_ticked_off(sqlite_web):
    nils = Reporter(name="Nils", phone="0500-44 55 66")
    ref = sqlite_web.house.reach(State.DECLINED, reporter=nils)
    plan_all(sqlite_web)
    contact = visitor(sqlite_web, "contact")
    page = contact.read("/ring")
    assert all(said in page for said in ("Nils", "0500-44 55 66", ref))
    html = contact.get("/ring").text
    [number], [last] = re.findall(r"/ring/(\d+)", html), re.findall(r'name="last" value="(\d+)"', html)
    assert contact.send(f"/ring/{number}", last=last).status_code == 303
    assert "Ingen att ringa" in contact.read("/ring")
    assert contact.send(f"/ring/{number}", last=last).status_code == 404


def test_every_letter_has_a_name_on_screen():
    assert LETTERS_ON_SCREEN.keys() == LETTERS.keys()


def test_what_is_set_aside_says_what_to_whom_and_why_and_is_sent_again(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    plan_all(sqlite_web)
    with sqlite_web.database.transaction() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.channel == "mail")).first()
        delivery.outcome, delivery.reason = Outcome.SET_ASIDE, "550 finns inte"
        number, letter = delivery.id, delivery.letter
        to = session.get(Address, delivery.address_id).email
    contact = visitor(sqlite_web, "contact")
    page = contact.read("/undanlagt")
    assert letter == "receipt"
    assert all(said in page for said in ("Ett mejl: kvitto", "550 finns inte", to, ref))
    assert contact.send(f"/undanlagt/delivery/{number}").status_code == 303
    assert "Allt har skickats eller är på väg" in contact.read("/undanlagt")
    assert contact.send(f"/undanlagt/delivery/{number}").status_code == 404
    assert contact.send("/undanlagt/hemligt/1").status_code == 404


def test_the_address_of_who_is_protected_is_set_aside_for_contact_persons_only(sqlite_web):
    siv = Reporter("Siv", "siv@hemma.example", protected=True)
    sqlite_web.house.reach(State.ASSIGNED, reporter=siv)
    plan_all(sqlite_web)
    with sqlite_web.database.transaction() as session:
        to_siv = select(Delivery).join(Address).where(Address.email_normalised == "siv@hemma.example")
        for delivery in session.scalars(to_siv):
            delivery.outcome, delivery.reason = Outcome.SET_ASIDE, "550 siv@hemma.example finns inte"
    assert "siv@hemma.example" in visitor(sqlite_web, "contact").read("/undanlagt")
    page = visitor(sqlite_web, "admin").read("/undanlagt")
    assert "siv@hemma.example" not in page
    assert "550" in page


@pytest.fixture
def letter(sqlite_web):
    """The file name of a letter in the demonstration's mailbox."""
    with sqlite_web.database.transaction() as session:
        municipality(session).demonstration = True
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hus@example.se", "rut@example.se", "Kvitto på ditt ärende"
    message["Message-ID"] = "<1@example.se>"
    message.set_content("Hej! http://127.0.0.1:8000/arende/x <b>inte fet</b>")
    message.add_alternative("<p style='color:red'>Hej</p><script>alert(1)</script>", subtype="html")
    return Mailbox(sqlite_web.settings.var / "mailbox").keep(message.as_bytes())


def test_the_mailbox_is_read_in_the_browser(sqlite_web, letter):
    assert "Kvitto på ditt ärende" in visitor(sqlite_web).read("/brevlada")
    page = visitor(sqlite_web).get(f"/brevlada/{letter}")
    assert '<a href="http://127.0.0.1:8000/arende/x"' in page.text
    assert "<b>inte fet</b>" in words(page.text) or "&lt;b&gt;" in page.text
    assert visitor(sqlite_web).get("/brevlada/..%2Fventil.eml").status_code == 404


def test_a_letters_html_is_locked_up(sqlite_web, letter):
    frame = visitor(sqlite_web).get(f"/brevlada/{letter}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_with_a_mail_server_there_is_no_mailbox(sqlite_web, letter, tmp_path):
    other = open_web(sqlite_web.settings.database_url, tmp_path, smtp_url="smtp://127.0.0.1:2525")
    assert visitor(other, "admin").get("/brevlada").status_code == 404
    other.database.close()


def keep_log_in_letter(web, to, number):
    """Keep a log-in letter to this address in the mailbox, as it is sent; return the name of its file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hus@example.se", to, "Logga in hos Kommunen"
    message["Message-ID"] = f"<login.{number}@example.se>"
    message.set_content(f"Logga in:\nhttp://127.0.0.1:8000/logga-in/{'a' * 43}\n", cte="quoted-printable")
    message.add_alternative(f"<a href='http://127.0.0.1:8000/logga-in/{'a' * 43}'>in</a>", subtype="html", cte="base64")
    return Mailbox(web.settings.var / "mailbox").keep(message.as_bytes())


def test_no_administrator_reads_the_log_in_letters_of_others(sqlite_web, letter):
    with sqlite_web.database.transaction() as session:
        municipality(session).demonstration = False
    theirs = keep_log_in_letter(sqlite_web, "Rut <contact@example.se>", 1)
    own = keep_log_in_letter(sqlite_web, "Admin <admin@example.se>", 2)
    admin = visitor(sqlite_web, "admin")
    listed = admin.get("/brevlada").text
    assert letter not in listed, "it has the key of a case"
    assert own in listed
    assert theirs not in listed
    assert "någon annans privata länk" in words(listed)
    for path in ("/brevlada/{}", "/brevlada/{}/html"):
        assert admin.get(path.format(theirs)).status_code == 404
        assert admin.get(path.format(own)).status_code == 200
        assert visitor(sqlite_web, "contact").get(path.format(own)).status_code == 404


def test_in_the_demonstration_all_letters_are_read(sqlite_web, letter):
    theirs = keep_log_in_letter(sqlite_web, "contact@example.se", 1)
    assert theirs in visitor(sqlite_web).get("/brevlada").text
    assert visitor(sqlite_web).get(f"/brevlada/{theirs}").status_code == 200


def test_a_log_in_letter_as_it_is_sent_is_known(sqlite_web):
    ask(sqlite_web.browser())
    plan_all(sqlite_web)
    drain_deliveries(sqlite_web.database, transport_from(sqlite_web.settings))
    mailbox = Mailbox(sqlite_web.settings.var / "mailbox")
    assert [one.to for one in mailbox.letters(reader=MailboxReader("contact@example.se"))] == ["contact@example.se"]
    assert mailbox.letters(reader=MailboxReader("admin@example.se")) == []


def test_nobody_reads_the_link_with_which_another_answers_an_invitation(sqlite_web):
    now = datetime.now(UTC)
    guest, seat, admin = "gast@example.org", "representative@example.se", "admin@example.se"
    MeetingActs(sqlite_web.house).call(now.date() + timedelta(days=30), invited=(Invitee(guest),), at=now)
    plan_all(sqlite_web)
    drain_deliveries(sqlite_web.database, transport_from(sqlite_web.settings))
    mailbox = Mailbox(sqlite_web.settings.var / "mailbox")
    assert {guest, seat} <= {one.to for one in mailbox.letters()}
    for who, reads in ((seat, {seat}), (admin, set())):
        assert {one.to for one in mailbox.letters(reader=MailboxReader(who))} & {guest, seat} == reads


@pytest.mark.parametrize("protected", [True, False])
def test_no_administrator_reads_keys_and_one_time_links_of_others(sqlite_web, protected):
    rut = Reporter("Rut", "rut@hemma.example", protected=protected)
    ref = sqlite_web.house.reach(State.ASSIGNED, group="norrby", reporter=rut)
    if not protected:
        with sqlite_web.database.transaction() as session:
            by, at = sqlite_web.house.actors["contact"], datetime(2026, 3, 3, tzinfo=UTC)
            correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=at)
        visitor(sqlite_web).send(f"/arenden/{ref}/folj", email="granne@hemma.example")
    plan_all(sqlite_web)
    drain_deliveries(sqlite_web.database, transport_from(sqlite_web.settings))
    mailbox = Mailbox(sqlite_web.settings.var / "mailbox")
    sent = {one.to: one.name for one in mailbox.letters()}
    outside = {to for to in sent if "hemma.example" in to}
    assert len(outside) == (1 if protected else 2)
    admin = visitor(sqlite_web, "admin")
    listed = admin.get("/brevlada").text
    assert "hemma.example" not in listed
    assert "member@example.se" in listed
    for to in outside:
        assert {admin.get(f"/brevlada/{sent[to]}{part}").status_code for part in ("", "/html")} == {404}
    assert sqlite_web.house.case(ref).public_id not in listed


def test_the_address_of_who_is_protected_is_hidden_without_a_link_too(sqlite_web):
    sqlite_web.house.hand_in(by="contact", reporter=Reporter("Siv", "Siv@hemma.example", protected=True))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hus@example.se", "siv@hemma.example", "Hej"
    message["Message-ID"] = "<2@example.se>"
    message.set_content("Hej!")
    name = Mailbox(sqlite_web.settings.var / "mailbox").keep(message.as_bytes())
    admin = visitor(sqlite_web, "admin")
    assert "hemma.example" not in admin.get("/brevlada").text
    assert admin.get(f"/brevlada/{name}").status_code == 404


def test_a_demonstration_that_others_reach_is_open_to_nobody(sqlite_web, letter, tmp_path):
    other = open_web(sqlite_web.settings.database_url, tmp_path, base_url="https://arenden.example.se")
    there = {"base_url": "https://arenden.example.se"}
    browser = other.browser()
    page = browser.get("/logga-in", **there)
    assert "demo-login" not in page.text
    form = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1], "person": "1"}
    assert browser.post("/demo-login", data=form, **there).status_code == 404
    assert browser.get("/brevlada", **there).status_code == 404
    assert browser.get(f"/brevlada/{letter}", **there).status_code == 404
    other.database.close()


@pytest.fixture
def published(sqlite_web):
    """A published case."""
    ref = sqlite_web.house.reach(State.ASSIGNED)
    with sqlite_web.database.transaction() as session:
        by, at = sqlite_web.house.actors["contact"], datetime(2026, 3, 3, tzinfo=UTC)
        correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=at)
    return ref


def token(web, purpose):
    with web.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.purpose == purpose)).first()
        if link is None:
            follower = session.scalars(select(Follower)).one()
            key = web.settings.secret_key
            link = make_link(session, purpose, key=key, at=datetime.now(UTC), follower_id=follower.id)
        return link_token(link, web.settings.secret_key)


def follower(web):
    with web.database.reading() as session:
        return session.scalars(select(Follower)).one()


def test_following_is_confirmed_by_a_button(sqlite_web, published):
    anybody = visitor(sqlite_web)
    assert anybody.send(f"/arenden/{published}/folj", email="follower@example.se").status_code == 303
    path = f"/folj/{token(sqlite_web, FOLLOW)}"
    assert f"Följa ärende {published}?" in anybody.read(path)
    assert follower(sqlite_web).confirmed_at is None
    assert f"Du följer ärende {published}" in words(anybody.send(path).text)
    assert follower(sqlite_web).confirmed_at is not None
    assert anybody.send(path).status_code == 410


def test_the_pages_on_following_name_the_case_and_lead_to_it(sqlite_web, published):
    title = sqlite_web.house.case(published).title
    anybody, link = visitor(sqlite_web), f'<a href="/arenden/{published}">{title}</a>'
    anybody.send(f"/arenden/{published}/folj", email="follower@example.se")
    path = f"/folj/{token(sqlite_web, FOLLOW)}"
    assert title in anybody.read(path)
    assert link in anybody.send(path).text
    path = f"/sluta-folja/{token(sqlite_web, UNFOLLOW)}"
    assert title in anybody.read(path)
    assert link in anybody.send(path).text


def test_what_is_not_published_any_more_is_not_named(sqlite_web, published):
    title = sqlite_web.house.case(published).title
    visitor(sqlite_web).send(f"/arenden/{published}/folj", email="follower@example.se")
    assert visitor(sqlite_web, "contact").send(f"/arenden/{published}/avpublicera").status_code == 303
    answer = visitor(sqlite_web).send(f"/folj/{token(sqlite_web, FOLLOW)}")
    assert (answer.status_code, title in answer.text) == (200, False)


def test_who_is_logged_in_finds_their_address_filled_in(sqlite_web, published):
    for who in ("member", "officer"):
        email = sqlite_web.house.actors[who].email
        shown = fields_of(visitor(sqlite_web, who).get(f"/arenden/{published}").text, f"/arenden/{published}/folj")
        assert shown["email"] == [email]
    assert fields_of(visitor(sqlite_web).get(f"/arenden/{published}").text, f"/arenden/{published}/folj")["email"] == [
        ""
    ]


def test_following_ends_with_one_click_of_a_mail_program(sqlite_web, published):
    visitor(sqlite_web).send(f"/arenden/{published}/folj", email="follower@example.se")
    visitor(sqlite_web).send(f"/folj/{token(sqlite_web, FOLLOW)}")
    path = f"/sluta-folja/{token(sqlite_web, UNFOLLOW)}"
    assert "Sluta följa" in visitor(sqlite_web).read(path)
    for _ in range(2):
        clicked = sqlite_web.browser().post(path, data={"List-Unsubscribe": "One-Click"})
        assert clicked.status_code == 200
    assert follower(sqlite_web).ended_at is not None


@pytest.mark.parametrize("path", ["/folj/x", "/sluta-folja/x"])
def test_a_link_that_is_not_ours_is_gone(sqlite_web, path):
    assert visitor(sqlite_web).get(path).status_code == 410
    assert visitor(sqlite_web).send(path).status_code == 410


def test_a_case_that_is_not_public_cannot_be_followed(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    assert visitor(sqlite_web).send(f"/arenden/{ref}/folj", email="follower@example.se").status_code == 404


def test_a_bad_address_is_refused_beside_its_field(sqlite_web, published):
    refused = visitor(sqlite_web).send(f"/arenden/{published}/folj", email="ingen")
    assert refused.status_code == 422
    assert 'value="ingen"' in refused.text
