"""What plans owe: each group's local plan is revised within a year."""

from datetime import date

from sqlalchemy import func, select

from cases.calendar import add_months
from cases.case import Case
from cases.organisation.units import Unit
from cases.states import Kind
from cases.village.owing import Obligation, Owed, active_groups, is_not_owed, spread
from cases.village.plans.records.plan import REVISE_MONTHS, Plan, PlanKind
from cases.village.plans.records.plan_version import PlanVersion

MONTHS = select(Plan.revise_months).where(Plan.unit_id == Unit.id, Plan.kind == PlanKind.LOCAL).scalar_subquery()
LAST_DAY = (  # the day that stood last
    select(Case.duty_on)
    .where(Case.obligation == "plan", Case.subject == Unit.slug)
    .order_by(Case.id.desc())
    .limit(1)
    .scalar_subquery()
)
ADOPTED_ON = (
    select(func.max(PlanVersion.adopted_on))
    .join(Plan, Plan.id == PlanVersion.plan_id)
    .where(Plan.unit_id == Unit.id, Plan.kind == PlanKind.LOCAL)
    .scalar_subquery()
)


def next_day(last_day: date, adopted_on: date | None, *, months: int) -> date:
    """Return the local day by which a plan that was adopted on `adopted_on` is to be revised next.

    A plan keeps its day of the year: `last_day` is the day of the duty before as it stood last, so the one on which the
    desk agreed with the group if they moved it, and the next one lies whole intervals of so many `months` after it, so
    that nobody who is late once is late for ever. It is the first of these days at least
    half an interval after the adoption: who adopts long before the day is asked again on that day, not a year after it.
    Without an adoption it is one interval after `last_day`.
    """
    if adopted_on is None:
        return add_months(last_day, months)
    earliest, intervals = add_months(adopted_on, (months + 1) // 2), 0
    while (day := add_months(last_day, months * intervals)) < earliest:
        intervals += 1
    return day


def revised_by(owed: Owed, today: date) -> date:
    """Return the day by which the plan is to be revised, see `next_day`; at the earliest today.

    The first days of a house are spread over three months.
    """
    months = owed.months or REVISE_MONTHS
    if owed.since is None:
        return add_months(today, months) + spread(owed, weeks=13)
    return max(next_day(owed.since, owed.given_on, months=months), today)


PLAN = Obligation(
    name="plan",
    kind=Kind.DUTY,
    title="Uppdatera den lokala planen: {name}",
    missing=active_groups()
    .with_only_columns(
        Unit.slug.label("subject"), Unit.slug.label("holder"), Unit.name.label("name"), LAST_DAY.label("since"),
        Unit.id.label("number"), MONTHS.label("months"), ADOPTED_ON.label("given_on"),
    )
    .where(is_not_owed("plan", Unit.slug)),
    due=revised_by,
    fulfilled_by="adopt_plan",
    every_months=REVISE_MONTHS,
)  # fmt: skip
