"""The house itself: one row that holds its settings and the end of its own stream of events."""

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId

STREAM = 0  # cases have their own id as stream


class Municipality(Base):
    """The municipality that this installation serves."""

    __tablename__ = "house"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(200), default="Kommunen")
    proposals: Mapped[bool] = mapped_column(default=False)  # kommunallagen 8:1: only where the council allows them
    demonstration: Mapped[bool] = mapped_column(default=False)
    contact_phone: Mapped[str | None] = mapped_column(String(40), default=None)
    version: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")

    @property
    def stream(self) -> int:
        """The number of the house's own stream."""
        return STREAM

    @property
    def stream_name(self) -> str:
        """What the hash chain calls it."""
        return "house"

    def tracked(self) -> dict[str, object]:
        """What replaying the stream gives back: nothing, its events are a log."""
        return {}


def municipality(session: Session, *, locked: bool = False) -> Municipality:
    """Give the house; `locked` when an event is to be added to its stream."""
    found = select(Municipality)
    if locked:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one()
