"""Correcting a case: title, category, place, publishing, relations, erasing of words. Each writes a new event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import LONGEST_TITLE, Case, Relation
from cases.database.tables.idempotency_keys import forget_answers
from cases.database.texts import visible
from cases.handing_in import active_by_slug
from cases.history.events import CaseCorrected, CaseRelated, CaseWordsErased
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Words
from cases.history.writers import EntryWriter
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.public.publication import Published
from cases.public.publishing import publish, unpublish
from cases.refusals import MergedIntoItself, NotAllowed, TooLong, WordsNeeded
from cases.reporters.erasing import (
    ERASED,
    clear_search_index,
    erase_everybody,
    erase_reporter,
    erase_with_events,
    has_words,
)
from cases.steps.present_policy import set_statutory, use_present_policy


@dataclass(frozen=True)
class Correction:
    """The corrections that one request asks for; a field that is None stays as it is.

    `category` and `place` are slugs; "" removes the case's category or place.
    """

    title: str | None = None
    category: str | None = None
    place: str | None = None
    quick_win: bool | None = None
    published: bool | None = None
    raised_on: date | None = None


def correct(session: Session, case: Case, correction: Correction, *, by: Actor, at: datetime) -> list[int]:
    """Correct the case; return the ids of the events written, empty when nothing differs. The case must be locked.

    All staff may correct a case, but only the desk may publish it. When its category or place changes, the case gets
    the policy (set of deadlines) that applies today to a case of that category and place. Raises `NotAllowed`,
    `UnknownName`, `WordsNeeded` or `TooLong`.
    """
    if not by.is_staff:
        raise NotAllowed(step="correct")
    if correction.published is not None and not by.is_contact:
        raise NotAllowed(step="publish")
    entry = Entry(case, by=by, at=at)
    title_words = _retitle(case, correction.title)
    corrected = ["title"] if title_words else []
    corrected += _reclassify(session, case, correction, at)
    if correction.quick_win not in {None, case.quick_win}:
        case.quick_win = bool(correction.quick_win)
        corrected.append("quick_win")
    if correction.raised_on not in {None, case.raised_on}:
        case.raised_on = correction.raised_on
        set_statutory(session, case, at)
        corrected.append("raised_on")
    if correction.published not in {None, case.published_at is not None}:
        case.published_at = entry.at if correction.published else None
        corrected.append("published")
    if not corrected:
        return []
    entry.add(_event(correction, corrected), *title_words)
    ids = entry.write(session)
    _update_published(session, case, corrected, at)
    return ids


def _event(correction: Correction, corrected: list[str]) -> CaseCorrected:
    given = {name: getattr(correction, name) for name in corrected if name not in {"title", "raised_on"}}
    raised = correction.raised_on.isoformat() if correction.raised_on and "raised_on" in corrected else None
    return CaseCorrected(what=corrected, raised_on=raised, **given)


def _retitle(case: Case, title: str | None) -> list[SpokenWords]:
    if title is None or (new := visible(title)) == case.title:
        return []
    if not new:
        raise WordsNeeded(field="title")
    if len(new) > LONGEST_TITLE:
        raise TooLong(field="title", most=LONGEST_TITLE)
    case.title = new
    return [SpokenWords("title", case.title)]


def _reclassify(session: Session, case: Case, correction: Correction, at: datetime) -> list[str]:
    corrected = []
    if correction.category is not None:
        category = active_by_slug(session, Category, correction.category, "category")
        corrected += _set_if_changed(case, "category", category, category.id if category else None)
    if correction.place is not None:
        place = active_by_slug(session, Place, correction.place, "place")
        corrected += _set_if_changed(case, "place", place, place.id if place else None)
    if corrected:
        use_present_policy(EntryWriter(session), case, at)
    return corrected


def _set_if_changed(case: Case, name: str, found: Category | Place | None, found_id: int | None) -> list[str]:
    if found_id == getattr(case, f"{name}_id"):
        return []
    setattr(case, f"{name}_id", found_id)
    case.set_relationship(name, found)
    return [name]


def _update_published(session: Session, case: Case, corrected: list[str], at: datetime) -> None:
    if case.published_at is None and "published" in corrected:
        unpublish(session, case)
    elif case.published_at is not None and {"published", "title"} & set(corrected):
        publish(session, case, at=at)


def follow_present_policy(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Give the case the policy (set of deadlines) of today; return the ids of the events, empty when it has it already.

    The clock of the present state runs on; clocks that are set later follow the new terms. Raises `NotAllowed` for
    anybody but the desk.
    """
    if not by.is_contact:
        raise NotAllowed(step="present_policy")
    entry, kept = Entry(case, by=by, at=at), case.policy_id
    use_present_policy(EntryWriter(session), case, at)
    if case.policy_id == kept:
        return []
    entry.add(CaseCorrected(what=["policy"]))
    return entry.write(session)


def relate(session: Session, case: Case, other: Case, *, by: Actor, at: datetime) -> list[int]:
    """Relate two cases to each other; return the ids of the events written, one for each case.

    The list is empty when they are related already. Both cases must be locked. Raises `NotAllowed` for anybody but
    staff and the system itself, and `MergedIntoItself` when both are the same case.
    """
    if not (by.is_staff or by.kind is ActorKind.CLOCK):
        raise NotAllowed(step="relate")
    if case.id == other.id:
        raise MergedIntoItself(field="to", name=other.ref)
    lower, higher = sorted((case.id, other.id))
    if session.get(Relation, (lower, higher)):
        return []
    session.add(Relation(case_id=lower, other_id=higher))
    ids = []
    for subject, target in ((case, other), (other, case)):
        entry = Entry(subject, by=by, at=at)
        entry.add(CaseRelated(to=target.ref))
        ids += entry.write(session)
    return ids


def erase_words(
    session: Session,
    case: Case,
    decision: str,
    event_seqs: list[int],
    *,
    reporter: bool = False,
    besides: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> list[int]:
    """Erase what those events of the case that have these numbers brought; return the ids of the events written.

    That is their words, and also a file, a follower, or the name of somebody outside for whom the case waits. If the
    case's title is among the words, it is erased from the case too, unless another event still holds it. `reporter`
    says to erase who asked as well; when no words of the case are left, everybody in it is erased. Answers of the API
    that are kept for repeated requests are blanked. `besides` names what the caller erases of the case.

    `decision` names the decision that orders the erasure (gallringsbeslut). Raises `WordsNeeded` when it is empty, and
    `NotAllowed` for anybody but an admin or the desk. The bytes of files are left to the caller, who knows the storage.
    """
    if not (by.is_admin or by.is_contact):
        raise NotAllowed(step="erase")
    if not visible(decision):
        raise WordsNeeded(field="decision")
    entry = Entry(case, by=by, at=at)
    events = session.scalars(select(Event).where(Event.stream == case.id, Event.seq.in_(event_seqs))).all()
    _erase_texts(session, case, [event.id for event in events])
    also = [*_erase_people(session, case, events, reporter=reporter, at=entry.at), *besides]
    if session.get(Published, case.id) is not None:
        publish(session, case, at=entry.at)
    forget_answers(session, case.ref, case.public_id)
    clear_search_index(session)
    entry.add(CaseWordsErased(decision=visible(decision), events=sorted(event_seqs), also=also or None))
    return entry.write(session)


def _erase_texts(session: Session, case: Case, event_ids: list[int]) -> None:
    erased = session.execute(
        update(Words).where(Words.event_id.in_(event_ids)).values(text=None, salt=None).returning(Words.field)
    )
    if "title" in set(erased.scalars()) and not _is_title_kept(session, case, case.title):
        case.title = ERASED


def _erase_people(session: Session, case: Case, events: Sequence[Event], *, reporter: bool, at: datetime) -> list[str]:
    """Erase what the events brought of people, and who asked if that is wished; everybody when no words are left."""
    if not has_words(session, case):
        return erase_everybody(session, case, at)
    return [*erase_with_events(session, case, events, at), *(erase_reporter(session, case) if reporter else [])]


def _is_title_kept(session: Session, case: Case, title: str) -> bool:
    kept = select(Words.id).where(Words.case_id == case.id, Words.field == "title", Words.text == title).limit(1)
    return session.scalar(kept) is not None
