"""Kept leases: a thread renews the lease of a claim for as long as the work on it lasts."""

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
    """Keeps the lease on the rows of a claim for as long as the block runs, however slow its servers are."""

    def __init__(self, database: Database, claimed: Claim, policy: LeasePolicy) -> None:
        self.database, self.claimed, self.policy = database, claimed, policy
        self._kept_at = time.monotonic()
        self._over = threading.Event()

    def __enter__(self) -> "LeaseRenewer":
        threading.Thread(target=self._keep, name="lease", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()

    @property
    def is_ours(self) -> bool:
        """True while nobody else can have claimed the rows: false after a long stop of the process."""
        return time.monotonic() - self._kept_at < self.policy.lease.total_seconds()

    def _keep(self) -> None:
        while not self._over.wait(self.policy.lease.total_seconds() / 4) and self.is_ours:
            begun = time.monotonic()
            try:
                self._renew()
            except SQLAlchemyError as error:
                LOG.warning("lease.not_renewed", error=type(error).__name__)
            else:
                self._kept_at = begun

    def _renew(self) -> None:
        ours = self.claimed
        with self.database.transaction() as session:
            renew(session, ours.kind, ours.token, ours.keys, present(session) + self.policy.lease)
