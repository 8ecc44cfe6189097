"""The doctor: checks settings, database, sweeps, desk, backlog, broker and mail server, and says how to mend faults."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.administration.closed_days import cases_on_closed_days
from cases.database.clock import present
from cases.database.migrating import is_behind
from cases.database.tables.scheduled_jobs import last_sweep
from cases.database.transactions import Database
from cases.history.event_batches import MISSED_SWEEPS
from cases.history.outbox import OutboxEntry
from cases.ladder.sweep import MOST_CLOCK_DRIFT
from cases.organisation.domain_time import domain_time
from cases.organisation.municipality import municipality
from cases.organisation.outlines import read_outlines
from cases.organisation.people import admins, contact_persons, heads_of
from cases.organisation.places import Place
from cases.organisation.units import contact_desk
from cases.settings import Settings
from cases.settings.values import BadSetting
from notifications.inbound.mailboxes.errors import MailboxTrouble
from notifications.set_aside import count_set_aside
from workers.health.findings import Health, HealthFinding
from workers.health.holders import absent_holders
from workers.health.incoming import NobodyListens
from workers.health.outside import Check, outside_checks

SLOW_AFTER, STUCK_AFTER = timedelta(minutes=10), timedelta(hours=1)
MOST_NAMED = 10  # cases
LEAST_FREE_BYTES = 500 * 1024 * 1024


def look_over(
    database: Database, settings: Settings, outside: Mapping[str, Check] | None = None
) -> list[HealthFinding]:
    """Run the doctor's checks, and return one finding or more for each, in the order of checking.

    Checked are settings and database, then sweeps, desk, administrators, those who owe something, backlog, closed days
    and what was set aside: these are left out when settings or database failed. Last, each check in `outside` by its
    name; without `outside`, broker and mail server.
    """
    checks = outside_checks(settings) if outside is None else outside
    found = [*_settings(settings), *_database(database)]
    if not any(finding.health is Health.FAIL for finding in found):
        with database.reading() as session:
            moment = present(session)
            found += [finding for row_check in ROW_CHECKS for finding in row_check(session, settings, moment)]
            found.append(_set_aside(sum(count_set_aside(session).values())))
    return [*found, *(_outside(name, check) for name, check in checks.items())]


def _settings(settings: Settings) -> Iterator[HealthFinding]:
    where = "one process" if settings.embedded else "several processes"
    yield HealthFinding(Health.OK, f"settings: {where}, {settings.timezone.key}, {settings.base_url}")
    if not settings.var.is_dir() or not os.access(settings.var, os.W_OK):
        yield HealthFinding(Health.WARN, f"folder {settings.var} cannot be written", "make it, or set VENTIL_VAR")
    elif shutil.disk_usage(settings.var).free < LEAST_FREE_BYTES:
        yield HealthFinding(Health.WARN, f"less than 500 MB are free at {settings.var}", "make room")
    if settings.base_url.startswith("https://") and not settings.trusted_proxies:
        yield HealthFinding(
            Health.WARN,
            "no proxy stands before us",
            "put one that buffers on the open net (docs/security.md), and set VENTIL_TRUSTED_PROXIES",
        )
    if settings.smtp_url and settings.mail_from.endswith("@localhost"):
        yield HealthFinding(Health.WARN, "e-mails come from localhost", "set VENTIL_MAIL_FROM to an address of yours")


def _database(database: Database) -> Iterator[HealthFinding]:
    try:
        with database.reading() as session:
            yield HealthFinding(Health.OK, f"database: {_version(session, database)}")
            yield _drift(present(session))
        if is_behind(database):
            yield HealthFinding(Health.FAIL, "migrations are behind", "run `ventil migrate`")
        else:
            yield HealthFinding(Health.OK, "migrations: all run")
    except SQLAlchemyError as error:
        yield HealthFinding(
            Health.FAIL, f"database: {type(error).__name__}", "see that it runs and VENTIL_DATABASE_URL is right"
        )


def _version(session: Session, database: Database) -> str:
    if database.is_sqlite:
        return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _drift(present: datetime) -> HealthFinding:
    drift = abs(datetime.now(UTC) - present)
    if drift > MOST_CLOCK_DRIFT:
        return HealthFinding(
            Health.FAIL, f"this clock and the database's differ by {drift.seconds} s", "set both by a time server"
        )
    return HealthFinding(Health.OK, "this clock and the database's agree")


def _clock(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    last = last_sweep(session)
    if last is None:
        yield HealthFinding(
            Health.WARN, "no sweep has run yet", "start `ventil up`, or `ventil clock` and `ventil worker`"
        )
    elif present - last > MISSED_SWEEPS * timedelta(seconds=settings.sweep_seconds):
        yield HealthFinding(
            Health.WARN, f"the last sweep was {last:%Y-%m-%d %H:%M} UTC", "start the clock and a worker"
        )
    else:
        yield HealthFinding(Health.OK, f"the clock is alive: last sweep {last:%H:%M:%S} UTC")


def _desk(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    desk, today = contact_desk(session), settings.calendar.day_of(domain_time(session))
    needed = {
        "mailbox": desk.email,
        "contact person": contact_persons(session, today),
        "head": heads_of(session, desk.id, today),
    }
    for what, there in needed.items():
        if there:
            yield HealthFinding(Health.OK, f"the desk has a {what}")
        else:
            yield HealthFinding(Health.FAIL, f"the desk has no {what}", REMEDIES[what])


def _administrators(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    if admins(session, settings.calendar.day_of(domain_time(session))):
        yield HealthFinding(Health.OK, "there is an administrator")
    else:
        yield HealthFinding(
            Health.WARN, "there is no administrator", "`ventil user add ADDRESS --name NAME --role admin`"
        )


REMEDIES = {
    "mailbox": "`ventil unit add desk --kind desk --name NAME --email ADDRESS`",
    "contact person": "`ventil user add ADDRESS --name NAME --role contact`",
    "head": "`ventil user add ADDRESS --name NAME --role head --unit desk`",
}


def _doors(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    if settings.on_loopback:
        return
    if municipality(session).demonstration:
        remedy = "load a municipality of your own into an empty database, and name it in VENTIL_DATABASE_URL"
        yield HealthFinding(Health.FAIL, f"the demonstration is reached at {settings.base_url}", remedy)
    if settings.smtp_url is None:
        what = "there is no mail server: e-mails stay in the local mailbox, where an "
        what += "administrator reads those without somebody else's link"
        yield HealthFinding(Health.WARN, what, "set VENTIL_SMTP_URL")


def _backlog(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    open_work = (OutboxEntry.done_at.is_(None), OutboxEntry.set_aside_at.is_(None))
    oldest = session.scalar(select(func.min(OutboxEntry.recorded_at)).where(*open_work))
    waits = present - oldest if oldest else timedelta()
    if waits < SLOW_AFTER:
        yield HealthFinding(Health.OK, "what happened is told at once")
    else:
        health = Health.FAIL if waits > STUCK_AFTER else Health.WARN
        yield HealthFinding(health, f"the oldest thing to tell is {waits} old", "start `ventil up`, or `ventil relay`")


def _closed_days(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    moved = cases_on_closed_days(session, domain_time(session))
    if moved:
        named = ", ".join(case.ref for case in moved[:MOST_NAMED]) + (", ..." if len(moved) > MOST_NAMED else "")
        what = f"open cases with a day on which the municipality is closed: {len(moved)} ({named})"
        yield HealthFinding(Health.WARN, what, "run `ventil load` with the house's file, or start `ventil up` again")
    elif settings.closed_days:
        yield HealthFinding(Health.OK, "no case has a day on which the municipality is closed")


def _set_aside(count: int) -> HealthFinding:
    if count:
        return HealthFinding(Health.WARN, f"{count} set aside", "open the page Not delivered and send them again")
    return HealthFinding(Health.OK, "nothing is set aside")


def _outlines(session: Session, settings: Settings, present: datetime) -> Iterator[HealthFinding]:
    if settings.outlines is None:
        return
    try:
        outlined = {outline.place for outline in read_outlines(settings.outlines)}
    except BadSetting as bad:
        yield HealthFinding(Health.FAIL, str(bad), "mend the file, or leave VENTIL_OUTLINES empty")
        return
    unknown = sorted(outlined - set(session.scalars(select(Place.slug))))
    if unknown:
        named = ", ".join(unknown[:MOST_NAMED]) + (", ..." if len(unknown) > MOST_NAMED else "")
        yield HealthFinding(Health.WARN, f"outlines of places that are unknown: {named}", "see `ventil place`")
    else:
        yield HealthFinding(Health.OK, f"the map has {len(outlined)} places")


ROW_CHECKS: tuple[Callable[[Session, Settings, datetime], Iterator[HealthFinding]], ...] = (
    _doors,
    _clock,
    _desk,
    _administrators,
    absent_holders,
    _backlog,
    _closed_days,
    _outlines,
)


def _outside(name: str, check: Check) -> HealthFinding:
    try:
        return HealthFinding(Health.OK, f"{name}: {check()}")
    except (MailboxTrouble, NobodyListens) as error:
        return HealthFinding(Health.FAIL, f"{name}: {error}", error.remedy)
    except Exception as error:  # whatever it is: the doctor reports it and goes on
        return HealthFinding(
            Health.FAIL, f"{name}: {type(error).__name__}", f"see that it runs ({error})".replace("\n", " ")
        )
