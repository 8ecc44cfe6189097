"""The map of the villages, drawn as SVG by the server: the outline of each place, coloured by how its plan stands.

It needs no script and no map server, and can be printed. The list beside it says the same in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.organisation.outlines import Outline
from cases.village.showing.all_villages import VillageListed
from web.pages.village.drawing import WIDTH, draw_shapes


class PlanStanding(StrEnum):
    """How the plan of a village stands, on the map."""

    ON_TIME = "on_time"
    LATE = "late"
    NONE = "none"


@dataclass(frozen=True)
class DrawnVillage:
    """One village on the map: its path, and where its name stands, in the units of the drawing."""

    village: VillageListed
    standing: PlanStanding
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class VillageMap:
    """The drawing: its height (it is `WIDTH` wide), the villages on it, and those that it cannot show."""

    height: int
    drawn: tuple[DrawnVillage, ...]
    others: tuple[VillageListed, ...]

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return WIDTH

    @property
    def standings(self) -> tuple[PlanStanding, ...]:
        """The standings that occur, for the key to the map."""
        present = {one.standing for one in self.drawn}
        return tuple(one for one in PlanStanding if one in present)


def draw(outlines: tuple[Outline, ...], villages: Iterable[VillageListed]) -> VillageMap | None:
    """Return the map of the villages whose places have an outline; None when there is none of them."""
    by_place: dict[str | None, VillageListed] = {}
    for village in villages:
        by_place.setdefault(village.place, village)
    drawing = draw_shapes([outline for outline in outlines if outline.place in by_place])
    if drawing is None:
        return None
    drawn = tuple(
        DrawnVillage(by_place[shape.place], _standing(by_place[shape.place]), shape.path, shape.x, shape.y)
        for shape in drawing.shapes.values()
    )
    on_map = {one.village.slug for one in drawn}
    return VillageMap(drawing.height, drawn, tuple(village for village in villages if village.slug not in on_map))


def _standing(village: VillageListed) -> PlanStanding:
    if village.is_late:
        return PlanStanding.LATE
    return PlanStanding.NONE if village.year is None else PlanStanding.ON_TIME
