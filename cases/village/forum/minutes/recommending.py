"""Recommending: a body says at its meeting what it thinks of a case. It decides nothing (kommunallagen 6:37-38)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT
from cases.database.texts import is_storable_line, visible
from cases.history.event_batches import batch
from cases.history.events import CaseRecommended
from cases.history.journal import SpokenWords
from cases.history.words import Visibility, Words
from cases.meetings.agenda_items import AgendaItem, SettledHow
from cases.meetings.resolution import Resolution, StoodAside, Verdict
from cases.refusals import (
    AlreadyThere,
    BadCharacters,
    NumberOutside,
    TooLong,
    UnknownName,
    WordsNeeded,
)
from cases.village.forum.convening.inviting import people_named
from cases.village.forum.finding import MeetingToChange, require_at_table
from cases.village.forum.minutes.correcting import meeting_to_correct, settle_anew, standing_resolution
from cases.village.forum.minutes.settling import Settling, checked_words, meeting_at_table, refuse_ahead, write_settled

MOST_ORE = 100_000_000_000_00  # öre: a hundred thousand million kronor
LONGEST_NUMBER = 30  # characters
HOW = {Verdict.POSTPONE: SettledHow.POSTPONED}  # all others resolve the item


@dataclass(frozen=True)
class Recommendation:
    """What a body recommends of the item `number` of a meeting, in `words`; money is in öre.

    `aside` are the mail addresses of those who took no part, `called` what it is called in the minutes ("§ 12").
    `corrects`: the item was settled before, and that was wrong; `replaces` is the id of the recommendation of the same
    item that was wrong, and says so too.
    """

    meeting: int
    number: int
    verdict: Verdict
    words: str
    amount_ore: int | None = None
    aside: tuple[str, ...] = ()
    called: str | None = None
    replaces: int | None = None
    corrects: bool = False


def recommend(session: Session, ref: str, given: Recommendation, *, by: Actor, at: datetime) -> Resolution:
    """Record the recommendation about the case with this reference, settle its item, and return it.

    A topic without a case is recommended about in the case of the meeting itself. What corrects can be told until the
    minutes are adjusted; a correction that changes nothing writes nothing, and returns what stands. Raises
    `NotAllowed`, `NotFound`, `UnknownName` when the item is not about that case, `AgendaNotSent`, `MeetingOver`,
    `MeetingAhead`, `ItemSettled`, `WordsNeeded`, `TooLong`, `BadCharacters`, `NumberOutside`, `AlreadyThere` when what
    it replaces has been replaced, and what `settle_anew` raises.
    """
    require_at_table(session, "settle_item", by)
    words, called = _checked(given)
    corrects = given.corrects or given.replaces is not None
    find = meeting_to_correct if corrects else meeting_at_table
    held = find(session, given.meeting, given.number, by=by, at=at)
    refuse_ahead(session, held, at)
    item = held.item(given.number)
    case = held.case_of(item) or held.home
    if case.ref != ref:
        raise UnknownName(field="item", name=str(given.number))
    aside = people_named(session, given.aside, field="aside")
    if given.replaces is not None:
        _refuse_not_replaced(session, held, given)
    wrong = standing_resolution(session, item) if corrects else None
    if wrong is not None and _stands_so(session, wrong, given, words, called, {person.id for person in aside}):
        return wrong
    how, write = HOW.get(given.verdict, SettledHow.RESOLVED), settle_anew if corrects else write_settled
    said = _said(held, item, given.verdict, words, amount_ore=given.amount_ore, number=called, replaces=wrong)
    with batch(session, by, at) as actor:
        ids = write(session, held, item, how, "", (said,), by=actor, at=at)
    resolution = Resolution(
        case_id=case.id, agenda_item_id=item.id, body_id=held.body.id, verdict=given.verdict,
        amount_ore=given.amount_ore, number=called, on_day=held.meeting.held_on, event_id=ids[-1],
        replaces_id=wrong.id if wrong else None,
    )  # fmt: skip
    session.add(resolution)
    session.flush()
    session.add_all(StoodAside(resolution_id=resolution.id, person_id=person.id) for person in aside)
    session.flush()
    return resolution


def _stands_so(
    session: Session, stands: Resolution, given: Recommendation, words: str, called: str | None, aside: set[int]
) -> bool:
    """Return whether the resolution says what is given already."""
    same = (stands.verdict, stands.amount_ore, stands.number) == (given.verdict, given.amount_ore, called)
    stood_aside = select(StoodAside.person_id).where(StoodAside.resolution_id == stands.id)
    said = select(Words.text).where(Words.event_id == stands.event_id, Words.field == "note")
    return same and session.scalar(said) == words and set(session.scalars(stood_aside)) == aside


def correct_item(session: Session, meeting: int, settling: Settling, *, by: Actor, at: datetime) -> list[int]:
    """Put right how an item of the meeting with the number `meeting` was settled; return the ids of the events.

    A recommendation that stands about it is replaced by one that notes, or postpones: then why is said in words. Raises
    `NotAllowed`, `NotFound`, `AgendaNotSent`, `MeetingOver` once the minutes are adjusted, `ItemOpen`, `ItemTakenUp`,
    `WordsNeeded`, `TooLong` and `FieldRefusal`.
    """
    require_at_table(session, "settle_item", by)
    held = meeting_to_correct(session, meeting, settling.number, by=by, at=at)
    item, words, how = held.item(settling.number), checked_words(settling, "words"), settling.how
    wrong = standing_resolution(session, item)
    if wrong is None:
        with batch(session, by, at) as actor:
            return settle_anew(session, held, item, how, words, (), by=actor, at=at)
    if not words:
        raise WordsNeeded(field="words", step="recommend")
    verdict = Verdict.POSTPONE if how is SettledHow.POSTPONED else Verdict.NOTED
    said = _said(held, item, verdict, words, replaces=wrong)
    with batch(session, by, at) as actor:
        ids = settle_anew(session, held, item, how, "", (said,), by=actor, at=at)
    session.add(
        Resolution(
            case_id=wrong.case_id, agenda_item_id=item.id, body_id=held.body.id, verdict=verdict,
            on_day=held.meeting.held_on, event_id=ids[-1], replaces_id=wrong.id,
        )
    )  # fmt: skip
    session.flush()
    return ids


def _said(
    held: MeetingToChange,
    item: AgendaItem,
    verdict: Verdict,
    words: str,
    *,
    amount_ore: int | None = None,
    number: str | None = None,
    replaces: Resolution | None = None,
) -> tuple[CaseRecommended, tuple[SpokenWords, ...]]:
    event = CaseRecommended(
        meeting=held.meeting.id, body=held.body.slug, on=held.meeting.held_on.isoformat(), item=item.number or 0,
        verdict=verdict.value, amount_ore=amount_ore, number=number, replaces=replaces.id if replaces else None,
    )  # fmt: skip
    return event, (SpokenWords("note", words, Visibility.PUBLIC),)


def _checked(given: Recommendation) -> tuple[str, str | None]:
    words, called = visible(given.words), visible(given.called or "") or None
    if not words:
        raise WordsNeeded(field="words", step="recommend")
    if len(words) > LONGEST_TEXT:
        raise TooLong(field="words", most=LONGEST_TEXT)
    if called is not None and len(called) > LONGEST_NUMBER:
        raise TooLong(field="number", most=LONGEST_NUMBER)
    if called is not None and not is_storable_line(called):
        raise BadCharacters(field="number")
    if given.amount_ore is not None and not 0 <= given.amount_ore <= MOST_ORE:
        raise NumberOutside(field="amount_kr", least=0, most=MOST_ORE // 100)
    return words, called


def _refuse_not_replaced(session: Session, held: MeetingToChange, given: Recommendation) -> None:
    """Refuse to replace what is no recommendation of the item, or has been replaced."""
    replaced = session.get(Resolution, given.replaces)
    if replaced is None or replaced.agenda_item_id != held.item(given.number).id:
        raise UnknownName(field="replaces", name=str(given.replaces))
    if session.scalar(select(Resolution.id).where(Resolution.replaces_id == given.replaces)) is not None:
        raise AlreadyThere(field="replaces", name=str(given.replaces))
