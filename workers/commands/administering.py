"""Commands that set a municipality up: migrations, the setup file, units, people and API tokens."""

from datetime import timedelta
from pathlib import Path

import click

from cases.imports.formats.counting import counted
from cases.settings import read_settings
from workers.commands.opening import (
    FILE_PATH,
    Failure,
    domain_now,
    migrated_database,
    open_database,
    refuse_in_demonstration,
    right_now,
    tell_moved_days,
    text_of,
)

UNIT_KINDS = ("desk", "department", "group", "board", "forum", "council")
GROUP_SORTS = ("village", "town", "sector")
MOST_NAMED = 10  # cases in one line
ROLES = ("contact", "officer", "head", "member", "admin")


@click.command()
def migrate() -> None:
    """Migrate the database: bring its tables up to this version of Ventil."""
    from cases.database.migrating import migrate as run_migrations

    with open_database(read_settings()) as database:
        run_migrations(database)
    click.echo("the database is up to date")


@click.command()
@click.argument("file", type=FILE_PATH)
@click.option("--before-import", is_flag=True, help="What the groups owe comes with the import that follows.")
def load(file: Path, before_import: bool) -> None:
    """Load units, people, places, categories, policies and meetings from FILE (TOML).

    What new groups owe, and are owed, begins at once.
    """
    from cases.administration.closed_days import apply_closed_days
    from cases.administration.loading import left_as_they_are, load_setup_file
    from cases.administration.setup_file import BadSetupFile

    text = text_of(file)
    with migrated_database() as database:
        try:
            with database.transaction() as session:
                changed = load_setup_file(session, text, at=domain_now(session), owed=not before_import)
                left = left_as_they_are(session, text)
                moved = apply_closed_days(session, at=domain_now(session))
        except BadSetupFile as bad:
            for error in bad.errors:
                click.echo(error)
            raise Failure(f"{file}: {counted(len(bad.errors), 'error')}, nothing was written") from None
    for line in changed:
        click.echo(line)
    click.echo(f"{counted(len(changed), 'thing')} changed")
    for line in left:
        click.echo(line, err=True)
    tell_moved_days(moved)


@click.group()
def unit() -> None:
    """Add, change or dissolve a unit: a department, a group, a board."""


@unit.command("add")
@click.argument("slug")
@click.option("--kind", type=click.Choice(UNIT_KINDS), required=True)
@click.option("--name", required=True)
@click.option("--email")
@click.option("--sort", type=click.Choice(GROUP_SORTS), help="Of a group: what it belongs to.")
def unit_add(slug: str, kind: str, name: str, email: str | None, sort: str | None) -> None:
    """Add the unit SLUG; if it exists, change its name, mailbox and sort. What a new group owes begins at once."""
    from cases.access.actors import A_COMMAND
    from cases.administration.reorganising import UnitDetails, put_unit
    from cases.organisation.units import GroupSort, UnitKind

    details = UnitDetails(name, email, sort=GroupSort(sort) if sort else None)
    with migrated_database() as database, database.transaction() as session:
        outcome = put_unit(session, slug, UnitKind(kind), details, by=A_COMMAND, at=domain_now(session))
    click.echo(f"unit {slug}: {outcome}")


@unit.command("dissolve")
@click.argument("slug")
@click.option("--to", "into", required=True, help="The slug of the unit that takes over its open cases.")
def unit_dissolve(slug: str, into: str) -> None:
    """Move the open cases of the unit SLUG to another unit, and switch it off."""
    from cases.access.actors import A_COMMAND
    from cases.administration.reorganising import dissolve_unit
    from cases.organisation.units import unit_named
    from cases.refusals import CannotHoldCases, NotAllowed

    with migrated_database() as database, database.transaction() as session:
        try:
            moved, waiting = dissolve_unit(
                session, unit_named(session, slug), into, by=A_COMMAND, at=domain_now(session)
            )
        except NotAllowed:
            raise Failure("desk, forum and council cannot be dissolved: every house has them") from None
        except CannotHoldCases:
            raise Failure(
                f"{into} cannot take over: it must be another unit, and the desk, a department or a group"
            ) from None
    click.echo(f"unit {slug}: dissolved, {counted(moved, 'open case')} moved to {into}")
    if waiting:
        click.echo(
            f"{counted(waiting, 'case')} that waited for it now {'waits' if waiting == 1 else 'wait'} for {into}"
        )


@click.group()
def user() -> None:
    """Add a person who may log in, give a person another role, or switch a person off or on."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--unit", "unit_slug", help="The unit's slug; the desk for a contact person.")
def user_add(email: str, name: str, role: str, unit_slug: str | None) -> None:
    """Add the person EMAIL with a role; if the person exists, add the role."""
    from cases.access.actors import A_COMMAND
    from cases.administration.staffing import Post, put_person
    from cases.organisation.people import Role
    from cases.organisation.units import unit_named
    from cases.refusals import AlreadyThere

    slug = unit_slug or ("desk" if role == Role.CONTACT else None)
    with migrated_database() as database, database.transaction() as session:
        refuse_in_demonstration(database)
        post = Post(Role(role), unit_named(session, slug) if slug else None)
        try:
            outcome = put_person(session, email, name, post, by=A_COMMAND, at=domain_now(session))
        except AlreadyThere:
            raise Failure(f"{email} is switched off: `ventil user on {email}` lets them in again") from None
    click.echo(f"user {email}: {outcome}")


@user.command("off")
@click.argument("email")
@click.option("--to", "successor", help="The mail address of the person who takes over open cases and posts.")
def user_off(email: str, successor: str | None) -> None:
    """Switch the person EMAIL off: nothing that they have opens anything from the next request on."""
    from cases.access.actors import A_COMMAND
    from cases.administration.staffing import person_by_email, switch_off_person
    from cases.refusals import FieldRefusal, StillInOffice, UnknownName

    with migrated_database() as database, database.transaction() as session:
        person = person_by_email(session, email)
        to = person_by_email(session, successor) if successor else None
        try:
            moved = switch_off_person(session, person, to, by=A_COMMAND, at=domain_now(session))
        except StillInOffice as still:
            raise Failure(
                f"{email} still has {_held(still.cases, still.posts)}: say who takes over (--to EMAIL)"
            ) from None
        except UnknownName:
            raise Failure(
                f"{successor} cannot take over: they have no role in a unit that holds one of the cases"
            ) from None
        except FieldRefusal:
            raise Failure(f"{email} cannot take over from themselves") from None
    moved_on = f", {counted(moved, 'open case')} moved to {successor}" if successor else ""
    click.echo(f"user {email}: switched off{moved_on}")


@user.command("on")
@click.argument("email")
def user_on(email: str) -> None:
    """Let the person EMAIL, who was switched off, log in again. Roles are given anew (ventil user add)."""
    from cases.access.actors import A_COMMAND
    from cases.administration.staffing import any_person_by_email, switch_on_person

    with migrated_database() as database, database.transaction() as session:
        changed = switch_on_person(session, any_person_by_email(session, email), by=A_COMMAND, at=domain_now(session))
    click.echo(f"user {email}: {'switched on, without any role' if changed else 'as it was'}")


def _held(cases: tuple[str, ...], posts: tuple[str, ...]) -> str:
    """Return what somebody still holds, such as "2 open cases (2026-0001, 2026-0002) and the post head:gata"."""
    shown = ", ".join(cases[:MOST_NAMED]) + (", ..." if len(cases) > MOST_NAMED else "")
    parts = [f"{counted(len(cases), 'open case')} ({shown})"] if cases else []
    return " and ".join(parts + [f"the post {post}" for post in posts])


@click.command()
@click.argument("email")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long it is valid.")
@click.option("--list", "listing", is_flag=True, help="List the valid tokens by their numbers, and make none.")
@click.option("--revoke", is_flag=True, help="Revoke all tokens of the person, or the one of --number; make none.")
@click.option("--number", type=int, help="With --revoke: the number of the token, as --list shows it.")
def token(email: str, days: int, listing: bool, revoke: bool, number: int | None) -> None:
    """Create an API token for the person EMAIL and print it. It cannot be printed again."""
    if number is not None and not revoke:
        raise Failure("--number goes with --revoke")
    if revoke:
        _revoke_tokens(email, number)
    elif listing:
        _list_tokens(email)
    else:
        _issue_token(email, days)


def _issue_token(email: str, days: int) -> None:
    from cases.access.actors import A_COMMAND
    from cases.administration.api_tokens import issue_token
    from cases.administration.staffing import person_by_email

    with migrated_database() as database, database.transaction() as session:
        at, person = right_now(), person_by_email(session, email)
        secret = issue_token(session, person, lifetime=timedelta(days=days), by=A_COMMAND, at=at)
        ends = database.calendar.day_of(at + timedelta(days=days))
    click.echo(f"the token of {email}, valid until {ends}, shown this once: {secret}")


def _list_tokens(email: str) -> None:
    from cases.administration.api_tokens import valid_tokens
    from cases.administration.staffing import any_person_by_email

    with migrated_database() as database, database.reading() as session:
        for found in valid_tokens(session, any_person_by_email(session, email).id, right_now()):
            made, ends = (database.calendar.day_of(moment) for moment in (found.made_at, found.expires_at))
            click.echo(f"{found.id}: made {made}, valid until {ends}")


def _revoke_tokens(email: str, number: int | None) -> None:
    from cases.access.actors import A_COMMAND
    from cases.administration.api_tokens import revoke_tokens
    from cases.administration.staffing import any_person_by_email
    from cases.refusals import NotFound

    with migrated_database() as database, database.transaction() as session:
        person = any_person_by_email(session, email)
        try:
            revoked = revoke_tokens(session, person.id, number, by=A_COMMAND, at=right_now())
        except NotFound:
            raise Failure(f"{email} has no valid token with the number {number}") from None
    click.echo(f"{counted(len(revoked), 'token')} of {email} revoked")
