"""Counts requests against rate limits: in a table that all processes share, and in this process.

What this process alone has counted is never more than what all have counted together. So a request that is over a limit
here is refused without the database; and while the database is slow or away, the count of this process goes on.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cases.access.request_counts import count_requests
from cases.access.tokens import keyed_hash
from cases.database.transactions import Database
from web.current import machine_now

log = structlog.get_logger()
LEFT_ALONE_FOR = 5.0  # seconds: how long a slow database is not asked again, so that few requests wait for it


@dataclass(frozen=True)
class Bucket:
    """One rate limit and whom it limits: `item` says how many requests in how long, `name` of what and whose."""

    item: RateLimitItem
    name: str

    @property
    def lasts(self) -> timedelta:
        """How long a window of the limit lasts."""
        return timedelta(seconds=self.item.get_expiry())


@dataclass
class RequestCounter:
    """Counts requests in a database, under hashes that are made with the secret `key`, and in this process."""

    database: Database
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._asks_again_at = 0.0

    def wait(self, *groups: Sequence[Bucket]) -> int:
        """Count one request in each bucket of the groups; return in how many seconds to try again, 0 if none is full.

        A request that finds a bucket of one group full is not counted in the groups after it.
        """
        wait = next((wait for group in groups if (wait := self._wait_here(group))), 0)
        return wait or self._wait_everywhere(groups)

    def _wait_here(self, group: Sequence[Bucket]) -> int:
        full = [one for one in group if not self._here.hit(one.item, one.name)]
        resets = [self._here.get_window_stats(one.item, one.name).reset_time for one in full]
        return max(1, *(ceil(reset - time.time()) for reset in resets)) if full else 0

    def _wait_everywhere(self, groups: Sequence[Sequence[Bucket]]) -> int:
        if time.monotonic() < self._asks_again_at:
            return 0
        try:
            with self.database.counting() as connection:
                return next((wait for group in groups if (wait := self._counted(connection, group))), 0)
        except (SQLAlchemyError, TimeoutError) as error:
            self._asks_again_at = time.monotonic() + LEFT_ALONE_FOR
            log.warning("rate_limits.in_this_process", error=type(error).__name__)
            return 0

    def _counted(self, connection: Connection, group: Sequence[Bucket]) -> int:
        at, keys = machine_now(), {keyed_hash(self.key, f"limit:{one.name}:{one.item}"): one for one in group}
        counted = count_requests(connection, {key: one.lasts for key, one in keys.items()}, at=at)
        full = [ends_at for key, (count, ends_at) in counted.items() if count > keys[key].item.amount]
        return max(1, *(ceil((ends_at - at).total_seconds()) for ends_at in full)) if full else 0
