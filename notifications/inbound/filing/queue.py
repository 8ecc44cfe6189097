"""The queue of mails that were kept and wait to be filed."""

from cases.database.transactions import Database
from cases.settings import Settings


def file_some(database: Database, settings: Settings) -> int:
    """File mails that wait, the oldest first; return how many were claimed. So far none is filed."""
    return 0
