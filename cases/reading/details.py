"""What stands beside a case, read in one row with it: its description, its files, and the cases that belong with it.

Each is a column, and a list is one value, so that the row is the whole case however much stands beside it.
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
    """These columns of all rows of a select, as one value: a list of lists, in no order; None where there is no row."""

    type = JSON()
    inherit_cache = True


@compiles(rows_of, "postgresql")
def _rows_postgresql(element: rows_of, compiler: Any, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


@compiles(rows_of, "sqlite")
def _rows_sqlite(element: rows_of, compiler: Any, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


@dataclass(frozen=True)
class File:
    """One file of a case, as a page lists it."""

    id: int
    name: str
    size: int
    visibility: str


@dataclass(frozen=True)
class Other:
    """A case that has to do with another one, or was merged into it."""

    id: int
    ref: str
    title: str


@dataclass(frozen=True)
class CaseDetails:
    """What stands beside a case, as far as its reader may know of it."""

    description: str
    files: list[File]
    related: list[Other]


def columns_beside(actor: Actor) -> tuple[ColumnElement[Any], ...]:
    """Give the columns for `beside_of`, of a select of cases. Which cases are related is for staff, who see all."""
    return DESCRIPTION, FILES, RELATED if actor.is_staff else null()


def beside_of(row: Sequence[Any], actor: Actor) -> CaseDetails:
    """Give what such columns hold, each list in the order of its making."""
    description, files, related = row
    found = [File(*file) for file in in_order(files)]
    shown = [file for file in found if actor.is_staff or file.visibility != Visibility.INTERNAL]
    return CaseDetails(description or "", shown, [Other(*other) for other in in_order(related)])


def read_beside(session: Session, case: Case, actor: Actor) -> CaseDetails:
    """Give what stands beside a case that was read already."""
    row = session.execute(select(*columns_beside(actor)).select_from(Case).where(Case.id == case.id)).one()
    return beside_of(row, actor)


def description_of(session: Session, case: Case) -> str:
    """Give what was written when the case was handed in; empty when nothing was, or when it is erased."""
    return session.scalar(select(DESCRIPTION).select_from(Case).where(Case.id == case.id)) or ""


def in_order(rows: Sequence[Sequence[Any]] | None) -> list[Sequence[Any]]:
    """Give the rows of a `rows_of` by their first column."""
    return sorted(rows or (), key=lambda row: row[0])


def _description() -> ScalarSelect[str | None]:
    """What was written when the case was handed in; None when nothing was, or when it is erased."""
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
