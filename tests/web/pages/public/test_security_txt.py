"""Where to report a weakness: /.well-known/security.txt, as RFC 9116 has it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from cases.organisation.units import DESK, Unit


@pytest.mark.parametrize(
    ("mailbox", "contact"),
    [("sakerhet@example.se", "mailto:sakerhet@example.se"), (None, "http://127.0.0.1:8000/")],
)
def test_it_says_whom_to_write_to_and_until_when(web, mailbox, contact):
    with web.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == DESK).values(email=mailbox))
    answer = web.browser().get("/.well-known/security.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == contact
    assert said["Preferred-Languages"] == "sv, en"
    assert said["Canonical"] == "http://127.0.0.1:8000/.well-known/security.txt"
    left = datetime.fromisoformat(said["Expires"]) - datetime.now(UTC)
    assert timedelta(days=100) < left < timedelta(days=365)
