"""Writing the items of adopted plans to a CSV file or a spreadsheet."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from cases.database.transactions import calendar_of
from cases.imports.formats.writing import CsvForm, Value, new_table
from cases.refusals import NotFound
from cases.village.plans.reading.published import named_items, plans_listed

COLUMNS = (
    "title", "responsible", "year", "quarter", "kind", "category", "area", "done_on", "done_by", "case", "group",
    "holder",
)  # fmt: skip


def export_plans(
    session: Session, path: Path, *, group: str | None, year: int | None, form: CsvForm, at: datetime
) -> int:
    """Write the items of the plans that stand to the new file `path`; return how many.

    `group` is the slug of the only plan to write, None for all; `year` that of the versions to write, None for those
    that stand. Raises `NotFound` for a plan that is not there, and `ValueError` for another ending than .csv or .xlsx.
    """
    slugs = [plan.slug for plan in plans_listed(session, at=at) if group in (None, plan.slug)]
    if group is not None and not slugs:
        raise NotFound(ref=group)
    count = 0
    with new_table(path, calendar_of(session).zone, form) as write_row:
        write_row(COLUMNS)
        for row in _rows(session, slugs, year, at):
            write_row(row)
            count += 1
    return count


def _rows(session: Session, slugs: list[str], year: int | None, at: datetime) -> Iterator[list[Value]]:
    for slug in slugs:
        areas, items = named_items(session, slug, year=year, at=at)
        for item in items:
            yield [
                item.title, item.responsible, item.year, item.quarter, item.kind.value, item.category,
                areas[item.area], item.done_on, item.done_by, item.case, slug, item.holder,
            ]  # fmt: skip
