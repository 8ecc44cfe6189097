"""Audiences: a case and what happened in, recipients out."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.case import Case
from cases.organisation.people import Role
from notifications.audiences.context import Circle, Following
from notifications.audiences.fallbacks import (
    Recipient,
    first_of,
    head_links,
    mailbox_of,
    of_the_desk,
    officer_links,
    outside,
    people_of,
    staff_of,
    unit_links,
)
from notifications.audiences.loading import circles_of
from notifications.audiences.on_a_page import circles_around
from notifications.deliveries import Channel
from notifications.rows_read import Happened
from notifications.who_is_told import Act, Rule, rules_for

Audience = Callable[[Circle], list[Recipient]]


def recipients(circle: Circle, rules: list[Rule]) -> dict[str, tuple[Rule, Recipient]]:
    """Give each address with the rule that words its letter: the first one wins, and the author is left out."""
    chosen: dict[str, tuple[Rule, Recipient]] = {}
    for rule in rules:
        for recipient in AUDIENCES[rule.audience](circle):
            chosen.setdefault(recipient.key, (rule, recipient))
    chosen.pop(circle.author() or "", None)
    return chosen


# --- the audiences ---------------------------------------------------------------------


def _reporter(circle: Circle) -> list[Recipient]:
    party = circle.the_case.reporter
    is_author = circle.act.event.actor is ActorKind.REPORTER
    return outside(party) if party and not is_author else []


def _group(circle: Circle) -> list[Recipient]:
    slug, directory = circle.the_case.group, circle.directory
    if slug is None:
        return []
    group = circle.unit(slug)
    return mailbox_of(directory, group) + staff_of(directory, group, Role.MEMBER, Role.HEAD)


def _followers(circle: Circle) -> list[Recipient]:
    """Those who came by a merged case are told even while this one is not published."""
    published = circle.the_case.published_at is not None
    return [
        recipient
        for one in circle.following
        if published or one.own_case
        for recipient in outside(one.party, follower=one.follower_id, own_case=one.own_case)
    ]


def _handler(circle: Circle) -> list[Recipient]:
    """The officer, or else the unit, unless it is the unit's own people who acted."""
    own = circle.directory.belongs(circle.act.event.person_id, circle.responsible)
    return [] if own and circle.officer_id() is None else first_of(officer_links(circle))


def _head(circle: Circle) -> list[Recipient]:
    return first_of(head_links(circle.directory, circle.responsible))


def _unit(circle: Circle) -> list[Recipient]:
    return first_of(unit_links(circle.directory, circle.responsible))


def _asked(circle: Circle) -> list[Recipient]:
    asked = circle.unit(circle.act.facts["unit"])
    return first_of(unit_links(circle.directory, asked))


def _person(circle: Circle) -> list[Recipient]:
    holder = circle.directory.people.get(circle.act.facts["person"])
    return people_of(circle.directory, [holder.person] if holder and holder.person.active else [])


def _new_follower(circle: Circle) -> list[Recipient]:
    found = (outside(one.party, follower=one.follower_id) for one in circle.following)
    return [recipient for each in found for recipient in each if recipient.email]


def _morning(circle: Circle) -> list[Recipient]:
    directory = circle.directory
    return staff_of(directory, directory.desk, Role.CONTACT) + mailbox_of(directory, directory.desk)


AUDIENCES: dict[str, Audience] = {
    "reporter": _reporter,
    "group": _group,
    "followers": _followers,
    "officer": lambda circle: first_of(officer_links(circle)),
    "handler": _handler,
    "unit": _unit,
    "head": _head,
    "contact": lambda circle: of_the_desk(circle.directory),
    "asked": _asked,
    "person": _person,
    "new_follower": _new_follower,
    "morning": _morning,
    "admins": lambda circle: people_of(circle.directory, circle.directory.admins),
}


# --- before it happens -----------------------------------------------------------------


THE_ONE_WHO_ASKED = {"sv": "den som frågade", "en": "the one who asked"}
FOLLOWERS = {"sv": ("följare", "följare"), "en": ("follower", "followers")}
NOT_CHOSEN_YET = {"sv": "den enhet som väljs", "en": "the unit that is chosen"}
NOBODY_YET = {"sv": "kontaktpunkten, när någon finns där", "en": "the desk, when somebody is there"}
CHOOSES_A_UNIT = frozenset({"case.assigned", "case.reopened"})


def would_be_told(
    session: Session, case: Case, event_type: str, locale: str = "sv", *, at: datetime, **facts: Any
) -> list[str]:
    """Return in words whom such an event would tell at this moment; `facts` say more about it, when it is known."""
    [circle] = circles_of(session, [Act(_imagined(case, event_type, facts, at), {})])
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
    acts = [Act(_imagined(case, type_, {}, at), {}) for type_ in dict.fromkeys(event_types)]
    circles = circles_around(session, case, following, acts) if acts else ()
    return {circle.act.event.type: _who(circle, locale, unit_is_open=True) for circle in circles}


def _imagined(case: Case, type_: str, facts: dict[str, Any], at: datetime) -> Happened:
    """Return an event that has not happened."""
    known: dict[str, Any] = {
        "responsible": case.responsible.slug,
        "responsible_was": None,
        "previous": case.state.value,
        "waiting_for": "other",
        "visibility": "public",
        "what": [],
    }
    return Happened(
        id=0,
        stream=case.id,
        type=type_,
        at=at,
        recorded_at=at,
        actor=ActorKind.PERSON,
        person_id=None,
        facts=known | facts,
    )


def _who(circle: Circle, locale: str, *, unit_is_open: bool) -> list[str]:
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
