"""Playing: what an order stands for is planned, played and looked at, all from one seed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from cases.demo.moving_clock import MovingClock
from cases.randomness import drawn_from
from proof.simulation import second_calendar
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.counting import StoryCounts
from proof.simulation.checks.watching import Watch
from proof.simulation.environment.agenda import Agenda
from proof.simulation.environment.outages import Weather, each_year, outages_of
from proof.simulation.environment.post import SimulatedLetter, SimulatedTransport
from proof.simulation.people.arrivals import Arrivals
from proof.simulation.people.people import People
from proof.simulation.people.staffing import Coming
from proof.simulation.people.town import DOMAIN, SimulatedTown
from proof.simulation.running.house import SimulatedHouse, furnish, meeting_days, open_house
from proof.simulation.running.running import Simulation, SimulationOrder
from proof.simulation.running.speed import Speed

ZONE = ZoneInfo("Europe/Stockholm")
MIDNIGHT, MORNING = time(0, 0, 30), time(7, 0, 20)
ROUNDS = (time(7, 5), time(16, 45))
ON_DAYS_OFF = (time(7, 5),)
LOOKS_ON, LOOKS_AT = 0, time(7, 30)  # Mondays
MEETS_AT, MORNING_LETTER_AT = time(18), time(7, 10)
RINGS_ON, RINGS_AT = (1, 3), time(10, 15)  # Tuesdays and Thursdays
QUARTERS = (1, 4, 7, 10)
SOON = timedelta(seconds=30)
DICE = ("bits", "arrivals", "people")
Tell = Callable[[Simulation], None]


def play(order: SimulationOrder, tell: Tell) -> Simulation:
    """Play the order, and let `tell` look at it while the house is still open. Give what is left of it then."""
    chance = {name: Random(f"{order.seed}/{name}") for name in DICE}  # dice of a story, not of a lock  # nosec B311
    clock = MovingClock(datetime.combine(order.first, time(), ZONE).astimezone(UTC))
    heard: list[Callable[[SimulatedLetter], None]] = []
    post = SimulatedTransport(lambda: clock.now, lambda letter: heard[0](letter))
    with drawn_from(chance["bits"].randbytes), open_house(clock, post, order.seed) as house:
        simulation = _made(order, house, chance["people"])
        heard.append(simulation.took)
        furnish(house, simulation.town, range(order.first.year, order.last.year + 2))
        _plan(simulation, chance["arrivals"])
        simulation.run(_local(order.last, MIDNIGHT))
        for end in (simulation.ring, simulation.settle, simulation.look):
            end()
        tell(simulation)
    return simulation


def _made(order: SimulationOrder, house: SimulatedHouse, chance: Random) -> Simulation:
    agenda, counts, breaches, town = Agenda(), StoryCounts(), Breaches(), SimulatedTown(order.scenario)
    weather = Weather(outages_of(order.scenario, order.first, order.last - timedelta(days=40), ZONE))

    def by_people(moment: datetime, happening: Callable[[], None]) -> None:
        agenda.plan(moment, partial(simulation.by_people, happening))

    people = People(house.database, house.clock, by_people, town, chance, counts, ZONE)
    simulation = Simulation(
        order, house, town, people, agenda, counts, breaches, Watch(breaches), weather, Speed()
    )  # fmt: skip
    return simulation


def _plan(simulation: Simulation, chance: Random) -> None:
    order, people = simulation.order, simulation.people
    arrivals = Arrivals(order.scenario, chance, ZONE)
    for arrival in arrivals.between(order.first, order.last, order.count):
        people.plan(arrival.at, partial(people.hand_in, arrival))
    simulation.house.post.mood.bouncing |= arrivals.bouncing
    Coming(people, order.first, order.last).plan()
    for moment, happening in _of_the_house(simulation):
        simulation.agenda.plan(moment, happening)


def _of_the_house(simulation: Simulation) -> Iterator[tuple[datetime, Callable[[], None]]]:
    order = simulation.order
    for number in range((order.last - order.first).days):
        yield from _of_a_day(simulation, order.first + timedelta(days=number))
    for day in meeting_days(simulation.house):
        if order.first <= day < order.last:
            yield _local(day, MEETS_AT), partial(simulation.by_people, simulation.meet)
    for outage in simulation.weather.outages:
        yield outage.ends + SOON, simulation.tick
        yield outage.ends + 4 * SOON, simulation.round
    yield from _bounces(simulation)


def _of_a_day(simulation: Simulation, day: date) -> Iterator[tuple[datetime, Callable[[], None]]]:
    works = second_calendar.is_working_day(day)
    for at in (MIDNIGHT, MORNING):
        yield _local(day, at), simulation.tick
    for at in ROUNDS if works else ON_DAYS_OFF:
        yield _local(day, at), simulation.round
    if day.weekday() == LOOKS_ON:
        yield _local(day, LOOKS_AT), simulation.look
    if day.weekday() in RINGS_ON:
        yield _local(day, RINGS_AT), partial(simulation.by_people, simulation.ring)
    if day.month in QUARTERS and day == second_calendar.rolled(day.replace(day=1)):
        yield _local(day, MORNING_LETTER_AT), simulation.write_morning_letter


def _bounces(simulation: Simulation) -> Iterator[tuple[datetime, Callable[[], None]]]:
    order, mood = simulation.order, simulation.house.post.mood
    for bounce in order.scenario.bounces:
        email = f"{bounce.unit}@{DOMAIN}"
        for begins, ends in each_year(bounce.begins, bounce.days, range(order.first.year, order.last.year + 1)):
            if order.first <= begins and ends < order.last:
                yield _local(begins, MORNING), partial(mood.bouncing.add, email)
                yield _local(ends, MEETS_AT), partial(simulation.mend_mailbox, email)


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
