"""What the relation owes: the desk is in contact with each group, by a day that both know."""

from datetime import date, timedelta

from sqlalchemy import literal, null, select

from cases.organisation.municipality import Municipality
from cases.organisation.units import DESK, Unit
from cases.states import Kind
from cases.village.owing import Obligation, Owed, active_groups, is_not_owed, spread

FIRST_CONTACT = timedelta(days=60)


def first_contact_by(owed: Owed, today: date) -> date:
    """Return the day of the first contact with a group: in 60 days, and those of others in the weeks that follow.

    It is never later than the municipality lets the next contact be.
    """
    latest = timedelta.max if owed.most_days is None else timedelta(days=owed.most_days)
    return today + min(FIRST_CONTACT + spread(owed, weeks=13), latest)


CONTACT = Obligation(
    name="contact",
    kind=Kind.DUTY,
    title="Kontakt med {name}",
    missing=active_groups()
    .with_only_columns(
        Unit.slug.label("subject"), literal(DESK).label("holder"), Unit.name.label("name"), null().label("since"),
        Unit.id.label("number"), select(Municipality.contact_days).scalar_subquery().label("most_days"),
    )
    .where(is_not_owed("contact", Unit.slug)),
    due=first_contact_by,
    fulfilled_by="",
)  # fmt: skip
