"""Protected identity (skyddade personuppgifter): whether the reporter of a case lives under it.

Such a case is never published and never comes on an agenda.
"""

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.base import table_of
from cases.parties import Party

PARTY = table_of(Party)
PROTECTED: ColumnElement[bool] = exists().where(PARTY.c.id == Case.reporter_id, PARTY.c.protected)  # of a `Case`
OF_PARTY = select(PARTY.c.protected).where(PARTY.c.id == bindparam("party"))


def is_protected(session: Session, case: Case) -> bool:
    """Return whether the reporter of the case lives under protected identity now; False without a reporter."""
    if case.reporter_id is None:
        reporter = vars(case).get("reporter")  # a new one, which has no row yet
        return reporter is not None and reporter.protected
    return bool(session.connection().execute(OF_PARTY, {"party": case.reporter_id}).scalar())


def protected_addresses(session: Session) -> frozenset[str]:
    """Return the mail addresses, in lower case, of all reporters who live under protected identity now."""
    found = session.scalars(select(PARTY.c.email).where(PARTY.c.protected, PARTY.c.email.is_not(None)))
    return frozenset(email.lower() for email in found if email)
