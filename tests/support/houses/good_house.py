"""A municipality in which nothing is wrong: its database, a client's journal and its mails, to test the checker with.

Made once per run for each database, then copied. A test breaks its copy by hand and sees what the checker finds.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse, furnish, open_small_house
from support.keys import SECRET_KEY
from support.letters.letters_used import answer_letter
from support.servers.mail_server import FakeMailServer, MailServerMood, into_folder
from support.servers.services import LOOPBACK

from cases.access.tokens import Link
from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.database.transactions import Database
from cases.following import ask_to_follow, confirm_following
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.progress import Change
from cases.settings import read_settings
from cases.states import State
from cases.steps.transition import WaitingFor
from notifications.deliveries import Address, Delivery
from notifications.inbound.filing.queue import file_some
from notifications.inbound.keeping import ReceivedMail, keep
from notifications.letters.rendering import LetterSettings
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import SmtpServer
from proof.checker import Journal, JournalLine, Outside
from proof.checker.evidence.journal import ANSWERED, ASKED
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_event_batch

KEY = "k" * 32
LETTER_SETTINGS = LetterSettings("http://127.0.0.1:8000", KEY, "ventil@example.se", CALENDAR)
DAYS = 75
NOW = MONDAY + timedelta(days=DAYS)
BY_STREAM = select(Event).order_by(Event.stream, Event.seq)
TITLES = ("Trasig lykta", "Hal trappa", "Full papperskorg")


@dataclass
class GoodHouse:
    """One copy: the URL of its database, and the folder of its journal and mails."""

    url: str
    folder: Path

    @property
    def journal(self) -> Path:
        """The file with what the client asked, and the responses."""
        return self.folder / "journal"

    @property
    def mails(self) -> Path:
        """The folder of the mails that were accepted."""
        return self.folder / "mails"

    @property
    def outside(self) -> Outside:
        """What the checker is given besides the database."""
        return Outside(now=NOW, journal=self.journal, sink=self.mails)

    def tamper(self, *statements: str) -> None:
        """Run SQL past constraints and triggers, which are there again afterwards; each statement must change a row."""
        (_tamper_sqlite if self.url.startswith("sqlite") else _tamper_postgresql)(self.url, statements)

    def disarm(self, *statements: str) -> None:
        """Run SQL that removes constraints or triggers, and leave it so."""
        if self.url.startswith("sqlite"):
            with sqlite3.connect(self.url.removeprefix("sqlite:///")) as connection:
                for statement in statements:
                    connection.execute(statement)
            return
        with _by_hand(self.url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def forge(self, *statements: str) -> None:
        """Tamper, then recompute the hash chain, as a forger would who knows how it is made."""
        self.tamper(*statements)
        database, heads = Database(self.url, CALENDAR), dict[int, str]()
        with database.reading() as session:
            names = dict(session.execute(select(Case.id, Case.ref)).all())
            anew = [_rechained(event, names, heads) for event in session.scalars(BY_STREAM)]
        database.close()
        forged = "UPDATE event SET previous_hash = '{}', hash = '{}' WHERE id = {}"
        owners = "UPDATE \"case\" SET head_hash = '{}' WHERE id = {}"
        self.tamper(*(forged.format(*row) for row in anew))
        self.tamper(*(owners.format(head, stream) for stream, head in heads.items() if stream))

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        if self.url.startswith("sqlite"):
            with sqlite3.connect(self.url.removeprefix("sqlite:///")) as connection:
                return connection.execute(sql).fetchall()
        with _by_hand(self.url) as connection:
            return connection.execute(sql.encode()).fetchall()


def build(url: str, folder: Path) -> None:
    """Furnish this database and act in it for 75 days; the journal and the mails go to the folder."""
    (folder / "mails").mkdir(parents=True)
    furnish(url)
    sink = FakeMailServer(keep=into_folder(folder / "mails"))
    sink.open()
    sink.mood = MailServerMood.NEVER_TO_SOME
    house = open_small_house(url)
    letters = _Letters(house, sink)
    try:
        _live(house, letters)
        _let_mails_come(house, letters, folder)
        _act_as_a_client(house, Journal(folder / "journal"))
        letters.send_all()
    finally:
        house.database.close()
        sink.close()


@dataclass
class _Letters:
    """Plans and sends the municipality's letters to the sink."""

    house: SmallHouse
    sink: FakeMailServer

    def send_all(self) -> None:
        """Plan and send until nothing is left."""
        database = self.house.database
        transport = MailTransport(SmtpServer("smtp", LOOPBACK, self.sink.port), LETTER_SETTINGS)
        rounds = (partial(relay_some, database), partial(plan_event_batch, database))
        while any(step() is not None for step in rounds) or deliver_some(database, transport):
            pass


def _live(house: SmallHouse, letters: _Letters) -> None:
    """Do a little of everything, and sweep every third day."""
    delayed = _first_day(house, letters)
    for day in range(3, DAYS + 1, 3):
        at = MONDAY + timedelta(days=day)
        if day == 6:
            house.change(delayed["waiting"], State.IN_PROGRESS, by="reporter", at=at, note="Vid bron")
        house.sweep(at)
        letters.send_all()


def _first_day(house: SmallHouse, letters: _Letters) -> dict[str, str]:
    day = MONDAY.date()
    objected = house.reach(State.DONE)
    letters.send_all()
    house.change(objected, State.ASSIGNED, by="reporter", note="Den är fortfarande trasig")
    house.change(objected, State.DONE, by="officer", note="Nu är den lagad")
    by_phone = house.hand_in("Hål i gången", reporter=Reporter(name="Ture", phone="0123-456 78"))
    house.change(by_phone, State.PARKED, due_on=day + timedelta(days=28), reason="Tjälen måste gå ur")
    ours = house.hand_in("Ingen belysning", by="member", group="norrby")
    _follow(house, ours, "granne@example.se")
    house.change(ours, State.ASSIGNED, responsible="gata", officer="officer@example.se")
    twin = house.hand_in("Mörkt på vägen", reporter=Reporter(name="Dan", email="dan@example.se"))
    house.change(twin, State.MERGED, into=ours, reason="Samma sak")
    letters.send_all()
    house.comment(ours, "Kabeln är av.", Visibility.PUBLIC, by="officer")
    house.comment(ours, "Vi ringer dem.", Visibility.INTERNAL, by="head")
    back = house.hand_in("Fel väg", reporter=Reporter(email="nr35@example.se"))  # whose mailbox refuses everything
    house.change(back, State.ASSIGNED, responsible="vatten")
    house.change(back, State.RECEIVED, by="water_officer", reason="Inte vår")
    house.change(back, State.DECLINED, reason="Trafikverkets")
    promised = house.reach(State.ASSIGNED)
    later, soon = day + timedelta(days=60), day + timedelta(days=10)
    house.change(promised, State.PLANNED, by="officer", due_on=later, promised_on=soon)
    waiting = house.reach(State.IN_PROGRESS)
    asked = WaitingFor("reporter")
    house.change(waiting, State.WAITING, by="officer", waiting_for=asked, note="Var ligger det?")
    letters.send_all()
    _answer_letters(house, letters)
    return {"waiting": waiting}


def _answer_letters(house: SmallHouse, letters: _Letters) -> None:
    """Let a shared mailbox and the one who asked act by the links in their letters."""
    ref = house.hand_in("Sned skylt", reporter=Reporter(email="eva@example.se"))
    house.change(ref, State.ASSIGNED, responsible="vatten")
    for to, step, note in ((State.DONE, "finish", "Skylten är rak"), (State.CLOSED, "confirm", None)):
        letters.send_all()
        with house.database.transaction() as session:
            answer_letter(session, ref, Change(to, step=step, note=note), key=KEY, at=MONDAY)


def _let_mails_come(house: SmallHouse, letters: _Letters, folder: Path) -> None:
    """Let who asked reply to a letter by mail, and a program of theirs say that they are away."""
    ref = house.hand_in("Sned bänk", at=NOW, reporter=Reporter(email="mia@example.se"))
    house.change(ref, State.ASSIGNED, at=NOW, responsible="vatten")
    letters.send_all()
    replied = select(Delivery.message_id).join(Address, Address.id == Delivery.address_id)
    with house.database.transaction() as session:
        message_id = session.scalars(replied.where(Address.email == "mia@example.se").limit(1)).one()
        for number, (text, more) in enumerate((("Tack!", ""), ("Jag är borta.", "Auto-Submitted: auto-replied\n"))):
            head = f"From: mia@example.se\nTo: ventil@example.se\nSubject: Sv\nMessage-ID: <{number}@mia.example>\n"
            head += f"In-Reply-To: <{message_id}>\nContent-Type: text/plain; charset=utf-8\n{more}"
            keep(session, ReceivedMail(f"{head}\n{text}\n".encode(), "a mailbox"))
    environ = {"VENTIL_DATABASE_URL": house.database.url, "VENTIL_SECRET_KEY": SECRET_KEY}
    while file_some(house.database, read_settings(environ, folder=folder)):
        pass
    letters.send_all()


def _follow(house: SmallHouse, ref: str, email: str) -> None:
    with house.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(published=True), by=house.actors["contact"], at=MONDAY)
        ask_to_follow(session, case, email, "sv", key=KEY, at=MONDAY)
    with house.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.follower_id.is_not(None))).one()
        confirm_following(session, link, at=MONDAY)


def _act_as_a_client(house: SmallHouse, journal: Journal) -> None:
    for number, title in enumerate(TITLES):
        ref = _journaled(journal, ("hand_in", title, number), lambda title=title: house.hand_in(title, at=NOW))
        note = f"{title}: tas om hand"
        given = {"responsible": "gata", "note": note}
        _journaled(
            journal,
            ("assigned", note, 10 + number),
            lambda ref=ref, given=given: house.change(ref, State.ASSIGNED, at=NOW, **given).ref,
        )
    refused = JournalLine(ASKED, "20", "planned", "Det går inte", datetime.now(UTC), "key-20")
    journal.append(refused)
    journal.append(JournalLine(ANSWERED, "20", "planned", "Det går inte", datetime.now(UTC), "key-20", status=403))
    journal.close()


def _journaled(journal: Journal, act: tuple[str, str, int], do: Callable[[], str]) -> str:
    name, mark, number = act
    journal.append(JournalLine(ASKED, str(number), name, mark, datetime.now(UTC), f"key-{number}"))
    ref = do()
    response = {"status": 201 if name == "hand_in" else 200, "ref": ref, "seq": 1}
    journal.append(JournalLine(ANSWERED, str(number), name, mark, datetime.now(UTC), f"key-{number}", **response))
    return ref


def _tamper_sqlite(url: str, statements: tuple[str, ...]) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        assert connection.execute(statement).rowcount, f"nothing was broken: {statement}"
    for _, guard in guards:
        connection.execute(guard)
    connection.close()


def _tamper_postgresql(url: str, statements: tuple[str, ...]) -> None:
    with _by_hand(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            assert connection.execute(statement.encode()).rowcount, f"nothing was broken: {statement}"


def _by_hand(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)


def _rechained(event: Event, names: dict[int, str], heads: dict[int, str]) -> tuple[str, str, int]:
    before, name = heads.get(event.stream, ""), names.get(event.stream, "house")
    unit = [event.unit_id] if event.unit_id else []
    row = [name, event.seq, event.type, event.at.isoformat(), event.actor, event.person_id, *unit]
    content = [*row, event.facts, event.changes, event.commitments, before]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    heads[event.stream] = hashlib.sha256(canonical.encode()).hexdigest()
    return before, heads[event.stream], event.id


def copy_of(made: Path, folder: Path, url: str) -> GoodHouse:
    """Copy journal and mails of the house in folder `made` to `folder`; return it, with the database at `url`."""
    for name in ("journal", "mails"):
        (shutil.copytree if (made / name).is_dir() else shutil.copy)(made / name, folder / name)
    return GoodHouse(url, folder)
