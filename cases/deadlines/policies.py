"""Policies: the terms, which say how long a case may take, by kind, category and place of the case.

Each version of a policy is a row that never changes.
"""

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
    """The terms of a policy: how long each clock runs. Days are working days unless the name says otherwise.

    Sources: Swedish municipalities promise to look at a question within 2 days and to answer it within 10 (2 + 8); a
    citizens' proposal is to be decided within a year of being raised in the council, kommunallagen 5:35.
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


JUNK_POLICY = "junk"  # the kind of the policy for mails that are likely to be junk, whatever their case
DEFAULT_TERMS = Terms()
PROPOSAL_TERMS = Terms(statutory_months=12, statutory_warnings=(6, 9, 11))


class Policy(Base):
    """One version of the terms for cases of a kind, obligation, category and place. NULL stands for any of them.

    If several policies match a case, the most specific one applies, in its newest version: a place counts more than a
    category, a category more than an obligation, an obligation more than a kind. The row with NULL in all four matches
    every case and cannot be deleted.
    """

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("scope", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    scope: Mapped[str] = mapped_column(String(200))  # "kind/category/place", "*" for any; see `scope_of`
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(30), default=None)
    obligation: Mapped[str | None] = mapped_column(String(30), default=None)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)

    @property
    def days_to_answer(self) -> int:
        """The working days within which who asked is promised an answer, from the day on which the case came in."""
        terms = terms_from(self.terms)
        return terms.look_days + terms.answer_days


def terms_from(stored: dict[str, Any]) -> Terms:
    """Return the terms from `stored`, the column `terms` of a policy's row; a term that it lacks gets its default.

    Raises `TypeError` when it has a term that `Terms` does not know.
    """
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    return Terms(**given)


def terms_to_store(terms: Terms) -> dict[str, Any]:
    """Return the terms as a dict for a JSON column; tuples become lists."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(terms).items()}


def scope_of(kind: str | None, obligation: str | None, category: str | None, place: str | None) -> str:
    """Return the scope of a policy for these, by slug, such as "duty:plan/*/*"; None stands for any."""
    owes = f":{obligation}" if obligation else ""
    return f"{kind or '*'}{owes}/{category or '*'}/{place or '*'}"


def matching_policy(
    session: Session, kind: str, obligation: str | None, category_id: int | None, place_id: int | None
) -> Policy:
    """Fetch the policy that applies today to a case of this kind, obligation, category and place.

    `category_id` and `place_id` are ids; None: the case has none.
    """
    parameters = {"kind": kind, "obligation": obligation, "category": category_id, "place": place_id}
    return session.scalars(MATCHING, parameters).one()


def most_specific(category: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[bool]:
    """Build the SQL condition that is true for the one `Policy` that applies today to a case.

    It is for a query that also selects other rows, such as the category; `matching_policy` fetches only the policy.
    `category` and `place` are SQL expressions for the ids of the case's category and place. The case's kind and
    obligation are no arguments: whoever executes the statement gives them as the bound parameters `kind` and
    `obligation`.
    """
    candidate = aliased(Policy)
    wanted = {
        candidate.kind: bindparam("kind"), candidate.obligation: bindparam("obligation", type_=String),
        candidate.category_id: category, candidate.place_id: place,
    }  # fmt: skip
    fits = [or_(column.is_(None), column == value) for column, value in wanted.items()]
    by_weight = (candidate.place_id, candidate.category_id, candidate.obligation, candidate.kind)
    specific = [column.is_not(None).desc() for column in by_weight]
    best = select(candidate.id).where(*fits).order_by(*specific, candidate.version.desc()).limit(1)
    return Policy.id == best.scalar_subquery()


MATCHING = select(Policy).where(most_specific(bindparam("category"), bindparam("place")))
