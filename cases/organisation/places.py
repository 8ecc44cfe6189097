"""Places: villages and parts of a town."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId


class Place(Base):
    """One village (bygd) or part of a town (ort)."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)
