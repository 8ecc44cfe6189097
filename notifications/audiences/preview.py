"""Preview: who gets a letter if the user takes a step; the page shows their names beside the step's button."""

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
from notifications.audiences.preview_contexts import contexts_for_page
from notifications.deliveries import Channel
from notifications.row_types import EventRow
from notifications.who_is_told import EventInContext, Rule, rules_for

THE_ONE_WHO_ASKED = {"sv": "den som frågade", "en": "the one who asked"}
FOLLOWERS = {"sv": ("följare", "följare"), "en": ("follower", "followers")}
NOT_CHOSEN_YET = {"sv": "den som väljs", "en": "whoever is chosen"}
NOBODY_YET = {"sv": "kontaktpersonen, när någon är det", "en": "the contact person, when there is one"}
CHOOSES_A_UNIT = frozenset({"case.assigned", "case.reopened"})


def would_be_told(
    session: Session, case: Case, event_type: str, locale: str = "sv", *, at: datetime, **facts: Any
) -> list[str]:
    """Return the names of those who would be told if an event of this type happened to the case at `at` (UTC).

    It is for one step of which the user has chosen some facts: `facts`, by their names in the event. Outsiders
    are not named: the list has "2 followers" or the like instead, in the language `locale` ("sv" or "en").
    """
    [context] = load_contexts(session, [EventInContext(_imagined(case, event_type, facts, at), {})])
    return _names(context, locale, unit_is_open="responsible" not in facts)


def each_would_tell(
    session: Session,
    case: Case,
    following: list[Following],
    event_types: Iterable[str],
    locale: str = "sv",
    *,
    at: datetime,
) -> dict[str, list[str]]:
    """Return for each of these types of event the names of those who would be told of it, as a dict of lists by type.

    Outsiders are not named: the lists have "2 followers" or the like instead, in the language `locale` ("sv" or "en").
    `following` are the followers of the case, which the page has already read; `at` (UTC) is when the events would
    happen. One query serves all types.
    """
    events = [EventInContext(_imagined(case, type_, {}, at), {}) for type_ in dict.fromkeys(event_types)]
    contexts = contexts_for_page(session, case, following, events) if events else ()
    return {context.event.row.type: _names(context, locale, unit_is_open=True) for context in contexts}


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


def _names(context: AudienceContext, locale: str, *, unit_is_open: bool) -> list[str]:
    found = recipients(context, rules_for(context.event)).values()
    choosing = unit_is_open and context.event.row.type in CHOOSES_A_UNIT
    names = [_name(rule, recipient, locale, choosing) for rule, recipient in found]
    following = sum(rule.audience == "followers" for rule, _ in found)
    singular, plural = FOLLOWERS[locale]
    counted = [f"{following} {singular if following == 1 else plural}"] if following else []
    return list(dict.fromkeys(name for name in names if name)) + counted


def _name(rule: Rule, recipient: Recipient, locale: str, unit_is_open: bool) -> str | None:
    if rule.audience == "reporter":
        return THE_ONE_WHO_ASKED[locale]
    if rule.audience == "followers":
        return None
    if unit_is_open and rule.audience == "handler":
        return NOT_CHOSEN_YET[locale]
    return NOBODY_YET[locale] if recipient.channel is Channel.ROLE else recipient.name
