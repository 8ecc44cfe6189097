"""The map of the villages, drawn as SVG by the server: the outline of each place, coloured by how its plan stands.

It needs no script and no map server, and can be printed. The list beside it says the same in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import cases
from cases.organisation.outlines import Outline, Point, read_outlines
from cases.settings import Settings
from cases.village.showing.all_villages import VillageListed

WIDTH = 1000  # of the drawing, in its own units
TALLEST = 1.6  # times as high as it is wide, at most
OF_DEMONSTRATION = Path(cases.__file__).parent / "demo" / "outlines.geojson"


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


def outlines_of(settings: Settings, *, demonstration: bool) -> tuple[Outline, ...]:
    """Return the outlines that the settings name; those of the demonstration for it alone, () for all others."""
    path = settings.outlines or (OF_DEMONSTRATION if demonstration else None)
    return read_outlines(path) if path else ()


def draw(outlines: tuple[Outline, ...], villages: Iterable[VillageListed]) -> VillageMap | None:
    """Return the map of the villages whose places have an outline; None when there is none of them."""
    by_place: dict[str | None, VillageListed] = {}
    for village in villages:
        by_place.setdefault(village.place, village)
    shown = [outline for outline in outlines if outline.place in by_place]
    if not shown:
        return None
    to_drawing, height = _projection([point for outline in shown for ring in outline.rings for point in ring])
    drawn = tuple(_drawn(by_place[outline.place], outline, to_drawing) for outline in shown)
    on_map = {one.village.slug for one in drawn}
    return VillageMap(height, drawn, tuple(village for village in villages if village.slug not in on_map))


@dataclass(frozen=True)
class Projection:
    """Takes degrees to the units of the drawing: true to shape in the middle of the map."""

    west: float
    north: float
    across: float  # units for a degree of longitude
    down: float  # units for a degree of latitude

    def __call__(self, point: Point) -> tuple[int, int]:
        """Return (x, y) of this point."""
        return round((point[0] - self.west) * self.across), round((self.north - point[1]) * self.down)


def _projection(points: list[Point]) -> tuple[Projection, int]:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowing = cos(radians((south + north) / 2))  # a degree of longitude beside one of latitude
    wide, high = max((east - west) * narrowing, 1e-9), max(north - south, 1e-9)
    scale = min(WIDTH / wide, TALLEST * WIDTH / high)
    spare = (WIDTH / scale - wide) / 2 / narrowing  # a narrow map stands in the middle
    return Projection(west - spare, north, scale * narrowing, scale), round(high * scale)


def _drawn(village: VillageListed, outline: Outline, to_drawing: Projection) -> DrawnVillage:
    rings = [[to_drawing(point) for point in ring] for ring in outline.rings]
    x, y = _middle(max(rings, key=lambda ring: abs(_twice_area(ring))))
    return DrawnVillage(village, _standing(village), "".join(map(_path, rings)), x, y)


def _standing(village: VillageListed) -> PlanStanding:
    if village.is_late:
        return PlanStanding.LATE
    return PlanStanding.NONE if village.year is None else PlanStanding.ON_TIME


def _path(ring: list[tuple[int, int]]) -> str:
    """Return the ring as a path of an SVG, each point counted from the one before, which is short."""
    steps = (f"{to[0] - start[0]} {to[1] - start[1]}" for start, to in pairwise(ring) if start != to)
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z" if any(ring[0] != point for point in ring) else ""


def _twice_area(ring: list[tuple[int, int]]) -> int:
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))


def _middle(ring: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the centre of mass of the ring; the middle of its box when it has no area."""
    area = 3 * _twice_area(ring)
    if not area:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2
    weighed = [(start, to, start[0] * to[1] - to[0] * start[1]) for start, to in pairwise(ring)]
    x = sum((start[0] + to[0]) * weight for start, to, weight in weighed)
    y = sum((start[1] + to[1]) * weight for start, to, weight in weighed)
    return round(x / area), round(y / area)
