"""Categories: what a case is about, and the unit that usually handles it."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId


class Category(Base):
    """One topic (ämne), such as traffic or lighting.

    For a case of this topic, the unit with the id `suggests_id` is proposed to the desk.
    """

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(120), default=None)
    suggests_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
