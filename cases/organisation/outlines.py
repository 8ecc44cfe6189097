"""Outlines of places, read from a GeoJSON file that the setting VENTIL_OUTLINES names, for the map of the villages."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from cases.settings.values import BadSetting

LARGEST = 500_000  # bytes
MOST_POINTS = 4000  # of all outlines together: a page that shows them stays light
SLUG = re.compile(r"[a-z0-9-]{1,60}")
Point = tuple[float, float]
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True)
class Outline:
    """The outline of the place with the slug `place`, of one polygon or several.

    A polygon is its outer ring and then its holes, which are not the place. A ring is points (longitude, latitude) in
    degrees, WGS 84; the last is the first. Outer rings run counterclockwise and holes clockwise (RFC 7946, 3.1.6).
    """

    place: str
    polygons: tuple[Polygon, ...]

    @property
    def rings(self) -> tuple[Ring, ...]:
        """All rings of all polygons."""
        return tuple(ring for polygon in self.polygons for ring in polygon)


@lru_cache(maxsize=4)
def read_outlines(path: Path) -> tuple[Outline, ...]:
    """Read and return the outlines in this GeoJSON file, a FeatureCollection (RFC 7946); it is read once a process.

    Raises `BadSetting` with one sentence when the file cannot be used.
    """
    features = _features(path)
    found = tuple(_outline(path, number, feature) for number, feature in enumerate(features, start=1))
    _refuse_twice(path, [outline.place for outline in found])
    if sum(len(ring) for outline in found for ring in outline.rings) > MOST_POINTS:
        raise _bad(path, f"has more than {MOST_POINTS} points: simplify the outlines")
    return found


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise _bad(path, f"is larger than {LARGEST // 1000} kB: simplify the outlines")
        read = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise _bad(path, "is not JSON in UTF-8") from None
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or read.get("type") != "FeatureCollection" or not features:
        raise _bad(path, "is not a GeoJSON FeatureCollection with features")
    return features


def _outline(path: Path, number: int, feature: Any) -> Outline:
    """Return the outline that a feature, counted from 1, draws."""
    where = f"feature {number}"
    properties = feature.get("properties") if isinstance(feature, dict) else None
    place = properties.get("place") if isinstance(properties, dict) else None
    if not isinstance(place, str) or not SLUG.fullmatch(place):
        raise _bad(path, f"{where} has no property place with the slug of a place")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else None
    if not isinstance(polygons, list) or not all(isinstance(polygon, list) and polygon for polygon in polygons):
        raise _bad(path, f"{where} ({place}) is neither a Polygon nor a MultiPolygon")
    if not polygons:
        raise _bad(path, f"{where} ({place}) is empty")
    read = ([_ring(path, f"{where} ({place})", ring) for ring in polygon] for polygon in polygons)
    return Outline(place, tuple(tuple(_turned(ring, hole=at > 0) for at, ring in enumerate(one)) for one in read))


def _turned(ring: Ring, *, hole: bool) -> Ring:
    """Return the ring, closed, running as an outer ring does or as a hole does."""
    closed = ring if ring[0] == ring[-1] else (*ring, ring[0])
    runs_clockwise = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(closed)) < 0
    return closed if runs_clockwise is hole else closed[::-1]


def _ring(path: Path, where: str, ring: Any) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise _bad(path, f"{where} has a ring of fewer than four points")
    if not all(map(_is_point, ring)):
        raise _bad(path, f"{where} has a point that is not longitude and latitude in degrees (WGS 84)")
    return tuple((float(point[0]), float(point[1])) for point in ring)


def _is_point(point: Any) -> bool:
    if not isinstance(point, list) or len(point) < 2:
        return False
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one) for one in point[:2])
    return numbers and abs(point[0]) <= 180 and abs(point[1]) < 90


def _refuse_twice(path: Path, places: Iterable[str]) -> None:
    seen: set[str] = set()
    for place in places:
        if place in seen:
            raise _bad(path, f"draws the place {place} twice: make it one MultiPolygon")
        seen.add(place)


def _bad(path: Path, what: str) -> BadSetting:
    return BadSetting(f"VENTIL_OUTLINES: {path} {what}")
