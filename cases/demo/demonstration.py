"""The demonstration: an invented municipality, and who may log in to it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import Database
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role


def is_empty(database: Database) -> bool:
    """Say whether nobody and nothing has come into the house yet."""
    with database.reading() as session:
        return not session.scalar(select(Person.id).limit(1)) and not session.scalar(select(Case.id).limit(1))


def who_may_log_in(session: Session) -> list[tuple[str, str]]:
    """Give address and name of one person for each role, in a demonstration; nobody elsewhere."""
    if not municipality(session).demonstration:
        return []
    people = select(Membership.role, Person.email, Person.name).join(Person, Person.id == Membership.person_id)
    first: dict[Role, tuple[str, str]] = {}
    for role, email, name in session.execute(people.where(Person.active).order_by(Membership.id)):
        first.setdefault(role, (email, name))
    return [first[role] for role in Role if role in first]
