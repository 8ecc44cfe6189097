"""Preview: who gets a letter if the user takes a step; the page shows their names beside the step's button."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import DomainEvent
from notifications.audiences.audiences import recipients
from notifications.audiences.context import AudienceContext, Following
from notifications.audiences.context_loading import load_contexts
from notifications.audiences.fallbacks import Recipient
from notifications.audiences.preview_contexts import contexts_for_page
from notifications.audiences.sibling_events import events_in_context
from notifications.deliveries import Channel
from notifications.row_types import EventRow
from notifications.who_is_told import EventInContext, Rule, rules_for

THE_ONE_WHO_ASKED = {"sv": "den som frågade", "en": "the person who asked"}
FOLLOWERS = {"sv": ("följare", "följare"), "en": ("follower", "followers")}
TO_BE_RUNG = {"sv": "ska ringas", "en": "to be rung"}
NOT_CHOSEN_YET = {"sv": "den som väljs", "en": "whoever is chosen"}
NOBODY_YET = {"sv": "kontaktpersonen, när någon är det", "en": "the contact person, when there is one"}
CHOOSES_A_UNIT = frozenset({"case.assigned", "case.reopened"})


def names_told(session: Session, ids: Sequence[int], locale: str = "sv") -> list[str]:
    """Return the names of those who are told of the events with these ids, which one step has written, each once.

    They are those for whom the events' letters and calls will be planned: never whoever caused the events. Outsiders
    are not named: the list has "2 followers" or the like instead, in the language `locale` ("sv" or "en").
    """
    found: dict[str, tuple[Rule, Recipient]] = {}
    for context in load_contexts(session, [event for event in events_in_context(session, ids) if rules_for(event)]):
        for key, told in recipients(context, rules_for(context.event)).items():
            found.setdefault(key, told)
    return _names(found, locale)


def addresses_told(session: Session, event: DomainEvent, *, by: Actor, at: datetime) -> frozenset[str]:
    """Return the normalised mail addresses of those who would be told of an event that is about no case.

    `by` would cause it at the moment `at` (UTC), and is not among them.
    """
    facts = event.facts()
    row = EventRow(
        0, 0, event.type, at=at, recorded_at=at, actor=by.kind, person_id=by.person_id, unit_id=None, facts=facts
    )
    [context] = load_contexts(session, [EventInContext(row, {})])
    return frozenset(told.key for _, told in recipients(context, rules_for(context.event)).values() if told.email)


def each_would_tell(
    session: Session,
    case: Case,
    following: list[Following],
    event_types: Iterable[str],
    locale: str = "sv",
    *,
    by: Actor,
    at: datetime,
) -> dict[str, list[str]]:
    """Return for each of these types of event the names of those who would be told of it, as a dict of lists by type.

    They are those whom `names_told` names once the events have happened, caused by `by`, with the words
    for what is not chosen yet, such as the unit.

    Outsiders are not named: the lists have "2 followers" or the like instead, in the language `locale` ("sv" or "en").
    `following` are the followers of the case, which the page has already read; `at` (UTC) is when the events would
    happen. One query serves all types.
    """
    events = [EventInContext(_imagined(case, type_, by, at), {}) for type_ in dict.fromkeys(event_types)]
    contexts = contexts_for_page(session, case, following, events, by) if events else ()
    return {context.event.row.type: _names_of(context, locale) for context in contexts}


def _names_of(context: AudienceContext, locale: str) -> list[str]:
    rules = rules_for(context.event)
    if context.event.row.type not in CHOOSES_A_UNIT:
        return _names(recipients(context, rules), locale)
    others = [rule for rule in rules if rule.audience != "handler"]
    return [NOT_CHOSEN_YET[locale], *_names(recipients(context, others), locale)]


def _imagined(case: Case, type_: str, by: Actor, at: datetime) -> EventRow:
    """Return an event that has not happened, caused by this actor."""
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
        actor=by.kind,
        person_id=by.person_id,
        unit_id=by.unit_id,
        facts=known,
    )


def _names(found: Mapping[str, tuple[Rule, Recipient]], locale: str) -> list[str]:
    names = [_name(rule, recipient, locale) for rule, recipient in found.values() if not recipient.away]
    following = Counter(recipient.channel for rule, recipient in found.values() if rule.audience == "followers")
    counted = [_counted(channel, number, locale) for channel, number in following.items()]
    return list(dict.fromkeys(name for name in names if name)) + counted


def _counted(channel: Channel, number: int, locale: str) -> str:
    singular, plural = FOLLOWERS[locale]
    return _with_way(f"{number} {singular if number == 1 else plural}", channel, locale)


def _name(rule: Rule, recipient: Recipient, locale: str) -> str | None:
    if rule.audience == "reporter":
        return _with_way(THE_ONE_WHO_ASKED[locale], recipient.channel, locale)
    if rule.audience == "followers":
        return None
    return NOBODY_YET[locale] if recipient.channel is Channel.ROLE else recipient.name


def _with_way(name: str, channel: Channel, locale: str) -> str:
    """Return the name with how they are told, where that is not by mail."""
    return f"{name} ({TO_BE_RUNG[locale]})" if channel is Channel.CALL else name
