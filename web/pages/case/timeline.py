"""The timeline of a case in words: which sentence describes each type of event."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.deadlines.clocks import DAY_RUNG, FIRST_RUNG, REPEATED_RUNG
from cases.history.journal import Event
from cases.reading.event_readers import ONLY_FOR_STAFF
from cases.reading.lateness import days_late_before
from cases.reading.timeline import AFTER_ALL, MOST_LINES, TimelineEntry, timeline
from cases.states import State
from notifications.deliveries import Outcome
from notifications.delivery_log import DeliveryRecord, deliveries_about
from notifications.letters.wording.reasons_in_swedish import why_not
from web.current import current
from web.language.dates import day_words, moment_words
from web.language.gettext import gettext, language, ngettext
from web.language.labels import ACTORS, CONTACT_WAYS, OUTCOMES, REPORTER_DETAILS, channel_name, mailbox_name
from web.language.mail_words import bounced_words, commented_words, is_by_mail, is_from_other, reply_read_words
from web.language.ordinals import number_word, ordinal
from web.language.state_words import STATES_IN_SENTENCES
from web.language.village.meeting_words import held_words, recommended_words, settled_words
from web.language.village.register_words import answered_words, entered_words, forwarded_words
from web.pages.case.acts import PromisesOfSteps
from web.pages.case.own.own_sentences import ME, own_sentence
from web.pages.options import known

NOT_SENT = frozenset({Outcome.SUPPRESSED, Outcome.SET_ASIDE})
CLOCKS = {
    "state": _l("the due day"),
    "life": _l("the day for news"),
    "statutory": _l("the law’s last day"),
}
CORRECTED = {
    "title": _l("title"),
    "category": _l("topic"),
    "place": _l("place"),
    "quick_win": _l("quick win"),
    "published": _l("published"),
    "raised_on": _l("day it was raised"),
    "responsible": _l("responsible unit"),
    "officer": _l("officer"),
    "policy": _l("time limits"),
    "closed_day": _l("closed day"),
    "done_on": _l("what was told of the work"),
}
CORRECTED_ALONE = {  # what is no correction of what somebody wrote
    "officer": _l("The officer has left: the case has another officer, or none"),
    "responsible": _l("The unit was dissolved: the case is with another unit"),
    "policy": _l("The deadlines of today hold for the case"),
}
ANCHORED = {
    "survey": _l("The village was asked by a survey, %(day)s"),
    "meeting": _l("The village met about the plan, %(day)s"),
    "information": _l("The village was told of the plan, %(day)s"),
}
ICONS = {
    "case.received": "inbox",
    "case.assigned": "arrow-right",
    "case.sent_back": "rotate-ccw",
    "case.planned": "calendar",
    "case.started": "play",
    "case.waiting": "clock",
    "case.answered": "message-circle",
    "case.parked": "pause",
    "case.taken_up": "play",
    "case.done": "check",
    "case.contested": "hand",
    "case.confirmed": "check",
    "case.reopened": "rotate-ccw",
    "case.closed": "check",
    "case.satisfaction_asked": "message-circle",
    "case.satisfaction_answered": "star",
    "case.declined": "x",
    "case.merged": "git-merge",
    "case.took_over": "git-merge",
    "case.commented": "message-circle",
    "case.attached": "paperclip",
    "case.corrected": "pencil",
    "case.reporter_corrected": "pencil",
    "case.protection_changed": "shield-check",
    "case.key_replaced": "link",
    "case.link_put_out": "x",
    "case.mail_filed": "mail",
    "case.address_bounced": "triangle-alert",
    "case.reply_read": "eye",
    "case.related": "link",
    "case.followed": "eye",
    "case.unfollowed": "eye-off",
    "case.promised": "calendar",
    "case.promise_broken": "triangle-alert",
    "case.escalated": "bell",
    "case.put_on_agenda": "users",
    "case.kept_off_agenda": "shield-check",
    "case.taken_off_agenda": "x",
    "contact.logged": "users",
    "case.words_erased": "x",
    "case.imported": "inbox",
    "case.carried": "arrow-right",
    "case.dropped_from_plan": "x",
    "plan.adopted": "check",
    "plan.anchored": "users",
    "meeting.called": "calendar",
    "meeting.moved": "calendar",
    "meeting.cancelled": "x",
    "meeting.agenda_sent": "users",
    "meeting.held": "users",
    "minutes.adjusted": "check",
    "case.settled_on_agenda": "users",
    "case.recommended": "users",
    "register.entered": "pencil",
    "register.forwarded": "arrow-right",
    "register.answered": "message-circle",
}
STYLES = {
    "case.done": "is-done",
    "case.closed": "is-done",
    "case.escalated": "is-rung",
    "case.promise_broken": "is-rung",
    "case.contested": "is-rung",
    "case.commented": "",
    "case.confirmed": "",
    "case.satisfaction_asked": "",
    "case.satisfaction_answered": "",
    "case.attached": "",
    "case.corrected": "",
    "case.reporter_corrected": "",
    "case.protection_changed": "",
    "case.key_replaced": "",
    "case.link_put_out": "",
    "case.mail_filed": "",
    "case.address_bounced": "",
    "case.reply_read": "",
    "case.related": "",
    "case.followed": "",
    "case.unfollowed": "",
    "case.words_erased": "",
    "case.carried": "",
    "plan.adopted": "is-done",
    "minutes.adjusted": "is-done",
    "register.entered": "",
}
ATTACHED = "case.attached"
SAY_YES = frozenset({ActorKind.PERSON, ActorKind.REPORTER, ActorKind.UNIT})
OF_GROUPS = frozenset({ActorKind.PERSON, ActorKind.UNIT})  # of those who may contest
BESIDE_A_NOTE = {  # texts of an event, by field
    "met": _l("With %(text)s"),
    "where": _l("Where: %(text)s"),
    "their_ref": _l("Their reference: %(text)s"),
    "who": _l("Signed: %(text)s"),
}
BEFORE = "fore"  # the parameter of a page that asks for the part before this event
BEHIND_THE_SCENES = frozenset({"case.followed", "case.unfollowed", "case.related", "case.escalated"})


@dataclass(frozen=True)
class NamesInFacts:
    """Names for what events mention by key: `units` maps a unit's slug to its name, `people` a person's id.

    `authorities` maps the slug of an authority to its name. `others` are the moments of mails that somebody else sent
    than the recipient of our letter: their files are events of the same moment.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)
    others: Collection[datetime] = ()

    @classmethod
    def of(cls, session: Session, lines: Collection[TimelineEntry]) -> "NamesInFacts":
        """Collect the names of all units and authorities, and of the officers mentioned in these entries."""
        officers = {line.event.facts["officer"]: line.officer for line in lines if line.officer}
        names = known(session)
        authorities = {row.slug: row.name for row in names.authorities}
        others = {line.event.at for line in lines if is_from_other(line.event.facts)}
        return cls({unit.slug: unit.name for unit in names.units}, officers, authorities, others)

    def unit(self, slug: Any) -> str:
        """Return the unit's name; the slug itself when it is unknown."""
        return self.units.get(slug, str(slug or ""))

    def authority(self, slug: Any) -> str:
        """Return the authority's name; the slug itself when it is unknown."""
        return self.authorities.get(slug, str(slug or ""))


@dataclass(frozen=True)
class TimelineLine:
    """One event of a timeline, ready for the template; `seq` is its number in the case, and `by` is who acted.

    `happened` is the sentence that describes it, `said` the text that somebody wrote ("" if none), and `told` the
    deliveries of its letters. `only_staff`: only staff may read it. `files` are the ids of the attachments that came.
    """

    seq: int
    type: str
    at: datetime
    by: str
    happened: str
    said: str
    only_staff: bool
    told: tuple[Any, ...]
    files: tuple[int, ...] = ()

    @property
    def icon(self) -> str:
        """The name of the icon for this type of event."""
        return ICONS.get(self.type, "history")

    @property
    def style(self) -> str:
        """The CSS class for this type of event."""
        return STYLES.get(self.type, "is-step")


def lines_of(
    session: Session, case: Case, actor: Actor, *, since: int = 0, before: int = AFTER_ALL
) -> list[TimelineLine]:
    """Return the part of the case's timeline that `actor` may read, latest event first.

    `since` and `before` are event numbers in the case: events up to the one and from the other on are left out.
    """
    return lines_from(session, case, actor, timeline(session, case, actor, since=since, before=before))


def lines_from(session: Session, case: Case, actor: Actor, lines: list[TimelineEntry]) -> list[TimelineLine]:
    """Return these entries of the case's timeline, oldest first, as `actor` may read them, latest first."""
    names, told = (
        NamesInFacts.of(session, lines),
        deliveries_about(session, case.id, language()) if actor.is_staff else {},
    )
    promises = PromisesOfSteps.among(lines)
    shown = [line for line in promises.left_out(lines) if actor.person_id or line.event.type not in BEHIND_THE_SCENES]
    runs = folded(list(reversed(shown)))
    return [_line(run, actor, names, promises, tuple(one for line in run for one in told.get(line.event.id, ())))
            for run in runs]  # fmt: skip


def folded(lines: list[TimelineEntry]) -> list[list[TimelineEntry]]:
    """Return the entries in runs: files of one sending, and weekly reminders of one clock, are one; others are alone.

    Nothing but reminders may lie between reminders of a run: two clocks may run out at once, and remind by turns.
    """
    runs: list[list[TimelineEntry]] = []
    open_runs: dict[tuple[Any, ...], list[TimelineEntry]] = {}
    for line in lines:
        shared = _repeats(line)
        if shared in open_runs:
            open_runs[shared].append(line)
            continue
        if line.event.type != "case.escalated":
            open_runs = {}
        runs.append([line])
        if shared is not None:
            open_runs[shared] = runs[-1]
    return runs


def _repeats(line: TimelineEntry) -> tuple[Any, ...] | None:
    """Return what the events of one run have in common; None for an event that is always alone.

    That is the clock and its cycle for a weekly reminder; for a file who attached it, when, and for whom it is.
    """
    facts = line.event.facts
    if line.event.type == ATTACHED:
        return line.event.actor, line.event.person_id, line.event.at, facts.get("visibility")
    if line.event.type != "case.escalated" or facts["rung"] < REPEATED_RUNG:
        return None
    return facts["clock"], facts["cycle"]


def asked_before() -> int:
    """Return the event number before which the request wants to see the timeline; one above all when it names none."""
    wanted = request.args.get(BEFORE, "")
    return int(wanted) if wanted.isdecimal() and len(wanted) < len(str(AFTER_ALL)) else AFTER_ALL


def part_shown(case: Case, before: int) -> dict[str, int]:
    """Return what the page says of the part of a long history that it shows, by the names in the template.

    `earlier` is how many events lie before that part, and `later` how many after it; `older_before` is the number to
    ask for to see the part before.
    """
    last = min(before - 1, case.version)
    return {
        "earlier": max(0, last - MOST_LINES),
        "later": max(0, case.version - last),
        "older_before": last - MOST_LINES + 1,
    }


def late_before(lines: list[TimelineEntry]) -> list[int]:
    """Return for how many days the case was late each time before, by its whole history; none by a part without start.

    That it has been late since its present day is told beside that day.
    """
    events = [line.event for line in lines]
    return days_late_before(events, current().database.calendar) if events and events[0].seq == 1 else []


def _line(
    run: list[TimelineEntry], actor: Actor, names: NamesInFacts, promises: PromisesOfSteps, told: tuple[Any, ...]
) -> TimelineLine:
    line, event = run[0], run[0].event
    came = [one.event.facts for one in reversed(run) if one.event.type == ATTACHED]
    facts = event.facts | ({"came": came} if came else {})
    if not actor.is_staff:
        facts = {name: value for name, value in facts.items() if name not in ONLY_FOR_STAFF}
    if len(run) > 1 and not came:
        facts |= {"from_rung": run[-1].event.facts["rung"]}
    facts |= {"acted": event.actor}
    mine = own_sentence(event.type, facts, names.unit, event.actor) if actor.kind is ActorKind.REPORTER else None
    happened, promised = mine or sentence_for(event.type, facts, names), promises.with_step(line)
    happened += _how_it_was_done(facts, line.words.get("done_by", ""))
    if promised is not None:
        happened = f"{happened}. {sentence_for(promised.event.type, promised.event.facts, names)}"
    return TimelineLine(
        seq=event.seq,
        type=event.type,
        at=event.at,
        by=line.by or mailbox_name(line.unit) or _actor_name(event, actor, names),
        happened=happened,
        said=_said(line),
        only_staff=line.only_staff,
        told=told,
        files=tuple(one["attachment"] for one in came),
    )


def _said(line: TimelineEntry) -> str:
    """Return what somebody wrote with the event; first whom they met, where the case is, or the others' reference."""
    beside = (str(words) % {"text": line.words[name]} for name, words in BESIDE_A_NOTE.items() if name in line.words)
    return "\n\n".join(filter(None, (*beside, line.words.get("note", ""))))


def _how_it_was_done(facts: dict[str, Any], by: str) -> str:
    """Return the sentence that says when and by whom something was done, where that was told; else ""."""
    on = day_words(facts["done_on"]) if facts.get("done_on") else ""
    if on and by:
        return ". " + gettext("Done %(day)s by %(whom)s", day=on, whom=by)
    if on:
        return ". " + gettext("Done %(day)s", day=on)
    return ". " + gettext("Done by %(whom)s", whom=by) if by else ""


def _actor_name(event: Event, reader: Actor, names: NamesInFacts) -> str:
    """Return what an actor without a name is called: "You" to a reporter who reads what they did themselves."""
    if event.actor == ActorKind.VISITOR and event.at in names.others:
        return gettext("Somebody else")
    if reader.kind is ActorKind.REPORTER and event.actor in ME:
        return gettext("You")
    return str(ACTORS.get(event.actor, ""))


def sentence_for(type_: str, facts: dict[str, Any], names: NamesInFacts) -> str:
    """Return the sentence that describes an event; the type itself when it is unknown.

    `type_` is such as "case.planned", `facts` are the values stored with the event, such as its new due day.
    """
    make_sentence = SENTENCES.get(type_)
    return make_sentence(facts, names) if make_sentence else type_


def _received(facts: dict[str, Any], names: NamesInFacts) -> str:
    said = gettext("Came in via %(channel)s", channel=channel_name(facts["channel"]).lower())
    return gettext("%(came_in)s; likely junk", came_in=said) if facts.get("junk") else said


def _assigned(facts: dict[str, Any], names: NamesInFacts) -> str:
    officer = names.people.get(facts.get("officer") or 0)
    if officer and facts.get("responsible_was") == facts["responsible"] and facts.get("previous") == "assigned":
        return gettext("%(officer)s became the officer", officer=officer)
    unit = names.unit(facts["responsible"])
    return (
        gettext("Assigned to %(unit)s, %(officer)s", unit=unit, officer=officer)
        if officer
        else gettext("Assigned to %(unit)s", unit=unit)
    )


def _planned(facts: dict[str, Any], names: NamesInFacts) -> str:
    words = {"unit": names.unit(facts["responsible"]), "day": day_words(facts["due_on"])}
    if facts.get("asked_for"):
        return gettext("Planned by %(unit)s for %(day)s, the first working day after %(asked)s",
                       **words, asked=day_words(facts["asked_for"]))  # fmt: skip
    return gettext("Planned by %(unit)s for %(day)s", **words)


def _waiting(facts: dict[str, Any], names: NamesInFacts) -> str:
    day = day_words(facts["follow_up_on"])
    whom = {"reporter": gettext("the person who asked"), "unit": names.unit(facts.get("unit"))}.get(
        facts["waiting_for"], gettext("somebody else")
    )
    return gettext("Waits for %(whom)s; followed up %(day)s", whom=whom, day=day)


def _answered(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts["to"] == State.RECEIVED:
        said = gettext("An answer has come. The case is with the contact person.")
        by_mail = gettext("An answer has come by e-mail. The case is with the contact person.")
    else:
        said = gettext("An answer has come. The case is %(state)s again.", state=_state(facts, names))
        by_mail = gettext("An answer has come by e-mail. The case is %(state)s again.", state=_state(facts, names))
    return by_mail if is_by_mail(facts) else said


def _contested(facts: dict[str, Any], names: NamesInFacts) -> str:
    unit = _unit(facts, names)
    if facts.get("acted") in OF_GROUPS:
        return gettext("It is not fixed, says the group; back to %(unit)s", unit=unit)
    return gettext("It is not fixed, says the person who asked; back to %(unit)s", unit=unit)


def _confirmed(facts: dict[str, Any], names: NamesInFacts) -> str:
    return (
        gettext("It is fixed, says the person who asked")
        if facts["whose"] == "reporter"
        else gettext("It is fixed, says the group")
    )


def _asked_how_it_went(facts: dict[str, Any], names: NamesInFacts) -> str:
    return (
        gettext("The person who asked was asked how it went")
        if facts["whose"] == "reporter"
        else gettext("The group was asked how it went")
    )


def _said_how_it_went(facts: dict[str, Any], names: NamesInFacts) -> str:
    grade = facts["grade"]
    return (
        gettext("How it went, says the person who asked: %(grade)s of 5", grade=grade)
        if facts["whose"] == "reporter"
        else gettext("How it went, says the group: %(grade)s of 5", grade=grade)
    )


def _closed(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts.get("acted") in SAY_YES:
        return gettext("Closed: whoever asked says that it is fixed")
    return gettext("Closed: nobody objected")


def _corrected(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts["what"] == ["published"]:
        return gettext("Published") if facts.get("published") else gettext("Taken back from the public page")
    if facts["what"] == ["quick_win"]:
        ended = gettext("No longer marked as a quick win")
        return gettext("Marked as a quick win") if facts.get("quick_win") else ended
    if facts["what"] == ["closed_day"]:
        return gettext("A day was closed: the due day is now %(day)s", day=day_words(facts["due_on"]))
    if len(facts["what"]) == 1 and facts["what"][0] in CORRECTED_ALONE:
        return str(CORRECTED_ALONE[facts["what"][0]])
    return gettext("Corrected: %(what)s", what=", ".join(str(CORRECTED.get(what, what)) for what in facts["what"]))


def _attached(facts: dict[str, Any], names: NamesInFacts) -> str:
    came = facts.get("came", [facts])
    if all(str(one.get("media_type", "")).startswith("image/") for one in came):
        return ngettext(
            "A picture was attached", "%(number)s pictures were attached", len(came), number=number_word(len(came))
        )
    return ngettext("A file was attached", "%(number)s files were attached", len(came), number=number_word(len(came)))


def _reporter_corrected(facts: dict[str, Any], names: NamesInFacts) -> str:
    what = ", ".join(str(REPORTER_DETAILS.get(what, what)) for what in facts["what"])
    return gettext("The details of the person who asked were corrected: %(what)s", what=what)


def _protection(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts["protected"]:
        return gettext("The person who asked now has a protected identity")
    return gettext("The person who asked no longer has a protected identity")


def _escalated(facts: dict[str, Any], names: NamesInFacts) -> str:
    words = {
        "ordinal": ordinal(facts["rung"]),
        "clock": str(CLOCKS.get(facts["clock"], facts["clock"])),
        "day": day_words(facts["next_on"]),
    }
    if facts["rung"] == FIRST_RUNG:
        return gettext("Reminder before %(clock)s", clock=words["clock"])
    if facts["rung"] == DAY_RUNG:
        return gettext("%(ordinal)s reminder, on %(clock)s. The next one comes %(day)s", **words)
    if facts.get("from_rung"):
        words["rungs"] = f"{facts['from_rung']}–{facts['rung']}"
        return gettext("Reminders %(rungs)s: %(clock)s has passed. The next one comes %(day)s", **words)
    return gettext("%(ordinal)s reminder: %(clock)s has passed. The next one comes %(day)s", **words)


def _promised(facts: dict[str, Any], names: NamesInFacts) -> str:
    day = day_words(facts["promised_on"])
    if facts.get("was"):
        return gettext("The promise was moved from %(was)s to %(day)s", was=day_words(facts["was"]), day=day)
    return gettext("Promised for %(day)s", day=day)


def _agenda(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts.get("body"):
        body = names.unit(facts["body"])
        if facts.get("meeting_on"):
            return gettext("Put on the agenda of %(body)s for %(day)s", body=body, day=day_words(facts["meeting_on"]))
        return gettext("Put on the agenda of the next meeting of %(body)s", body=body)
    if facts.get("meeting_on"):
        return gettext("Put on the forum’s agenda for %(day)s", day=day_words(facts["meeting_on"]))
    return gettext("Put on the agenda of the forum’s next meeting")


def _called(facts: dict[str, Any], names: NamesInFacts) -> str:
    if "people" not in facts:
        return gettext("A meeting was called for %(day)s", day=day_words(facts["on"]))
    count = len(facts["people"]) + len(facts["parties"])
    day = day_words(facts["on"])
    return ngettext(
        "%(num)d more was invited to the meeting on %(day)s", "%(num)d more were invited to the meeting on %(day)s",
        count, day=day,
    )  # fmt: skip


def _moved(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts["was"] == facts["on"]:
        return gettext("The meeting on %(day)s got another time or place", day=day_words(facts["on"]))
    return gettext(
        "The meeting was moved from %(was)s to %(day)s", was=day_words(facts["was"]), day=day_words(facts["on"])
    )


def _agenda_sent(facts: dict[str, Any], names: NamesInFacts) -> str:
    count = ngettext("%(num)d item", "%(num)d items", facts["items"])
    return gettext("The agenda of the meeting on %(day)s was sent: %(items)s", day=day_words(facts["on"]), items=count)


def _contact(facts: dict[str, Any], names: NamesInFacts) -> str:
    words = {
        "how": str(CONTACT_WAYS[facts["how"]]).lower(),
        "group": names.unit(facts["group"]),
        "day": day_words(facts["on"]),
    }
    said = gettext("Contact with %(group)s %(day)s (%(how)s)", **words)
    if not facts["questions"]:
        return said
    return said + ngettext(": %(num)d question taken down", ": %(num)d questions taken down", facts["questions"])


def _imported(facts: dict[str, Any], names: NamesInFacts) -> str:
    if facts.get("due_on"):
        return gettext("Brought in from another system; an answer by %(day)s", day=day_words(facts["due_on"]))
    return gettext("Brought in from another system")


def _erased(facts: dict[str, Any], names: NamesInFacts) -> str:
    if "mail" in (facts.get("also") or ()):
        return gettext("Words and e-mails that came in were erased: %(decision)s", decision=facts["decision"])
    return gettext("Words were erased: %(decision)s", decision=facts["decision"])


def _took_over(facts: dict[str, Any], names: NamesInFacts) -> str:
    return ngettext("%(ref)s was merged into this one, with %(num)d follower",
                    "%(ref)s was merged into this one, with %(num)d followers",
                    facts.get("followers", 0), ref=facts["merged"])  # fmt: skip


def _with(
    words: Any, **values: Callable[[dict[str, Any], NamesInFacts], str]
) -> Callable[[dict[str, Any], NamesInFacts], str]:
    return lambda facts, names: str(words) % {name: value(facts, names) for name, value in values.items()}


def _unit(facts: dict[str, Any], names: NamesInFacts) -> str:
    return names.unit(facts.get("responsible") or facts.get("by_unit"))


def _state(facts: dict[str, Any], names: NamesInFacts) -> str:
    return str(STATES_IN_SENTENCES[facts["to"]])


def _fact(name: str) -> Callable[[dict[str, Any], NamesInFacts], str]:
    return lambda facts, names: str(facts.get(name, ""))


def _day(name: str) -> Callable[[dict[str, Any], NamesInFacts], str]:
    return lambda facts, names: day_words(facts[name])


def _anchored(facts: dict[str, Any], names: NamesInFacts) -> str:
    return str(ANCHORED[facts["kind"]]) % {"day": day_words(facts["on"])}


SENTENCES: dict[str, Callable[[dict[str, Any], NamesInFacts], str]] = {
    "case.received": _received,
    "case.assigned": _assigned,
    "case.sent_back": _with(_l("Sent back by %(unit)s: not theirs"), unit=_unit),
    "case.planned": _planned,
    "case.started": _with(_l("%(unit)s is working on it, news by %(day)s"), unit=_unit, day=_day("due_on")),
    "case.waiting": _waiting,
    "case.answered": _answered,
    "case.parked": _with(_l("On hold until %(day)s"), day=_day("until")),
    "case.taken_up": _with(_l("Taken up again by the contact person")),
    "case.done": _with(
        _l("Done, says %(unit)s; whoever disagrees can say so until %(day)s"), unit=_unit, day=_day("object_by")
    ),
    "case.contested": _contested,
    "case.confirmed": _confirmed,
    "case.reopened": _with(_l("Reopened and assigned to %(unit)s"), unit=_unit),
    "case.closed": _closed,
    "case.satisfaction_asked": _asked_how_it_went,
    "case.satisfaction_answered": _said_how_it_went,
    "case.declined": _with(_l("Declined")),
    "case.merged": _with(_l("Merged into %(into)s"), into=_fact("into")),
    "case.took_over": _took_over,
    "case.commented": lambda facts, _names: commented_words(facts),
    "case.attached": _attached,
    "case.corrected": _corrected,
    "case.reporter_corrected": _reporter_corrected,
    "case.protection_changed": _protection,
    "case.key_replaced": _with(_l("The person who asked got a new private link; the old one no longer works")),
    "case.link_put_out": _with(_l("The link in an e-mail about the case was put out")),
    "case.mail_filed": _with(_l("An automatic e-mail came in, such as one about an absence")),
    "case.address_bounced": lambda facts, _names: bounced_words(facts),
    "case.reply_read": lambda facts, _names: reply_read_words(facts),
    "case.related": _with(_l("Has to do with %(to)s"), to=_fact("to")),
    "case.followed": _with(_l("Somebody follows the case")),
    "case.unfollowed": _with(_l("Somebody stopped following the case")),
    "case.promised": _promised,
    "case.promise_broken": _with(_l("The promise of %(day)s was not kept"), day=_day("promised_on")),
    "case.escalated": _escalated,
    "case.put_on_agenda": _agenda,
    "case.kept_off_agenda": _with(_l("Kept off the forum’s agenda: the person who asked has a protected identity")),
    "case.taken_off_agenda": _with(_l("Taken off the forum’s agenda")),
    "case.imported": _imported,
    "contact.logged": _contact,
    "case.words_erased": _erased,
    "case.carried": _with(_l("Goes on in version %(version)s of the plan"), version=_fact("version")),
    "case.dropped_from_plan": _with(_l("Left out of version %(version)s of the plan"), version=_fact("version")),
    "plan.adopted": _with(
        _l("Version %(version)s of the plan was adopted on %(day)s"), version=_fact("version"), day=_day("on")
    ),
    "plan.anchored": _anchored,
    "meeting.called": _called,
    "meeting.moved": _moved,
    "meeting.cancelled": _with(_l("The meeting on %(day)s was cancelled"), day=_day("on")),
    "meeting.agenda_sent": _agenda_sent,
    "meeting.held": lambda facts, _names: held_words(facts),
    "minutes.adjusted": _with(_l("The minutes were approved on %(day)s"), day=_day("adjusted_on")),
    "case.settled_on_agenda": lambda facts, _names: settled_words(facts),
    "case.recommended": lambda facts, names: recommended_words(facts, names.unit(facts["body"])),
    "register.entered": lambda facts, names: entered_words(facts, names.authority),
    "register.forwarded": lambda facts, names: forwarded_words(facts, names.authority),
    "register.answered": lambda facts, names: answered_words(facts, names.authority),
}


def told_words(told: DeliveryRecord) -> str:
    """Return one line of text about a delivery: its recipient, its outcome, and the time or why it was not sent."""
    why = why_not(told.reason, language()) if told.outcome in NOT_SENT else None
    detail = why or (moment_words(told.at) if told.at else told.reason)
    return f"{told.to}: {OUTCOMES[told.outcome]}" + (f", {detail}" if detail else "")
