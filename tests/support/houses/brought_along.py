"""Databases of an older version of the migrations, and ones that were migrated from there."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config

from cases.database.migrating import FOLDER, migrate
from cases.database.transactions import Database


def build(database: Database, version: str) -> None:
    """Migrate an empty database up to this version."""
    _run(command.upgrade, database, version)


def take_back(database: Database, version: str) -> None:
    """Downgrade the database to this version of the migrations."""
    _run(command.downgrade, database, version)


def bring_along(database: Database, since: str) -> None:
    """Downgrade the database to this version, then migrate it to the present one."""
    take_back(database, since)
    migrate(database)


def _run(migration: Callable[[Config, str], None], database: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.engine.connect() as connection:
        config.attributes |= {"connection": connection, "configure_logger": False}
        migration(config, version)
