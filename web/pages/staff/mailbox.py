"""The local mailbox: letters of an installation without a mail server, to be read in the browser.

Outside the demonstration only administrators read it. Nobody sees a letter with somebody else's key or one-time link,
nor, unless they are a contact person too, one to somebody with a protected identity. The links with which letters are
answered are shown to the recipient alone, in the demonstration too.
"""

from email.message import EmailMessage
from email.utils import getaddresses

from flask import Blueprint, Response, abort, make_response, render_template

from cases.mail_addresses import as_compared
from cases.public.protection import protected_addresses
from notifications.letter_links.link import without_tokens
from notifications.sending.local_mailbox import Mailbox, MailboxReader
from web.current import current, is_open_demonstration
from web.language.dates import moment_words
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.security import CONTENT_SECURITY_POLICY

bp = Blueprint("mailbox", __name__)
MOST = 200
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
HEADERS_SHOWN = ("From", "To", "Date", "Subject")


@bp.get("/brevlada")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the list of the latest letters."""
    mailbox, reader = _mailbox()
    return render_template("mailbox.html", letters=mailbox.letters(MOST, reader), most=MOST, hides=reader is not None)


@bp.get("/brevlada/<name>")
@open_to(Audience.ANYBODY)
def read(name: str) -> Response:
    """Show one letter: its text, and its HTML in a sandboxed frame."""
    letter = _letter(name)
    headers = [(header, _shown(letter, header)) for header in HEADERS_SHOWN]
    page = render_template(
        "letter.html", name=name, headers=headers, text=_part(letter, "plain"), has_html=bool(_part(letter, "html"))
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@bp.get("/brevlada/<name>/html")
@open_to(Audience.ANYBODY)
def frame(name: str) -> Response:
    """Return a letter's HTML for the frame on its page, with a content security policy under which no script runs."""
    response = Response(_part(_letter(name), "html"), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _mailbox() -> tuple[Mailbox, MailboxReader | None]:
    """Return the mailbox, and its reader; None in the demonstration, where anybody reads everything.

    Abort with 404 if there is a mail server, or outside the demonstration for all but admins.
    """
    actor = current_actor()
    with current().database.reading() as session:
        is_open = is_open_demonstration(session)
        hidden = frozenset() if is_open or actor.is_contact else protected_addresses(session)
    if current().settings.smtp_url is not None or not (is_open or actor.is_admin):
        abort(404)
    return Mailbox(current().settings.var / "mailbox"), None if is_open else MailboxReader(actor.email, hidden)


def _letter(name: str) -> EmailMessage:
    mailbox, reader = _mailbox()
    found = mailbox.letter(name, reader)
    if found is None:
        abort(404)
    return found


def _shown(letter: EmailMessage, header: str) -> str:
    """Return a header of the letter as text; the date in the page's language."""
    value = letter[header]
    return moment_words(value.datetime) if header == "Date" and value else str(value or "")


def _part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    text = str(body.get_content()) if body is not None else ""
    return text if _is_own(letter) else without_tokens(text)


def _is_own(letter: EmailMessage) -> bool:
    """Return whether whoever is logged in is the letter's only recipient: nobody else is shown the links that act."""
    recipients = {as_compared(address) for _, address in getaddresses([str(letter["To"])])}
    actor = current_actor()
    return actor.person_id is not None and recipients == {as_compared(actor.email)}
