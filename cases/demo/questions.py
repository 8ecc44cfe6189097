"""What people hand in on a day of the demonstration: questions that fit the season, proposals, actions and duties."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cases.handing_in import Reporter, Request
from cases.states import Kind

VILLAGES = {
    "tallvinda": "Tallvinda", "almvinda": "Almvinda", "bjorkvinda": "Björkvinda", "ekvinda": "Ekvinda",
    "hasselvinda": "Hasselvinda", "lindvinda": "Lindvinda", "ronnvinda": "Rönnvinda",
}  # fmt: skip
UNIT_OF_CATEGORY = {
    "trafik": "gata", "belysning": "gata", "park": "gata", "snorojning": "gata", "renhallning": "gata",
    "bredband": "naringsliv", "boende": "samhallsbyggnad", "bygglov": "miljo", "fritid": "kultur",
    "skola": "utbildning", "omsorg": "omsorg", "foretag": "naringsliv", "kollektivtrafik": "samhallsbyggnad",
    "ovrigt": "desk",
}  # fmt: skip
WINTER, SUMMER = (11, 12, 1, 2, 3), (4, 5, 6, 7, 8, 9)
SEASONS = {"snorojning": WINTER, "park": SUMMER}
PER_DAY = 0.56
PHONES = tuple(f"070-174 {n // 100:02} {n % 100:02}" for n in range(605, 700))  # reserved for fiction


@dataclass(frozen=True)
class Arrival:
    """One invented request, and what the story needs to play the case that it becomes.

    `unit` is the slug of the unit that will do the work, and `done` the note with which that unit will set the case
    done. `by` is the mail address of the person who hands it in, "" for a visitor. `chair` is the mail address of the
    chair of the village's group, "" when the story needs none.
    """

    request: Request
    unit: str
    done: str
    by: str = ""
    chair: str = ""


@dataclass
class Questions:
    """A random source of invented requests. No question is asked twice in the same village.

    `texts` holds the tables of the file questions.toml by name; `begins` is the first day of the story.
    """

    texts: dict[str, Any]
    begins: date
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _neighbours: int = 0

    @classmethod
    def read(cls, begins: date) -> "Questions":
        """Return a source that takes its texts from the file questions.toml; `begins` is the first day of the story."""
        return cls(tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8")), begins)

    def of(self, day: date, chance: Random) -> Iterator[Arrival]:
        """Yield the requests that come in on this working day; `chance` is the story's seeded random generator."""
        if chance.random() < PER_DAY:
            yield self._question(day, chance)
        number = (day - self.begins).days
        if number % 47 == 3:
            yield self._proposal(number // 47, chance)
        if number % 31 == 5:
            yield self._action(number // 31, chance)
        if number < 60 and number % 7 == 1:
            yield self._duty(day, number // 7)

    def _question(self, day: date, chance: Random) -> Arrival:
        asked, village = self._unasked(day, chance)
        name = VILLAGES[village]
        words = {"i": f"i {name}", "bygd": name}
        unit = UNIT_OF_CATEGORY[asked["category"]]
        chair, by, how = _chair(village), "", chance.random()
        title, text = asked["title"].format(**words), asked["text"].format(**words)
        more: dict[str, Any] = {"reporter": self._neighbour(name, chance), "channel": "web"}
        if how < 0.25:
            by, more = chair, {"group": f"grupp-{_short(village)}", "channel": "web"}
        elif how < 0.40:
            by = "kontakt@tallvinda.example"
            more = {"reporter": Reporter(name=f"Boende i {name}", phone=chance.choice(PHONES)), "channel": "phone"}
        elif how < 0.45:
            by, more = "kontakt@tallvinda.example", {"group": f"grupp-{_short(village)}", "channel": "meeting"}
        request = Request(
            Kind.ISSUE, title, text, category=asked["category"], place=village, public=chance.random() < 0.7,
            perspective=asked.get("perspective"), **more,
        )  # fmt: skip
        return Arrival(request, unit, asked["done"], by, chair)

    def _unasked(self, day: date, chance: Random) -> tuple[dict[str, str], str]:
        while True:
            asked = chance.choice(self.texts["questions"])
            village = chance.choice(list(VILLAGES))
            in_season = day.month in SEASONS.get(asked["category"], range(1, 13))
            if in_season and (asked["title"], village) not in self._asked:
                self._asked.add((asked["title"], village))
                return asked, village

    def _neighbour(self, village: str, chance: Random) -> Reporter:
        self._neighbours += 1
        locale = "en" if chance.random() < 0.08 else "sv"
        return Reporter(f"Boende i {village}", f"boende{self._neighbours}@example.se", None, locale)

    def _proposal(self, number: int, chance: Random) -> Arrival:
        texts = self.texts["proposals"]
        village = chance.choice(list(VILLAGES))
        request = Request(
            Kind.PROPOSAL, texts["titles"][number % len(texts["titles"])], texts["text"], place=village, public=True,
            reporter=self._neighbour(VILLAGES[village], chance),
        )  # fmt: skip
        return Arrival(request, chance.choice(("samhallsbyggnad", "kultur")), texts["done"])

    def _action(self, number: int, chance: Random) -> Arrival:
        texts = self.texts["plan"]
        village = chance.choice(list(VILLAGES))
        group = f"grupp-{_short(village)}"
        title = f"{texts['actions'][number % len(texts['actions'])]} i {VILLAGES[village]}"
        request = Request(Kind.ACTION, title, texts["text"], category="plan", place=village, group=group)
        return Arrival(request, group, texts["done"], _chair(village), _chair(village))

    def _duty(self, day: date, number: int) -> Arrival:
        texts, village = self.texts["plan"], list(VILLAGES)[number % len(VILLAGES)]
        group = f"grupp-{_short(village)}"
        request = Request(
            Kind.DUTY, f"{texts['duties'][number % 2]}: {VILLAGES[village]}",
            category="plan", place=village, group=group,
            channel="duty", due_on=day + timedelta(days=150 + 9 * number), every_months=12, responsible=group,
        )  # fmt: skip
        return Arrival(request, group, "Klart och inlämnat.", "kontakt@tallvinda.example", _chair(village))


def _short(village: str) -> str:
    return "centrum" if village == "tallvinda" else village


def _chair(village: str) -> str:
    return f"ordforande.{_short(village)}@grupper.example"
