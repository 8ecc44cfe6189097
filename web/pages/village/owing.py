"""What a case owes, in words for its page, with the way to the act that gives it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.village.relations.obligations import CONTACT
from cases.village.relations.standing import last_contact_days
from web.current import right_now, today
from web.language.dates import day_words
from web.language.gettext import gettext
from web.language.obligation_words import OBLIGATION_WORDS
from web.pages.options import known
from web.requests.guard import may_use


@dataclass(frozen=True)
class OwedInWords:
    """What a case owes, for a template: `said` tells more, `path` leads to its act; each is "" when there is none."""

    label: str
    said: str
    button: str
    path: str


def owed_in_words(session: Session, case: Case, actor: Actor) -> OwedInWords | None:
    """Return what the open case owes; None for one that owes nothing, or has ended."""
    if case.obligation is None or case.subject is None or case.due_at is None:
        return None
    words = OBLIGATION_WORDS[case.obligation]
    named: dict[str, Any] = {words.named: case.subject} if words.named else {}
    path = url_for(words.endpoint, **named) if may_use(words.endpoint) else ""
    said = contact_words(session, [case]).get(case.id, "") if actor.is_staff else ""
    return OwedInWords(str(words.label), said, str(words.button), path)


def contact_words(session: Session, cases: list[Case]) -> dict[int, str]:
    """Return "Nobody has met Almvinda since ..." of the cases that owe a contact, by the id of the case. One query.

    Of a case that is not late it says when the group was last met, without any blame.
    """
    owing = [(case, case.subject) for case in cases if case.obligation == CONTACT.name and case.subject]
    if not owing:
        return {}
    days, now = last_contact_days(session, [slug for _, slug in owing], until=today()), right_now()
    names = {unit.slug: unit.name for unit in known(session).units}
    return {case.id: _last_met(names.get(slug, slug), days.get(slug), case.is_overdue(now)) for case, slug in owing}


def _last_met(group: str, since: date | None, late: bool) -> str:
    if since is None:
        return gettext("No contact with %(group)s has been logged yet.", group=group)
    if not late:
        return gettext("The last contact with %(group)s was on %(day)s.", group=group, day=day_words(since))
    return gettext("We have not been in contact with %(group)s since %(day)s.", group=group, day=day_words(since))
