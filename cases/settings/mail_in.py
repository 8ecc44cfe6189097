"""The settings of mail that comes in: mailboxes to read, a door for a mail server, and the address that replies go to.

One that is bad raises `BadSetting`, which names it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from cases.mail_addresses import is_mail_address
from cases.settings.values import BadSetting, is_loopback, scheme_and_host, whole_number

PLACEHOLDER = "{token}"
PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
USUAL_FOLDER = "INBOX"
AN_OAUTH_CLIENT = (3, 4)  # words: token address, client and secret; and a scope
OWN_FOLDER = "ventil"  # to which what was read is moved
MOST_SECONDS = 3600
MOST_DAYS = 3650
HIGHEST_PORT = 65_535
HOST_AND_PORT = re.compile(r"(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class MailboxLogin:
    """A mailbox on an IMAP server, as VENTIL_MAIL_IN names it. `folder` is the one that is read."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str

    @property
    def name(self) -> str:
        """What the mailbox is called in logs, rows and findings: user, host and folder, never the password."""
        return f"{self.user} at {self.host}:{self.port}, {self.folder}"


@dataclass(frozen=True)
class OAuthClient:
    """Who asks for access tokens at `token_url`, to log in to mailboxes without a password (XOAUTH2).

    `scope` says for what a token is to hold; by default for mailboxes in Exchange Online.
    """

    token_url: str
    client_id: str
    secret: str = field(repr=False)
    scope: str = "https://outlook.office365.com/.default"


@dataclass(frozen=True)
class MailInSettings:
    """All that is set about incoming mail. Without any of it, letters do not invite a reply by mail.

    `reply_to` is the pattern of the addresses to which replies go, with "{token}" in it. `lmtp` is where a mail server
    of one's own delivers, as host and port. `every_seconds` is how often a mailbox is read, `authserv` the name under
    which our own mail server says whether a sender is genuine (RFC 8601), and `kept_days` after how many days a mail
    is deleted from the folder of those that were read.
    """

    mailboxes: tuple[MailboxLogin, ...] = ()
    oauth: OAuthClient | None = None
    reply_to: str | None = None
    lmtp: tuple[str, int] | None = None
    every_seconds: int = 20
    authserv: str | None = None
    kept_days: int = 30

    @property
    def comes_in(self) -> bool:
        """True when mail can come in at all, by a mailbox or by the door."""
        return bool(self.mailboxes or self.lmtp)


def read_mail_in_settings(env: Mapping[str, str]) -> MailInSettings:
    """Return the settings of incoming mail from these environment variables. Raises `BadSetting`."""
    settings = MailInSettings(
        mailboxes=tuple(map(_mailbox, (env.get("VENTIL_MAIL_IN") or "").split())),
        oauth=_oauth(env.get("VENTIL_MAIL_IN_OAUTH")),
        reply_to=_pattern(env.get("VENTIL_MAIL_REPLY")),
        lmtp=_door(env.get("VENTIL_LMTP")),
        every_seconds=whole_number(env, "VENTIL_MAIL_SECONDS", 20, 1, MOST_SECONDS),
        authserv=env.get("VENTIL_MAIL_AUTHSERV") or None,
        kept_days=whole_number(env, "VENTIL_MAIL_KEPT_DAYS", 30, 1, MOST_DAYS),
    )
    if settings.reply_to and not settings.comes_in:
        raise BadSetting("VENTIL_MAIL_REPLY invites replies that nobody reads: set VENTIL_MAIL_IN or VENTIL_LMTP too")
    if settings.oauth is None and not all(mailbox.password for mailbox in settings.mailboxes):
        raise BadSetting("VENTIL_MAIL_IN has a mailbox without a password: give it one, or set VENTIL_MAIL_IN_OAUTH")
    if len({mailbox.name for mailbox in settings.mailboxes}) < len(settings.mailboxes):
        raise BadSetting("VENTIL_MAIL_IN names the same mailbox twice")
    return settings


def _mailbox(given: str) -> MailboxLogin:
    scheme, host = scheme_and_host("VENTIL_MAIL_IN", given)
    if scheme not in PORTS or not host:
        raise BadSetting("VENTIL_MAIL_IN must look like imaps://user:password@host/Folder or imap+starttls://...")
    if scheme == "imap" and not is_loopback(host):
        raise BadSetting("VENTIL_MAIL_IN may be imap:// only on this machine itself; use imaps:// or imap+starttls://")
    parts = urlsplit(given)
    if not parts.username:
        raise BadSetting("VENTIL_MAIL_IN must name a user: imaps://user:password@host/Folder, percent-encoded")
    folder = unquote(parts.path.removeprefix("/")) or USUAL_FOLDER
    if folder.casefold() == OWN_FOLDER:
        raise BadSetting("VENTIL_MAIL_IN may not name the folder Ventil: to it goes what was read in another")
    user, password = unquote(parts.username), unquote(parts.password or "")
    return MailboxLogin(scheme, host, parts.port or PORTS[scheme], user, password, folder)


def _oauth(given: str | None) -> OAuthClient | None:
    if not given:
        return None
    words = given.split()
    scheme, host = scheme_and_host("VENTIL_MAIL_IN_OAUTH", words[0])
    is_safe = scheme == "https" or (scheme == "http" and is_loopback(host or ""))
    if len(words) not in AN_OAUTH_CLIENT or not host or not is_safe:
        raise BadSetting("VENTIL_MAIL_IN_OAUTH must be an https:// token address, a client and a secret, in that order")
    return OAuthClient(*words)


def _pattern(given: str | None) -> str | None:
    if not given:
        return None
    longest = f"studs-{'9' * 12}.{'a' * 26}"
    filled = given.replace(PLACEHOLDER, longest)
    local = filled.rpartition("@")[0]
    if given.count(PLACEHOLDER) != 1 or PLACEHOLDER not in given.rpartition("@")[0] or not is_mail_address(filled):
        raise BadSetting(
            f"VENTIL_MAIL_REPLY must have {PLACEHOLDER} before the @, such as arende+{PLACEHOLDER}@example.se"
        )
    if not local.isascii():
        raise BadSetting("VENTIL_MAIL_REPLY may have only ASCII letters before the @")
    return given


def _door(given: str | None) -> tuple[str, int] | None:
    if not given:
        return None
    found = HOST_AND_PORT.fullmatch(given)
    if found is None or not 0 < int(found["port"]) <= HIGHEST_PORT:
        raise BadSetting("VENTIL_LMTP must be a host and a port, such as 127.0.0.1:8024")
    host = found["host"].strip("[]")
    if not is_loopback(host):
        raise BadSetting("VENTIL_LMTP may listen only on this machine itself: LMTP asks nobody who they are")
    return host, int(found["port"])
