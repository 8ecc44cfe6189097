"""Commands that look: `sweep` fires due rungs, `forgotten` finds what was missed, `obligations` lists what is owed.

And `doctor`, which checks the installation.
"""

import json
from itertools import chain

import click

from cases.imports.formats.counting import counted
from cases.settings import read_settings
from workers.commands.opening import Failure, domain_now, migrated_database, open_database, parse_moment


@click.command()
@click.option("--now", help="The moment to sweep at, ISO 8601; else the database's present.")
def sweep(now: str | None) -> None:
    """Run one sweep: fire every rung that is due."""
    from cases.ladder.sweep import sweep as sweep_now

    settings = read_settings()
    with open_database(settings) as database:
        fired = sweep_now(database, now=parse_moment(now, settings) if now else None)
    click.echo(f"{fired} rungs fired")


@click.command()
@click.option("--now", help="The moment to judge clocks at, ISO 8601; else the present.")
@click.option("--json", "as_json", is_flag=True)
def forgotten(now: str | None, as_json: bool) -> None:
    """Look for forgotten cases and e-mails and for broken histories, independently of the sweep; print each found."""
    from cases.checks.forgotten import find_forgotten

    settings = read_settings()
    with migrated_database(settings) as database, database.reading() as session:
        breaches = find_forgotten(session, parse_moment(now, settings) if now else domain_now(session))
    if as_json:
        click.echo(json.dumps([vars(breach) for breach in breaches], ensure_ascii=False, indent=2))
    elif not breaches:
        click.echo("all clear: nothing is forgotten")
    for breach in [] if as_json else breaches:
        click.echo(breach)
    if breaches:
        raise Failure(f"{len(breaches)} breaches found")


@click.command()
@click.option("--now", help="The moment from which days are judged late, ISO 8601; else the present.")
@click.option("--json", "as_json", is_flag=True)
def obligations(now: str | None, as_json: bool) -> None:
    """List what is owed by a day and not given yet, late first; fail when something ought to be owed and is not."""
    from cases.village.obligations.listing import what_is_owed, what_lacks

    settings = read_settings()
    with migrated_database(settings) as database, database.reading() as session:
        owed = what_is_owed(session, parse_moment(now, settings) if now else domain_now(session))
        lacking = what_lacks(session)
    if as_json:
        rows = [vars(one) | {"due_on": one.due_on.isoformat()} for one in owed]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    for one in [] if as_json else owed:
        late = "late" if one.late else "    "
        click.echo(f"{late}  {one.due_on}  {one.obligation} {one.subject}, owed by {one.holder}: {one.case}")
    if lacking:
        names = ", ".join(f"{obligation} {subject}" for obligation, subject in lacking)
        raise Failure(f"{counted(len(lacking), 'thing')} to be owed and not: {names}; the next sweep of a day mends it")


@click.command()
@click.option("--mail", is_flag=True, help="Also send a letter to ourselves, and wait until it comes back.")
def doctor(mail: bool) -> None:
    """Check this installation, and say how to mend each fault."""
    from workers.health.doctor import look_over
    from workers.health.findings import Health
    from workers.health.round_trip import send_a_letter_round

    settings = read_settings()
    with open_database(settings) as database:
        failed = 0
        for finding in chain(look_over(database, settings), send_a_letter_round(settings, database) if mail else ()):
            click.echo(finding)
            failed += finding.health is Health.FAIL
    if failed:
        raise Failure(f"{counted(failed, 'thing')} must be mended")
