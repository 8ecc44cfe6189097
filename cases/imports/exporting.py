"""Exporting cases as CSV or XLSX, in the columns that an import reads."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cases.access.actors import Actor
from cases.calendar import Calendar
from cases.case import WITH_NAMES, Case
from cases.database.transactions import calendar_of
from cases.imports.columns import NAMES
from cases.imports.formats.writing import CsvForm, Value, new_table
from cases.imports.round_trip.told import Details, details_of
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.reading.visibility import seen_by

AT_A_TIME = 500
OWN_SOURCE = "ventil"  # of a house that has no name of its own
Row = dict[str, Value]


def export_cases(session: Session, path: Path, *, by: Actor, form: CsvForm = CsvForm.SPREADSHEET) -> int:
    """Write every case that the actor may see to the CSV or XLSX file `path`; return how many.

    `form` is that of a CSV file. The file holds the public ids of the cases, which let their bearer act as the one who
    asked: it is for operators only. Raises `ValueError` when the path ends neither with .csv nor .xlsx. The file
    appears whole or not at all.
    """
    count = 0
    with new_table(path, calendar_of(session).zone, form) as write_row:
        write_row(NAMES)
        for row in rows(session, by):
            write_row([row.get(name) for name in NAMES])
            count += 1
    return count


def rows(session: Session, by: Actor) -> Iterator[Row]:
    """Yield a row for each case that the actor may see, oldest first.

    A row maps the name of each column of an import file to the value in it.
    """
    own, last = own_source(session), 0
    while cases := _after(session, by, last):
        details = details_of(session, cases)
        for case in cases:
            yield _row(case, details[case.id], own, calendar_of(session))
        last = cases[-1].id
        session.expunge_all()


def own_source(session: Session) -> str:
    """Return the name under which this house's own cases stand in an export; no other house has the same."""
    return municipality(session).export_name or OWN_SOURCE


def _after(session: Session, by: Actor, last: int) -> list[Case]:
    page = select(Case).where(Case.id > last, seen_by(by)).order_by(Case.id).limit(AT_A_TIME)
    return list(session.scalars(page.options(*WITH_NAMES, joinedload(Case.reporter), joinedload(Case.merged_into))))


def _row(case: Case, details: Details, own: str, calendar: Calendar) -> Row:
    return {**_case(case, details, own), **_kept(case, details, calendar), **_reporter(case)}


def _case(case: Case, details: Details, own: str) -> Row:
    source, external_id = _key(case, own)
    into_source, into = _key(case.merged_into, own) if case.merged_into else (None, None)
    return {
        "source": source, "external_id": external_id, "ref": case.ref, "kind": case.kind, "state": case.state,
        "title": case.title, "description": details.get("description"), "category": _slug(case.category),
        "place": _slug(case.place), "group": _slug(case.group), "responsible": _slug(case.responsible),
        "channel": case.channel, "received_at": case.received_at, "changed_at": details.get("changed_at"),
        "ended_at": case.ended_at, "promised_on": case.promised_on, "note": details.get("note"),
        "waiting_for": case.waiting_for, "waiting_unit": _slug(case.waiting_unit),
        "waiting_name": case.waiting_name, "waiting_their_ref": case.waiting_their_ref,
        "merged_into": into, "merged_into_source": into_source, "quick_win": case.quick_win,
        "raised_on": case.raised_on, "every_months": case.every_months, "perspective": case.perspective,
        "latitude": case.latitude, "longitude": case.longitude,
    }  # fmt: skip


def _kept(case: Case, details: Details, calendar: Calendar) -> Row:
    """Return the values that no step of an import sets (`cases.imports.kept`)."""
    return {
        "due_on": _day(case.due_at, calendar), "note_for": details.get("note_for") if details.get("note") else None,
        "public_id": case.public_id, "origin": case.origin, "officer": case.officer.email if case.officer else None,
        "done_at": details.get("done_at"), "promise": details.get("promise") if case.promised_on else None,
        "duty_on": case.duty_on, "duty_first_on": case.duty_first_on, "obligation": case.obligation,
        "subject": details.get("subject", case.subject), "wants_public": case.wants_public,
        "published_at": case.published_at,
        "unread_reply": case.unread_reply is not None, "junk_since": case.junk_since,
        "sent_back": case.sent_back_count, "acted_at": case.last_act_at, "waiting_from": case.waiting_from,
        "waiting_from_due_on": _day(case.waiting_from_due_at, calendar), "followers": details.get("followers"),
        "agenda": details.get("agenda"), **details.get("register", {}),
        "rung": case.rung if case.is_open else None, "rung_at": case.rung_at,
        "rung_fired_at": details.get("rung_fired_at") if case.is_open else None,
        "life_due_on": _day(case.life_due_at, calendar), "life_at": case.life_at,
        "life_rung": case.life_rung if case.life_at else None,
    }  # fmt: skip


def _reporter(case: Case) -> Row:
    names = ("name", "email", "phone", "locale", "protected")
    return {f"reporter_{name}": getattr(case.reporter, name) if case.reporter else None for name in names}


def _key(case: Case, own: str) -> tuple[str, str]:
    return (case.source, case.external_id) if case.source and case.external_id else (own, case.ref)


def _slug(row: Unit | Category | Place | None) -> str | None:
    return row.slug if row else None


def _day(moment: datetime | None, calendar: Calendar) -> date | None:
    return calendar.day_of(moment) if moment else None
