"""Comments and answers by mail: what people write in reply to a letter about a case."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, ActorKind
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.history.events import CaseCommented
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.incoming.unread_replies import let_reply_wait, mark_read, reads_for_house
from cases.progress import Change, change_state
from cases.reading.visibility import takes_part
from cases.states import State, Who
from cases.steps.taking_on import restart_life_clock

BY_MAIL = "mail"
MAY_CONTEST = frozenset({Who.REPORTER, Who.GROUP})
CUT = "\n…"
NO_WORDS = "–"  # of a mail that brought nothing but files


class MailDoubt(StrEnum):
    """Why the writer of a mail is not taken for the reader of the letter to which they reply.

    UNCONFIRMED: our mail server does not say that the sender is genuine. OTHER_SENDER: somebody else sent it, to whom
    the letter may have been forwarded.
    """

    UNCONFIRMED = "unconfirmed"
    OTHER_SENDER = "other_sender"


def comment_by_mail(
    session: Session, case: Case, text: str, *, by: Actor, doubt: MailDoubt | None, at: datetime
) -> list[int]:
    """Write what came by mail about a case, which must be locked; return the ids of the events written.

    It is the answer when the case waits for its sender and there is no doubt about them, and otherwise a comment that
    only those who take part may read. A reply to "done" from somebody who may contest it lets the case wait until it is
    read. A sign of life is only what somebody wrote who serves in the unit or at the desk, not what came from a shared
    mailbox. Words beyond the longest comment are left out: the whole mail is kept.
    """
    words = shortened(visible(text)) or NO_WORDS
    if doubt is MailDoubt.OTHER_SENDER or not takes_part(by, case):
        by, doubt = A_VISITOR, MailDoubt.OTHER_SENDER
    who = by.roles_in(case)
    if Who.ASKED in who and case.state is State.WAITING and case.waiting_from and doubt is None:
        answer = Change(
            to=case.waiting_from, step="answer", note=words, visibility=Visibility.PARTICIPANTS, channel=BY_MAIL
        )
        return change_state(session, case, answer, by=by, at=at)
    is_known = by.kind is ActorKind.PERSON and doubt is None
    sign_of_life = is_known and case.is_open and bool(who & {Who.UNIT, Who.CONTACT})
    entry = Entry(case, by=by, at=at)
    if sign_of_life and case.life_at is not None:
        restart_life_clock(session, case, at)
    if is_known:
        case.touch(at)
    reads = is_known and reads_for_house(by, case)
    may_contest = case.state is State.DONE and bool(who & MAY_CONTEST) and not reads
    waits_until = let_reply_wait(session, case, at) if may_contest else None
    written = CaseCommented(
        visibility=Visibility.PARTICIPANTS, sign_of_life=sign_of_life, channel=BY_MAIL,
        doubt=doubt.value if doubt else None, waits_until=waits_until,
    )  # fmt: skip
    entry.add(written, SpokenWords("note", words, Visibility.PARTICIPANTS))
    if reads:
        mark_read(session, case, entry)
    return entry.write(session)


def shortened(words: str) -> str:
    """Return the words of a mail as far as a text of a case may be long; the whole mail is kept."""
    return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - len(CUT)] + CUT
