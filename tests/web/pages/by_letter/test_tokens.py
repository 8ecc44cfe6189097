"""The tokens of links in letters are read by the recipient alone: not by the house, its pages, or its logs."""

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from support.houses.small_pages import visitor
from support.houses.small_web import Web
from support.letters.letter_answers import LINK, assigned, letters_to, open_letter, send_all, token_to, tokens_in
from support.servers import mail_server
from support.servers.mail_server import FakeMailServer, MailServerMood
from support.servers.services import LOOPBACK

from cases.organisation.municipality import municipality
from cases.states import State
from notifications.deliveries import Delivery
from notifications.letter_links.link import without_tokens
from notifications.sending.smtp import SmtpServer


def pages_of_letter(web: Web, who: str | None, title: str) -> str:
    """Return what the mailbox shows this person of the letter with these words in its subject, as text and as HTML."""
    browser = visitor(web, who)
    row = next(part for part in browser.get("/brevlada").text.split("<tr") if title in part and "officer@" in part)
    name = row.partition("/brevlada/")[2].partition('"')[0]
    return browser.get(f"/brevlada/{name}").text + browser.get(f"/brevlada/{name}/html").text


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_the_mailbox_shows_the_link_to_the_recipient_alone(sqlite_web: Web, is_demonstration: bool) -> None:
    with sqlite_web.database.transaction() as session:
        municipality(session).demonstration = is_demonstration
    assigned(sqlite_web, title="Lampan")
    token = token_to(sqlite_web, "officer")
    shown = pages_of_letter(sqlite_web, "admin", "Lampan")
    assert (token in shown, "/svar/-" in shown, LINK.search(shown)) == (False, True, None)
    if is_demonstration:
        assert token not in pages_of_letter(sqlite_web, None, "Lampan")
        assert token in pages_of_letter(sqlite_web, "officer", "Lampan")


def test_no_page_of_the_house_holds_a_token(sqlite_web: Web) -> None:
    ref = assigned(sqlite_web)
    sqlite_web.house.change(ref, State.DONE, by="officer", note="Lagad", at=datetime.now(UTC))
    send_all(sqlite_web)
    addresses = ("rut", "officer", "norrby")
    tokens = [token for who in addresses for letter in letters_to(sqlite_web, who) for token in tokens_in(letter)]
    contact = visitor(sqlite_web, "contact")
    pages = [contact.get(path).text for path in (f"/arenden/{ref}", "/undanlagt", "/skrivbord", "/ring")]
    pages.append(sqlite_web.get(f"/cases/{ref}/events", by="contact").text)
    assert tokens
    assert not [token for token in tokens if any(token in page for page in pages)]


def test_what_a_mail_server_repeats_of_a_letter_is_blanked(
    sqlite_web: Web, smtp_sink: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"554 5.7.1 spam: http://127.0.0.1:8000/svar/{'a' * 26} in it"
    monkeypatch.setitem(mail_server.ANSWERS, MailServerMood.NEVER, said)
    smtp_sink.mood = MailServerMood.NEVER
    assigned(sqlite_web)
    send_all(sqlite_web, SmtpServer("smtp", LOOPBACK, smtp_sink.port))
    with sqlite_web.database.reading() as session:
        reasons = session.scalars(select(Delivery.reason)).all()
    assert [reason for reason in reasons if reason and "/svar/- in it" in reason]
    assert "a" * 26 not in visitor(sqlite_web, "contact").get("/undanlagt").text


def test_no_log_holds_a_token_and_no_database_file(sqlite_web: Web) -> None:
    assigned(sqlite_web)
    with capture_logs() as lines:
        token = token_to(sqlite_web, "officer")
        page = open_letter(sqlite_web, token)
        page.press("finish", note="Lagad")
        visitor(sqlite_web).get(f"/svar/{token}")
    assert "/svar/-" in {line.get("route") for line in lines}
    assert token not in str(lines)
    sqlite_web.database.empty_log()
    folder = Path(sqlite_web.settings.database_url.removeprefix("sqlite:///")).parent
    kept = chain(folder.glob("*.sqlite3"), folder.glob("*.sqlite3-wal"))
    assert not [path for path in kept if token.encode() in path.read_bytes()]


def test_only_such_links_are_blanked() -> None:
    token = "abcdefghijklmnopqrstuvwxy2"
    assert without_tokens(f"http://x.example/svar/{token} och /svar/12") == "http://x.example/svar/- och /svar/12"
