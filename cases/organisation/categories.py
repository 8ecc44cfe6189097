"""Categories: what a case is about, the unit that usually handles it, and the register of its cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId


@dataclass(frozen=True)
class RegisterWords:
    """The town's words in the register of one topic; they are the same in every language.

    `decides` and `keeper` are what it calls who decides and who keeps what a case is about ("Vem beslutar",
    "Väghållare"), None where it has no words of its own. `sorts` are its words for the sort of a case: "fart", "skylt".
    """

    decides: str | None = None
    keeper: str | None = None
    sorts: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "RegisterWords":
        """Return the words that the column `category.register` holds; none of its own for a topic without them."""
        given = stored or {}
        return cls(given.get("decides"), given.get("keeper"), tuple(given.get("sorts", ())))


class Category(Base):
    """One topic (ämne), such as traffic or lighting.

    For a case of this topic, the unit with the id `suggests_id` is proposed to the desk. `register` has the words of
    its register, None for a topic whose register has no words of its own.
    """

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(120), default=None)
    suggests_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    register: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
