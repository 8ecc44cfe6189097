"""The register of a topic as files: a table for spreadsheets, and the same rows as GeoJSON."""

import json
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, url_for

from cases.organisation.municipality import municipality
from cases.organisation.outlines import Outline
from cases.village.registers.exporting import as_table, row_values
from cases.village.registers.listing import RegisterRow, whole_register
from cases.village.registers.topics import topic_named
from web.current import current, right_now
from web.language.village.register_words import topic_words
from web.pages.options import category_name
from web.pages.village.drawing import outlines_of
from web.pages.village.registers.columns import as_table_for_people
from web.pages.village.registers.query import read_register_query
from web.requests.downloads import as_attachment, table_download
from web.requests.guard import Audience, open_to

bp = Blueprint("register_files", __name__)
GEOJSON = "application/geo+json"


@bp.get("/amne/<slug>.csv", defaults={"ending": "csv"})
@bp.get("/amne/<slug>.xlsx", defaults={"ending": "xlsx"})
@open_to(Audience.ANYBODY)
def download(slug: str, ending: str) -> Response:
    """Return all rows that the address asks for: CSV for programs, XLSX for people, in the language of the page.

    An address that is not understood leads to the page.
    """
    with current().database.reading() as session:
        topic = topic_named(session, slug)
        query = read_register_query(session, topic)
        if query.refusals:
            return _to_page(slug, query.given)
        rows = whole_register(session, slug, query.filters, at=right_now())
        name, zone = _file_name(slug, query.given, ending), current().database.calendar.zone
        if ending == "csv":
            return table_download(name, as_table(rows), zone)[0]
        table = as_table_for_people(rows, topic_words(topic.words))
        return table_download(name, table, zone, subject=category_name(topic))[0]


@bp.get("/amne/<slug>.geojson")
@open_to(Audience.ANYBODY)
def draw(slug: str) -> Response:
    """Return all rows that the address asks for as GeoJSON (RFC 7946): each with the outline of its place, or null."""
    with current().database.reading() as session:
        topic = topic_named(session, slug)
        query = read_register_query(session, topic)
        if query.refusals:
            return _to_page(slug, query.given)
        outlines = outlines_of(current().settings, demonstration=municipality(session).demonstration)
        shapes = {outline.place: _geometry(outline) for outline in outlines}
        rows = whole_register(session, slug, query.filters, at=right_now())
        given = query.given
        features = [_feature(row, shapes.get(row.case.place or "")) for row in rows]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    headers = {"Content-Disposition": as_attachment(_file_name(slug, given, "geojson"))}
    return Response(body, content_type=GEOJSON, headers=headers)


def _file_name(slug: str, given: dict[str, Any], ending: str) -> str:
    """Return the name of a file of the register, which tells of which place it is, when it is of one."""
    return f"{slug}-{given['place']}.{ending}" if given.get("place") else f"{slug}.{ending}"


def _to_page(slug: str, asked: dict[str, Any]) -> Response:
    return redirect(url_for("registers.show", slug=slug, **asked), 303)  # type: ignore[return-value]


def _geometry(outline: Outline) -> dict[str, Any]:
    if len(outline.polygons) == 1:
        return {"type": "Polygon", "coordinates": outline.polygons[0]}
    return {"type": "MultiPolygon", "coordinates": outline.polygons}


def _feature(row: RegisterRow, geometry: dict[str, Any] | None) -> dict[str, Any]:
    values = row_values(row)
    properties = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
