"""The brake on letters that mails cause: after ten in a day about one case to one address, the next is set aside.

Two programs that answer each other without saying that they are programs (RFC 3834) would write for ever, one letter an
hour. Letters that a person or the clock caused are neither counted nor set aside.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from notifications.deliveries import Outcome
from notifications.planning.drafts import IS_BRAKED, Brake
from notifications.planning.gathering.recent_letters import RecentLetter

MOST_A_DAY, DAY = 10, timedelta(days=1)


def brake_for(ref: str | None, recent: Sequence[RecentLetter], moment: datetime) -> Brake | None:
    """Return how one more letter that a mail caused is set aside; None when it may go out.

    `ref` is the case of which it tells, `recent` are the letters of at least a day to the same address, and `moment`
    is now (UTC).
    """
    within = [letter for letter in recent if letter.created_at > moment - DAY]
    if sum(_only_mails_caused(letter, ref) for letter in within) < MOST_A_DAY:
        return None
    told = (letter.id for letter in within if letter.context.get(IS_BRAKED) == 0 and _about(letter, ref))
    return Brake(next(told, None))


def braked_now(recent: Iterable[RecentLetter], ref: str | None) -> RecentLetter | None:
    """Return the last letter about the case that is set aside by this brake, which takes what comes after it."""
    aside = [letter for letter in recent if letter.outcome is Outcome.SET_ASIDE and _is_braked(letter, ref)]
    return aside[-1] if aside else None


def _is_braked(letter: RecentLetter, ref: str | None) -> bool:
    return IS_BRAKED in letter.context and bool(_about(letter, ref))


def _only_mails_caused(letter: RecentLetter, ref: str | None) -> bool:
    lines = _about(letter, ref)
    return letter.was_caused_by_mail_about(ref) and all(line.get("by_mail") for line in lines)


def _about(letter: RecentLetter, ref: str | None) -> list[dict[str, object]]:
    return [line for line in letter.context["lines"] if line.get("ref") == ref]
