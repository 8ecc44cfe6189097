"""Policies: what differs between kinds, topics and places. Immutable rows, one per version."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from cases.database.base import Base, BigId


@dataclass(frozen=True)
class Terms:
    """The clocks of a case. Days are working days unless the name says otherwise.

    Sources: acknowledged and looked at in 2, answered within 10 (2 + 8) as Swedish municipalities promise; the
    citizens' proposal within a year of being raised, kommunallagen 5:35.
    """

    look_days: int = 2
    answer_days: int = 8
    progress_days: int = 40
    life_days: int = 40
    waiting_days: int = 20
    waiting_most_days: int = 60
    parked_most_months: int = 12
    object_calendar_days: int = 14
    warn_days_before: int = 2
    rung_days: tuple[int, ...] = (5, 5, 10)
    repeat_calendar_days: int = 7
    promise_days: int | None = None
    statutory_months: int | None = None
    statutory_warnings: tuple[int, ...] = ()


DEFAULT_TERMS = Terms()
PROPOSAL_TERMS = Terms(statutory_months=12, statutory_warnings=(6, 9, 11))


class Policy(Base):
    """Terms for the cases of a kind, a category and a place; nothing given means any.

    The most specific present one wins: place before category before kind. The row that names nothing is the
    catch-all: it always matches and cannot be deleted.
    """

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("scope", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    scope: Mapped[str] = mapped_column(String(200))  # "kind/category/place" by slug, "*" for any
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(30), default=None)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)


def terms_from(stored: dict[str, Any]) -> Terms:
    """Read terms as they are stored; what is not named has its default. `TypeError` for an unknown name."""
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    return Terms(**given)


def terms_to_store(terms: Terms) -> dict[str, Any]:
    """Give terms as JSON."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(terms).items()}


def matching_policy(session: Session, kind: str, category_id: int | None, place_id: int | None) -> Policy:
    """Give the most specific policy of today for such a case."""
    asked: dict[str, Any] = {"kind": kind, "category": category_id, "place": place_id}
    return session.scalars(MATCHING, asked).one()


def most_specific(category: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[bool]:
    """Give the condition on `Policy` for the one of today that fits the kind `:kind`, and these ids, best."""
    ours = aliased(Policy)
    asked = {ours.kind: bindparam("kind"), ours.category_id: category, ours.place_id: place}
    fits = [or_(column.is_(None), column == value) for column, value in asked.items()]
    named = [column.is_not(None).desc() for column in (ours.place_id, ours.category_id, ours.kind)]
    return Policy.id == select(ours.id).where(*fits).order_by(*named, ours.version.desc()).limit(1).scalar_subquery()


MATCHING = select(Policy).where(most_specific(bindparam("category"), bindparam("place")))
