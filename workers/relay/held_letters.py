"""Plans the digests of held letters: one for each address whose moment has come, in a transaction of its own."""

from cases.database.transactions import Database
from notifications.planning.held.digests import make_digest


def plan_digest(database: Database) -> int | None:
    """Plan the digest of one address; return the number of new deliveries, or None when there is none to plan."""
    with database.transaction() as session:
        return make_digest(session)
