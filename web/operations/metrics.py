"""Metrics for Prometheus, read from the database at each scrape. None is about a person."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.tables.scheduled_jobs import last_sweep
from cases.history.outbox import OutboxEntry
from cases.organisation.domain_time import both_clocks
from cases.reading.lists import Filters, conditions
from cases.settings.mail_in import MailInSettings
from cases.states import OPEN
from notifications.deliveries import Channel, Delivery, MailServer, Outcome
from notifications.set_aside import count_set_aside
from notifications.telephone.calls import count_to_ring
from web.operations.mail_metrics import IncomingMailCollector

NEVER = float("inf")


def figures(session: Session, incoming: MailInSettings) -> bytes:
    """Return all metrics as they are now, in Prometheus' text format; `incoming` names the mailboxes that are read."""
    registry = CollectorRegistry()
    registry.register(IncomingMailCollector(session, incoming))
    registry.register(FiguresCollector(session))
    return generate_latest(registry)


class FiguresCollector(Collector):
    """Collects the metrics from one database session.

    Some metrics are ages, such as the time since the last sweep: they are measured when the collector is created.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        clocks = both_clocks(session)
        self.now, self.domain_now = clocks.recorded, clocks.domain

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every metric. A metric with labels has one value for each combination of them."""
        yield self._open_cases()
        yield self._overdue()
        yield self._oldest_work()
        yield self._work()
        yield self._deliveries()
        yield self._sweeps()
        yield self._clock()
        yield self._breakers()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return no metric, so that registering the collector queries nothing."""
        return iter(())

    def _open_cases(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("ventil_open_cases", "Open cases by state.", labels=["state"])
        query = select(Case.state, func.count()).where(Case.state.in_(sorted(OPEN))).group_by(Case.state)
        counted = dict(self.session.execute(query).all())
        for state in sorted(OPEN):
            family.add_metric([state], counted.get(state, 0))
        return family

    def _overdue(self) -> GaugeMetricFamily:
        overdue = conditions(Filters(overdue=True), self.domain_now)
        count = self.session.scalar(select(func.count()).select_from(Case).where(*overdue))
        return GaugeMetricFamily("ventil_overdue_cases", "Cases whose day has passed.", value=count or 0)

    def _oldest_work(self) -> GaugeMetricFamily:
        waiting = (OutboxEntry.done_at.is_(None), OutboxEntry.set_aside_at.is_(None))
        oldest = self.session.scalar(select(func.min(OutboxEntry.recorded_at)).where(*waiting))
        return GaugeMetricFamily(
            "ventil_oldest_unhandled_work_seconds", "Age of the oldest unhandled work.", value=self._age(oldest, 0)
        )

    def _work(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("ventil_work", "Work that is not done.", labels=["status"])
        waiting = (
            select(func.count())
            .select_from(OutboxEntry)
            .where(OutboxEntry.done_at.is_(None), OutboxEntry.set_aside_at.is_(None))
        )
        family.add_metric(["waiting"], self.session.scalar(waiting) or 0)
        family.add_metric(["set_aside"], count_set_aside(self.session)["work"])
        return family

    def _deliveries(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "ventil_deliveries",
            "Deliveries that have not come to an end; of calls, the people to ring; held: told in a digest later.",
            labels=["channel", "outcome"],
        )
        unfinished = (Outcome.WAITING, Outcome.SET_ASIDE)
        query = (
            select(Delivery.channel, Delivery.outcome, func.count().label("number"))
            .where(Delivery.outcome.in_(unfinished), Delivery.held_for.is_(None))
            .group_by(Delivery.channel, Delivery.outcome)
        )
        counted = {(row.channel, row.outcome): row.number for row in self.session.execute(query)}
        if (Channel.CALL, Outcome.WAITING) in counted:
            counted[Channel.CALL, Outcome.WAITING] = count_to_ring(self.session)
        for channel in Channel:
            for outcome in unfinished:
                family.add_metric([channel, outcome], counted.get((channel, outcome), 0))
        held = (Delivery.outcome == Outcome.WAITING, Delivery.held_for.is_not(None))
        count = self.session.scalar(select(func.count()).select_from(Delivery).where(*held))
        family.add_metric([Channel.MAIL, "held"], count or 0)
        return family

    def _sweeps(self) -> GaugeMetricFamily:
        aside = count_set_aside(self.session)["tick"]
        return GaugeMetricFamily("ventil_ticks_set_aside", "Sweeps whose letters could not be planned.", value=aside)

    def _clock(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "ventil_last_tick_age_seconds",
            "Time since the last sweep.",
            value=self._age(last_sweep(self.session), NEVER),
        )

    def _breakers(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "ventil_mail_server_down", "1 when a mail server cannot be reached.", labels=["server"]
        )
        for name, down_since in self.session.execute(select(MailServer.name, MailServer.down_since)):
            family.add_metric([name], down_since is not None)
        return family

    def _age(self, moment: datetime | None, if_none: float) -> float:
        return max(0.0, (self.now - moment).total_seconds()) if moment else if_none
