"""The commands `import`, which reads cases from a CSV file or a spreadsheet, and `export`, which writes them to one."""

from collections.abc import Callable
from pathlib import Path

import click

from cases.imports.formats.counting import counted
from workers.commands.opening import (
    FILE_PATH,
    Failure,
    domain_now,
    freeze_garbage_collector,
    migrated_database,
    refuse_in_demonstration,
    right_now,
    text_of,
)

REPORT_EVERY = 5_000  # rows of an import


@click.command("import")
@click.argument("file", type=FILE_PATH)
@click.option("--map", "map_file", type=FILE_PATH, help="A mapping (TOML); without one our own columns are read.")
@click.option("--dry-run", is_flag=True, help="Only check, and write nothing.")
@click.option("--skip-bad", type=FILE_PATH, help="Leave bad rows out, and write them to this CSV file.")
@click.option("--clocks", type=click.Choice(["now", "history"]), default="now", show_default=True)
def import_(file: Path, map_file: Path | None, dry_run: bool, skip_bad: Path | None, clocks: str) -> None:
    """Import cases from FILE (CSV, XLSX, XLS or ODS), each with a history of events on the dates that FILE gives.

    Bad and odd rows are printed. If any is bad, nothing is imported, unless --skip-bad names a CSV file for those.
    """
    from cases.imports.importing import ImportOrder, examine, report_bad, write
    from cases.imports.replaying import Clocks

    freeze_garbage_collector()
    order = ImportOrder(file, right_now(), text_of(map_file) if map_file else None, Clocks(clocks))
    with migrated_database() as database:
        refuse_in_demonstration(database)
        examined = examine(database, order, _print_row)
        click.echo(f"{counted(examined.rows, 'row')}: {len(examined.bad)} bad, {examined.odd} odd")
        if skip_bad and examined.bad and not dry_run:
            report_bad(order, examined, skip_bad)
        elif examined.bad:
            raise Failure(
                f"{counted(len(examined.bad), 'bad row')}: nothing was written (--skip-bad REPORT leaves such rows out)"
            )
        if not dry_run:
            done = write(database, order, examined, _progress(examined.rows - len(examined.bad)))
            written = counted(done.written, "case")
            click.echo(f"{written} imported, {done.there_already} there already, {done.left_out} left out")
            for ref, new in done.renumbered.items():
                click.echo(f"{ref} is another case here: the imported one is {new}")


@click.command()
@click.argument("file", type=FILE_PATH)
@click.option("--comma", is_flag=True, help="A CSV for machines: commas, no byte order mark, times in ISO 8601.")
def export(file: Path, comma: bool) -> None:
    """Write every case to FILE, in the columns that an import reads: CSV as Excel opens it, or XLSX, by its ending.

    The file holds what lets its bearer act as the person who asked: keep it as you keep the database.
    """
    from cases.access.actors import A_COMMAND
    from cases.history.events import HouseExported
    from cases.history.municipality_events import record_for_municipality
    from cases.imports.exporting import export_cases
    from cases.imports.formats.writing import CsvForm

    form = CsvForm.MACHINE if comma else CsvForm.SPREADSHEET

    with migrated_database() as database:
        with database.reading() as session:
            try:
                count = export_cases(session, file, by=A_COMMAND, form=form)
            except ValueError as error:
                raise Failure(str(error)) from None
        with database.transaction() as session:
            record_for_municipality(session, HouseExported(cases=count), by=A_COMMAND, at=domain_now(session))
    click.echo(f"{counted(count, 'case')} written to {file}")


def _print_row(number: int, verdict: str, reasons: list[str]) -> None:
    click.echo(f"row {number}: {verdict}: {'; '.join(reasons)}")


def _progress(rows: int) -> Callable[[int], None]:
    def report(read: int) -> None:
        if read % REPORT_EVERY == 0 or read >= rows:
            click.echo(f"{read} of {counted(rows, 'row')}", err=True)

    return report
