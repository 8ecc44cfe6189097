"""The map of the villages: drawn when there are outlines, by whose plan is late; the list says the same without it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from support.houses.plan_acts import PlanActs
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor

from cases.organisation.municipality import municipality
from cases.organisation.outlines import MOST_POINTS, Outline, read_outlines
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.village.showing.all_villages import VillageListed
from web.current import Ventil
from web.pages.village.showing.map import OF_DEMONSTRATION, TALLEST, WIDTH, draw

SUMMER = datetime(2027, 7, 1, 10, tzinfo=UTC)


def _village(place: str | None, **more: object) -> VillageListed:
    slug = f"grupp-{place}"
    return VillageListed(slug, slug, None, place, place, 2026, None, None, **{"is_late": False} | more)  # type: ignore[arg-type]


def _square(place: str, west: float, size: float = 1.0) -> Outline:
    return Outline(place, (((west, 60.0), (west + size, 60.0), (west + size, 61.0), (west, 61.0), (west, 60.0)),))


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
    path = tmp_path / "outlines.geojson"
    features = [
        {"type": "Feature", "properties": {"place": outline.place},
         "geometry": {"type": "Polygon", "coordinates": outline.rings}}
        for outline in (_square("norrby", 15), _square("soderby", 16), _square("elsewhere", 17))
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    before = sqlite_web.app.extensions["ventil"]
    sqlite_web.app.extensions["ventil"] = Ventil(before.database, replace(before.settings, outlines=Path(path)))
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


def test_the_most_points_are_few_bytes() -> None:
    ring = tuple((15 + number / MOST_POINTS, 60 + (number % 7) / 100) for number in range(MOST_POINTS))
    shown = draw((Outline("a", (ring,)),), [_village("a")])
    assert shown is not None
    assert len(shown.drawn[0].path) < 40_000
