"""Details of a case: its description, files, related and similar cases, read by the same query as the case.

Each of them is one column of the query, with all files, or all related cases, in one JSON value. So the query
returns one row for each case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, ScalarSelect, Select, null, select, union
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from cases.access.actors import Actor
from cases.case import Case, Relation
from cases.files.attachments import Attachment
from cases.files.file_names import extension_of
from cases.history.words import Visibility, Words

PICTURES = frozenset({".jpg", ".jpeg", ".png"})


class rows_of(FunctionElement[list[list[Any]]]):
    """SQL function that gathers all selected rows in one JSON value: a list that holds a list of values for each row.

    The order of the rows is not defined. Without any rows the value is NULL on PostgreSQL and an empty list on SQLite.
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
    """One file of a case, as a page lists it. `size` is in bytes, `visibility` says who may read the file."""

    id: int
    name: str
    size: int
    visibility: str

    @property
    def is_picture(self) -> bool:
        """Whether it is a photo or another picture: a stored file is named for what is in it."""
        return extension_of(self.name) in PICTURES


@dataclass(frozen=True)
class RelatedCase:
    """Another case that staff related to the case at hand, or that was merged into it. `ref` is its reference."""

    id: int
    ref: str
    title: str


@dataclass(frozen=True)
class CaseDetails:
    """Description, files, related and similar cases of one case, as far as the reader may see them."""

    description: str
    files: list[File]
    related: list[RelatedCase]
    similar: list[RelatedCase]  # open cases of the same place or topic, the latest ones


def detail_columns(actor: Actor) -> tuple[ColumnElement[Any], ...]:
    """Return the columns to add to a select of `Case`, so that `details_from` can make the details from their values.

    In this order: the description, the files, the related and the similar cases. The related ones are NULL unless the
    actor is staff, the similar ones unless they are the contact person, who may merge cases.
    """
    return DESCRIPTION, FILES, RELATED if actor.is_staff else null(), SIMILAR if actor.is_contact else null()


def details_from(row: Sequence[Any], actor: Actor) -> CaseDetails:
    """Return the details of a case, made from `row`: the values of the columns that `detail_columns` returned.

    Files and related cases are sorted by id. Files that only staff may read are left out for all others.
    """
    description, files, related, similar = row
    found = [File(*file) for file in in_order(files)]
    shown = [file for file in found if actor.is_staff or file.visibility != Visibility.INTERNAL]
    others = ([RelatedCase(*other) for other in in_order(rows)] for rows in (related, similar))
    return CaseDetails(description or "", shown, *others)


def read_details(session: Session, case: Case, actor: Actor) -> CaseDetails:
    """Query and return the details of a case, as far as the actor may see them.

    For a case that was read without the columns that `detail_columns` adds to a query.
    """
    row = session.execute(select(*detail_columns(actor)).select_from(Case).where(Case.id == case.id)).one()
    return details_from(row, actor)


def in_order(rows: Sequence[Sequence[Any]] | None) -> list[Sequence[Any]]:
    """Return the list that a `rows_of` column held, sorted by the first value of each row; [] when it held None."""
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


def _similar() -> ScalarSelect[list[list[Any]]]:
    """Return the latest open cases of the same place, and of the same topic, as a subquery: at most 20."""
    near = [_latest_with(column).correlate(Case) for column in ("place_id", "category_id")]
    other = aliased(Case)
    found = select(rows_of(other.id, other.ref, other.title)).where(other.id.in_(union(*near)))
    return found.correlate(Case).scalar_subquery()


def _latest_with(column: str) -> Select[int]:
    """Return the ids of the latest ten open cases that have the same value in this column as the case at hand."""
    one = aliased(Case)
    same = (getattr(one, column) == getattr(Case, column), one.id != Case.id, one.due_at.is_not(None))
    latest = select(one.id).where(*same).order_by(one.id.desc()).limit(10).correlate(Case).subquery()
    return select(latest.c.id)


DESCRIPTION, FILES, RELATED, SIMILAR = _description(), _files(), _related(), _similar()
