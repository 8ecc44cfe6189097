"""Letters that the mail server has accepted and that are not yet recorded as sent: recorded together, and soon.

At most eight are unrecorded at a time and none longer than 100 ms, or than the mail server answers within 50 ms: so
many may be sent again, byte for byte, when their worker dies.
"""

import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cases.database.transactions import Database
from notifications.sending.outcomes import record_sent

LOG = structlog.get_logger()
MOST_UNRECORDED = 8
LONGEST_UNRECORDED, LONGEST_SILENCE = 0.1, 0.05  # seconds
PAUSES = (0.2, 1.0, 3.0)


class AcceptedLetters:
    """The accepted letters of one worker's round: `ids` are those of their deliveries.

    They must be recorded before the round ends, by `record`, or by a claim of further letters.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids: list[int] = []
        self._addresses: set[int] = set()
        self._since = 0.0  # on the monotonic clock: when the oldest of them was accepted

    def add(self, delivery_id: int, address_id: int) -> None:
        """Add a letter that was accepted just now; record all when they are eight, or the oldest is 100 ms old."""
        if not self.ids:
            self._since = time.monotonic()
        self.ids.append(delivery_id)
        self._addresses.add(address_id)
        if len(self.ids) >= MOST_UNRECORDED or not self._time_left():
            self.record()

    def make_room_for(self, address_id: int) -> None:
        """Record all when one of them went to this address: no two letters to one address are unrecorded."""
        if address_id in self._addresses:
            self.record()

    def patience(self) -> float | None:
        """Return for how many seconds a mail server may be silent before `record` is to be called; None for ever."""
        return min(LONGEST_SILENCE, self._time_left()) if self.ids else None

    def record(self) -> None:
        """Record all as sent, trying for some seconds when the database fails: what is not recorded is sent twice."""
        if not self.ids:
            return
        for pause in PAUSES:
            try:
                return self._record()
            except SQLAlchemyError as error:
                LOG.warning("letters.not_recorded", deliveries=self.ids, error=type(error).__name__)
                time.sleep(pause)
        self._record()

    def forget(self) -> None:
        """Forget them all, since somebody else has recorded them."""
        self.ids, self._addresses = [], set()

    def _record(self) -> None:
        with self.database.recording() as connection:
            record_sent(connection, self.ids)
        self.forget()

    def _time_left(self) -> float:
        return max(0.0, self._since + LONGEST_UNRECORDED - time.monotonic())
