"""Asking: questions to the database that are put together once, and answered in plain rows.

No object is made of what is only read, and a question's text is the same however many rows it is about: neither
SQLAlchemy nor the driver has to think about it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from cases.among import among

__all__ = ["among", "asked", "columns_of"]


def columns_of(model: Any, names: Iterable[str]) -> list[Any]:
    """Give the columns of these names, in their order: those that make a named tuple."""
    return [getattr(model, name) for name in names]


def asked(session: Session, question: Executable, given: Mapping[str, Any]) -> Sequence[Any]:
    """Give the answer to a question, with what is not yet written left out of it."""
    return session.connection().execute(question, dict(given)).all()
