"""Publishing: what everybody may read of a case, its words masked before they are stored where pages read them.

`cases.correcting.correct` is the act, with its event; here is what it shows and hides.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case, Party
from cases.database import calendar_of
from cases.public.masking import Finding, findings, mask
from cases.public.published import Published
from cases.records.words import Words
from cases.refusals import NotAllowed


@dataclass(frozen=True)
class Preview:
    """A case as everybody would read it, and what was found in its words and masked."""

    title: str
    description: str
    found: tuple[Finding, ...]


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
    shown = preview(session, case)
    row = session.get(Published, case.id)
    if row is not None:
        row.title, row.description = shown.title, shown.description
        session.flush()
        return
    session.add(
        Published(
            case_id=case.id,
            ref=case.ref,
            title=shown.title,
            description=shown.description,
            received_on=calendar_of(session).day_of(case.received_at),
            published_at=at,
        )
    )
    session.flush()


def unpublish(session: Session, case: Case) -> None:
    """Hide the case from everybody; `was_published` remembers that it was shown."""
    row = session.get(Published, case.id)
    if row is not None:
        session.delete(row)
        session.flush()


def described(session: Session, case: Case) -> str:
    """Give the case's description as it stands now; "" when there is none or it was erased."""
    text = session.scalars(
        select(Words.text).where(Words.case_id == case.id, Words.field == "description").order_by(Words.id.desc())
    ).first()
    return text or ""


def _refuse_protected(session: Session, case: Case) -> None:
    protected = case.reporter_id and session.scalar(select(Party.protected).where(Party.id == case.reporter_id))
    if protected:
        raise NotAllowed(step="publish")
