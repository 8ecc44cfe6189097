"""The report as one self-contained HTML page, with a chart beside each table that has one."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from proof.simulation.report.charts import chart_of
from proof.simulation.report.tables import Table, tables_of
from proof.simulation.report.telling import verdict
from proof.simulation.report.wording import WORDS

FOLDER = Path(__file__).with_name("templates")
PAGES = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def as_page(report: dict[str, Any], locale: str) -> str:
    """Return the report as HTML; equal reports give equal bytes."""
    return PAGES.get_template("page.html").render(
        report=report,
        locale=locale,
        words=WORDS[locale],
        verdict=verdict(report, locale),
        tables=tables_of(report, locale),
        chart=lambda table: chart_of(table, f"{table.heading}. {table.about}"),
        is_number=_is_number,
    )


def _is_number(table: Table, column: int) -> bool:
    return bool(table.rows) and all(row[column].replace(".", "", 1).isdigit() for row in table.rows)
