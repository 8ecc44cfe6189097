"""The audiences that rules name, such as "reporter", each with the function that finds its recipients."""

from collections.abc import Callable

from cases.access.actors import ActorKind
from cases.organisation.people import Role
from notifications.audiences.context import AudienceContext, Outsider
from notifications.audiences.directory import Directory, DirectoryPerson, DirectoryUnit
from notifications.audiences.fallbacks import (
    Recipient,
    desk_recipients,
    first_reachable,
    head_fallbacks,
    mailbox_recipients,
    officer_fallbacks,
    outside_recipients,
    person_recipients,
    staff_recipients,
    unit_fallbacks,
)
from notifications.who_is_told import Rule

FindRecipients = Callable[[AudienceContext], list[Recipient]]


def recipients(context: AudienceContext, rules: list[Rule]) -> dict[str, tuple[Rule, Recipient]]:
    """Return who gets which letter about the event: pairs (rule, recipient), as a dict by the recipient's `key`.

    `rules` are those that hold for the event, as `notifications.who_is_told.rules_for` returns them. Whoever is
    in the audiences of several rules gets only the letter of the first. Whoever caused the event gets no letter, unless
    the rule is `to_author`. Who is away is told of cases alone, when they are back.
    """
    chosen: dict[str, tuple[Rule, Recipient]] = {}
    is_reporters = context.event.row.actor is ActorKind.REPORTER
    for rule in rules:
        if rule.audience == "reporter" and is_reporters and not rule.to_author:
            continue
        for recipient in AUDIENCES[rule.audience](context):
            if not recipient.away or context.case is not None:  # what is about no case, their deputy deals with
                chosen.setdefault(recipient.key, (rule, recipient))
    author = context.author() or ""
    if author in chosen and not chosen[author][0].to_author:
        del chosen[author]
    return chosen


def _outside(
    context: AudienceContext, party: Outsider, *, follower: int | None = None, own_case: int | None = None
) -> list[Recipient]:
    return outside_recipients(party, dead=context.directory.unreachable, follower=follower, own_case=own_case)


# --- the audiences ---------------------------------------------------------------------


def _reporter(context: AudienceContext) -> list[Recipient]:
    party = context.required_case.reporter
    return _outside(context, party) if party else []


def _group(context: AudienceContext) -> list[Recipient]:
    """Return the mailbox, the members and the chair; nobody when it is the group itself that says that it is done.

    How it went is asked of those alone who speak for the group.
    """
    slug, directory = context.required_case.group, context.directory
    if slug is None:
        return []
    group, event = context.unit(slug), context.event.row
    if event.type == "case.done" and group.id == context.responsible.id and context.is_by(group):
        return []  # whoever did it is not asked whether it is true
    if event.type == "case.satisfaction_asked":
        return _who_speaks_for(directory, group)  # one answer is enough
    return mailbox_recipients(directory, group) + staff_recipients(directory, group, Role.MEMBER, Role.HEAD)


def _plan_group(context: AudienceContext) -> list[Recipient]:
    """Return the mailbox and the chair of the group whose plan it is; its members when it has neither."""
    return _who_speaks_for(context.directory, context.unit(context.event.facts["group"]))


def _who_speaks_for(directory: Directory, group: DirectoryUnit) -> list[Recipient]:
    found = mailbox_recipients(directory, group) + staff_recipients(directory, group, Role.HEAD)
    return found or staff_recipients(directory, group, Role.MEMBER)


def _invited(context: AudienceContext) -> list[Recipient]:
    """Return whoever is invited to the meeting or sits in the body that meets; guests by mail only.

    An event that names those who were invited later is told to them alone.
    """
    facts = context.event.facts
    people = [one for one in context.invited if isinstance(one, DirectoryPerson)]
    parties = [one for one in context.invited if isinstance(one, Outsider)]
    if "people" in facts:
        people = [one for one in people if one.id in facts["people"]]
        parties = [one for one in parties if one.id in facts["parties"]]
    outside = [recipient for party in parties for recipient in _outside(context, party) if recipient.email]
    return person_recipients(context.directory, people) + outside


def _groups(context: AudienceContext) -> list[Recipient]:
    """Return the mailbox and the chair of each active group."""
    directory = context.directory
    return [
        recipient
        for group in context.groups
        for recipient in mailbox_recipients(directory, group) + staff_recipients(directory, group, Role.HEAD)
    ]


def _followers(context: AudienceContext) -> list[Recipient]:
    """Return the followers; those who follow by their own merged case also while this case is not published."""
    published = context.required_case.published_at is not None
    return [
        recipient
        for follower in context.following
        if published or follower.own_case
        for recipient in _outside(context, follower.party, follower=follower.follower_id, own_case=follower.own_case)
    ]


def _handler(context: AudienceContext) -> list[Recipient]:
    """Return the officer, else the unit; nobody when there is no officer and the unit's own staff caused the event."""
    by_own_staff = context.is_by(context.responsible)
    return [] if by_own_staff and context.officer_id() is None else first_reachable(officer_fallbacks(context))


def _head(context: AudienceContext) -> list[Recipient]:
    return first_reachable(head_fallbacks(context.directory, context.responsible))


def _desk_head(context: AudienceContext) -> list[Recipient]:
    return first_reachable(head_fallbacks(context.directory, context.directory.desk))


def _unit(context: AudienceContext) -> list[Recipient]:
    return first_reachable(unit_fallbacks(context.directory, context.responsible))


def _asked(context: AudienceContext) -> list[Recipient]:
    asked = context.unit(context.event.facts["unit"])
    return first_reachable(unit_fallbacks(context.directory, asked))


def _person(context: AudienceContext) -> list[Recipient]:
    holder = context.directory.people.get(context.event.facts["person"])
    return person_recipients(context.directory, [holder.person] if holder and holder.person.active else [])


def _new_follower(context: AudienceContext) -> list[Recipient]:
    """Return who asked to follow and has to confirm it; by mail only."""
    followers = context.following
    found = [_outside(context, follower.party, follower=follower.follower_id) for follower in followers]
    return [recipient for recipients in found for recipient in recipients if recipient.email]


def _morning(context: AudienceContext) -> list[Recipient]:
    directory = context.directory
    return staff_recipients(directory, directory.desk, Role.CONTACT) + mailbox_recipients(directory, directory.desk)


AUDIENCES: dict[str, FindRecipients] = {
    "reporter": _reporter,
    "group": _group,
    "plan_group": _plan_group,
    "followers": _followers,
    "invited": _invited,
    "groups": _groups,
    "officer": lambda context: first_reachable(officer_fallbacks(context)),
    "handler": _handler,
    "unit": _unit,
    "head": _head,
    "desk_head": _desk_head,
    "contact": lambda context: desk_recipients(context.directory),
    "asked": _asked,
    "person": _person,
    "new_follower": _new_follower,
    "morning": _morning,
    "admins": lambda context: person_recipients(context.directory, context.directory.admins),
}
