"""The scheduled jobs (`JOBS`): what each runs, and when it is due next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cases.calendar import Calendar
from cases.ladder.sweep import sweep
from cases.satisfaction.asking_once import ask_how_it_went
from cases.settings import Settings
from workers.health.heartbeat import beat
from workers.jobs.cleaning import clean_up
from workers.jobs.incoming_mail import read_and_file_mail
from workers.jobs.morning_letter import write_morning_letter
from workers.jobs.stuck_work import look_for_stuck_work
from workers.runtime import Runtime

AT_NIGHT = time(3, 15)  # after 3: between 2 and 3 an hour is missing when summer time begins
STUCK_CHECK = timedelta(minutes=1)


@dataclass(frozen=True)
class Job:
    """One scheduled job: `run` does its work, `next_after` returns the first moment after a given one when it is due.

    `next_after` takes that given moment and the settings. In a new database, a job with `at_once` is due immediately,
    any other as `next_after` says. A job that is not `wanted` by the settings is not run.
    """

    run: Callable[[Runtime], object]
    next_after: Callable[[datetime, Settings], datetime]
    at_once: bool = False
    wanted: Callable[[Settings], bool] = lambda _: True

    def first(self, moment: datetime, settings: Settings) -> datetime:
        """Return when the job is due for the first time in a database that has never run it; `moment` is now."""
        return moment if self.at_once else self.next_after(moment, settings)


def sweep_and_beat(runtime: Runtime) -> None:
    """Run one sweep, then call the heartbeat URL."""
    sweep(runtime.database)
    beat(runtime.settings.heartbeat_url)


def ask_closed_cases(runtime: Runtime) -> None:
    """Ask about the cases that were closed four weeks ago how it went."""
    ask_how_it_went(runtime.database)


def after_a_sweep(moment: datetime, settings: Settings) -> datetime:
    """Return when the next sweep is due after one at `moment`: `settings.sweep_seconds` later."""
    return moment + timedelta(seconds=settings.sweep_seconds)


def next_morning(moment: datetime, settings: Settings) -> datetime:
    """Return the next moment after `moment`, in UTC, at which a working day reaches `settings.morning_hour` (local)."""
    return settings.calendar.next_morning(moment, time(settings.morning_hour))


def next_night(moment: datetime, settings: Settings) -> datetime:
    """Return the next moment after `moment`, in UTC, at which it is 03:15 local time."""
    tonight = _local(settings.calendar, moment, AT_NIGHT)
    if tonight > moment:
        return tonight
    return _local(settings.calendar, moment + timedelta(days=1), AT_NIGHT)


def after_a_poll(moment: datetime, settings: Settings) -> datetime:
    """Return when mailboxes are read next after `moment`: `settings.incoming.every_seconds` later."""
    return moment + timedelta(seconds=settings.incoming.every_seconds)


def does_mail_come_in(settings: Settings) -> bool:
    """Return whether a mailbox is to be read, or mail comes by our own door."""
    return settings.incoming.comes_in


def _local(calendar: Calendar, moment: datetime, hour: time) -> datetime:
    return calendar.moment_of(calendar.day_of(moment), hour)


JOBS: dict[str, Job] = {
    "sweep": Job(sweep_and_beat, after_a_sweep, at_once=True),
    "morning_letter": Job(write_morning_letter, next_morning),
    "ask_how_it_went": Job(ask_closed_cases, next_morning),
    "stuck_check": Job(look_for_stuck_work, lambda moment, _: moment + STUCK_CHECK, at_once=True),
    "clean_up": Job(clean_up, next_night),
    "mail": Job(read_and_file_mail, after_a_poll, at_once=True, wanted=does_mail_come_in),
}
