"""The map of the villages: drawn when there are outlines, by whose plan is late; the list says the same without it."""

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import cos, pi, sin
from pathlib import Path
from random import Random

import pytest
import time_machine
from sqlalchemy import select
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.plans.plan_acts import PlanActs

from cases.organisation.municipality import municipality
from cases.organisation.outlines import MOST_POINTS, Outline, read_outlines
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.village.showing.all_villages import VillageListed
from web.current import Ventil
from web.pages.village.drawing import OF_DEMONSTRATION, TALLEST, WIDTH, draw_shapes
from web.pages.village.showing.map import draw

MANY, HEAVIEST = 80, 24_000  # villages; bytes of the page itself, beside 83 kB of fonts and stylesheets
SUMMER = datetime(2028, 7, 1, 10, tzinfo=UTC)


def _village(place: str | None, **more: object) -> VillageListed:
    slug = f"grupp-{place}"
    return VillageListed(slug, slug, None, place, place, 2026, None, None, **{"is_late": False} | more)  # type: ignore[arg-type]


def _square(place: str, west: float, size: float = 1.0) -> Outline:
    return Outline(place, (((((west, 60.0), (west + size, 60.0), (west + size, 61.0), (west, 61.0), (west, 60.0))),),))


def _feature(outline: Outline) -> dict[str, object]:
    shape = {"type": "MultiPolygon", "coordinates": outline.polygons}
    return {"type": "Feature", "properties": {"place": outline.place}, "geometry": shape}


def _map_with(web, path: Path, features: list[dict[str, object]]) -> None:
    """Write the features to the file, and let the app draw its map from it."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    ventil = web.app.extensions["ventil"]
    web.app.extensions["ventil"] = Ventil(ventil.database, replace(ventil.settings, outlines=path))


@pytest.fixture
def mapped(sqlite_web, tmp_path):
    """The small house with places for its groups, and outlines of these and of a place that it does not have."""
    plan = PlanActs(sqlite_web.house)
    with sqlite_web.database.transaction() as session:
        for slug in ("norrby", "soderby"):
            unit = session.scalars(select(Unit).where(Unit.slug == slug)).one()
            unit.place_id = session.scalars(select(Place.id).where(Place.slug == slug)).one()
    plan.house.sweep(MONDAY)
    plan.adopted()
    before = sqlite_web.app.extensions["ventil"]
    squares = (_square("norrby", 15), _square("soderby", 16), _square("elsewhere", 17))
    _map_with(sqlite_web, tmp_path / "outlines.geojson", [_feature(square) for square in squares])
    with time_machine.travel(SUMMER, tick=False):
        yield sqlite_web
    sqlite_web.app.extensions["ventil"] = before


def test_each_place_is_drawn_by_how_its_plan_stands_and_says_so_in_words(mapped):
    page = visitor(mapped).get("/planer").text
    assert re.findall(r'<path class="plan-(\w+)"', page) == ["late", "late"]
    assert page.count("<tspan") == 4
    assert "elsewhere" not in page
    assert visitor(mapped).read("/planer").count("försenad plan") == 2
    assert "plan late" in visitor(mapped).read("/planer?lang=en")


def test_the_map_needs_no_script_nor_other_host_and_is_never_the_only_way(mapped):
    answer = visitor(mapped).get("/planer")
    [drawing] = re.findall(r"(?s)<svg viewBox.*?</svg>", answer.text.partition("village-map")[2])
    assert 'aria-hidden="true"' in drawing
    assert drawing.count("<a ") == drawing.count('tabindex="-1"') == 2
    assert "style=" not in drawing
    assert "http" not in drawing
    without = answer.text.replace(drawing, "")
    assert all(f'href="/bygd/{slug}"' in without for slug in ("norrby", "soderby"))
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]


def test_without_outlines_there_is_no_map_but_in_a_demonstration(sqlite_web):
    assert "village-map" not in visitor(sqlite_web).get("/planer").text
    with sqlite_web.database.transaction() as session:
        municipality(session).demonstration = True
        place = session.scalars(select(Place).where(Place.slug == "norrby")).one()
        place.slug = "almvinda"
        session.scalars(select(Unit).where(Unit.slug == "norrby")).one().place_id = place.id
    assert "village-map" in visitor(sqlite_web).get("/planer").text


def test_the_demonstrations_outlines_say_that_they_are_invented() -> None:
    assert len(read_outlines(OF_DEMONSTRATION)) == 7
    assert "Påhittade" in OF_DEMONSTRATION.read_text(encoding="utf-8")


def test_a_map_keeps_its_shape_and_stays_within_its_frame() -> None:
    shown = draw((_square("a", 15), _square("b", 16)), [_village("a"), _village("b", is_late=True), _village(None)])
    assert shown is not None
    assert shown.height == pytest.approx(WIDTH / 2 / 0.493, abs=2)  # cos 60.5 degrees
    assert [one.standing for one in shown.drawn] == ["on_time", "late"]
    assert [village.slug for village in shown.others] == ["grupp-None"]
    tall = draw((_square("a", 15, size=0.1),), [_village("a")])
    assert tall is not None
    assert tall.height == TALLEST * WIDTH
    assert abs(tall.drawn[0].x - WIDTH // 2) <= 1
    assert draw((_square("a", 15),), [_village("b")]) is None


def test_eighty_villages_with_the_most_points_leave_the_page_light(mapped, tmp_path):
    with mapped.database.transaction() as session:
        session.add_all(Place(slug=f"by-{n}", name=f"By {n}") for n in range(MANY))
        session.flush()
        ids = dict(session.execute(select(Place.slug, Place.id)).all())
        session.add_all(
            Unit(slug=f"grupp-{n}", kind=UnitKind.GROUP, name=f"Grupp {n}", place_id=ids[f"by-{n}"])
            for n in range(MANY)
        )
    features = [_feature(_circle(f"by-{n}", 15 + n % 10, 60 - n // 10, MOST_POINTS // MANY)) for n in range(MANY)]
    _map_with(mapped, tmp_path / "many.geojson", features)
    page = visitor(mapped).get("/planer").text
    assert page.count('<path class="plan-') == MANY
    assert len(gzip.compress(page.encode(), 5)) < HEAVIEST
    assert "<script" not in page  # 20 kB that the page can do without


def _circle(place: str, x: float, y: float, points: int) -> Outline:
    chance = Random(place)
    angles = [2 * pi * number / (points - 1) for number in range(points - 1)]
    ring = [(x + 0.5 * cos(it) + chance.random() / 9, y + 0.5 * sin(it) + chance.random() / 9) for it in angles]
    return Outline(place, (((*ring, ring[0]),),))


HOLE = ((15.2, 60.2), (15.2, 60.8), (15.8, 60.8), (15.8, 60.2), (15.2, 60.2))


def test_a_hole_is_not_the_place_and_the_name_stands_beside_it() -> None:
    ring = _square("a", 15).rings[0]
    for polygons in (((ring, HOLE),), ((ring, HOLE), _square("b", 17, size=0.1).polygons[0])):
        drawing = draw_shapes((Outline("a", polygons),))
        assert drawing is not None
        shape = drawing.shapes["a"]
        rings = [signed_area(path) for path in shape.path.split("z") if path]
        assert rings[0] * rings[1] < 0  # they run against each other: the hole is left empty, by the usual rule
        inside = corners(shape.path.split("z")[1])
        left, right = min(x for x, _ in inside), max(x for x, _ in inside)
        top, bottom = min(y for _, y in inside), max(y for _, y in inside)
        assert not (left < shape.x < right and top < shape.y < bottom)


def corners(path: str) -> list[tuple[int, int]]:
    """Return the corners of a ring, of its path of steps."""
    begin, _, steps = path.partition("l")
    x, y = map(int, begin.removeprefix("M").split())
    numbers = [int(number) for number in steps.split()]
    found = [(x, y)]
    for across, down in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + across, y + down
        found.append((x, y))
    return found


def signed_area(path: str) -> int:
    """Return twice the area of a ring, negative for one that runs the other way round."""
    found = corners(path)
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise([*found, found[0]]))
