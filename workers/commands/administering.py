"""Commands that set a municipality up: migrations, the setup file, units, people and API tokens."""

from pathlib import Path

import click

from cases.settings import read_settings
from workers.commands.opening import (
    FILE_PATH,
    Failure,
    migrated_database,
    open_database,
    right_now,
    tell_moved_days,
    text_of,
)

UNIT_KINDS = ("desk", "department", "group", "board", "forum", "council")
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
def load(file: Path) -> None:
    """Load units, people, places, categories, policies and meetings from FILE (TOML)."""
    from cases.administration.closed_days import apply_closed_days
    from cases.administration.loading import load_setup_file
    from cases.administration.setup_file import BadSetupFile

    text = text_of(file)
    with migrated_database() as database:
        try:
            with database.transaction() as session:
                changed = load_setup_file(session, text, at=right_now())
                moved = apply_closed_days(session, at=right_now())
        except BadSetupFile as bad:
            for error in bad.errors:
                click.echo(error)
            raise Failure(f"{file}: {len(bad.errors)} errors, nothing was written") from None
    for line in changed:
        click.echo(line)
    click.echo(f"{len(changed)} things changed")
    tell_moved_days(moved)


@click.group()
def unit() -> None:
    """Add or change a unit: a department, a group, a board."""


@unit.command("add")
@click.argument("slug")
@click.option("--kind", type=click.Choice(UNIT_KINDS), required=True)
@click.option("--name", required=True)
@click.option("--email")
def unit_add(slug: str, kind: str, name: str, email: str | None) -> None:
    """Add the unit SLUG; if it exists, change its name and mailbox."""
    from cases.access.actors import A_COMMAND
    from cases.administration.reorganising import UnitDetails, put_unit
    from cases.organisation.units import UnitKind

    with migrated_database() as database, database.transaction() as session:
        outcome = put_unit(session, slug, UnitKind(kind), UnitDetails(name, email), by=A_COMMAND, at=right_now())
    click.echo(f"unit {slug}: {outcome}")


@click.group()
def user() -> None:
    """Add a person who may log in, or give a person another role."""


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

    slug = unit_slug or ("desk" if role == Role.CONTACT else None)
    with migrated_database() as database, database.transaction() as session:
        post = Post(Role(role), unit_named(session, slug) if slug else None)
        outcome = put_person(session, email, name, post, by=A_COMMAND, at=right_now())
    click.echo(f"user {email}: {outcome}")


@click.command()
@click.argument("email")
def token(email: str) -> None:
    """Create an API token for the person EMAIL and print it. It cannot be printed again."""
    from cases.access.tokens import make_api_token
    from cases.administration.staffing import person_by_email

    with migrated_database() as database, database.transaction() as session:
        secret = make_api_token(session, person_by_email(session, email), right_now())
    click.echo(f"the token of {email}, shown this once: {secret}")
