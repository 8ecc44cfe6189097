"""The municipality: one row with its settings, and with the head of its own event stream."""

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId

STREAM = 0  # the number of its stream; the stream of a case has the id of the case


class Municipality(Base):
    """The municipality that this installation serves: the only row of its table."""

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
        """The number of the municipality's event stream: 0."""
        return STREAM

    @property
    def stream_name(self) -> str:
        """The name of the stream in the hash chain."""
        return "house"

    def tracked(self) -> dict[str, object]:
        """Return the columns that a replay restores: none, the events of the municipality are only a log."""
        return {}


def municipality(session: Session, *, locked: bool = False) -> Municipality:
    """Return the municipality; `locked` for update, as before adding an event to its stream."""
    statement = select(Municipality)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()
