"""Correcting: what was wrong is put right by an event, never by changing the history."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TITLE, Case, Relation
from cases.handing_in import active_by_slug
from cases.history.events import CaseCorrected, CaseRelated, CaseWordsErased
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Words
from cases.history.writers import EntryWriter
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.public.published import Published
from cases.public.publishing import publish, unpublish
from cases.refusals import MergedIntoItself, NotAllowed, TooLong, WordsNeeded
from cases.steps.present_policy import set_statutory, use_present_policy

ERASED = "(raderat)"


@dataclass(frozen=True)
class Correction:
    """What is to be put right; None leaves it, an empty category or place takes it away. Names are slugs."""

    title: str | None = None
    category: str | None = None
    place: str | None = None
    quick_win: bool | None = None
    published: bool | None = None
    raised_on: date | None = None


def correct(session: Session, case: Case, correction: Correction, *, by: Actor, at: datetime) -> list[int]:
    """Correct the case; give its events' ids, none when nothing differs. The case must be locked.

    Staff may correct; publishing is for the desk. A new category or place brings the policy of today.
    """
    if not by.is_staff:
        raise NotAllowed(step="correct")
    if correction.published is not None and not by.is_contact:
        raise NotAllowed(step="publish")
    entry = Entry(case, by=by, at=at)
    said = _retitle(case, correction.title)
    what = ["title"] if said else []
    what += _reclassify(session, case, correction, at)
    if correction.quick_win not in {None, case.quick_win}:
        case.quick_win = bool(correction.quick_win)
        what.append("quick_win")
    if correction.raised_on not in {None, case.raised_on}:
        case.raised_on = correction.raised_on
        set_statutory(session, case, at)
        what.append("raised_on")
    if correction.published not in {None, case.published_at is not None}:
        case.published_at = entry.at if correction.published else None
        what.append("published")
    if not what:
        return []
    entry.add(_happening(correction, what), *said)
    ids = entry.write(session)
    _show(session, case, what, at)
    return ids


def _happening(correction: Correction, what: list[str]) -> CaseCorrected:
    given = {name: getattr(correction, name) for name in what if name not in {"title", "raised_on"}}
    raised = correction.raised_on.isoformat() if correction.raised_on and "raised_on" in what else None
    return CaseCorrected(what=what, raised_on=raised, **given)


def _retitle(case: Case, title: str | None) -> list[SpokenWords]:
    if title is None or title.strip() == case.title:
        return []
    if not title.strip():
        raise WordsNeeded(field="title")
    if len(title.strip()) > LONGEST_TITLE:
        raise TooLong(field="title", most=LONGEST_TITLE)
    case.title = title.strip()
    return [SpokenWords("title", case.title)]


def _reclassify(session: Session, case: Case, correction: Correction, at: datetime) -> list[str]:
    what = []
    if correction.category is not None:
        category = active_by_slug(session, Category, correction.category, "category")
        what += _moved(case, "category", category, category.id if category else None)
    if correction.place is not None:
        place = active_by_slug(session, Place, correction.place, "place")
        what += _moved(case, "place", place, place.id if place else None)
    if what:
        use_present_policy(EntryWriter(session), case, at)
    return what


def _moved(case: Case, name: str, found: Category | Place | None, found_id: int | None) -> list[str]:
    if found_id == getattr(case, f"{name}_id"):
        return []
    setattr(case, f"{name}_id", found_id)
    case.set_relationship(name, found)
    return [name]


def _show(session: Session, case: Case, what: list[str], at: datetime) -> None:
    if case.published_at is None and "published" in what:
        unpublish(session, case)
    elif case.published_at is not None and {"published", "title"} & set(what):
        publish(session, case, at=at)


def follow_present_policy(session: Session, case: Case, *, by: Actor, at: datetime) -> list[int]:
    """Let the case follow the policy of today instead of the version that it kept; give the events' ids.

    The clock that runs now runs on; the next one is by the new terms. None when it follows it already.
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
    """Say that two cases have to do with each other; give the events' ids. Both must be locked."""
    if not by.is_staff:
        raise NotAllowed(step="relate")
    if case.id == other.id:
        raise MergedIntoItself(field="to", name=other.ref)
    lower, higher = sorted((case.id, other.id))
    if session.get(Relation, (lower, higher)):
        return []
    session.add(Relation(case_id=lower, other_id=higher))
    ids = []
    for one, another in ((case, other), (other, case)):
        entry = Entry(one, by=by, at=at)
        entry.add(CaseRelated(to=another.ref))
        ids += entry.write(session)
    return ids


def erase_words(
    session: Session, case: Case, decision: str, event_seqs: list[int], *, by: Actor, at: datetime
) -> list[int]:
    """Erase the words of these events (by seq), and the title with them when it stood there.

    `decision` names the decision that the erasure rests on (gallringsbeslut); without one nothing is erased.
    """
    if not (by.is_admin or by.is_contact):
        raise NotAllowed(step="erase")
    if not decision.strip():
        raise WordsNeeded(field="decision")
    entry = Entry(case, by=by, at=at)
    ids = list(session.scalars(select(Event.id).where(Event.stream == case.id, Event.seq.in_(event_seqs))))
    gone = session.execute(
        update(Words).where(Words.event_id.in_(ids)).values(text=None, salt=None).returning(Words.field)
    )
    if "title" in set(gone.scalars()) and not _still_says(session, case, case.title):
        case.title = ERASED
    if session.get(Published, case.id) is not None:
        publish(session, case, at=entry.at)
    entry.add(CaseWordsErased(decision=decision.strip(), events=sorted(event_seqs)))
    return entry.write(session)


def _still_says(session: Session, case: Case, title: str) -> bool:
    kept = select(Words.id).where(Words.case_id == case.id, Words.field == "title", Words.text == title).limit(1)
    return session.scalar(kept) is not None
