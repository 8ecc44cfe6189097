"""The mails of a run in figures: how many the mailbox took, and what they became."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from proof.chaos.house.reaching import engine_of
from proof.checker.evidence.mails import TAKEN, mail_lines_in

OUTCOMES = text("SELECT outcome, count(*) AS rows_of_it FROM inbound GROUP BY outcome")


@dataclass(frozen=True)
class MailFigures:
    """How many mails were written, how often the mail server took one of them, and the rows by their outcome."""

    written: int = 0
    taken: int = 0
    became: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        became = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.became.items()))
        return f"{self.written} taken {self.taken} times, became {became or 'nothing'}"


def mail_figures_of(journal: Path, database_url: str) -> MailFigures:
    """Return the figures of a journal of mails and of the house's database."""
    taken = [line.message_id for line in mail_lines_in(journal) if line.step == TAKEN]
    with engine_of(database_url).connect() as connection:
        became = Counter({row.outcome: row.rows_of_it for row in connection.execute(OUTCOMES)})
    return MailFigures(len(set(taken)), len(taken), became)
