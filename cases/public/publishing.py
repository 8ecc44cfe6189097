"""Publishing: what everybody may read of a case, its words masked before they are stored where pages read them.

`cases.correcting.correct` is the act, with its event; here is what it shows and hides.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.base import table_of
from cases.database.transactions import calendar_of
from cases.history.words import Words
from cases.parties import Party
from cases.public.masking import MaskedSpan, findings, mask
from cases.public.published import Published
from cases.refusals import NotAllowed

PUBLISHED, WORDS, PARTY = table_of(Published), table_of(Words), table_of(Party)
OF_THE_CASE = PUBLISHED.c.case_id == bindparam("case")
PUBLISH_ANEW = update(PUBLISHED).where(OF_THE_CASE).values(title=bindparam("said"), description=bindparam("described"))
PUBLISH, UNPUBLISH = insert(PUBLISHED), delete(PUBLISHED).where(OF_THE_CASE)
DESCRIPTION = (
    select(WORDS.c.text)
    .where(WORDS.c.case_id == bindparam("case"), WORDS.c.field == "description")
    .order_by(WORDS.c.id.desc())
    .limit(1)
)
PROTECTED = select(PARTY.c.protected).where(PARTY.c.id == bindparam("party"))


@dataclass(frozen=True)
class Preview:
    """A case as everybody would read it, and what was found in its words and masked."""

    title: str
    description: str
    found: tuple[MaskedSpan, ...]


def preview(session: Session, case: Case) -> Preview:
    """Give what publishing the case would show. `NotAllowed` when the one who asked lives under protected identity."""
    _refuse_protected(session, case)
    description = described(session, case)
    found = (*findings(case.title), *findings(description))
    return Preview(mask(case.title), mask(description), found)


def publish(session: Session, case: Case, *, at: datetime) -> None:
    """Show the case to everybody, with masked words; shown already, its words are shown as they are now.

    Raises `NotAllowed` when the one who asked lives under protected identity.
    """
    shown, connection = preview(session, case), session.connection()
    anew = {"case": case.id, "said": shown.title, "described": shown.description}
    if connection.execute(PUBLISH_ANEW, anew).rowcount:
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
    """Hide the case from everybody; `was_published` remembers that it was shown."""
    session.connection().execute(UNPUBLISH, {"case": case.id})


def described(session: Session, case: Case) -> str:
    """Give the case's description as it stands now; "" when there is none or it was erased."""
    return session.connection().execute(DESCRIPTION, {"case": case.id}).scalar() or ""


def _refuse_protected(session: Session, case: Case) -> None:
    if case.reporter_id and session.connection().execute(PROTECTED, {"party": case.reporter_id}).scalar():
        raise NotAllowed(step="publish")
