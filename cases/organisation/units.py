"""Units: the contact desk, departments, groups, boards, the forum, the council."""

from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId, one_of
from cases.mail_addresses import LONGEST_ADDRESS
from cases.refusals import UnknownName


class UnitKind(StrEnum):
    """The kinds of unit."""

    DESK = "desk"
    DEPARTMENT = "department"
    GROUP = "group"
    BOARD = "board"
    FORUM = "forum"
    COUNCIL = "council"


class GroupSort(StrEnum):
    """The sorts of group: of a village, of the town, or of a sector (farmers, say), which belongs to no place."""

    VILLAGE = "village"
    TOWN = "town"
    SECTOR = "sector"


MAY_BE_RESPONSIBLE = frozenset({UnitKind.DESK, UnitKind.DEPARTMENT, UnitKind.GROUP})
DECIDE = frozenset({UnitKind.BOARD, UnitKind.COUNCIL})  # kommunallagen 6:37-38: what only recommends is none of them
MEET = DECIDE | {UnitKind.FORUM}
DESK = "desk"
FORUM = "forum"
COUNCIL = "council"
IN_EVERY_HOUSE = frozenset({DESK, FORUM, COUNCIL})  # slugs of the units of a fresh house


class Unit(Base):
    """One unit: it is responsible for cases, or it is a body whose decision a case waits for.

    `holds_cases` is True while the unit may be responsible for cases. The foreign key of an open case includes it, so
    that the database lets no open case belong to an inactive unit, or to a board, the forum or the council. `decides`
    is True of a board or the council, active or not, and None of all others: the foreign key of a decision includes it.
    `meets` are the months of the ordinary meetings of a body that has a rhythm, as in "4,10".
    `sector_seats` is of a body of kind forum: how many seats each sector has there. None: as many as anybody is given.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("id", "holds_cases"),
        CheckConstraint("holds_cases = (active AND kind IN ('desk', 'department', 'group'))", name="holds_cases"),
        CheckConstraint(
            "sort IS NULL OR (kind = 'group' AND sort IN ('village', 'town', 'sector')"
            " AND (sort <> 'sector' OR place_id IS NULL))",
            name="sort",
        ),
        CheckConstraint("sector_seats IS NULL OR kind = 'forum'", name="sector_seats"),
        CheckConstraint("kind IN ('desk', 'department', 'group', 'board', 'forum', 'council')", name="kind"),
        CheckConstraint("decides IS NULL OR (decides AND kind IN ('board', 'council'))", name="decides"),
        CheckConstraint("meets IS NULL OR (length(meets) > 0 AND kind IN ('forum', 'board', 'council'))", name="meets"),
        Index("uq_unit_id_decides", "id", "decides", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[UnitKind] = mapped_column(one_of(UnitKind))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    phone: Mapped[str | None] = mapped_column(String(40), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    sort: Mapped[GroupSort | None] = mapped_column(one_of(GroupSort), default=None)  # of a group
    active: Mapped[bool] = mapped_column(default=True)
    holds_cases: Mapped[bool] = mapped_column(default=True)
    sector_seats: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)  # of a forum
    decides: Mapped[bool | None] = mapped_column(init=False, default=None)
    meets: Mapped[str | None] = mapped_column(String(40), default=None)  # months, as in "4,10"

    def __post_init__(self) -> None:
        self.holds_cases = self.active and self.kind in MAY_BE_RESPONSIBLE
        self.decides = True if self.kind in DECIDE else None

    @property
    def has_agenda(self) -> bool:
        """Whether what waits for the unit comes on an agenda of its own: it is a forum, or a body with a rhythm."""
        return self.kind is UnitKind.FORUM or self.meets is not None

    def switch_off(self) -> None:
        """Make the unit inactive. While it has open cases, the database refuses this when the session is flushed."""
        self.active = self.holds_cases = False


ACTIVE_BY_SLUG = select(Unit).where(Unit.slug == bindparam("slug"), Unit.active)
CONTACT_DESK = select(Unit).where(Unit.slug == DESK)


def unit_named(session: Session, slug: str, *, field: str = "unit") -> Unit:
    """Return the active unit with this slug.

    Raises `UnknownName` when there is none; `field` is the field of the request that the refusal then names as wrong.
    """
    unit = session.scalar(ACTIVE_BY_SLUG, {"slug": slug})
    if unit is None:
        raise UnknownName(field=field, name=slug)
    return unit


def contact_desk(session: Session) -> Unit:
    """Return the contact desk: there is exactly one."""
    return session.scalars(CONTACT_DESK).one()
