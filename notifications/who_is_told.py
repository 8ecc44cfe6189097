"""Who is told of what: `WHO_IS_TOLD` has, for each type of event, the rules by which audiences get letters about it.

The rules of an event are read from the top: an address that several rules reach gets the letter of the first rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cases.access.actors import ActorKind
from cases.deadlines.clocks import AGENDA_RUNG, DAY_RUNG, DELAYED_RUNG, FIRST_RUNG, HEAD_RUNG, REPEATED_RUNG
from cases.history.words import Visibility
from notifications.row_types import EventRow


@dataclass(frozen=True)
class EventInContext:
    """One event, with the facts of its siblings: the other events that the same step wrote about the case.

    `siblings` maps the type of each sibling to its facts. Taking a case on and promising a date in one step, for
    example, writes two events.
    """

    row: EventRow
    siblings: Mapping[str, Mapping[str, Any]]  # their facts, by type of event

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of this event (dict by name, such as "due_on"), not of the other events of the same change."""
        return self.row.facts

    def sibling_fact(self, type_: str, name: str) -> Any:
        """Return the fact `name` of the sibling event of this type; None when there is no such sibling or fact."""
        return self.siblings.get(type_, {}).get(name)


Condition = Callable[[EventInContext], bool]


def always(_: EventInContext) -> bool:
    """Return True: the condition of a rule that holds for every event of its type."""
    return True


@dataclass(frozen=True)
class Rule:
    """One rule of `WHO_IS_TOLD`: this letter goes to this audience if the condition `when` holds for the event.

    `when` is a function that takes the event and returns a bool. `letter` and `audience` are names, such as "receipt"
    and "reporter". `to_author`: whoever caused the event gets this letter too, which they get of no other rule.
    """

    letter: str
    audience: str
    when: Condition = always
    to_author: bool = False


Rules = tuple[Rule, ...]


# --- conditions: is the rule one for this event? ----------------------------------------


def is_taken_on(event: EventInContext) -> bool:
    """Return whether work on the case begins with this event; False for a new duty.

    A new duty is planned in the same step that hands it in. The letter "taken_on" also tells of a promise that was made
    in the step that took the case on.
    """
    return event.facts.get("previous") not in AT_WORK and "case.received" not in event.siblings


def moves_promise(event: EventInContext) -> bool:
    """Return whether the case was planned or in progress before this event, whose step also moved a promised date."""
    return event.facts.get("previous") in AT_WORK and bool(event.sibling_fact("case.promised", "was"))


def work_goes_on(event: EventInContext) -> bool:
    """Return whether the case was planned or in progress before this event, whose step moved no promised date."""
    return event.facts.get("previous") in AT_WORK and not moves_promise(event)


def is_new_duty(event: EventInContext) -> bool:
    """Return whether this is the event case.planned of a new duty: handing in a duty also sets it to planned."""
    return "case.received" in event.siblings


def begins_to_be_owed(event: EventInContext) -> bool:
    """Return whether somebody begins to owe something with this event: they are told when its day comes nearer."""
    return event.sibling_fact("case.received", "obligation") is not None


def is_no_junk(event: EventInContext) -> bool:
    """Return whether the event is of a case that is not likely to be junk: nobody outside hears of junk."""
    return not event.facts.get("junk")


def is_permanent(event: EventInContext) -> bool:
    """Return whether nothing goes any more to the address that a letter did not reach."""
    return bool(event.facts["permanent"])


def waits_to_be_read(event: EventInContext) -> bool:
    """Return whether the comment is a reply to "done" that somebody is to read before the case may close."""
    return event.facts.get("waits_until") is not None


def is_by_reporter(event: EventInContext) -> bool:
    """Return whether whoever asked did it, as whom nobody logs in."""
    return event.row.actor is ActorKind.REPORTER


def is_taken_down(event: EventInContext) -> bool:
    """Return whether the case is a question that was taken down at a contact with a group."""
    return event.facts.get("contact") is not None


def is_of_a_plan(event: EventInContext) -> bool:
    """Return whether the event is of what a new version of a plan does with the case of an item.

    The letter about the adoption tells the group of all its items together.
    """
    began = event.facts.get("plan") or event.sibling_fact("case.received", "plan")
    return began is not None or bool(OF_ITEMS & event.siblings.keys())


def gives_what_was_owed(event: EventInContext) -> bool:
    """Return whether what was owed is given with this event: the event of what was given has its own letter."""
    return bool(GIVEN & event.siblings.keys())


def is_of_a_meeting(event: EventInContext) -> bool:
    """Return whether the step is that of a meeting's own case: whoever is invited is told of the meeting instead."""
    return any(type_.startswith(("meeting.", "minutes.")) for type_ in event.siblings)


def is_ahead(event: EventInContext) -> bool:
    """Return whether the meeting was not past when this happened: nobody is invited to one that was noted later."""
    return bool(event.facts["on"] >= event.row.at.date().isoformat())


def ends_a_duty(event: EventInContext) -> bool:
    """Return whether the event only stands beside the end of a body's duty to have a coming meeting."""
    return "case.done" in event.siblings


def is_recommended(event: EventInContext) -> bool:
    """Return whether a body recommended something in the same act: the letter about that tells of both."""
    return "case.recommended" in event.siblings


def is_no_duty(event: EventInContext) -> bool:
    """Return whether the case that was handed in is something else than a duty.

    A duty is also planned in the step that hands it in, and the event of that planning has letters of its own.
    """
    return "case.planned" not in event.siblings


def is_only_promise(*, moved: bool) -> Condition:
    """Return the condition that a step only promised a date: the event "case.promised" has no siblings.

    Otherwise the letter about a sibling tells of the promise.
    With `moved` True, a date promised earlier must have been moved; with False, none may have been promised before.
    """
    return lambda event: not event.siblings and bool(event.facts.get("was")) is moved


def is_reassigned(event: EventInContext) -> bool:
    """Return whether a correction gave the case to another officer or unit."""
    return bool({"officer", "responsible"} & set(event.facts["what"]))


def is_more_than_new_officer(event: EventInContext) -> bool:
    """Return whether the case got another unit or was not assigned before; False if only its officer changed."""
    return event.facts.get("responsible_was") != event.facts["responsible"] or (
        event.facts.get("previous") != "assigned"
    )


def waits_for(whom: str) -> Condition:
    """Return the condition that the case now waits for `whom`: "reporter", "unit" or "other" (anybody else)."""
    return lambda event: event.facts["waiting_for"] == whom


def is_asked(whose: str) -> Condition:
    """Return the condition that it is `whose` opinion, of "reporter" or "group", that was asked for."""
    return lambda event: event.facts["whose"] == whose


def is_readable_by(*visibilities: Visibility) -> Condition:
    """Return the condition that a comment has one of these visibilities."""
    return lambda event: event.facts["visibility"] in visibilities


def on_rung(clocks: frozenset[str], rung: int) -> Condition:
    """Return the condition that the event fires exactly this rung, on the ladder of one of these clocks.

    `clocks` are names of clocks, such as "state".
    """
    return lambda event: event.facts["clock"] in clocks and event.facts["rung"] == rung


def from_rung(clocks: frozenset[str], rung: int) -> Condition:
    """Return the condition that the event fires this rung or a higher one, on the ladder of one of these clocks.

    `clocks` are names of clocks, such as "state".
    """
    return lambda event: event.facts["clock"] in clocks and event.facts["rung"] >= rung


def is_kept_off_agenda(event: EventInContext) -> bool:
    """Return whether the rung would have put the case on the agenda, had its reporter no protected identity."""
    return "case.kept_off_agenda" in event.siblings


def has_no_rung(event: EventInContext) -> bool:
    """Return whether the event is not one of a sweep that also fired a rung, whose letter then tells of both."""
    return "case.escalated" not in event.siblings


def both(*conditions: Condition) -> Condition:
    """Return the condition that all of these conditions hold."""
    return lambda event: all(holds(event) for holds in conditions)


def is_not(condition: Condition) -> Condition:
    """Return the condition that this one does not hold."""
    return lambda event: not condition(event)


def says_who_decides(event: EventInContext) -> bool:
    """Return whether the register says anew who decides or who keeps the road, and no more than that happened.

    The letter about a forwarding, or about an answer, says to whom the case was sent.
    """
    names = {"decides", "keeper"}
    is_said = any(event.facts.get(name) for name in names & set(event.facts["what"]))
    return is_said and not {"register.forwarded", "register.answered"} & event.siblings.keys()


def has_no_answer(event: EventInContext) -> bool:
    """Return whether no answer came with this event, whose letter would tell of both."""
    return "register.answered" not in event.siblings


def was_chosen(event: EventInContext) -> bool:
    """Return whether a person chose to put the case on the agenda; False when a ladder or another step put it there."""
    return event.facts.get("why") == "chosen"


GIVEN = frozenset({"plan.adopted", "meeting.called", "minutes.adjusted"})
AT_WORK = frozenset({"planned", "in_progress"})
OF_ITEMS = frozenset({"case.carried", "case.dropped_from_plan"})
TO_PARTICIPANTS = is_readable_by(Visibility.PARTICIPANTS, Visibility.PUBLIC)


# --- audiences that are often told together ---------------------------------------------


def everyone_outside(letter: str, when: Condition = always) -> Rules:
    """Return three rules, by which the case's reporter, group and followers get this letter when `when` holds."""
    return tuple(Rule(letter, audience, when) for audience in ("reporter", "group", "followers"))


def everybody_concerned(letter: str, when: Condition = always) -> Rules:
    """Return the rules by which everyone outside and whoever handles the case get this letter when `when` holds."""
    return (*everyone_outside(letter, when), Rule(letter, "handler", when))


def _ladder(clocks: frozenset[str], rungs: dict[int, tuple[tuple[str, str], ...]]) -> Rules:
    """Return the rules of a ladder. Nobody outside is told of a case that is likely to be junk."""
    top = max(rungs)
    return tuple(
        Rule(letter, audience, _unless_junk(audience, (from_rung if rung == top else on_rung)(clocks, rung)))
        for rung, letters in rungs.items()
        for letter, audience in letters
    )


def _unless_junk(audience: str, when: Condition) -> Condition:
    return both(when, is_no_junk) if audience in OUTSIDE else when


def _on_agenda_rung(letter: str, *audiences: str, when: Condition) -> Rules:
    fires = both(on_rung(ACTED_ON, AGENDA_RUNG), when)
    return tuple(Rule(letter, audience, fires) for audience in audiences)


ACTED_ON = frozenset({"state", "life"})
OUTSIDE = frozenset({"reporter", "group", "followers"})
LADDER = _ladder(
    ACTED_ON,
    {
        FIRST_RUNG: (("due_soon", "officer"),),
        DAY_RUNG: (("due_now", "officer"), ("due_now", "unit")),
        HEAD_RUNG: (("overdue", "head"),),
        DELAYED_RUNG: (
            ("overdue", "contact"),
            ("delayed", "reporter"),
            ("delayed", "group"),
            ("delayed", "followers"),
        ),
        REPEATED_RUNG: (("overdue", "contact"), ("overdue", "head")),
    },
)
AGENDA_RULES = (
    *_on_agenda_rung("on_agenda", "contact", "head", when=both(is_not(is_kept_off_agenda), is_no_junk)),
    *_on_agenda_rung("overdue", "contact", "head", when=is_not(is_no_junk)),
    *_on_agenda_rung("kept_off_agenda", "contact", "desk_head", "head", when=is_kept_off_agenda),
)
STATUTORY_LADDER = _ladder(
    frozenset({"statutory"}),
    {
        1: (("statutory", "officer"), ("statutory", "unit")),
        2: (("statutory", "officer"), ("statutory", "head")),
        3: (("statutory", "officer"), ("statutory", "head"), ("statutory", "contact")),
    },
)

TAKING_ON = (
    *everyone_outside("taken_on", both(is_taken_on, is_not(is_of_a_plan))),
    *everyone_outside("promise_moved", both(moves_promise, is_not(is_of_a_plan))),
    *everyone_outside("news", both(work_goes_on, is_not(is_of_a_plan))),
    Rule("news", "followers", both(work_goes_on, is_of_a_plan)),
)

WHO_IS_TOLD: dict[str, Rules] = {
    # The desk has its list and its morning letter: nothing is mailed to it one by one.
    "case.received": (
        Rule("receipt", "reporter", is_no_junk, to_author=True),
        Rule("questions_received", "group", is_taken_down),
        Rule("receipt", "group", both(is_no_duty, is_not(is_of_a_plan))),
    ),
    "case.assigned": (
        Rule("assigned", "handler", is_not(is_of_a_plan)),
        *everyone_outside("news", both(is_more_than_new_officer, is_not(is_of_a_plan))),
        Rule("news", "followers", is_of_a_plan),
    ),
    "case.sent_back": (Rule("sent_back", "contact"), *everyone_outside("news")),
    "case.planned": (
        *TAKING_ON,
        Rule("assigned", "handler", both(is_new_duty, is_not(begins_to_be_owed), is_not(is_of_a_plan))),
        Rule("news", "handler", both(is_not(begins_to_be_owed), is_not(is_of_a_plan), is_not(is_of_a_meeting))),
    ),
    "case.started": (*TAKING_ON, Rule("news", "handler", is_not(is_of_a_plan))),
    "case.waiting": (
        Rule("question", "reporter", waits_for("reporter")),
        Rule("question", "group", waits_for("reporter")),
        Rule("question", "asked", waits_for("unit")),
        *everyone_outside("news"),
        Rule("news", "handler"),
    ),
    "case.answered": (
        Rule("answered", "handler", is_not(is_recommended)),
        *everyone_outside("news", is_not(is_recommended)),
    ),
    "case.parked": (*everyone_outside("parked"), Rule("news", "handler")),
    "case.taken_up": (*everyone_outside("taken_up"), Rule("taken_up", "contact")),
    "case.done": (
        *everyone_outside("done", is_not(gives_what_was_owed)),
        Rule("news", "handler", is_not(gives_what_was_owed)),
    ),
    "case.contested": (
        Rule("contested", "handler"),
        Rule("contested", "contact"),
        *everyone_outside("reopened"),
    ),
    "case.confirmed": (),
    "case.reopened": (Rule("assigned", "handler"), *everyone_outside("reopened")),
    "case.closed": everyone_outside("closed"),
    "case.satisfaction_asked": (
        Rule("how_it_went", "reporter", is_asked("reporter")),
        Rule("how_it_went", "group", is_asked("group")),
    ),
    "case.satisfaction_answered": (),
    "case.declined": (
        *everyone_outside("declined", is_no_junk),
        Rule("news", "handler", is_not(is_of_a_meeting)),
    ),
    "case.merged": (*everyone_outside("merged"), Rule("news", "handler")),
    "case.took_over": (Rule("news", "handler"),),
    "case.commented": (
        Rule("reply_to_done", "reporter", both(waits_to_be_read, is_by_reporter), to_author=True),
        Rule("reply_to_done", "group", both(waits_to_be_read, is_not(is_by_reporter)), to_author=True),
        Rule("reply_to_done", "handler", waits_to_be_read),
        Rule("news", "reporter", TO_PARTICIPANTS),
        Rule("news", "group", TO_PARTICIPANTS),
        Rule("news", "handler", TO_PARTICIPANTS),
        Rule("news", "followers", is_readable_by(Visibility.PUBLIC)),
    ),
    "case.attached": (),
    "case.corrected": (Rule("assigned", "handler", is_reassigned),),
    "case.reporter_corrected": (),
    "case.protection_changed": (),
    "case.link_put_out": (),
    "case.mail_filed": (),  # what a machine wrote is never answered
    "case.address_bounced": (Rule("address_bounced", "contact", is_permanent),),
    "case.reply_read": (),
    "case.key_replaced": (Rule("new_key", "reporter", to_author=True),),
    "case.related": (),
    "case.followed": (),
    "case.unfollowed": (),
    "case.promised": (
        *everyone_outside("promise_moved", is_only_promise(moved=True)),
        *everyone_outside("news", is_only_promise(moved=False)),
    ),
    "case.promise_broken": (
        Rule("promise_broken", "handler"),
        Rule("promise_broken", "contact"),
        *everyone_outside("promise_broken"),
    ),
    "case.escalated": (*LADDER, *AGENDA_RULES, *STATUTORY_LADDER),
    # When the ladder, or a question to the forum, puts a case there, the letter of that event says so.
    "case.put_on_agenda": (
        Rule("on_agenda", "contact", was_chosen),
        Rule("on_agenda", "handler", was_chosen),
    ),
    "case.kept_off_agenda": (
        Rule("kept_off_agenda", "contact", has_no_rung),
        Rule("kept_off_agenda", "desk_head", has_no_rung),
    ),
    "case.taken_off_agenda": (),
    "contact.logged": (),  # the group is told of its questions; the step beside it tells of the next contact
    "case.words_erased": (),
    "case.imported": (),
    "case.carried": (),
    "case.dropped_from_plan": (),
    "plan.adopted": (Rule("plan_adopted", "plan_group"), Rule("plan_adopted", "contact")),
    "plan.anchored": (),
    "meeting.called": (Rule("called", "invited", both(is_ahead, is_not(ends_a_duty))),),
    "meeting.moved": (Rule("meeting_changed", "invited", is_ahead),),
    "meeting.cancelled": (Rule("meeting_changed", "invited", is_ahead),),
    "meeting.agenda_sent": (Rule("agenda", "invited", is_ahead),),
    "meeting.held": (),
    "minutes.adjusted": (Rule("minutes", "invited"), Rule("minutes", "groups")),
    "case.settled_on_agenda": (),  # the step beside it, or the recommendation, tells of it
    "case.recommended": (*everyone_outside("recommended"), Rule("recommended", "handler")),
    "register.entered": everybody_concerned("news", says_who_decides),
    "register.forwarded": everybody_concerned("news", has_no_answer),
    "register.answered": everybody_concerned("news"),
    "person.added": (),
    "person.changed": (),
    "person.switched_off": (),
    "person.logged_in": (),
    "person.token_made": (),
    "person.calendar_made": (),
    "person.calendar_removed": (),
    "person.token_revoked": (),
    "person.asked_for_link": (Rule("login", "person"),),
    "house.follower_asked": (Rule("opt_in", "new_follower"),),
    "unit.added": (),
    "unit.changed": (),
    "unit.switched_off": (),
    "house.setting_changed": (),
    "house.exported": (),
    "house.morning": (Rule("morning", "morning"),),
    "house.set_aside": (Rule("set_aside", "contact"), Rule("set_aside", "admins")),
    "house.sent_again": (),
    "house.mail_trouble": (Rule("mail_trouble", "contact"), Rule("mail_trouble", "admins")),
}


class UnknownEvent(Exception):
    """The event's type is not in `WHO_IS_TOLD`: a newer version of Ventil wrote it, and has to plan its letters."""


def rules_for(event: EventInContext) -> list[Rule]:
    """Return the rules that `WHO_IS_TOLD` of this module has for the event and whose condition holds, in its order.

    `UnknownEvent` when its type is not in `WHO_IS_TOLD`.
    """
    if event.row.type not in WHO_IS_TOLD:
        raise UnknownEvent(event.row.type)
    return [rule for rule in WHO_IS_TOLD[event.row.type] if rule.when(event)]
