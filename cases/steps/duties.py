"""Duties: cases that recur. Closing a duty creates the next one in the same transaction."""

from datetime import date, datetime
from itertools import count

from cases.access.actors import Actor
from cases.calendar import add_months
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.deadlines.policies import matching_policy, terms_from
from cases.handing_in import Request, receive
from cases.history.events import CasePlanned, CaseReceived
from cases.history.journal import Entry, SpokenWords
from cases.history.writers import EntryWriter
from cases.organisation.units import contact_desk
from cases.references import next_reference
from cases.states import Kind, State


def next_duty(writer: EntryWriter, done: Case, *, by: Actor, at: datetime) -> Case | None:
    """Create and return the duty that follows the closed duty `done`; return None when `done` does not recur.

    The new duty is planned for the same unit, for the day that `day_after` returns. What is owed comes again by
    `cases.village.obligations`, which looks every day.
    """
    if done.kind is not Kind.DUTY or done.every_months is None or done.obligation is not None:
        return None
    calendar = calendar_of(writer.session)
    today = calendar.day_of(at)
    first = done.duty_first_on or done.duty_on or today
    day = day_after(done.duty_on or today, first=first, every_months=done.every_months, today=today)
    due_on = calendar.roll_forward(day)
    policy = writer.find(matching_policy, done.kind, None, done.category_id, done.place_id)
    holder = done.responsible if done.responsible.holds_cases else writer.find(contact_desk)
    case = Case(
        ref=next_reference(writer, today.year), kind=Kind.DUTY, title=done.title, channel="duty", received_at=at,
        responsible_id=holder.id, policy_id=policy.id, category_id=done.category_id, place_id=done.place_id,
        group_id=done.group_id, every_months=done.every_months, duty_on=day, duty_first_on=first,
        state=State.PLANNED,
    )  # fmt: skip
    entry = Entry(case, by=by, at=at)
    case.set_state_clock(clocks.escalating(due_on, 1, at, terms_from(policy.terms), calendar))
    writer.add(case)
    received = CaseReceived(
        kind=Kind.DUTY, channel="duty", responsible=holder.slug, due_on=due_on.isoformat(), follows=done.ref
    )
    entry.add(received, SpokenWords("title", case.title))
    entry.add(CasePlanned(responsible=holder.slug, due_on=due_on.isoformat()))
    writer.record(entry)
    return case


def day_after(planned_for: date, *, first: date, every_months: int, today: date) -> date:
    """Return the day of the duty that follows the one of the day `planned_for`; it is not rolled to a working day.

    It is the first day after both `planned_for` and `today` among those that lie a multiple of `every_months` after
    `first`, the day of the first duty. So a duty that is done early does not come sooner, lateness does not add up, and
    neither the end of a short month nor a weekend moves the days that follow.
    """
    days = (add_months(first, every_months * periods) for periods in count(1))
    return next(day for day in days if day > max(planned_for, today))


def report_to_council(writer: EntryWriter, ref: str, due_at: datetime, *, by: Actor, at: datetime) -> Case:
    """Create and return a single duty: to tell the council that the proposal with the reference `ref` will be late.

    The law wants it decided within a year (kommunallagen 5:35). That year ends at `due_at` (UTC), and the duty is due
    then.
    """
    title = f"Anmäl till fullmäktige: förslag {ref} hinner inte beslutas inom ett år"
    last_day = calendar_of(writer.session).day_of(due_at)
    return receive(writer, Request(kind=Kind.DUTY, title=title, channel="duty", due_on=last_day), by=by, at=at)
