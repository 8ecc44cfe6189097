"""Automatic replies: what a person's mail program said for them, shown beside their name, and nobody's act."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.queries import any_of
from cases.organisation.people import Person

SHOWN_FOR = timedelta(days=14)  # the day until which somebody is away is not read in it
PEOPLE = table_of(Person)
FREE = (  # whoever else is just writing for the same person forgets it too
    select(PEOPLE.c.id)
    .where(any_of(PEOPLE.c.id, "ids"), PEOPLE.c.auto_reply_at.is_not(None))
    .order_by(PEOPLE.c.id)
    .with_for_update(skip_locked=True)
)
FORGET = update(PEOPLE).where(PEOPLE.c.id.in_(FREE)).values(auto_reply_at=None, auto_reply_mail=None)
NOTE = (
    update(PEOPLE)
    .where(PEOPLE.c.id == bindparam("person"), PEOPLE.c.active)
    .values(auto_reply_at=bindparam("at"), auto_reply_mail=bindparam("mail"))
)


def note_automatic_reply(session: Session, person_id: int, mail: int, *, at: datetime) -> None:
    """Note that the mail with this number, of the moment `at` (UTC), is an automatic reply of this person.

    It gives and takes no rights: letters, deadlines and deputies stay as they are.
    """
    session.connection().execute(NOTE, {"person": person_id, "mail": mail, "at": at})


def forget_automatic_replies(session: Session, person_ids: Collection[int]) -> None:
    """Forget the automatic replies of these people: they have done something themselves."""
    session.connection().execute(FORGET, {"ids": sorted(person_ids)})


def replied_automatically(person: Person, now: datetime) -> datetime | None:
    """Return when the person's last automatic reply came, if that is shown at the moment `now`; else None. Both UTC."""
    came = person.auto_reply_at
    return came if came is not None and now < came + SHOWN_FOR else None
