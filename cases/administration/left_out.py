"""What a setup file and the database do not have in common: who is not in the file, and for whom nothing is written."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.administration.setup_lines import SetupFile
from cases.organisation.people import Person
from cases.organisation.units import IN_EVERY_HOUSE, Unit


def differences(session: Session, file: SetupFile) -> list[str]:
    """Return a line of text for each person and unit of the database that this file leaves as they are.

    That is who is active and not in the file: they keep what they may do. And who is in the file though they are
    switched off or dissolved: nothing is written for them.
    """
    return [*_people(session, file), *_units(session, file)]


def _people(session: Session, file: SetupFile) -> Iterator[str]:
    heads = {line.head for line in file.units}
    named = {line.email for line in file.people} | heads | {line.deputy for line in file.people}
    for person in session.scalars(select(Person).order_by(Person.email)):
        email = person.email
        if person.active and email not in named:
            yield f"person {email}: not in the file, and still active (ventil user off {email} ends that)"
        elif not person.active and email in named:
            yield f"person {email}: switched off, nothing is written for them (ventil user on {email} ends that)"


def _units(session: Session, file: SetupFile) -> Iterator[str]:
    named = {line.slug for line in file.units}
    for unit in session.scalars(select(Unit).order_by(Unit.slug)):
        slug = unit.slug
        if unit.active and slug not in named | IN_EVERY_HOUSE:
            yield f"unit {slug}: not in the file, and still active (ventil unit dissolve {slug} --to UNIT ends that)"
        elif not unit.active and slug in named:
            yield f"unit {slug}: dissolved, nothing is written for it"
