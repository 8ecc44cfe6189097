"""The context of a letter: names and dates as they were when it was planned, never a party's words or address."""

from datetime import datetime
from typing import Any

from cases.calendar import Calendar
from notifications.audiences.context import AudienceContext, CaseTold
from notifications.audiences.directory import Directory
from notifications.audiences.fallbacks import Recipient
from notifications.who_is_told import Rule


def house_of(directory: Directory) -> dict[str, Any]:
    """Give what is the same in all letters of an occasion: the house, and whom to ask."""
    contact, desk = directory.contact(), directory.desk
    phone = (contact.phone if contact else None) or desk.phone or directory.house.contact_phone
    return {
        "house": directory.house.name,
        "contact": {"name": contact.name if contact else None, "phone": phone},
        "reply_to": directory.mailbox(desk),
    }


def context_of(calendar: Calendar, circle: AudienceContext, rule: Rule, recipient: Recipient) -> dict[str, Any]:
    """Give what one line of a letter may use: who it is for, and the names around the case."""
    act = circle.act
    told = {
        "event": act.event.id,
        "letter": rule.letter,
        "audience": rule.audience,
        "party": recipient.party_id,
        "person": recipient.person_id,
        "unit_id": recipient.unit_id,
        "follower": recipient.follower_id,
        "own_case": recipient.own_case,
        "promised_on": act.fact_beside("case.promised", "promised_on"),
        "promise_was": act.fact_beside("case.promised", "was"),
        "meeting_on": act.fact_beside("case.put_on_agenda", "meeting_on"),
        "names": {slug: unit.name for slug, unit in _units_named(circle).items()},
    }
    around = _around(circle, circle.case, calendar) if circle.case else {}
    return {name: value for name, value in {**told, **around}.items() if value is not None}


def _around(circle: AudienceContext, case: CaseTold, calendar: Calendar) -> dict[str, Any]:
    officer = circle.directory.people.get(circle.officer_id() or 0)
    return {
        "ref": case.ref,
        "kind": case.kind.value,
        "unit": circle.responsible.name,
        "at_desk": circle.responsible.id == circle.directory.desk.id,
        "officer": officer.person.name if officer else None,
        "group": circle.unit(case.group).name if case.group else None,
        "category": case.category and {"sv": case.category, "en": case.category_en or case.category},
        "place": case.place,
        "waiting_for": case.waiting_for,
        "waiting_name": case.waiting_name,
        "due_on": _day(case.due_at, calendar),
        "published": case.published_at is not None,
        "looked_at": case.last_act_at is not None,
    }


def _units_named(circle: AudienceContext) -> dict[str, Any]:
    facts = circle.act.facts
    slugs = (facts.get(name) for name in ("responsible", "responsible_was", "by_unit", "unit"))
    return {slug: circle.directory.units[slug] for slug in slugs if slug in circle.directory.units}


def _day(moment: datetime | None, calendar: Calendar) -> str | None:
    return calendar.day_of(moment).isoformat() if moment else None
