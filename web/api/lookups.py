"""API endpoints that list units, categories and places. A case refers to each by its slug."""

from typing import Any

from flask import Response, jsonify
from sqlalchemy import select

from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import Unit
from web.api.blueprint import ApiBlueprint
from web.current import current
from web.language.preference import in_swedish, language
from web.requests.guard import Audience, open_to
from web.schemas.queries import NoQuery
from web.schemas.responses import NamedList, UnitList

bp = ApiBlueprint("api_names", __name__, description="What cases name by slug")


@bp.on("GET /units", NoQuery, (200, UnitList))
@open_to(Audience.ANYBODY)
def list_units(_no_query: dict[str, Any]) -> Response:
    """List the units in use, sorted by name."""
    return _listed(Unit, lambda unit: {"slug": unit.slug, "name": unit.name, "kind": unit.kind})


@bp.on("GET /categories", NoQuery, (200, NamedList))
@open_to(Audience.ANYBODY)
def list_categories(_no_query: dict[str, Any]) -> Response:
    """List the categories in use, sorted by name, with names in the caller's language."""
    english = language() == "en"
    return _listed(Category, lambda row: {"slug": row.slug, "name": (english and row.name_en) or row.name})


@bp.on("GET /places", NoQuery, (200, NamedList))
@open_to(Audience.ANYBODY)
def list_places(_no_query: dict[str, Any]) -> Response:
    """List the places in use, sorted by name."""
    return _listed(Place, lambda place: {"slug": place.slug, "name": place.name})


def _listed(table: type[Any], shown: Any) -> Response:
    with current().database.reading() as session:
        items = [shown(row) for row in session.scalars(select(table).where(table.active))]
    return jsonify(items=sorted(items, key=lambda item: in_swedish(item["name"])))
