"""I23, from outside: each mail that the mail server of a mailbox took became one thing, once, and lies where it should.

One mail may have been taken several times: with the same bytes, or with other headers of servers on its way.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from proof.checker.evidence.mails import READ_MAILS, TAKEN, MailLine, mail_lines_in, mails_lying_in
from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot

FILED = "SELECT message_id, own_address, outcome FROM inbound WHERE message_id IS NOT NULL AND outcome <> 'double'"
SAID = "SELECT text, count(*) AS times FROM words WHERE text IS NOT NULL AND field IN ('title', 'note') GROUP BY text"
SAYING = frozenset({"comment", "answer", "case"})


@dataclass
class JournalledMail:
    """All lines of the journal about one mail to one address of ours."""

    line: MailLine
    taken: int = 0  # how often the mail server said that it has it
    outcomes: list[str] = field(default_factory=list)


def accepted_mails_became_something(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I23: yield mails that the mail server took and that became nothing, twice something, or something wrong."""
    mails = _journalled(outside)
    if not mails:
        return
    for row in snapshot.rows(FILED):
        if mail := mails.get((row["message_id"], (row["own_address"] or "").lower())):
            mail.outcomes.append(row["outcome"])
    said = {row["text"]: row["times"] for row in snapshot.rows(SAID)}
    for mail in mails.values():
        name = f"the mail {mail.line.message_id} to {mail.line.address}, taken {mail.taken} times,"
        yield from (f"{name} {problem}" for problem in _problems(mail, said.get(mail.line.mark, 0), outside.drained))
    if outside.drained and outside.maildir is not None:
        yield from _left_behind(outside, [mail.line.message_id for mail in mails.values() if mail.taken])


def _journalled(outside: Outside) -> dict[tuple[str, str], JournalledMail]:
    mails: dict[tuple[str, str], JournalledMail] = {}
    for line in mail_lines_in(outside.mails) if outside.mails else ():
        mail = mails.setdefault((line.message_id, line.address.lower()), JournalledMail(line))
        mail.taken += line.step == TAKEN
    return mails


def _problems(mail: JournalledMail, said: int, drained: bool) -> Iterator[str]:
    """Yield what is wrong with one mail; that nothing came of it is wrong only when all has come to rest."""
    if not mail.outcomes and mail.taken and drained:
        yield "became nothing"
    if len(mail.outcomes) > 1:
        yield f"became {' and '.join(mail.outcomes)}"
    yield from (f"became {outcome}" for outcome in mail.outcomes if outcome not in mail.line.becomes)
    if mail.line.mark and said > 1:
        yield f"is said {said} times"
    if mail.line.mark and not said and SAYING & set(mail.outcomes):
        yield f"became {mail.outcomes[0]}, and nobody says “{mail.line.mark}”"


def _left_behind(outside: Outside, taken: list[str]) -> Iterator[str]:
    if outside.maildir is None:
        return
    for message_id, times in Counter(mails_lying_in(outside.maildir)).items():
        yield f"the mail {message_id} lies in the inbox ({times})"
    moved = set(mails_lying_in(outside.maildir / READ_MAILS))
    yield from (f"the mail {one} does not lie in {READ_MAILS}" for one in dict.fromkeys(taken) if one not in moved)
