"""Exporting: every case in the columns that an import reads, so that it can be taken in elsewhere or looked through."""

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
SETS_THE_STATE = ("case.received", *sorted({step.event for step in STEPS}))
OWN_SOURCE = "ventil"
Put = Callable[[list[str]], None]


def export_cases(session: Session, path: Path, *, by: Actor) -> int:
    """Write every case that the actor may see to a CSV or XLSX file, by its ending; give how many.

    The file is there whole or not at all. Raises `ValueError` for another ending. A text that a spreadsheet would take
    for a formula is written as text.
    """
    sheet = SHEETS.get(path.suffix.lower())
    if sheet is None:
        raise ValueError(f"{path.name} must end with .csv or .xlsx")
    count, draft = 0, path.with_name(f"{path.name}.{os.getpid()}.part")
    with sheet(draft) as put:
        put(list(NAMES))
        for row in rows(session, by):
            put([harmless(row[name]) for name in NAMES])
            count += 1
    draft.replace(path)
    return count


def rows(session: Session, by: Actor) -> Iterator[dict[str, str]]:
    """Give each case that the actor may see as texts by column, the oldest first."""
    last = 0
    while cases := _after(session, by, last):
        told = _told(session, [case.id for case in cases])
        for case in cases:
            yield _row(session, case, told[case.id])
        last = cases[-1].id
        session.expunge_all()


def harmless(text: str) -> str:
    """Give the text so that no spreadsheet takes it for a formula (OWASP ASVS 1.2.10). A number is none."""
    return f"'{text}" if text.startswith(QUOTED) and not NUMBER.fullmatch(text) else text


def _after(session: Session, by: Actor, last: int) -> list[Case]:
    page = select(Case).where(Case.id > last, seen_by(by)).order_by(Case.id).limit(AT_A_TIME)
    return list(session.scalars(page.options(*WITH_NAMES, joinedload(Case.reporter), joinedload(Case.merged_into))))


def _told(session: Session, ids: list[int]) -> dict[int | None, dict[str, Any]]:
    """Give each case's description, when its state was last set, and the public words that were said with that."""
    told: dict[int | None, dict[str, Any]] = {case_id: {} for case_id in ids}
    steps = select(Event.stream, Event.id, Event.at).where(Event.stream.in_(ids), Event.type.in_(SETS_THE_STATE))
    for case_id, event_id, at in session.execute(steps.order_by(Event.id)):
        told[case_id] |= {"changed_at": at, "event": event_id}
    public = (Words.field == "description") | ((Words.field == "note") & (Words.visibility == Visibility.PUBLIC))
    spoken = select(Words.case_id, Words.event_id, Words.field, Words.text).where(Words.case_id.in_(ids), public)
    for said_of, event_id, field, text in session.execute(spoken.order_by(Words.id)):
        if field == "description" or event_id == told[said_of]["event"]:
            told[said_of][field] = text
    return told


def _row(session: Session, case: Case, told: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in {**_case(session, case, told), **_asked_by(case)}.items()}


def _case(session: Session, case: Case, told: dict[str, Any]) -> dict[str, Any]:
    source, external_id = _key(case)
    into_source, into = _key(case.merged_into) if case.merged_into else (None, None)
    return {
        "source": source, "external_id": external_id, "ref": case.ref, "kind": case.kind, "state": case.state,
        "title": case.title, "description": told.get("description"), "category": _slug(case.category),
        "place": _slug(case.place), "group": _slug(case.group), "responsible": _slug(case.responsible),
        "channel": case.channel, "received_at": case.received_at, "changed_at": told.get("changed_at"),
        "ended_at": case.ended_at, "due_on": calendar_of(session).day_of(case.due_at) if case.due_at else None,
        "promised_on": case.promised_on if case.promise_breaks_at else None, "note": told.get("note"),
        "waiting_for": case.waiting_for, "waiting_unit": _slug(case.waiting_unit),
        "waiting_name": case.waiting_name, "waiting_their_ref": case.waiting_their_ref,
        "merged_into": into, "merged_into_source": into_source, "quick_win": case.quick_win,
        "raised_on": case.raised_on, "every_months": case.every_months, "latitude": case.latitude,
        "longitude": case.longitude,
    }  # fmt: skip


def _asked_by(case: Case) -> dict[str, Any]:
    names = ("name", "email", "phone", "locale", "protected")
    return {f"reporter_{name}": getattr(case.reporter, name) if case.reporter else None for name in names}


def _key(case: Case) -> tuple[str, str]:
    return (case.source, case.external_id) if case.source and case.external_id else (OWN_SOURCE, case.ref)


def _slug(named: Any) -> str | None:
    return named.slug if named else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


@contextmanager
def _csv(path: Path) -> Iterator[Put]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        yield out.writerow


@contextmanager
def _xlsx(path: Path) -> Iterator[Put]:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet, lines = book.add_worksheet("cases"), iter(range(1_048_576))

        def put(texts: Iterable[str]) -> None:
            line = next(lines)
            for column, text in enumerate(texts):
                sheet.write_string(line, column, text)

        yield put


SHEETS = {".csv": _csv, ".xlsx": _xlsx}
