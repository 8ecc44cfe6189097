"""Mailboxes without a password: an access token, fetched once, fetched anew when it does not hold, never shown."""

import logging

import pytest
import structlog
from support.inbound_rows import kept_rows, mail_about, polls
from support.servers.token_server import CLIENT, SECRET, token_server

from cases.settings.mail_in import MailInSettings, OAuthClient
from notifications.inbound.mailboxes.access_tokens import TokenSource
from notifications.inbound.mailboxes.errors import MailboxLoginRefused, MailboxUnreachable, TokenRefused
from notifications.inbound.mailboxes.polling import poll, poll_all


@pytest.fixture
def tokens():
    with token_server() as running:
        yield running


@pytest.fixture
def by_token(own_dovecot, tokens):
    """A mailbox that is opened by a token."""
    mailbox = own_dovecot(token_url=tokens.url).mailbox("arende@kommun.example")
    tokens.mailbox = mailbox.user
    return mailbox


def client_of(tokens, secret=SECRET):
    return OAuthClient(f"{tokens.url}/token", CLIENT, secret)


def test_a_mailbox_is_read_by_a_token_that_is_fetched_once(database, by_token, tokens):
    by_token.put(mail_about("ett"))
    assert [poll(database, by_token.login(password=""), client_of(tokens)) for _ in range(3)] == [1, 0, 0]
    assert len(tokens.given) == 1
    assert tokens.asked[0]["grant_type"] == "client_credentials"
    assert tokens.asked[0]["scope"] == "https://outlook.office365.com/.default"
    assert len(kept_rows(database)) == 1 and by_token.mails("Ventil") == [mail_about("ett")]


def test_a_token_that_the_server_does_not_take_is_not_used_again(database, by_token, tokens):
    login, client = by_token.login(password=""), client_of(tokens)
    poll(database, login, client)
    tokens.revoked.update(tokens.given)
    by_token.dovecot.server.stop()  # it remembers what it was told of a token
    by_token.dovecot.server.start()
    with pytest.raises(MailboxLoginRefused) as refused:
        poll(database, login, client)
    assert "hemlig" not in str(refused.value)
    assert poll(database, login, client) == 0
    assert len(tokens.given) == 2


def test_a_token_is_fetched_anew_before_it_expires(tokens):
    tokens.life = 100  # less than the time before its end at which it is dropped
    source = TokenSource(client_of(tokens))
    assert source.current() != source.current()


@pytest.mark.parametrize("password", ["fel-hemlighet", ""])
def test_a_wrong_secret_is_one_line_that_repeats_no_secret(database, by_token, tokens, password, capsys):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    secret = "inte-rätt-hemlighet"
    settings = MailInSettings(
        mailboxes=(by_token.login(password=password),), oauth=client_of(tokens, secret) if not password else None
    )
    poll_all(database, settings)
    (poll_row,) = polls(database).values()
    written = "".join(capsys.readouterr()) + (poll_row.last_error or "")
    assert "mailbox.not_read" in written and "refuses" in written
    assert secret not in written and "fel-hemlighet" not in written and "\n" not in poll_row.last_error


def test_who_asks_with_a_wrong_secret_is_told_what_the_token_server_said(tokens):
    with pytest.raises(TokenRefused, match=r"401 invalid_client Invalid client secret provided: …"):
        TokenSource(client_of(tokens, "fel-hemlighet")).current()


def test_a_token_server_that_is_away_is_unreachable(tokens):
    with pytest.raises(MailboxUnreachable, match="token address"):
        TokenSource(OAuthClient("http://127.0.0.1:1/token", CLIENT, SECRET)).current()


def test_no_secret_stands_in_what_is_printed_of_the_settings(tokens):
    source = TokenSource(client_of(tokens))
    token = source.current()
    assert token not in repr(source) and SECRET not in repr(source)
