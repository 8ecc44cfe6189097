"""Renewing leases: a thread renews the lease of a claim for as long as the work on it lasts."""

import threading
import time
from types import TracebackType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cases.database.clock import present
from cases.database.leases.claims import Claim
from cases.database.leases.leased import LeasePolicy, renew
from cases.database.transactions import Database

LOG = structlog.get_logger()


class LeaseRenewer:
    """Context manager that keeps the lease of the claimed rows alive until its block ends.

    `claimed` is what `claim` returned, `policy` the one with which it was claimed. A thread renews the lease each time
    a quarter of `policy.lease` has passed, until the lease may have run out.
    """

    def __init__(self, database: Database, claimed: Claim, policy: LeasePolicy) -> None:
        self.database, self.claimed, self.policy = database, claimed, policy
        self._renewed_at = time.monotonic()
        self._stopped = threading.Event()

    def __enter__(self) -> "LeaseRenewer":
        threading.Thread(target=self._renew_until_stopped, name="lease", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()

    @property
    def is_ours(self) -> bool:
        """True while the lease surely holds: the last renewal is less than the length of a lease ago."""
        return time.monotonic() - self._renewed_at < self.policy.lease.total_seconds()

    def _renew_until_stopped(self) -> None:
        while not self._stopped.wait(self.policy.lease.total_seconds() / 4) and self.is_ours:
            begun = time.monotonic()
            try:
                self._renew()
            except SQLAlchemyError as error:
                LOG.warning("lease.not_renewed", error=type(error).__name__)
            else:
                self._renewed_at = begun

    def _renew(self) -> None:
        claimed = self.claimed
        with self.database.transaction() as session:
            renew(session, claimed.kind, claimed.token, claimed.keys, present(session) + self.policy.lease)
