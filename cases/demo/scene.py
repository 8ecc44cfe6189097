"""What can happen to a case in the demonstration: each function does one thing to it, with fitting Swedish words."""

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
from cases.meetings.agenda_items import AgendaItem, SettledHow
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
MET = (
    "Vi sågs i bygdegården och gick igenom läget. Nästa gång är bestämd.",
    "Vi talades vid i telefon. Gruppen hade inga nya frågor.",
    "Gruppen var på besök hos oss. Vi hörs igen på den nya dagen.",
)
QUESTIONS = ("Var exakt är det, och har ni en bild?", "Gäller det hela sträckan eller bara backen?")
ANSWERS = ("Det är mitt för den gula ladan. Vi skickar en bild.", "Hela sträckan, ungefär tvåhundra meter.")
ASKED_OUTSIDE = (("Väghållaren", "TRV 2025/118"), ("Nätbolaget", "8841"), ("Länsstyrelsen", "551-2025"))


@dataclass
class Tale:
    """What the demonstration remembers about one case between the steps of its fate.

    `unit` is the slug of the unit that will do the work, and `done` the note with which the case will be set done.
    `ref` is the reference of the case; `twin` that of an earlier case into which it will be merged, None if it will
    not. `chance` is the seeded random generator; `facts["chair"]` is the mail address of the chair of the
    village's group, or "".
    """

    ref: str
    unit: str
    done: str
    chance: Random
    twin: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Scene:
    """Holds what one step needs: the locked `case`, the person `by` who takes the step, and its moment `at` (UTC).

    `tale` is what the demonstration remembers about the case. The functions of this module take the step, by the
    methods of the scene.
    """

    session: Session
    case: Case
    tale: Tale
    by: Actor
    at: datetime

    def change(self, to: State, **more: Any) -> None:
        """Change the state of the case to `to`. `more` are the other fields of `Change`, such as `note` or `due_on`."""
        change_state(self.session, self.case, Change(to, **more), by=self.by, at=self.at)

    def say(self, text: str, visibility: Visibility = Visibility.PUBLIC) -> None:
        """Comment on the case with this text."""
        comment(self.session, self.case, text, visibility, by=self.by, at=self.at)

    def correct(self, **what: Any) -> None:
        """Correct fields of the case: `what` holds the new values by name of the field, such as `quick_win=True`."""
        correct(self.session, self.case, Correction(**what), by=self.by, at=self.at)

    def day(self, least: int, most: int) -> date:
        """Return a random local day, `least` to `most` working days after the day of the scene."""
        calendar = calendar_of(self.session)
        return calendar.add_working_days(calendar.day_of(self.at), self.tale.chance.randint(least, most))

    def one_of(self, words: tuple[Any, ...]) -> Any:
        """Return one of the `words`, chosen by the seeded random generator."""
        return self.tale.chance.choice(words)


def assign(scene: Scene) -> None:
    """Assign the case to the unit that will do the work."""
    scene.change(State.ASSIGNED, responsible=scene.tale.unit)


def assign_wrongly(scene: Scene) -> None:
    """Assign the case to the wrong unit, which will send it back."""
    scene.change(State.ASSIGNED, responsible="miljo" if scene.tale.unit != "miljo" else "gata")


def send_back(scene: Scene) -> None:
    """Send the case back to the desk, with a reason."""
    scene.change(State.RECEIVED, reason=scene.one_of(NOT_OURS))


def plan(scene: Scene) -> None:
    """Plan the work for a day 8 to 30 working days ahead."""
    scene.change(State.PLANNED, due_on=scene.day(8, 30), officer=scene.by.email, note="Vi tar oss an det.")


def plan_anew(scene: Scene) -> None:
    """Plan the work for a later day, 10 to 25 working days ahead."""
    scene.change(State.PLANNED, due_on=scene.day(10, 25), note="Det drog ut på tiden. Det här är den nya dagen.")


def agree_on_contact(scene: Scene) -> None:
    """Note that desk and group have been in contact, and plan the next one for a day 90 to 170 calendar days ahead."""
    day = scene.at.date() + timedelta(days=scene.tale.chance.randint(90, 170))
    scene.change(State.PLANNED, due_on=day, note=scene.one_of(MET))


def start(scene: Scene) -> None:
    """Set the case in progress, with a note about the work."""
    scene.change(State.IN_PROGRESS, officer=scene.by.email, note=scene.one_of(SIGNS_OF_LIFE))


def show_life(scene: Scene) -> None:
    """Write a public comment on the case, which says that the work on it goes on."""
    scene.say(scene.one_of(SIGNS_OF_LIFE))


def finish(scene: Scene) -> None:
    """Set the case done, with the note that its tale holds."""
    scene.change(State.DONE, note=scene.tale.done)


def finish_again(scene: Scene) -> None:
    """Set the case done once more, after it was contested; the note says that the work was done again."""
    scene.change(State.DONE, note=f"Nu är det gjort om. {scene.tale.done}")


def contest(scene: Scene) -> None:
    """Contest that the case is done, as its reporter."""
    scene.change(State.ASSIGNED, note=scene.one_of(STILL_BROKEN))


def park(scene: Scene) -> None:
    """Park the case for 60 to 210 calendar days, with a reason."""
    day = scene.at.date() + timedelta(days=scene.tale.chance.randint(60, 210))
    scene.change(State.PARKED, due_on=day, reason=scene.one_of(LET_GO))


def decline(scene: Scene) -> None:
    """Decline the case, with a reason."""
    scene.change(State.DECLINED, reason=scene.one_of(SORRY))


def merge(scene: Scene) -> None:
    """Merge the case into the earlier case that its tale names (`twin`)."""
    scene.change(
        State.MERGED, into=scene.tale.twin, reason="Samma fråga har kommit in redan. Ni som frågat följer den."
    )


def ask(scene: Scene) -> None:
    """Ask the reporter a question, and let the case wait for the answer."""
    scene.change(State.WAITING, waiting_for=WaitingFor("reporter"), note=scene.one_of(QUESTIONS))


def answer(scene: Scene) -> None:
    """Comment on the case as its reporter, with an answer to the question."""
    scene.say(scene.one_of(ANSWERS), Visibility.PARTICIPANTS)


def wait_outside(scene: Scene) -> None:
    """Let the case wait for an authority or a company, with a clock that runs out after 20 to 40 working days."""
    name, ref = scene.one_of(ASKED_OUTSIDE)
    whom = WaitingFor("other", name=name, their_ref=ref)
    scene.change(State.WAITING, waiting_for=whom, due_on=scene.day(20, 40), note=f"Vi har frågat: {name}.")


def wait_for_forum(scene: Scene) -> None:
    """Let the case wait for the opinion of the forum."""
    scene.change(State.WAITING, waiting_for=WaitingFor("unit", unit="forum"), note="Forumet får säga sin mening först.")


def wait_for_council(scene: Scene) -> None:
    """Let the case wait for a decision of the council, with a clock that runs out after 40 to 58 working days."""
    whom = WaitingFor("unit", unit="council")
    scene.change(State.WAITING, waiting_for=whom, due_on=scene.day(40, 58), note="Beslutet ligger hos fullmäktige.")


def go_on(scene: Scene) -> None:
    """Set a waiting case back to the state that it had before; do nothing when it does not wait."""
    if scene.case.waiting_from is not None:
        scene.change(scene.case.waiting_from, note="Svaret har kommit, arbetet går vidare.")


def raise_in_council(scene: Scene) -> None:
    """Note in the case that the proposal was raised in the council on the day of the scene."""
    scene.correct(raised_on=scene.day(0, 0))


def publish(scene: Scene) -> None:
    """Publish the case on the public pages."""
    scene.correct(published=True)


def call_it_easy(scene: Scene) -> None:
    """Mark the case as a quick win."""
    scene.correct(quick_win=True)


def settle_agenda(scene: Scene) -> None:
    """Take the case off the forum's agenda, if it is on it."""
    item = scene.session.scalar(
        select(AgendaItem).where(AgendaItem.case_id == scene.case.id, AgendaItem.settled_at.is_(None))
    )
    if item is not None:
        item.settled_at, item.settled_how = scene.at, SettledHow.NOTED
