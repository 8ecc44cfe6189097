"""Authorities: those who decide about something, or keep a road, within the municipality or beside it."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of


class AuthorityKind(StrEnum):
    """The kinds of authority: who they are to a road or another matter."""

    MUNICIPALITY = "municipality"
    COUNTY_BOARD = "county_board"
    NATIONAL_ROAD = "national_road"
    ROAD_ASSOCIATION = "road_association"
    REGION = "region"
    POLICE = "police"
    OTHER = "other"


class Authority(Base):
    """One authority, such as Trafikverket or a road association. It holds no cases, and nobody logs in for it."""

    __tablename__ = "authority"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('municipality', 'county_board', 'national_road', 'road_association', 'region', 'police',"
            " 'other')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[AuthorityKind] = mapped_column(one_of(AuthorityKind))
