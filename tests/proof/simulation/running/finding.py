"""Check a finished simulation: recount it, look for gaps in the references, and run the independent checker."""

from proof.checker import Outside, check
from proof.simulation.checks.history_figures import Statistics, read_statistics
from proof.simulation.checks.recounting import recount
from proof.simulation.running.running import Simulation


def check_at_end(simulation: Simulation) -> Statistics:
    """Add every breach that shows at the end to the simulation's breaches; return the statistics of the database."""
    now = simulation.installation.clock.now
    with simulation.installation.database.reading() as session:
        statistics = read_statistics(session.connection(), now)
    recount(simulation.counts, statistics, simulation.breaches)
    for breach in check(simulation.installation.database.url, Outside(now=now)):
        simulation.breaches.add("checker", str(breach))
    return statistics
