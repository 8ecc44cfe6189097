"""Draw what is handed in, by whom and when, before the simulation starts."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import cases.demo
from cases.handing_in import Reporter, Request
from cases.states import Kind
from proof.simulation.people.town import CITIZENS_DOMAIN, GROUP
from proof.simulation.scenario.scenario import Department, Group, Scenario
from proof.simulation.second_calendar import is_working_day

QUESTIONS = Path(cases.demo.__file__).with_name("questions.toml")
KINDS = {Kind.ISSUE: 88, Kind.ACTION: 5, Kind.PROPOSAL: 4, Kind.DUTY: 3}
CITIZEN, TELEPHONE, GROUPS = 62, 13, 25
WEEKEND = 0.3
OPENS, OFFICE = time(6, 30), time(8)
AWAKE, OFFICE_HOURS = 16 * 60, 8 * 60  # minutes
PHONES = tuple(
    f"070-174 {n // 100:02} {n % 100:02}" for n in range(605, 700)
)  # reserved by PTS for film and books; never assigned
IN_ENGLISH = 0.08
AT_ODD_HOURS = (time(1, 59, 59), time(2, 30), time(2, 30, fold=1), time(3))  # in a night when the clock changes


@dataclass(frozen=True)
class SimulatedArrival:
    """One request to be handed in at `at` (UTC). `unit` should handle it; `done` is the note when it is done."""

    at: datetime
    request: Request
    unit: str
    done: str
    group: Group | None = None


@dataclass
class Arrivals:
    """Draws arrivals at random from the scenario. `zone` is the municipality's time zone."""

    scenario: Scenario
    chance: Random
    zone: ZoneInfo
    bouncing: set[str] = field(default_factory=set)  # citizens whose mailbox refuses everything

    def __post_init__(self) -> None:
        catalogue = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
        self._questions: dict[str, list[dict[str, Any]]] = {}
        for question in catalogue["questions"]:
            self._questions.setdefault(question["category"], []).append(question)
        self._citizens = 0

    def between(self, first: date, last: date, cases: int) -> list[SimulatedArrival]:
        """Return `cases` arrivals from local day `first` until before `last`, earliest first; a few at odd hours."""
        days = [first + timedelta(days=n) for n in range((last - first).days)]
        odd = list(self._odd_moments(days))[:cases]
        busy = [self.scenario.busy[day.month - 1] * (1 if is_working_day(day) else WEEKEND) for day in days]
        drawn = self.chance.choices(days, busy, k=cases - len(odd))
        arrivals = [self._arrival(day, None) for day in drawn] + [self._arrival(at.date(), at) for at in odd]
        return sorted(arrivals, key=lambda arrival: arrival.at)

    def _odd_moments(self, days: list[date]) -> Iterator[datetime]:
        """Yield local moments in the nights when the clock changes (an hour twice, or missing) and on leap days."""
        for day in days:
            noon, day_before = (
                datetime.combine(date_, time(12), self.zone) for date_ in (day, day - timedelta(days=1))
            )
            if noon.utcoffset() != day_before.utcoffset():
                yield from (datetime.combine(day, at, self.zone) for at in AT_ODD_HOURS)
            if (day.month, day.day) == (2, 29):
                yield datetime.combine(day, time(23, 59, 59), self.zone)

    def _arrival(self, day: date, odd: datetime | None) -> SimulatedArrival:
        kind = self.chance.choices(list(KINDS), list(KINDS.values()))[0]
        drawn_request = OWN_WORK[kind](self, day) if kind in OWN_WORK else self._question_asked(kind)
        by_telephone = drawn_request[0].channel == "phone"
        moment = odd or self._moment(day, at_work=by_telephone)
        return SimulatedArrival(moment.astimezone(UTC), *drawn_request)

    def _moment(self, day: date, *, at_work: bool) -> datetime:
        opens, minutes = (OFFICE, OFFICE_HOURS) if at_work else (OPENS, AWAKE)
        return datetime.combine(day, opens, self.zone) + timedelta(seconds=self.chance.randrange(minutes * 60))

    def _question_asked(self, kind: Kind) -> tuple[Request, str, str, Group | None]:
        department, topic = self._department_and_topic()
        group = self.chance.choice(self.scenario.groups)
        question = self._question(topic, group)
        channel = self.chance.choices(("web", "phone", "group"), (CITIZEN, TELEPHONE, GROUPS))[0]
        category = topic if kind is Kind.ISSUE else None
        if channel == "group":
            request = Request(kind, question["title"], question["text"], category=category, group=GROUP + group.slug)
            return request, department.slug, question["done"], group
        reporter = self._citizen() if channel == "web" else Reporter(name="En boende", phone=self.chance.choice(PHONES))
        request = Request(
            kind,
            question["title"],
            question["text"],
            category=category,
            reporter=reporter,
            channel=channel,
            public=True,
        )
        return request, department.slug, question["done"], None

    def _department_and_topic(self) -> tuple[Department, str]:
        departments = self.scenario.departments
        department = self.chance.choices(departments, [department.share for department in departments])[0]
        return department, self.chance.choice(department.topics)

    def _question(self, topic: str, group: Group) -> dict[str, str]:
        name = group.name.split()[0]
        usual = {"title": f"En fråga om {topic}", "text": "Vad händer?", "done": "Det är gjort."}
        question = self.chance.choice(self._questions.get(topic, [usual]))
        words = {"i": f"i {name}", "bygd": name}
        return {field: question[field].format(**words) for field in ("title", "text", "done")}

    def _citizen(self) -> Reporter:
        self._citizens += 1
        email = f"boende{self._citizens}@{CITIZENS_DOMAIN}"
        if self.chance.random() < self.scenario.mailboxes_that_bounce:
            self.bouncing.add(email)
        locale = "en" if self.chance.random() < IN_ENGLISH else "sv"
        return Reporter(f"Boende {self._citizens}", email, None, locale)

    def action(self, _day: date) -> tuple[Request, str, str, Group]:
        """Draw an action that a group takes on itself: request, unit, note when done, group."""
        group = self.chance.choice(self.scenario.groups)
        slug = GROUP + group.slug
        return Request(Kind.ACTION, f"Ur planen: {group.name}", "Vi gör det själva.", group=slug), slug, "Klart.", group

    def duty(self, day: date) -> tuple[Request, str, str, Group]:
        """Draw a yearly duty of a group: request, unit, note when done, group."""
        group = self.chance.choice(self.scenario.groups)
        slug, due_on = GROUP + group.slug, day + timedelta(days=self.chance.randint(20, 150))
        request = Request(
            Kind.DUTY, f"Redovisa bygdepengen: {group.name}", group=slug, channel="duty", due_on=due_on,
            every_months=12, responsible=slug,
        )  # fmt: skip
        return request, slug, "Klart och inlämnat.", group


OWN_WORK = {Kind.ACTION: Arrivals.action, Kind.DUTY: Arrivals.duty}
