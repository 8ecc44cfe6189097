"""Erasing by decision what the records of the village say of a case, together with the words of the case itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.correcting import erase_words
from cases.reporters.erasing import words_going
from cases.village.forum.erasing import erase_in_meetings
from cases.village.forum.erasing import texts_to_erase as meeting_texts_to_erase
from cases.village.plans.erasing import erase_in_plans, texts_to_erase
from cases.village.registers.erasing import columns_to_erase, erase_in_register


def erase_record(
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
    """Erase as `cases.correcting.erase_words` does, whose refusals are raised, and what records of the village say.

    Each text of plans and of the register goes that came with one of these events or says the same as their words; when
    no words of the case are left, all that they say of it. In the case of a meeting that holds for its agenda and its
    minutes, too. `besides` names what the caller erases of the case. Return the ids of the events written. The case
    must be locked.
    """
    going = words_going(session, case, event_seqs)
    planned, entered = texts_to_erase(session, case, going), columns_to_erase(session, case, going)
    told = meeting_texts_to_erase(session, case, going)
    here = [name for name, texts in (("plans", planned), ("register", entered), ("meetings", told)) if texts]
    besides = [*besides, *here]
    ids = erase_words(session, case, decision, event_seqs, reporter=reporter, besides=besides, by=by, at=at)
    erase_in_plans(session, planned, ids[-1])
    erase_in_register(session, case, entered, ids[-1])
    erase_in_meetings(session, told, ids[-1])
    return ids
