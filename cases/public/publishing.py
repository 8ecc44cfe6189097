"""Publishing a case: its texts are masked and stored for public pages, or removed from there.

`cases.correcting.correct` calls these functions, and records the event.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.base import table_of
from cases.database.transactions import calendar_of
from cases.history.words import Words
from cases.public.masking import MaskedSpan, findings, mask
from cases.public.protection import is_protected
from cases.public.publication import Published
from cases.refusals import LikelyJunk, NotAllowed

PUBLISHED, WORDS = table_of(Published), table_of(Words)
OF_THE_CASE = PUBLISHED.c.case_id == bindparam("case")
UPDATE_PUBLISHED = (
    update(PUBLISHED).where(OF_THE_CASE).values(title=bindparam("new_title"), description=bindparam("new_description"))
)
PUBLISH, UNPUBLISH = insert(PUBLISHED), delete(PUBLISHED).where(OF_THE_CASE)
DESCRIPTION = (
    select(WORDS.c.text)
    .where(WORDS.c.case_id == bindparam("case"), WORDS.c.field == "description")
    .order_by(WORDS.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Preview:
    """A case as it would be published, with masked texts.

    `found` lists the masked parts of the original texts: those of the title, and then those of the description.
    """

    title: str
    description: str
    found: tuple[MaskedSpan, ...]


def preview(session: Session, case: Case) -> Preview:
    """Return the title and description that publishing the case would show, and what is masked in them.

    Raises `NotAllowed` when the reporter lives under protected identity, and `LikelyJunk` for what is likely junk.
    """
    _refuse_what_stays_inside(session, case)
    description = latest_description(session, case)
    found = (*findings(case.title), *findings(description))
    return Preview(mask(case.title), mask(description), found)


def publish(session: Session, case: Case, *, at: datetime) -> None:
    """Publish the case with masked texts; if it is published already, replace its public texts by the present ones.

    `at` is stored as the moment of publishing, only when the case is not published yet.
    Raises `NotAllowed` when the reporter lives under protected identity, and `LikelyJunk` for what is likely junk.
    """
    shown, connection = preview(session, case), session.connection()
    words = {"case": case.id, "new_title": shown.title, "new_description": shown.description}
    if connection.execute(UPDATE_PUBLISHED, words).rowcount:
        return
    row = {
        "case_id": case.id,
        "ref": case.ref,
        "title": shown.title,
        "description": shown.description,
        "received_on": calendar_of(session).day_of(case.received_at),
        "published_at": at,
    }
    connection.execute(PUBLISH, row)


def unpublish(session: Session, case: Case) -> None:
    """Remove the case from public pages. `was_published` returns True for it even afterwards."""
    session.connection().execute(UNPUBLISH, {"case": case.id})


def latest_description(session: Session, case: Case) -> str:
    """Query and return the latest description of the case, not masked; "" when there is none or it was erased."""
    return session.connection().execute(DESCRIPTION, {"case": case.id}).scalar() or ""


def _refuse_what_stays_inside(session: Session, case: Case) -> None:
    if is_protected(session, case):
        raise NotAllowed(step="publish")
    if case.junk_since is not None:
        raise LikelyJunk
