"""Outlines: a file that can be used is read, and any other is refused in one sentence that says what is wrong."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from cases.organisation.outlines import LARGEST, MOST_POINTS, read_outlines
from cases.settings.values import BadSetting

SQUARE = [[18.0, 61.0], [18.1, 61.0], [18.1, 61.1], [18.0, 61.0]]


def _feature(place: object = "norrby", kind: str = "Polygon", coordinates: object = None) -> dict[str, object]:
    drawn = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {"place": place}, "geometry": drawn}


def _file(folder: Path, *features: object) -> Path:
    path = folder / "outlines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_polygons_and_multipolygons_are_read(tmp_path: Path) -> None:
    several = _feature("soderby", "MultiPolygon", [[SQUARE], [SQUARE, SQUARE]])
    norrby, soderby = read_outlines(_file(tmp_path, _feature(), several))
    assert (norrby.place, norrby.rings[0][1]) == ("norrby", (18.1, 61.0))
    assert (soderby.place, len(soderby.rings)) == ("soderby", 3)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([], "is not a GeoJSON FeatureCollection with features"),
        ([{"type": "Feature"}], "feature 1 has no property place"),
        ([_feature("Norrby by")], "feature 1 has no property place"),
        ([_feature(7)], "feature 1 has no property place"),
        ([_feature(), _feature()], "draws the place norrby twice"),
        ([_feature(kind="Point", coordinates=[18, 61])], r"feature 1 \(norrby\) is neither"),
        ([_feature(kind="MultiPolygon", coordinates=[])], r"feature 1 \(norrby\) is empty"),
        ([_feature(kind="MultiPolygon", coordinates=[7])], r"feature 1 \(norrby\) is neither"),
        ([_feature(coordinates=[SQUARE[:3]])], "fewer than four points"),
        ([_feature(coordinates=[[[674032, 6580822]] * 4])], "longitude and latitude in degrees"),
        ([_feature(coordinates=[[["18", "61"]] * 4])], "longitude and latitude in degrees"),
        ([_feature(coordinates=[[[float("nan"), 61.0]] * 4])], "longitude and latitude in degrees"),
        ([_feature(coordinates=[SQUARE * (MOST_POINTS // 4 + 1)])], "simplify the outlines"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, features: list[object], said: str) -> None:
    with pytest.raises(BadSetting, match=said) as refused:
        read_outlines(_file(tmp_path, *features))
    line = str(refused.value)
    assert line.startswith("VENTIL_OUTLINES: ")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 99_999, "is not JSON"),
        (b"[]", "FeatureCollection"),
        (b" " * (LARGEST + 1), "is larger than 500 kB"),
    ],
)
def test_what_is_no_geojson_is_refused(tmp_path: Path, written: bytes, said: str) -> None:
    path = tmp_path / "outlines.geojson"
    path.write_bytes(written)
    with pytest.raises(BadSetting, match=said):
        read_outlines(path)
    with pytest.raises(BadSetting, match="cannot be read"):
        read_outlines(tmp_path / "missing.geojson")


def test_rings_are_closed_and_run_as_the_standard_has_it(tmp_path: Path) -> None:
    outer = [[18.0, 61.0], [18.0, 61.9], [18.9, 61.9], [18.9, 61.0]]
    hole = [[18.1, 61.1], [18.3, 61.1], [18.3, 61.3], [18.1, 61.3]]
    drawn = [_feature("norrby", coordinates=[outer, hole]), _feature("soderby", coordinates=[outer[::-1], hole[::-1]])]
    norrby, soderby = read_outlines(_file(tmp_path, *drawn))
    for outline in (norrby, soderby):
        assert [_area(ring) > 0 for ring in outline.rings] == [True, False]  # counterclockwise, clockwise
        assert all(ring[0] == ring[-1] and len(ring) == 5 for ring in outline.rings)


def _area(ring: tuple[tuple[float, float], ...]) -> float:
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))
