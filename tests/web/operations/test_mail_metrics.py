"""The metrics about incoming mail: by outcome, how long the oldest waits, when each mailbox was last read."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from support.inbound_rows import mail_about

from cases.database.clock import present
from cases.settings.mail_in import MailboxLogin, MailInSettings
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.inbound.mailboxes.poll_records import MailboxPoll, record_read
from notifications.inbound_mail import InboundMail
from web.operations.metrics import figures

READ, NEVER_READ = (
    MailboxLogin("imaps", "imap.kommun.example", 993, f"{user}@kommun.example", "hemligt-ord", "INBOX")
    for user in ("arende", "forum")
)
SERVER = "imap.kommun.example:993"


@pytest.fixture
def database(small_house):
    return small_house.database


def written(database):
    with database.reading() as session:
        return figures(session, MailInSettings(mailboxes=(READ, NEVER_READ))).decode()


def test_incoming_mail_is_counted_and_its_age_told(database):
    with database.transaction() as session:
        for subject in ("ett", "tva"):
            keep(session, ReceivedMail(mail_about(subject), "lmtp"))
        session.execute(update(InboundMail).values(received_at=present(session) - timedelta(minutes=5)))
        record_read(session, READ.name)
        session.execute(update(MailboxPoll).values(last_success_at=present(session) - timedelta(minutes=2)))
        record_read(session, "no longer set")
    families = text_string_to_metric_families(written(database))
    found = {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}
    assert found["ventil_inbound_mails", "waiting"] == 2 and found["ventil_inbound_mails", "case"] == 0
    assert 299 < found["ventil_inbound_oldest_waiting_seconds",] < 400
    assert 119 < found["ventil_mailbox_last_read_age_seconds", "1", SERVER] < 200
    assert found["ventil_mailbox_last_read_age_seconds", "2", SERVER] == float("inf")
    assert len([name for name, *_ in found if name == "ventil_mailbox_last_read_age_seconds"]) == 2


def test_the_metrics_hold_no_address_and_no_password(database):
    said = written(database)
    assert "@kommun" not in said and "hemligt-ord" not in said
