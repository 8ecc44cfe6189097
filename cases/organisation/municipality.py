"""The municipality: one row with its settings.

Events that concern no case belong to the municipality: changes of settings, units and people. Its row holds the number
and the hash of the last of these events, just as the row of a case does for the events of the case.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId

STREAM = 0  # the number of its stream; the stream of a case has the id of the case


class ActFromLetters(StrEnum):
    """Whose letters carry links with which they are answered without a log-in.

    Everybody's, only those of who asked and of groups, or nobody's.
    """

    ALL = "all"
    OUTSIDE = "outside"
    OFF = "off"


class Municipality(Base):
    """The municipality that this installation serves: the only row of its table."""

    __tablename__ = "house"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("forum_seats >= 1", name="forum_seats"),
        CheckConstraint("seconds_ahead = 0 OR (seconds_ahead > 0 AND demonstration)", name="seconds_ahead"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(200), default="Kommunen")
    proposals: Mapped[bool] = mapped_column(default=False)  # kommunallagen 8:1: only where the council allows them
    demonstration: Mapped[bool] = mapped_column(default=False)
    contact_phone: Mapped[str | None] = mapped_column(String(40), default=None)
    export_name: Mapped[str | None] = mapped_column(String(20), default=None)  # this house's own cases in an export
    contact_days: Mapped[int] = mapped_column(default=183)  # calendar days to the next contact with a group, at most
    forum_seats: Mapped[int] = mapped_column(default=2)  # of each group in the forum, on any day
    adjust_days: Mapped[int] = mapped_column(default=14, server_default="14")  # calendar days to adjusted minutes
    secretary_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)  # owes minutes; else the desk
    obligations_on: Mapped[date | None] = mapped_column(default=None)  # last looked for what lacks
    act_from_letters: Mapped[str] = mapped_column(String(10), default="all", server_default="all")  # whose links act
    asks_how_it_went: Mapped[bool] = mapped_column(default=True, server_default=true())  # weeks after a case is closed
    perspectives: Mapped[dict[str, list[str | None]]] = mapped_column(JSON, default_factory=dict)  # by slug: its names
    seconds_ahead: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # of a demonstration's day
    version: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")

    @property
    def stream(self) -> int:
        """The number under which the events of the municipality are stored: 0."""
        return STREAM

    @property
    def stream_name(self) -> str:
        """The text that stands for the municipality in the hashes of its events."""
        return "house"

    def tracked(self) -> dict[str, object]:
        """Return the columns that a replay of the events restores: none, because these events are only a log."""
        return {}


def municipality(session: Session, *, locked: bool = False) -> Municipality:
    """Return the municipality. With `locked` its row is locked for update, as adding an event to it requires."""
    statement = select(Municipality)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()
