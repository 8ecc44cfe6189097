"""The acts of the demonstration: each does one thing to one case, as one person, with fitting Swedish words."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.commenting import comment
from cases.correcting import Correction, correct
from cases.database.transactions import calendar_of
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaItem
from cases.progress import Change, WaitingFor, change_state
from cases.states import State

SORRY = (
    "Det ligger inte på kommunen att göra, men vi har skickat frågan vidare till den som kan.",
    "Pengarna räcker inte till detta i år. Ta gärna upp det i den lokala utvecklingsplanen.",
    "Efter mätning på plats ser vi ingen åtgärd som skulle göra skillnad.",
)
NOT_OURS = (
    "Vägen är statlig, så frågan hör hemma hos väghållaren.",
    "Huset ägs av bostadsbolaget och inte av oss.",
    "Det här är en fråga om tillsyn, inte om skötsel.",
)
LET_GO = (
    "Ingen kan ta sig an detta nu. Vi tar upp det igen när budgeten är klar.",
    "Marken ska mätas först, och det görs när snön är borta.",
    "Vi väntar ut bolagets utbyggnad innan vi gör något själva.",
)
SIGNS_OF_LIFE = (
    "Materialet är beställt och kommer i nästa vecka.",
    "Vi har varit på plats och mätt upp.",
    "Entreprenören är vidtalad. Vi återkommer med en dag.",
    "Frågan är uppe på veckomötet på måndag.",
)
STILL_BROKEN = (
    "Det är bättre, men felet är tillbaka redan efter en vecka.",
    "Bara den ena sidan är gjord.",
    "Vi har inte sett till någon här. Är det rätt plats som är lagad?",
)
QUESTIONS = ("Var exakt är det, och har ni en bild?", "Gäller det hela sträckan eller bara backen?")
ANSWERS = ("Det är mitt för den gula ladan. Vi skickar en bild.", "Hela sträckan, ungefär tvåhundra meter.")
ASKED_OUTSIDE = (("Väghållaren", "TRV 2025/118"), ("Nätbolaget", "8841"), ("Länsstyrelsen", "551-2025"))


@dataclass
class Tale:
    """What the story knows of one case from act to act. `done` is the note with which it will be done."""

    ref: str
    unit: str
    done: str
    chance: Random
    twin: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Scene:
    """What an act is done with: a locked case, the acting person, and the moment (UTC)."""

    session: Session
    case: Case
    tale: Tale
    by: Actor
    at: datetime

    def change(self, to: State, **more: Any) -> None:
        """Change the state of the case."""
        change_state(self.session, self.case, Change(to, **more), by=self.by, at=self.at)

    def say(self, text: str, visibility: Visibility = Visibility.PUBLIC) -> None:
        """Comment on the case."""
        comment(self.session, self.case, text, visibility, by=self.by, at=self.at)

    def correct(self, **what: Any) -> None:
        """Correct fields of the case."""
        correct(self.session, self.case, Correction(**what), by=self.by, at=self.at)

    def day(self, least: int, most: int) -> date:
        """Return a random day, `least` to `most` working days from the scene."""
        calendar = calendar_of(self.session)
        return calendar.add_working_days(calendar.day_of(self.at), self.tale.chance.randint(least, most))

    def one_of(self, words: tuple[Any, ...]) -> Any:
        """Return a random one of these, by the seeded generator of the story."""
        return self.tale.chance.choice(words)


def assign(scene: Scene) -> None:
    scene.change(State.ASSIGNED, responsible=scene.tale.unit)


def assign_wrongly(scene: Scene) -> None:
    scene.change(State.ASSIGNED, responsible="miljo" if scene.tale.unit != "miljo" else "gata")


def send_back(scene: Scene) -> None:
    scene.change(State.RECEIVED, reason=scene.one_of(NOT_OURS))


def plan(scene: Scene) -> None:
    scene.change(State.PLANNED, due_on=scene.day(8, 30), officer=scene.by.email, note="Vi tar oss an det.")


def plan_anew(scene: Scene) -> None:
    scene.change(State.PLANNED, due_on=scene.day(10, 25), note="Det drog ut på tiden. Det här är den nya dagen.")


def start(scene: Scene) -> None:
    scene.change(State.IN_PROGRESS, officer=scene.by.email, note=scene.one_of(SIGNS_OF_LIFE))


def show_life(scene: Scene) -> None:
    scene.say(scene.one_of(SIGNS_OF_LIFE))


def finish(scene: Scene) -> None:
    scene.change(State.DONE, note=scene.tale.done)


def finish_again(scene: Scene) -> None:
    scene.change(State.DONE, note=f"Nu är det gjort om. {scene.tale.done}")


def contest(scene: Scene) -> None:
    scene.change(State.ASSIGNED, note=scene.one_of(STILL_BROKEN))


def park(scene: Scene) -> None:
    day = scene.at.date() + timedelta(days=scene.tale.chance.randint(60, 210))
    scene.change(State.PARKED, due_on=day, reason=scene.one_of(LET_GO))


def decline(scene: Scene) -> None:
    scene.change(State.DECLINED, reason=scene.one_of(SORRY))


def merge(scene: Scene) -> None:
    scene.change(
        State.MERGED, into=scene.tale.twin, reason="Samma fråga har kommit in redan. Ni som frågat följer den."
    )


def ask(scene: Scene) -> None:
    scene.change(State.WAITING, waiting_for=WaitingFor("reporter"), note=scene.one_of(QUESTIONS))


def answer(scene: Scene) -> None:
    scene.say(scene.one_of(ANSWERS), Visibility.PARTICIPANTS)


def wait_outside(scene: Scene) -> None:
    name, ref = scene.one_of(ASKED_OUTSIDE)
    whom = WaitingFor("other", name=name, their_ref=ref)
    scene.change(State.WAITING, waiting_for=whom, due_on=scene.day(20, 40), note=f"Vi har frågat: {name}.")


def wait_for_forum(scene: Scene) -> None:
    scene.change(State.WAITING, waiting_for=WaitingFor("unit", unit="forum"), note="Forumet får säga sin mening först.")


def wait_for_council(scene: Scene) -> None:
    whom = WaitingFor("unit", unit="council")
    scene.change(State.WAITING, waiting_for=whom, due_on=scene.day(40, 58), note="Beslutet ligger hos fullmäktige.")


def go_on(scene: Scene) -> None:
    if scene.case.waiting_from is not None:
        scene.change(scene.case.waiting_from, note="Svaret har kommit, arbetet går vidare.")


def raise_in_council(scene: Scene) -> None:
    scene.correct(raised_on=scene.day(0, 0))


def publish(scene: Scene) -> None:
    scene.correct(published=True)


def call_it_easy(scene: Scene) -> None:
    scene.correct(quick_win=True)


def settle_agenda(scene: Scene) -> None:
    item = scene.session.scalar(
        select(AgendaItem).where(AgendaItem.case_id == scene.case.id, AgendaItem.settled_at.is_(None))
    )
    if item is not None:
        item.settled_at = scene.at
