"""Metrics about mail that comes in. No mailbox is named by its address: each has its number in VENTIL_MAIL_IN."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.settings.mail_in import MailInSettings
from notifications.inbound.mailboxes.poll_records import MailboxPoll
from notifications.inbound_mail import STILL_WAITS, InboundMail, InboundOutcome

NEVER = float("inf")


class IncomingMailCollector(Collector):
    """Collects the metrics about incoming mail from one database session, of the mailboxes that are set."""

    def __init__(self, session: Session, incoming: MailInSettings) -> None:
        self.session, self.incoming = session, incoming
        self.now = present(session)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield how many mails there are by outcome, how long the oldest waits, and when each mailbox was last read."""
        yield self._outcomes()
        yield self._oldest()
        yield self._mailboxes()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return no metric, so that registering the collector queries nothing."""
        return iter(())

    def _outcomes(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "ventil_inbound_mails", "Mails that came in, by what became of them.", labels=["outcome"]
        )
        query = select(InboundMail.outcome, func.count()).group_by(InboundMail.outcome)
        counted = dict(self.session.execute(query).all())
        for outcome in InboundOutcome:
            family.add_metric([outcome], counted.get(outcome, 0))
        return family

    def _oldest(self) -> GaugeMetricFamily:
        waiting = select(InboundMail.received_at).where(InboundMail.outcome == STILL_WAITS)
        oldest = self.session.scalar(waiting.order_by(InboundMail.id).limit(1))
        return GaugeMetricFamily(
            "ventil_inbound_oldest_waiting_seconds", "Age of the oldest mail that waits.", value=self._age(oldest, 0)
        )

    def _mailboxes(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "ventil_mailbox_last_read_age_seconds",
            "Time since a mailbox was last read to the end; its number is that in VENTIL_MAIL_IN.",
            labels=["mailbox", "server"],
        )
        read = dict(self.session.execute(select(MailboxPoll.name, MailboxPoll.last_success_at)).all())
        for number, login in enumerate(self.incoming.mailboxes, 1):
            age = self._age(read.get(login.name), NEVER)
            family.add_metric([str(number), f"{login.host}:{login.port}"], age)
        return family

    def _age(self, moment: datetime | None, if_none: float) -> float:
        return max(0.0, (self.now - moment).total_seconds()) if moment else if_none
