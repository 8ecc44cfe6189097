"""What plans owe: each group's local plan is revised within a year."""

from datetime import date

from sqlalchemy import func, select

from cases.calendar import add_months
from cases.case import Case
from cases.organisation.units import Unit
from cases.states import Kind
from cases.village.owing import Obligation, Owed, active_groups, is_not_owed, spread
from cases.village.plans.records.plan import REVISE_MONTHS, Plan, PlanKind

MONTHS = select(Plan.revise_months).where(Plan.unit_id == Unit.id, Plan.kind == PlanKind.LOCAL).scalar_subquery()
LAST_DAY = select(func.max(Case.duty_on)).where(Case.obligation == "plan", Case.subject == Unit.slug).scalar_subquery()


def revised_by(owed: Owed, today: date) -> date:
    """Return the day by which the plan is to be revised: as many months after the day before it as the plan says.

    The first days of a house are spread over three months; a day that has passed already becomes today.
    """
    months = owed.months or REVISE_MONTHS
    if owed.since is None:
        return add_months(today, months) + spread(owed, weeks=13)
    return max(add_months(owed.since, months), today)


PLAN = Obligation(
    name="plan",
    kind=Kind.DUTY,
    title="Uppdatera den lokala planen: {name}",
    missing=active_groups()
    .with_only_columns(
        Unit.slug.label("subject"), Unit.slug.label("holder"), Unit.name.label("name"), LAST_DAY.label("since"),
        Unit.id.label("number"), MONTHS.label("months"),
    )
    .where(is_not_owed("plan", Unit.slug)),
    due=revised_by,
    fulfilled_by="adopt_plan",
    every_months=REVISE_MONTHS,
)  # fmt: skip
