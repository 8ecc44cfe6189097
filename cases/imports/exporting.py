"""Exporting cases as CSV or XLSX, in the columns that an import reads."""

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cases.access.actors import Actor
from cases.case import WITH_NAMES, Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.imports.columns import NAMES, QUOTED
from cases.reading.visibility import seen_by
from cases.states import STEPS

AT_A_TIME = 500
NUMBER = re.compile(r"-?\d+(\.\d+)?")
STATE_EVENTS = ("case.received", *sorted({step.event for step in STEPS}))
OWN_SOURCE = "ventil"
WriteRow = Callable[[list[str]], None]


def export_cases(session: Session, path: Path, *, by: Actor) -> int:
    """Write every case that the actor may see to the CSV or XLSX file `path`; return how many.

    Raises `ValueError` when the path ends neither with .csv nor .xlsx. The file appears whole or not at all. Texts that
    a spreadsheet would take for formulas are escaped.
    """
    open_table = WRITERS.get(path.suffix.lower())
    if open_table is None:
        raise ValueError(f"{path.name} must end with .csv or .xlsx")
    count, partial = 0, path.with_name(f"{path.name}.{os.getpid()}.part")
    with open_table(partial) as write_row:
        write_row(list(NAMES))
        for row in rows(session, by):
            write_row([harmless(row[name]) for name in NAMES])
            count += 1
    partial.replace(path)
    return count


def rows(session: Session, by: Actor) -> Iterator[dict[str, str]]:
    """Yield a row for each case that the actor may see, oldest first.

    A row maps the name of each column of an import file to the text in it.
    """
    last = 0
    while cases := _after(session, by, last):
        details = _details(session, [case.id for case in cases])
        for case in cases:
            yield _row(session, case, details[case.id])
        last = cases[-1].id
        session.expunge_all()


def harmless(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet would take it for a formula.

    A number such as -5 stays as it is. Source: OWASP ASVS 1.2.10.
    """
    return f"'{text}" if text.startswith(QUOTED) and not NUMBER.fullmatch(text) else text


def _after(session: Session, by: Actor, last: int) -> list[Case]:
    page = select(Case).where(Case.id > last, seen_by(by)).order_by(Case.id).limit(AT_A_TIME)
    return list(session.scalars(page.options(*WITH_NAMES, joinedload(Case.reporter), joinedload(Case.merged_into))))


def _details(session: Session, ids: list[int]) -> dict[int | None, dict[str, Any]]:
    """Return, as dicts by case id: the description, when the state was last set, and the public note of that step."""
    details: dict[int | None, dict[str, Any]] = {case_id: {} for case_id in ids}
    steps = select(Event.stream, Event.id, Event.at).where(Event.stream.in_(ids), Event.type.in_(STATE_EVENTS))
    for case_id, event_id, at in session.execute(steps.order_by(Event.id)):
        details[case_id] |= {"changed_at": at, "event": event_id}
    public = (Words.field == "description") | ((Words.field == "note") & (Words.visibility == Visibility.PUBLIC))
    words = select(Words.case_id, Words.event_id, Words.field, Words.text).where(Words.case_id.in_(ids), public)
    for stream, event_id, field, text in session.execute(words.order_by(Words.id)):
        if field == "description" or event_id == details[stream]["event"]:
            details[stream][field] = text
    return details


def _row(session: Session, case: Case, details: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in {**_case(session, case, details), **_reporter(case)}.items()}


def _case(session: Session, case: Case, details: dict[str, Any]) -> dict[str, Any]:
    source, external_id = _key(case)
    into_source, into = _key(case.merged_into) if case.merged_into else (None, None)
    return {
        "source": source, "external_id": external_id, "ref": case.ref, "kind": case.kind, "state": case.state,
        "title": case.title, "description": details.get("description"), "category": _slug(case.category),
        "place": _slug(case.place), "group": _slug(case.group), "responsible": _slug(case.responsible),
        "channel": case.channel, "received_at": case.received_at, "changed_at": details.get("changed_at"),
        "ended_at": case.ended_at, "due_on": calendar_of(session).day_of(case.due_at) if case.due_at else None,
        "promised_on": case.promised_on if case.promise_breaks_at else None, "note": details.get("note"),
        "waiting_for": case.waiting_for, "waiting_unit": _slug(case.waiting_unit),
        "waiting_name": case.waiting_name, "waiting_their_ref": case.waiting_their_ref,
        "merged_into": into, "merged_into_source": into_source, "quick_win": case.quick_win,
        "raised_on": case.raised_on, "every_months": case.every_months, "latitude": case.latitude,
        "longitude": case.longitude,
    }  # fmt: skip


def _reporter(case: Case) -> dict[str, Any]:
    names = ("name", "email", "phone", "locale", "protected")
    return {f"reporter_{name}": getattr(case.reporter, name) if case.reporter else None for name in names}


def _key(case: Case) -> tuple[str, str]:
    return (case.source, case.external_id) if case.source and case.external_id else (OWN_SOURCE, case.ref)


def _slug(row: Any) -> str | None:
    return row.slug if row else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


@contextmanager
def _csv(path: Path) -> Iterator[WriteRow]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        yield out.writerow


@contextmanager
def _xlsx(path: Path) -> Iterator[WriteRow]:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet, lines = book.add_worksheet("cases"), iter(range(1_048_576))

        def write_row(texts: Iterable[str]) -> None:
            line = next(lines)
            for column, text in enumerate(texts):
                sheet.write_string(line, column, text)

        yield write_row


WRITERS = {".csv": _csv, ".xlsx": _xlsx}
