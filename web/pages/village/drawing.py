"""Drawing outlines of places as paths of an SVG, with the point within each where its name stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import cases
from cases.organisation.outlines import Outline, Point, read_outlines
from cases.settings import Settings

WIDTH = 1000  # of the drawing, in its own units
TALLEST = 1.6  # times as high as it is wide, at most
LEVELS = 15  # lines across a place with holes, on which the point for its name is looked for
OF_DEMONSTRATION = Path(cases.__file__).parent / "demo" / "outlines.geojson"
DrawnRing = list[tuple[int, int]]


@dataclass(frozen=True)
class Shape:
    """One place on the map: its slug, its path, and where its name stands, in the units of the drawing."""

    place: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """The shapes of a map by place, and its height; it is `WIDTH` wide."""

    height: int
    shapes: dict[str, Shape]


def outlines_of(settings: Settings, *, demonstration: bool) -> tuple[Outline, ...]:
    """Return the outlines that the settings name; those of the demonstration for it alone, () for all others."""
    path = settings.outlines or (OF_DEMONSTRATION if demonstration else None)
    return read_outlines(path) if path else ()


def draw_shapes(outlines: Sequence[Outline]) -> Drawing | None:
    """Return the drawing of these outlines; None for none."""
    if not outlines:
        return None
    to_drawing, height = _projection([point for outline in outlines for ring in outline.rings for point in ring])
    return Drawing(height, {outline.place: _shape(outline, to_drawing) for outline in outlines})


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


def _shape(outline: Outline, to_drawing: Projection) -> Shape:
    polygons = [[[to_drawing(point) for point in ring] for ring in polygon] for polygon in outline.polygons]
    x, y = _name_place(max(polygons, key=lambda polygon: abs(_twice_area(polygon[0]))))
    return Shape(outline.place, "".join(_path(ring) for polygon in polygons for ring in polygon), x, y)


def _name_place(polygon: list[DrawnRing]) -> tuple[int, int]:
    """Return a point for the name: the centre of mass, or where that lies in a hole or outside, in the widest part."""
    x, y = _middle(polygon[0])
    if any(west <= x <= east for west, east in _crossed(polygon, y)):
        return x, y
    top, bottom = min(y for _, y in polygon[0]), max(y for _, y in polygon[0])
    levels = [top + (bottom - top) * number // (LEVELS + 1) for number in range(1, LEVELS + 1)]
    parts = [(east - west, (west + east) // 2, level) for level in levels for west, east in _crossed(polygon, level)]
    return max(parts)[1:] if parts else (x, y)


def _crossed(polygon: list[DrawnRing], level: int) -> list[tuple[int, int]]:
    """Return the parts of a line across the drawing that lie within the polygon and not in its holes, west to east."""
    edges = [edge for ring in polygon for edge in pairwise(ring)]
    crossing = sorted(
        round(x + (level - y) * (next_x - x) / (next_y - y))
        for (x, y), (next_x, next_y) in edges
        if (y <= level) is not (next_y <= level)
    )
    return list(zip(crossing[::2], crossing[1::2], strict=True))


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
