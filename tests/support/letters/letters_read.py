"""Letters as their readers get them, for tests: rendered, and a life in which every letter is written."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.letter_town import A_TUESDAY, LetterTown, the_case
from support.houses.migrated import CALENDAR

from cases.access.actors import A_VISITOR
from cases.access.tokens import LOGIN, make_link
from cases.case import Case
from cases.following import ask_to_follow
from cases.handing_in import Reporter
from cases.history.events import EVENT_TYPES, MailTrouble, MorningCame, PersonAskedForLink, SetAside
from cases.history.journal import Entry
from cases.meetings.meeting import MeetingPlan
from cases.meetings.resolution import Verdict
from cases.organisation.municipality import municipality
from cases.organisation.units import unit_named
from cases.progress import WaitingFor
from cases.states import State
from cases.village.forum.choosing import WantedItem, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.rearranging import Rearrangement, move_meeting
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, recommend
from cases.village.forum.sending import send_agenda
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact
from notifications.deliveries import Channel, Delivery
from notifications.letters.rendering import LetterSettings, RenderedLetter, followers_addressed, render
from notifications.letters.snapshot import read_snapshot
from notifications.letters.unsubscribe_links import unfollow_tokens

KEY = "k" * 40
LETTER_SETTINGS = LetterSettings("https://arenden.example", KEY, "ventil@kommun.example", CALENDAR)
A_PLAN: dict[str, object] = {
    "plan": "byalaget", "group": "byalaget", "version": 1, "year": 2026, "on": "2026-04-14", "items": 0, "new": [],
    "carried": [], "dropped": [], "ended": [],
}  # fmt: skip
MAIL_TROUBLES = ("mailbox", "too_big", "flood", "own_address")
FIGURES = {
    "received": 3, "due": 2, "overdue": 1, "parked_back": 0, "sent_back": 1, "calls": 2, "set_aside": 0,
}  # fmt: skip


def rendered(town: LetterTown, delivery: Delivery, locale: str | None = None) -> RenderedLetter:
    """Return the letter of this delivery, in its own language or another."""
    with town.database.transaction() as session:
        kept = session.get_one(Delivery, delivery.id)
        kept.locale = locale or kept.locale
        return rendered_in(session, kept)


def texts(town: LetterTown, locale: str, to: set[str]) -> list[str]:
    """Return subject and text, each on one line, of all letters to these addresses, in this language."""
    with town.database.reading() as session:
        by_mail = list(session.scalars(select(Delivery).where(Delivery.channel == Channel.MAIL).order_by(Delivery.id)))
    letters = [rendered(town, delivery, locale) for delivery in by_mail]
    return [" ".join(f"{letter.subject} {letter.text}".split()) for letter in letters if letter.to_email in to]


def rendered_in(session: Session, delivery: Delivery) -> RenderedLetter:
    """Return the letter of this delivery, of an open session."""
    snapshot = read_snapshot(session, [delivery])
    followers = dict.fromkeys(followers_addressed(snapshot, delivery), delivery.created_at)
    snapshot.unsubscribe_tokens.update(unfollow_tokens(session, followers, key=KEY))
    return render(snapshot, delivery, LETTER_SETTINGS)


def last(town: LetterTown, letter: str) -> RenderedLetter:
    """Return the last letter of this kind."""
    return rendered(town, town.deliveries(letter)[-1])


def live(town: LetterTown) -> None:
    """Let every event of a case happen that has a letter."""
    ref = town.hand_in(by="kontakt", category="trafik", place="lillan", reporter=Reporter(email="frida@hemma.example"))
    at = A_TUESDAY
    steps = [
        (State.ASSIGNED, "kontakt", {"responsible": "gata"}),
        (State.RECEIVED, "olle", {"reason": "Inte vår väg"}),
        (State.ASSIGNED, "kontakt", {"responsible": "gata", "note": "Jo, det är den"}),
        (State.WAITING, "olle", {"waiting_for": WaitingFor("reporter"), "note": "Vilken lampa?"}),
        (State.ASSIGNED, "olle", {}),
        (State.PLANNED, "olle", {"due_on": date(2026, 5, 20)}),
        (State.PLANNED, "olle", {"due_on": date(2026, 6, 1)}),
        (State.DONE, "olle", {"note": "Lagat"}),
    ]
    for to, by, change in steps:
        at += timedelta(minutes=1)
        town.change(ref, to, by=by, at=at, **change)
    town.contest(ref, "Nej", at=at)
    other = town.hand_in(by="kontakt", at=at)
    town.change(ref, State.PARKED, due_on=date(2026, 8, 3), reason="Slut på pengar", at=at)
    town.plan()
    town.sweep(datetime(2026, 8, 3, 9, tzinfo=UTC))
    at = datetime(2026, 8, 4, 9, tzinfo=UTC)
    town.change(ref, State.DECLINED, reason="Bron rivs", at=at)
    town.change(ref, State.ASSIGNED, responsible="gata", note="Bron står kvar", at=at)
    town.change(ref, State.MERGED, into=other, reason="Samma lampa", at=at)
    town.change(other, State.PLANNED, responsible="gata", due_on=date(2026, 9, 1), at=at)
    town.plan()
    for day in range(90):
        town.sweep(datetime(2026, 8, 5, 9, tzinfo=UTC) + timedelta(days=day))
    town.change(other, State.DONE, by="olle", note="Klart", at=datetime(2026, 11, 4, 9, tzinfo=UTC))
    town.sweep(datetime(2026, 11, 30, 9, tzinfo=UTC))
    live_in_municipality(town, ref)


def live_in_municipality(town: LetterTown, ref: str) -> None:
    """Let every event of the municipality happen that has a letter."""
    present = datetime.now(UTC)
    with town.database.transaction() as session:
        link = make_link(session, LOGIN, key=KEY, at=present, person_id=town.people["olle"])
        entry = Entry(municipality(session, locked=True), by=A_VISITOR, at=present)
        entry.add(PersonAskedForLink(person=town.people["olle"], link=link.id))
        entry.add(MorningCame(day="2026-12-01", all_clear=True, breaches=0, head="ab" * 32, **FIGURES))
        entry.add(SetAside(what="delivery", row=1, reason="550 no such user"))
        for what in MAIL_TROUBLES:
            entry.add(MailTrouble(what=what, source="arende at imap.example:993, INBOX", count=3))
        entry.write(session)
        ask_to_follow(session, the_case(session, ref), "ny@hemma.example", "sv", key=KEY, at=present)
    town.plan()


def happen(town: LetterTown, type_: str, facts: dict[str, object]) -> None:
    """Write one event of the last case that somebody asked for, without the rules that lead to it."""
    with town.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.obligation.is_(None)).order_by(Case.id.desc())).first()
        assert case is not None
        entry = Entry(case, by=A_VISITOR, at=A_TUESDAY)
        entry.add(EVENT_TYPES[type_](**facts))
        entry.write(session)
    town.plan()


def live_with_every_letter(town: LetterTown) -> None:
    """Live, and let happen what no such life holds, so that each letter is written at least once."""
    live(town)
    rung = {"cycle": 1, "due_at": "2026-04-01T21:59:59+00:00", "next_on": "2026-05-01", "state": "planned"}
    happen(town, "case.escalated", {"clock": "statutory", "rung": 2, "responsible": "gata", **rung})
    happen(town, "case.answered", {"to": "planned", "due_on": "2026-05-01"})
    happen(town, "case.kept_off_agenda", {"why": "waits"})
    happen(town, "case.key_replaced", {})
    happen(town, "case.satisfaction_asked", {"whose": "reporter"})
    happen(town, "case.commented", {"visibility": "participants", "channel": "mail", "waits_until": "2026-05-01"})
    happen(town, "case.address_bounced", {"delivery": 1, "permanent": True, "status": "5.1.1"})
    happen(town, "plan.adopted", A_PLAN)
    log_a_contact(town)
    meet(town)


def meet(town: LetterTown) -> None:
    """Call a meeting with a guest, move it, send its agenda, recommend something, close it and adjust its minutes."""
    ref = town.hand_in(reporter=Reporter(email="mote@hemma.example"))
    with town.database.transaction() as session:
        by, at = town.actor(session, "kontakt"), A_TUESDAY
        plan = MeetingPlan(at.date(), "Vårens forum", "Bygdegården", starts_at=at + timedelta(hours=9))
        number = call_meeting(session, Calling(plan, (Invitee("gast@hemma.example"),)), by=by, at=at).id
        move_meeting(session, number, Rearrangement(where="Skolan"), by=by, at=at)
        put_agenda(session, number, [WantedItem(case=ref)], by=by, at=at)
        send_agenda(session, number, by=by, at=at)
        recommend(session, ref, Recommendation(number, 1, Verdict.YES, "Vi tycker ja."), by=by, at=at)
        close_meeting(session, number, Closing(), by=by, at=at)
        adjust_minutes(session, number, None, (), by=by, at=at)
    town.plan()


def log_a_contact(town: LetterTown) -> None:
    """Log a contact with a group, at which two questions were taken down."""
    questions = (QuestionTaken("Lampan vid bron"), QuestionTaken("Hål i vägen", category="trafik"))
    given = ContactGiven(A_TUESDAY.date(), ContactWay.VISIT, A_TUESDAY.date() + timedelta(days=90), questions=questions)
    with town.database.transaction() as session:
        group = unit_named(session, "byalaget")
        log_contact(session, group, given, by=town.actor(session, "kontakt"), at=A_TUESDAY)
    town.plan()
