"""The doctor's letter to ourselves: does mail that we send come back by our own address?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from cases.database.transactions import Database
from cases.settings import Settings
from notifications.inbound.mailboxes.errors import MailboxTrouble
from notifications.inbound.mailboxes.round_trip import NoRoundTrip, send_and_wait
from workers.health.findings import Health, HealthFinding


def send_a_letter_round(settings: Settings, database: Database) -> Iterator[HealthFinding]:
    """Yield what is seen of a letter to ourselves, each as soon as it is seen; a failure is the last. See `--mail`."""
    try:
        for seen in send_and_wait(settings, database, at=datetime.now(UTC)):
            yield HealthFinding(Health.OK, seen)
    except (NoRoundTrip, MailboxTrouble) as error:
        yield HealthFinding(Health.FAIL, str(error), error.remedy)
