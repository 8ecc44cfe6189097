"""Resolutions: what a body recommends, and what a board or the council decides (kommunallagen 6:37-38).

A resolution is never changed: one that was wrong is put right by another that replaces it. What was said stands in the
words of its event.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.case import Case
from cases.database.base import Base, BigId, one_of
from cases.history.journal import Event
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.people import Person
from cases.organisation.units import Unit


class Verdict(StrEnum):
    """What a body says of a case."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    REFER = "refer"
    POSTPONE = "postpone"
    NOTED = "noted"


class Appealable(StrEnum):
    """How a decision can be appealed: not at all, on its lawfulness (KL 13), or on its merits (FL 40-48)."""

    NONE = "none"
    LAWFULNESS = "laglighetsprovning"
    MERITS = "forvaltningsbesvar"


class Resolution(Base):
    """One resolution of a body about a case, on the local day `on_day`, written by the event `event_id`.

    `decides` is True of a decision, which only a board or the council takes, and None of a recommendation, which stands
    on an agenda of its body. `amount_ore` is money in öre, `number` what it is called in the minutes, such as "§ 12".
    `delegate_id` is the employee who decided for the body (KL 7:5).
    """

    __tablename__ = "resolution"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "decides"], ["unit.id", "unit.decides"]),
        UniqueConstraint("id", "decides", "case_id"),
        UniqueConstraint("event_id"),
        UniqueConstraint("replaces_id"),
        CheckConstraint("decides IS NULL OR decides", name="decides"),
        CheckConstraint("decides IS NOT NULL OR agenda_item_id IS NOT NULL", name="on_an_agenda"),
        CheckConstraint("verdict IN ('yes', 'no', 'partly', 'refer', 'postpone', 'noted')", name="verdict"),
        CheckConstraint("appealable IN ('none', 'laglighetsprovning', 'forvaltningsbesvar')", name="appealable"),
        CheckConstraint("appealable = 'none' OR decides IS NOT NULL", name="only_decisions_are_appealed"),
        CheckConstraint("amount_ore >= 0", name="amount"),
        CheckConstraint("replaces_id <> id", name="replaces"),
        Index("ix_resolution_case_id", "case_id", "id"),
        Index("ix_resolution_agenda_item_id", "agenda_item_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id))
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey(AgendaItem.id), default=None)
    body_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    decides: Mapped[bool | None] = mapped_column(default=None)
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    amount_ore: Mapped[int | None] = mapped_column(BigInteger, default=None)
    number: Mapped[str | None] = mapped_column(String(30), default=None)
    on_day: Mapped[date]
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), default=None)
    appealable: Mapped[Appealable] = mapped_column(one_of(Appealable), default=Appealable.NONE)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"), default=None)


class StoodAside(Base):
    """Somebody who took no part in a resolution, since the matter was their own (kommunallagen 5:47, 6:28-32)."""

    __tablename__ = "stood_aside"

    resolution_id: Mapped[int] = mapped_column(ForeignKey(Resolution.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
