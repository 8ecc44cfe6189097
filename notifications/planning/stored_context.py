"""The context stored with a delivery: names and dates as they were at its planning; no outsider's words or address."""

from datetime import datetime
from typing import Any

from cases.access.actors import ActorKind
from cases.calendar import Calendar
from cases.incoming.mail_comments import BY_MAIL
from cases.organisation.units import UnitKind
from notifications.audiences.context import AudienceCase, AudienceContext
from notifications.audiences.directory import Directory
from notifications.audiences.fallbacks import Recipient
from notifications.who_is_told import Rule


def common_context_of(directory: Directory) -> dict[str, Any]:
    """Build the part of what a delivery stores that is the same whatever event it tells of.

    Its keys are "house" (the municipality's name), "contact" (a dict with "name" and "phone" of the contact person) and
    "reply_to" (the desk's mail address). Without a phone of their own, it is the desk's or the municipality's. What is
    unknown is None.
    """
    contact, desk = directory.contact_person(), directory.desk
    phone = (contact.phone if contact else None) or desk.phone or directory.municipality.contact_phone
    return {
        "house": directory.municipality.name,
        "contact": {"name": contact.name if contact else None, "phone": phone},
        "reply_to": directory.mailbox(desk),
    }


def context_of(calendar: Calendar, context: AudienceContext, rule: Rule, recipient: Recipient) -> dict[str, Any]:
    """Build what a delivery stores about one event for one recipient, so that its letter can be written later from it.

    It holds ids, names and local dates (ISO 8601) of the event and its case, without those that are not known.
    `calendar` is the municipality's, for the dates; `rule` the one by which the recipient gets the letter.
    """
    event = context.event
    of_event = {
        "event": event.row.id,
        "letter": rule.letter,
        "audience": rule.audience,
        "party": recipient.party_id,
        "person": recipient.person_id,
        "unit_id": recipient.unit_id,
        "follower": recipient.follower_id,
        "own_case": recipient.own_case,
        "quotes_back": is_quoted_back(context, rule, recipient) or None,
        "promised_on": event.sibling_fact("case.promised", "promised_on"),
        "promise_was": event.sibling_fact("case.promised", "was"),
        "meeting_on": event.sibling_fact("case.put_on_agenda", "meeting_on"),
        "meeting": event.sibling_fact("case.put_on_agenda", "meeting"),
        "asks_body": _asks_body(context, rule) or None,
        "by_mail": True if event.facts.get("channel") == BY_MAIL and event.row.type != "case.received" else None,
        "names": {slug: unit.name for slug, unit in _units_named(context).items()},
    }
    of_case = _context_of_case(context, context.case, recipient, calendar) if context.case else {}
    return {name: value for name, value in {**of_event, **of_case}.items() if value is not None}


def _asks_body(context: AudienceContext, rule: Rule) -> bool:
    """Return whether the letter asks a body of kind forum, whose members only read what they are to meet about."""
    return rule.audience == "asked" and context.unit(context.event.facts["unit"]).kind is UnitKind.FORUM


def is_quoted_back(context: AudienceContext, rule: Rule, recipient: Recipient) -> bool:
    """Return whether the letter may hold what was asked, told to whoever is known to have asked it.

    A receipt may, when somebody logged in handed the case in: it then goes to them, or to the group for which they did
    so. What anybody may have handed in with an address goes there only once staff have read it and given it to a unit.
    """
    if rule.letter == "receipt":
        logged_in = context.event.row.actor is ActorKind.PERSON
        return logged_in and (rule.audience == "group" or recipient.key == context.author())
    return (
        rule.audience == "reporter"
        and context.event.row.type == "case.assigned"
        and context.event.facts.get("previous") == "received"
    )


def _context_of_case(
    context: AudienceContext, case: AudienceCase, recipient: Recipient, calendar: Calendar
) -> dict[str, Any]:
    officer = context.directory.people.get(context.officer_id() or 0)
    return {
        "ref": case.ref,
        "kind": case.kind.value,
        "unit": context.responsible.name,
        "unit_kind": context.responsible.kind.value,
        "is_own": recipient.unit_id == context.responsible.id,
        "at_desk": context.responsible.id == context.directory.desk.id,
        "officer": officer.person.name if officer else None,
        "group": context.unit(case.group).name if case.group else None,
        "category": case.category and {"sv": case.category, "en": case.category_en or case.category},
        "place": case.place,
        "waiting_for": case.waiting_for,
        "waiting_name": case.waiting_name,
        "due_on": _day(case.due_at, calendar),
        "published": case.published_at is not None,
        "looked_at": case.last_act_at is not None,
    }


def _units_named(context: AudienceContext) -> dict[str, Any]:
    facts = context.event.facts
    slugs = (facts.get(name) for name in ("responsible", "responsible_was", "by_unit", "unit", "group", "body"))
    return {slug: context.directory.units[slug] for slug in slugs if slug in context.directory.units}


def _day(moment: datetime | None, calendar: Calendar) -> str | None:
    return calendar.day_of(moment).isoformat() if moment else None
