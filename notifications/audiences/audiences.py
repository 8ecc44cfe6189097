"""Audiences: a case and what happened in, recipients out."""

from collections.abc import Callable

from cases.access.actors import ActorKind
from cases.organisation.people import Role
from notifications.audiences.context import AudienceContext
from notifications.audiences.fallbacks import (
    Recipient,
    first_of,
    head_links,
    mailbox_of,
    of_the_desk,
    officer_fallbacks,
    outside,
    people_of,
    staff_of,
    unit_links,
)
from notifications.who_is_told import Rule

Audience = Callable[[AudienceContext], list[Recipient]]


def recipients(circle: AudienceContext, rules: list[Rule]) -> dict[str, tuple[Rule, Recipient]]:
    """Give each address with the rule that words its letter: the first one wins, and the author is left out."""
    chosen: dict[str, tuple[Rule, Recipient]] = {}
    for rule in rules:
        for recipient in AUDIENCES[rule.audience](circle):
            chosen.setdefault(recipient.key, (rule, recipient))
    chosen.pop(circle.author() or "", None)
    return chosen


# --- the audiences ---------------------------------------------------------------------


def _reporter(circle: AudienceContext) -> list[Recipient]:
    party = circle.the_case.reporter
    is_author = circle.act.event.actor is ActorKind.REPORTER
    return outside(party) if party and not is_author else []


def _group(circle: AudienceContext) -> list[Recipient]:
    slug, directory = circle.the_case.group, circle.directory
    if slug is None:
        return []
    group = circle.unit(slug)
    return mailbox_of(directory, group) + staff_of(directory, group, Role.MEMBER, Role.HEAD)


def _followers(circle: AudienceContext) -> list[Recipient]:
    """Those who came by a merged case are told even while this one is not published."""
    published = circle.the_case.published_at is not None
    return [
        recipient
        for one in circle.following
        if published or one.own_case
        for recipient in outside(one.party, follower=one.follower_id, own_case=one.own_case)
    ]


def _handler(circle: AudienceContext) -> list[Recipient]:
    """The officer, or else the unit, unless it is the unit's own people who acted."""
    own = circle.directory.belongs(circle.act.event.person_id, circle.responsible)
    return [] if own and circle.officer_id() is None else first_of(officer_fallbacks(circle))


def _head(circle: AudienceContext) -> list[Recipient]:
    return first_of(head_links(circle.directory, circle.responsible))


def _unit(circle: AudienceContext) -> list[Recipient]:
    return first_of(unit_links(circle.directory, circle.responsible))


def _asked(circle: AudienceContext) -> list[Recipient]:
    asked = circle.unit(circle.act.facts["unit"])
    return first_of(unit_links(circle.directory, asked))


def _person(circle: AudienceContext) -> list[Recipient]:
    holder = circle.directory.people.get(circle.act.facts["person"])
    return people_of(circle.directory, [holder.person] if holder and holder.person.active else [])


def _new_follower(circle: AudienceContext) -> list[Recipient]:
    found = (outside(one.party, follower=one.follower_id) for one in circle.following)
    return [recipient for each in found for recipient in each if recipient.email]


def _morning(circle: AudienceContext) -> list[Recipient]:
    directory = circle.directory
    return staff_of(directory, directory.desk, Role.CONTACT) + mailbox_of(directory, directory.desk)


AUDIENCES: dict[str, Audience] = {
    "reporter": _reporter,
    "group": _group,
    "followers": _followers,
    "officer": lambda circle: first_of(officer_fallbacks(circle)),
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
