"""Letters of the small house as they are really sent, and browsers that open the links in them."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

from support.houses.small_pages import PageClient, form_as_sent, visitor
from support.houses.small_web import Web
from support.letters.planned_letters import plan_letters
from werkzeug.test import TestResponse

from cases.states import State
from notifications.letters.rendering import LetterSettings
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer

LINK = re.compile(r"/svar/([a-z2-7]{26})")


def send_all(web: Web, server: SmtpServer | None = None) -> None:
    """Plan the letters about all that has happened, and send them by this server, or to the local mailbox."""
    plan_letters(web.database)
    mailbox = Mailbox(web.settings.var / "mailbox")
    transport = MailTransport(server or mailbox, LetterSettings.of(web.settings))
    while deliver_some(web.database, transport):
        pass


def letters_to(web: Web, who: str) -> list[EmailMessage]:
    """Return the letters to this address of the small house (or to this whole address), oldest first."""
    folder = web.settings.var / "mailbox"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
    letters = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    address = who if "@" in who else f"{who}@example.se"
    return [letter for letter in letters if str(letter["To"]) == address]


def tokens_in(letter: EmailMessage) -> list[str]:
    """Return the tokens of the links in the letter's text."""
    return LINK.findall(str(letter.get_body(("plain",)).get_content()))


def token_to(web: Web, who: str) -> str:
    """Send all letters; return the token in the last one to this address."""
    send_all(web)
    [token] = tokens_in(letters_to(web, who)[-1])
    return token


@dataclass
class LetterReader:
    """Somebody who has opened the link in a letter, in a browser of their own; `path` is the page that it opened."""

    client: PageClient
    path: str

    def page(self) -> str:
        """Return the page as HTML."""
        answer = self.client.get(self.path)
        assert answer.status_code == 200
        return answer.text

    def buttons(self) -> list[str]:
        """Return the names of the steps that the page offers."""
        return re.findall(r'name="step" value="(\w+)"', self.page())

    def press(self, step: str, **typed: str) -> TestResponse:
        """Send the form of this step as the page shows it, with these words."""
        shown = form_as_sent(self.page(), self.path)
        return self.client.send(self.path, **{"version": shown["version"], "step": step} | typed)


def open_letter(web: Web, token: str, who: str | None = None) -> LetterReader:
    """Open the link with this token, in the browser of this person or of nobody."""
    client = visitor(web, who)
    answer = client.get(f"/svar/{token}")
    assert answer.status_code == 303
    return LetterReader(client, answer.headers["Location"])


def assigned(web: Web, **more: object) -> str:
    """Return a new case that is with gata and its officer since this moment, of whom Rut has asked."""
    return web.house.reach(State.ASSIGNED, at=datetime.now(UTC), **more)
