"""Units: the contact desk, departments, groups, boards, the forum, the council."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId, one_of
from cases.mail_addresses import LONGEST_ADDRESS
from cases.refusals import UnknownName


class UnitKind(StrEnum):
    """What a unit is."""

    DESK = "desk"
    DEPARTMENT = "department"
    GROUP = "group"
    BOARD = "board"
    FORUM = "forum"
    COUNCIL = "council"


MAY_BE_RESPONSIBLE = frozenset({UnitKind.DESK, UnitKind.DEPARTMENT, UnitKind.GROUP})
DESK = "desk"
FORUM = "forum"


class Unit(Base):
    """Someone who can hold a case, or for whom a case waits.

    `holds_cases` is what an open case's foreign key points at, so that no open case can belong to a unit that is
    switched off, nor to one that only meets.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("id", "holds_cases"),
        CheckConstraint("holds_cases = (active AND kind IN ('desk', 'department', 'group'))", name="holds_cases"),
        CheckConstraint("kind IN ('desk', 'department', 'group', 'board', 'forum', 'council')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[UnitKind] = mapped_column(one_of(UnitKind))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    phone: Mapped[str | None] = mapped_column(String(40), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    holds_cases: Mapped[bool] = mapped_column(default=True)

    def __post_init__(self) -> None:
        self.holds_cases = self.active and self.kind in MAY_BE_RESPONSIBLE

    def switch_off(self) -> None:
        """Take no more cases. The database refuses it while the unit has an open one."""
        self.active = self.holds_cases = False


ACTIVE = select(Unit).where(Unit.slug == bindparam("slug"), Unit.active)
THE_DESK = select(Unit).where(Unit.slug == DESK)


def unit_named(session: Session, slug: str, *, field: str = "unit") -> Unit:
    """Give the unit with this slug; `UnknownName` (told of `field`) when there is none that is active."""
    unit = session.scalar(ACTIVE, {"slug": slug})
    if unit is None:
        raise UnknownName(field=field, name=slug)
    return unit


def contact_desk(session: Session) -> Unit:
    """Give the contact desk: every house has exactly one."""
    return session.scalars(THE_DESK).one()
