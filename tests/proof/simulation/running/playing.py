"""Set up a simulation, plan all that does not depend on its course, and run it; all chance comes from one seed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from cases.calendar import add_months
from cases.demo.moving_clock import MovingClock
from cases.randomness import drawn_from
from proof.simulation import second_calendar
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.counting import StoryCounts
from proof.simulation.checks.village import VillageWatch
from proof.simulation.checks.watching import Watch
from proof.simulation.environment.agenda import CallbackQueue
from proof.simulation.environment.outages import OutagePlan, each_year, outages_of
from proof.simulation.environment.post import SimulatedLetter, SimulatedMailServer
from proof.simulation.people.arrivals import Arrivals
from proof.simulation.people.group_changes import GroupChanges
from proof.simulation.people.later_letters import LaterLetters
from proof.simulation.people.meetings import MeetingDays
from proof.simulation.people.people import People
from proof.simulation.people.staffing import StaffChanges
from proof.simulation.people.town import DOMAIN, SimulatedTown
from proof.simulation.running.house import SimulatedInstallation, load_town, open_installation
from proof.simulation.running.running import Simulation, SimulationOrder
from proof.simulation.running.speed import Speed

ZONE = ZoneInfo("Europe/Stockholm")
MIDNIGHT, MORNING = time(0, 0, 30), time(7, 0, 20)
DELIVERS_AT = (time(7, 5), time(16, 45))
DELIVERS_ON_DAYS_OFF_AT = (time(7, 5),)
CHECKS_ON, CHECKS_AT = 0, time(7, 30)  # Mondays
MORNING_LETTER_AT, ASKS_AT, MENDED_AT = time(7, 10), time(7, 2), time(18)
CALLS_ON, CALLS_AT = (1, 3), time(10, 15)  # Tuesdays and Thursdays
QUARTERS = (1, 4, 7, 10)
MONTHS_OF_A_YEAR = 12
SOON = timedelta(seconds=30)
RANDOM_STREAMS = ("bits", "arrivals", "people")
Observer = Callable[[Simulation], None]


def play(order: SimulationOrder, observe: Observer) -> Simulation:
    """Run what the order describes, and return it. The installation is deleted when `observe` has returned."""
    chance = {name: Random(f"{order.seed}/{name}") for name in RANDOM_STREAMS}  # no secret depends on it  # nosec B311
    clock = MovingClock(datetime.combine(order.first, time(), ZONE).astimezone(UTC))
    listeners: list[Callable[[SimulatedLetter], None]] = []
    mail_server = SimulatedMailServer(lambda: clock.now, lambda letter: listeners[0](letter))
    with drawn_from(chance["bits"].randbytes), open_installation(clock, mail_server, order.seed) as installation:
        simulation = _assembled(order, installation, chance["people"])
        listeners.append(simulation.accept_letter)
        load_town(installation, simulation.town)
        simulation.counts.count_owed(len(order.scenario.groups))
        _plan(simulation, chance["arrivals"])
        simulation.run(_local(order.last, MIDNIGHT))
        for end in (simulation.make_calls, simulation.settle, simulation.check_invariants, simulation.check_village):
            end()
        observe(simulation)
    return simulation


def _assembled(order: SimulationOrder, installation: SimulatedInstallation, chance: Random) -> Simulation:
    queue, counts, breaches, town = CallbackQueue(), StoryCounts(), Breaches(), SimulatedTown(order.scenario)
    outage_plan = OutagePlan(outages_of(order.scenario, order.first, order.last - timedelta(days=40), ZONE))

    def run_for_people(moment: datetime, callback: Callable[[], None]) -> None:
        queue.plan(moment, partial(simulation.run_for_people, callback))

    people = People(installation.database, installation.clock, run_for_people, town, chance, counts, ZONE)
    people.when_called = MeetingDays(people).plan
    simulation = Simulation(
        order, installation, town, people, queue, counts, breaches, Watch(breaches), VillageWatch(breaches),
        outage_plan, Speed(),
    )  # fmt: skip
    return simulation


def _plan(simulation: Simulation, chance: Random) -> None:
    order, people = simulation.order, simulation.people
    arrivals = Arrivals(order.scenario, chance, ZONE)
    for arrival in arrivals.between(order.first, order.last, order.count):
        people.plan(arrival.at, partial(people.hand_in, arrival))
    simulation.installation.mail_server.behaviour.bouncing |= arrivals.bouncing
    StaffChanges(people, order.first, order.last).plan()
    GroupChanges(people, order.first, order.last).plan()
    LaterLetters(people, order.first, order.last).plan()
    for moment, callback in _scheduled(simulation):
        simulation.queue.plan(moment, callback)


def _scheduled(simulation: Simulation) -> Iterator[tuple[datetime, Callable[[], None]]]:
    order = simulation.order
    for number in range((order.last - order.first).days):
        yield from _scheduled_on(simulation, order.first + timedelta(days=number))
    for year in range(1, order.months // MONTHS_OF_A_YEAR + 1):
        yield _local(_year_end(order, year), CHECKS_AT), simulation.check_village
    for outage in simulation.outage_plan.outages:
        yield outage.ends + SOON, simulation.run_sweeps
        yield outage.ends + 4 * SOON, simulation.deliver
    yield from _bounces(simulation)


def _year_end(order: SimulationOrder, year: int) -> date:
    return add_months(order.first, MONTHS_OF_A_YEAR * year)


def _scheduled_on(simulation: Simulation, day: date) -> Iterator[tuple[datetime, Callable[[], None]]]:
    is_workday = second_calendar.is_working_day(day)
    for at in (MIDNIGHT, MORNING):
        yield _local(day, at), simulation.run_sweeps
    for at in DELIVERS_AT if is_workday else DELIVERS_ON_DAYS_OFF_AT:
        yield _local(day, at), simulation.deliver
    if is_workday:
        yield _local(day, ASKS_AT), simulation.ask_how_it_went
    if day.weekday() == CHECKS_ON:
        yield _local(day, CHECKS_AT), simulation.check_invariants
    if day.weekday() in CALLS_ON:
        yield _local(day, CALLS_AT), partial(simulation.run_for_people, simulation.make_calls)
    if day.month in QUARTERS and day == second_calendar.rolled(day.replace(day=1)):
        yield _local(day, MORNING_LETTER_AT), simulation.write_morning_letter


def _bounces(simulation: Simulation) -> Iterator[tuple[datetime, Callable[[], None]]]:
    order, behaviour = simulation.order, simulation.installation.mail_server.behaviour
    for bounce in order.scenario.bounces:
        email = f"{bounce.unit}@{DOMAIN}"
        for begins, ends in each_year(bounce.begins, bounce.days, range(order.first.year, order.last.year + 1)):
            if order.first <= begins and ends < order.last:
                yield _local(begins, MORNING), partial(behaviour.bouncing.add, email)
                yield _local(ends, MENDED_AT), partial(simulation.mend_mailbox, email)


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
