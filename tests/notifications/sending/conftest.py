"""What letters are sent by: a mail server on loopback."""

import pytest
from support.houses.migrated import CALENDAR
from support.servers.services import LOOPBACK

from notifications.letters.rendering import LetterSettings
from notifications.sending.sending import MailTransport
from notifications.sending.smtp import SmtpServer


@pytest.fixture
def transport(smtp_sink):
    """What sending needs to reach the test's mail server, which must answer within half a second."""
    server = SmtpServer("smtp", LOOPBACK, smtp_sink.port, connect_seconds=2.0, answer_seconds=0.5)
    return MailTransport(server, LetterSettings("http://127.0.0.1:8000", "k" * 32, "ventil@kommun.example", CALENDAR))
