"""Which audiences are told of an event: the rules of notifications/who_is_told.py, written a second time."""

from collections.abc import Callable
from dataclasses import dataclass

from proof.checker.model.stories import ObservedEvent

OUTSIDE = ("asker", "group", "followers")


@dataclass(frozen=True)
class ObservedAct:
    """An event and the other events of the same change, such as a promise that was made together with a plan."""

    event: ObservedEvent
    siblings: tuple[ObservedEvent, ...] = ()

    def has_sibling(self, type_: str) -> bool:
        """Return whether another event of the same act has this type."""
        return any(sibling.type == type_ for sibling in self.siblings)


def _is_item_of_a_plan(act: ObservedAct) -> bool:
    """Return whether the adoption of a plan wrote the event: one letter tells of the whole adoption."""
    received = [event for event in (act.event, *act.siblings) if event.type == "case.received"]
    began = any(event.facts.get("plan") for event in received)
    return began or act.has_sibling("case.carried") or act.has_sibling("case.dropped_from_plan")


def _is_of_a_meeting(act: ObservedAct) -> bool:
    """Return whether the step is that of a meeting's own case: one letter tells those who are invited of it."""
    return any(sibling.type.startswith(("meeting.", "minutes.")) for sibling in act.siblings)


def _received(act: ObservedAct) -> tuple[str, ...]:
    if act.event.facts.get("junk"):
        return ("group",)
    return ("asker",) if act.has_sibling("case.planned") or _is_item_of_a_plan(act) else ("asker", "group")


def _assigned(act: ObservedAct) -> tuple[str, ...]:
    facts = act.event.facts
    if _is_item_of_a_plan(act):
        return ("followers",)
    only_another_officer = facts.get("previous") == "assigned" and facts.get("responsible_was") == facts["responsible"]
    return ("holder",) if only_another_officer else ("holder", *OUTSIDE)


def _planned(act: ObservedAct) -> tuple[str, ...]:
    received = next((sibling for sibling in act.siblings if sibling.type == "case.received"), None)
    if received is None and _is_of_a_meeting(act):
        return OUTSIDE
    if received is None:
        return ("followers",) if _is_item_of_a_plan(act) else ("holder", *OUTSIDE)
    return () if received.facts.get("obligation") or _is_item_of_a_plan(act) else ("holder",)


def _started(act: ObservedAct) -> tuple[str, ...]:
    return ("followers",) if _is_item_of_a_plan(act) else ("holder", *OUTSIDE)


def _done(act: ObservedAct) -> tuple[str, ...]:
    given = any(act.has_sibling(type_) for type_ in ("plan.adopted", "meeting.called", "minutes.adjusted"))
    return () if given else ("holder", *OUTSIDE)


def _answered(act: ObservedAct) -> tuple[str, ...]:
    return () if act.has_sibling("case.recommended") else ("holder", *OUTSIDE)


def _declined(act: ObservedAct) -> tuple[str, ...]:
    if act.event.facts.get("junk"):
        return ("holder",)  # nobody outside hears of junk
    return OUTSIDE if _is_of_a_meeting(act) else ("holder", *OUTSIDE)


def _called(act: ObservedAct) -> tuple[str, ...]:
    return () if act.has_sibling("case.done") else _of_coming_meeting(act)


def _of_coming_meeting(act: ObservedAct) -> tuple[str, ...]:
    """Return who is told of a meeting, unless it is past already: nobody is invited to that."""
    return ("invited",) if act.event.facts["on"] >= act.event.at.date().isoformat() else ()


def _waiting(act: ObservedAct) -> tuple[str, ...]:
    asked = ("asked",) if act.event.facts["waiting_for"] == "unit" else ()
    return (*asked, "holder", *OUTSIDE)


def _commented(act: ObservedAct) -> tuple[str, ...]:
    told = COMMENT_AUDIENCES[act.event.facts["visibility"]]
    return (*told, "who_replied") if act.event.facts.get("waits_until") else told


def _asked_how_it_went(act: ObservedAct) -> tuple[str, ...]:
    return ("asker",) if act.event.facts["whose"] == "reporter" else ("group",)


def _corrected(act: ObservedAct) -> tuple[str, ...]:
    return ("holder",) if {"officer", "responsible"} & set(act.event.facts["what"]) else ()


def _promised(act: ObservedAct) -> tuple[str, ...]:
    return () if act.siblings else OUTSIDE


def _escalated(act: ObservedAct) -> tuple[str, ...]:
    rung = act.event.facts["rung"]
    if act.event.facts["clock"] == "statutory":
        return WARNINGS[min(rung, max(WARNINGS))]
    audiences = RUNGS[min(rung, max(RUNGS))]
    if act.event.facts.get("junk"):
        return tuple(audience for audience in audiences if audience not in OUTSIDE)
    return (*audiences, "desk_head") if rung == AGENDA and act.has_sibling("case.kept_off_agenda") else audiences


def _kept_off_agenda(act: ObservedAct) -> tuple[str, ...]:
    return () if act.has_sibling("case.escalated") else ("desk", "desk_head")


def _put_on_agenda(act: ObservedAct) -> tuple[str, ...]:
    return ("desk", "holder") if act.event.facts.get("why") == "chosen" else ()


def _entered(act: ObservedAct) -> tuple[str, ...]:
    facts = act.event.facts
    named = any(facts.get(name) and name in facts["what"] for name in ("decides", "keeper"))
    goes_on = act.has_sibling("register.forwarded") or act.has_sibling("register.answered")
    return ("holder", *OUTSIDE) if named and not goes_on else ()


def _forwarded(act: ObservedAct) -> tuple[str, ...]:
    return () if act.has_sibling("register.answered") else ("holder", *OUTSIDE)


def _bounced(act: ObservedAct) -> tuple[str, ...]:
    return ("desk",) if act.event.facts["permanent"] else ()


COMMENT_AUDIENCES: dict[str, tuple[str, ...]] = {
    "internal": (),
    "participants": ("asker", "group", "holder"),
    "public": ("holder", *OUTSIDE),
}
AGENDA = 4  # the rung that puts a case there
RUNGS: dict[int, tuple[str, ...]] = {
    0: ("officer",),
    1: ("officer", "unit"),
    2: ("head",),
    3: ("desk", *OUTSIDE),
    4: ("desk", "head"),
}
WARNINGS: dict[int, tuple[str, ...]] = {
    1: ("officer", "unit"),
    2: ("officer", "head"),
    3: ("officer", "head", "desk"),
}
BY_FACTS: dict[str, Callable[[ObservedAct], tuple[str, ...]]] = {
    "case.received": _received,
    "case.assigned": _assigned,
    "case.planned": _planned,
    "case.started": _started,
    "case.done": _done,
    "case.answered": _answered,
    "case.declined": _declined,
    "meeting.called": _called,
    "meeting.moved": _of_coming_meeting,
    "meeting.cancelled": _of_coming_meeting,
    "meeting.agenda_sent": _of_coming_meeting,
    "case.waiting": _waiting,
    "case.commented": _commented,
    "case.corrected": _corrected,
    "case.satisfaction_asked": _asked_how_it_went,
    "case.promised": _promised,
    "case.escalated": _escalated,
    "case.put_on_agenda": _put_on_agenda,
    "case.address_bounced": _bounced,
    "case.kept_off_agenda": _kept_off_agenda,
    "register.entered": _entered,
    "register.forwarded": _forwarded,
}
BY_TYPE: dict[str, tuple[str, ...]] = {
    "case.sent_back": ("desk", *OUTSIDE),
    "case.parked": ("holder", *OUTSIDE),
    "case.taken_up": ("desk", *OUTSIDE),
    "case.contested": ("holder", "desk", *OUTSIDE),
    "case.reopened": ("holder", *OUTSIDE),
    "case.confirmed": (),
    "case.link_put_out": (),
    "case.mail_filed": (),
    "case.reply_read": (),
    "case.closed": OUTSIDE,
    "case.satisfaction_answered": (),
    "case.merged": ("holder", *OUTSIDE),
    "case.took_over": ("holder",),
    "case.promise_broken": ("holder", "desk", *OUTSIDE),
    "plan.adopted": ("plan_group", "desk"),
    "minutes.adjusted": ("invited", "groups"),
    "case.recommended": ("holder", *OUTSIDE),
    "register.answered": ("holder", *OUTSIDE),
    "person.asked_for_link": ("person",),
    "house.follower_asked": ("new_follower",),
    "house.morning": ("morning",),
    "house.set_aside": ("desk", "admins"),
    "house.mail_trouble": ("desk", "admins"),
}


def audiences_of(act: ObservedAct) -> tuple[str, ...]:
    """Return the names of the audiences that are told of the event; empty when nobody is."""
    by_facts = BY_FACTS.get(act.event.type)
    return by_facts(act) if by_facts else BY_TYPE.get(act.event.type, ())
