"""A database of an older version, and one that was brought along from there."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config

from cases.database.migrating import FOLDER, migrate
from cases.database.transactions import Database


def build(database: Database, version: str) -> None:
    """Build an empty house as this version of the migrations left it."""
    _run(command.upgrade, database, version)


def take_back(database: Database, version: str) -> None:
    """Bring the database back to the shape that it had in this version of its migrations."""
    _run(command.downgrade, database, version)


def bring_along(database: Database, since: str) -> None:
    """Bring the database back to this version, and from there to the present one."""
    take_back(database, since)
    migrate(database)


def _run(go: Callable[[Config, str], None], database: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.engine.connect() as connection:
        config.attributes |= {"connection": connection, "configure_logger": False}
        go(config, version)
