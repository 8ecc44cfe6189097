"""Plans the digests of held letters: one for each address whose moment has come, in a transaction of its own."""

from cases.database.transactions import Database
from notifications.planning.held.digests import is_digest_due, make_digest


def is_digest_waiting(database: Database) -> bool:
    """Return whether the moment of any held letter has come."""
    with database.reading() as session:
        return is_digest_due(session)


def plan_digest(database: Database) -> int | None:
    """Plan the digest of one address; return the number of new deliveries, or None when there is none to plan."""
    if not is_digest_waiting(database):
        return None
    with database.transaction() as session:
        return make_digest(session)
