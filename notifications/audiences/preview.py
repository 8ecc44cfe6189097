"""What a page shows beside a button: who would be told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.case import Case
from notifications.audiences.audiences import recipients
from notifications.audiences.context import AudienceContext, Following
from notifications.audiences.context_loading import load_contexts
from notifications.audiences.fallbacks import Recipient
from notifications.audiences.page_contexts import contexts_for_page
from notifications.deliveries import Channel
from notifications.read_models import EventRow
from notifications.who_is_told import EventInContext, Rule, rules_for

THE_ONE_WHO_ASKED = {"sv": "den som frågade", "en": "the one who asked"}
FOLLOWERS = {"sv": ("följare", "följare"), "en": ("follower", "followers")}
NOT_CHOSEN_YET = {"sv": "den enhet som väljs", "en": "the unit that is chosen"}
NOBODY_YET = {"sv": "kontaktpunkten, när någon finns där", "en": "the desk, when somebody is there"}
CHOOSES_A_UNIT = frozenset({"case.assigned", "case.reopened"})


def would_be_told(
    session: Session, case: Case, event_type: str, locale: str = "sv", *, at: datetime, **facts: Any
) -> list[str]:
    """Return in words whom such an event would tell at this moment; `facts` say more about it, when it is known."""
    [circle] = load_contexts(session, [EventInContext(_imagined(case, event_type, facts, at), {})])
    return _who(circle, locale, unit_is_open="responsible" not in facts)


def each_would_tell(
    session: Session,
    case: Case,
    following: list[Following],
    event_types: Iterable[str],
    locale: str = "sv",
    *,
    at: datetime,
) -> dict[str, list[str]]:
    """Give the same for several events at once, with one query, when it was read who follows the case."""
    acts = [EventInContext(_imagined(case, type_, {}, at), {}) for type_ in dict.fromkeys(event_types)]
    circles = contexts_for_page(session, case, following, acts) if acts else ()
    return {circle.act.event.type: _who(circle, locale, unit_is_open=True) for circle in circles}


def _imagined(case: Case, type_: str, facts: dict[str, Any], at: datetime) -> EventRow:
    """Return an event that has not happened."""
    known: dict[str, Any] = {
        "responsible": case.responsible.slug,
        "responsible_was": None,
        "previous": case.state.value,
        "waiting_for": "other",
        "visibility": "public",
        "what": [],
    }
    return EventRow(
        id=0,
        stream=case.id,
        type=type_,
        at=at,
        recorded_at=at,
        actor=ActorKind.PERSON,
        person_id=None,
        facts=known | facts,
    )


def _who(circle: AudienceContext, locale: str, *, unit_is_open: bool) -> list[str]:
    found = recipients(circle, rules_for(circle.act)).values()
    choosing = unit_is_open and circle.act.event.type in CHOOSES_A_UNIT
    words = [_in_words(rule, one, locale, choosing) for rule, one in found]
    following = sum(rule.audience == "followers" for rule, _ in found)
    one, many = FOLLOWERS[locale]
    counted = [f"{following} {one if following == 1 else many}"] if following else []
    return list(dict.fromkeys(word for word in words if word)) + counted


def _in_words(rule: Rule, recipient: Recipient, locale: str, unit_is_open: bool) -> str | None:
    if rule.audience == "reporter":
        return THE_ONE_WHO_ASKED[locale]
    if rule.audience == "followers":
        return None
    if unit_is_open and rule.audience == "handler":
        return NOT_CHOSEN_YET[locale]
    return NOBODY_YET[locale] if recipient.channel is Channel.ROLE else recipient.name
