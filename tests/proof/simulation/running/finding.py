"""Finding out: when all is over, the recount, the references, and the independent checker in full."""

from proof.checker import Outside, check
from proof.simulation.checks.history_figures import Statistics, read_statistics
from proof.simulation.checks.recounting import recount
from proof.simulation.running.running import Simulation


def find_out(simulation: Simulation) -> Statistics:
    """Note every breach that shows at the end, and give the database's figures."""
    now = simulation.house.clock.now
    with simulation.house.database.reading() as session:
        found = read_statistics(session.connection(), now)
    recount(simulation.counts, found, simulation.breaches)
    for breach in check(simulation.house.database.url, Outside(now=now)):
        simulation.breaches.add("checker", str(breach))
    return found
