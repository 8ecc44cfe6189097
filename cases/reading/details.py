"""Details of a case: its description, its files and its related cases, read in the same row as the case.

Each detail is one column, and a list is one JSON value, so that a case with all its details is one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, ScalarSelect, null, select, union
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from cases.access.actors import Actor
from cases.case import Case, Relation
from cases.files.attachments import Attachment
from cases.history.words import Visibility, Words


class rows_of(FunctionElement[list[list[Any]]]):
    """SQL function: the values of these columns in all rows, as one JSON list with a list for each row, unordered.

    Without any rows it is NULL on PostgreSQL and an empty list on SQLite.
    """

    type = JSON()
    inherit_cache = True


@compiles(rows_of, "postgresql")
def _rows_postgresql(element: rows_of, compiler: Any, **kwargs: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **kwargs)}))"


@compiles(rows_of, "sqlite")
def _rows_sqlite(element: rows_of, compiler: Any, **kwargs: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kwargs)}))"


@dataclass(frozen=True)
class File:
    """One file of a case, as a page lists it. `size` is in bytes."""

    id: int
    name: str
    size: int
    visibility: str


@dataclass(frozen=True)
class RelatedCase:
    """A case that staff related to the case, or that was merged into it."""

    id: int
    ref: str
    title: str


@dataclass(frozen=True)
class CaseDetails:
    """Description, files and related cases of one case, as far as the reader may see them."""

    description: str
    files: list[File]
    related: list[RelatedCase]


def detail_columns(actor: Actor) -> tuple[ColumnElement[Any], ...]:
    """Return the columns that `details_from` reads, to be added to a select of `Case`; related cases only for staff."""
    return DESCRIPTION, FILES, RELATED if actor.is_staff else null()


def details_from(row: Sequence[Any], actor: Actor) -> CaseDetails:
    """Return the details of a case from the values of its `detail_columns`; files and related cases sorted by id."""
    description, files, related = row
    found = [File(*file) for file in in_order(files)]
    shown = [file for file in found if actor.is_staff or file.visibility != Visibility.INTERNAL]
    return CaseDetails(description or "", shown, [RelatedCase(*other) for other in in_order(related)])


def read_details(session: Session, case: Case, actor: Actor) -> CaseDetails:
    """Query and return the details of a case that was read without them."""
    row = session.execute(select(*detail_columns(actor)).select_from(Case).where(Case.id == case.id)).one()
    return details_from(row, actor)


def in_order(rows: Sequence[Sequence[Any]] | None) -> list[Sequence[Any]]:
    """Return the rows that a `rows_of` column holds, sorted by their first value; [] for None."""
    return sorted(rows or (), key=lambda row: row[0])


def _description() -> ScalarSelect[str | None]:
    """Return the latest description as a subquery, whose value is None when there is none or it was erased."""
    latest = select(Words.text).where(Words.case_id == Case.id, Words.field == "description").order_by(Words.id.desc())
    return latest.limit(1).scalar_subquery()


def _files() -> ScalarSelect[list[list[Any]]]:
    listed = rows_of(Attachment.id, Attachment.name, Attachment.size, Attachment.visibility)
    return select(listed).where(Attachment.case_id == Case.id).scalar_subquery()


def _related() -> ScalarSelect[list[list[Any]]]:
    other, merged = aliased(Case), aliased(Case)
    ids = union(
        select(Relation.other_id).where(Relation.case_id == Case.id).correlate(Case),
        select(Relation.case_id).where(Relation.other_id == Case.id).correlate(Case),
        select(merged.id).where(merged.merged_into_id == Case.id).correlate(Case),
    )
    return select(rows_of(other.id, other.ref, other.title)).where(other.id.in_(ids)).correlate(Case).scalar_subquery()


DESCRIPTION, FILES, RELATED = _description(), _files(), _related()
