"""The commands `plan export` and `plan import`: plans as files, to be edited in a spreadsheet."""

from pathlib import Path

import click

from cases.imports.formats.counting import counted
from workers.commands.opening import FILE_PATH, Failure, domain_now, migrated_database


@click.group()
def plan() -> None:
    """Write plans to a file, and read one into the draft of a group."""


@plan.command("export")
@click.argument("file", type=FILE_PATH)
@click.option("--group", help="The slug of the only plan to write; else all are written.")
@click.option("--year", type=int, help="The year of the versions to write; else those that stand.")
@click.option("--comma", is_flag=True, help="A CSV for machines: commas, no byte order mark.")
def export_plan(file: Path, group: str | None, year: int | None, comma: bool) -> None:
    """Write the items of adopted plans to FILE: CSV as Excel opens it, or XLSX, by its ending."""
    from cases.imports.formats.writing import CsvForm
    from cases.imports.plans.exporting import export_plans
    from cases.refusals import NotFound

    form = CsvForm.MACHINE if comma else CsvForm.SPREADSHEET
    with migrated_database() as database, database.reading() as session:
        try:
            count = export_plans(session, file, group=group, year=year, form=form, at=domain_now(session))
        except ValueError as error:
            raise Failure(str(error)) from None
        except NotFound:
            raise Failure(f"there is no plan {group}") from None
    click.echo(f"{counted(count, 'item')} written to {file}")


@plan.command("import")
@click.argument("group")
@click.argument("file", type=FILE_PATH)
@click.option("--dry-run", is_flag=True, help="Only check, and change nothing.")
def import_plan_file(group: str, file: Path, dry_run: bool) -> None:
    """Put the items of FILE (CSV, XLSX, XLS or ODS) into the draft of GROUP, which is begun when there is none.

    A row with a case carries its item on. If any row is bad, nothing is changed.
    """
    from cases.access.actors import A_COMMAND
    from cases.imports.plans.importing import import_plan
    from cases.refusals import NotFound

    with migrated_database() as database, database.transaction() as session:
        try:
            read = import_plan(session, group, file, is_dry_run=dry_run, by=A_COMMAND, at=domain_now(session))
        except NotFound:
            raise Failure(f"there is no plan {group}") from None
    for number, reasons in read.bad:
        click.echo(f"row {number}: bad: {'; '.join(reasons)}")
    if read.bad:
        raise Failure(f"{counted(len(read.bad), 'bad row')}: nothing was changed")
    done = "could be put" if dry_run else "put"
    click.echo(f"{counted(read.items, 'item')} {done} into the draft of {group}, {read.carried} of them carried on")
