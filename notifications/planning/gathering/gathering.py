"""Gathering: what comes in numbers from one source within an hour is told in one letter.

Two things do: comments of one party outside the municipality on one case, and alarms with one cause. The first is told
at once. Those that follow wait until an hour after the last letter about that source went out; what another party
comments on the case meanwhile joins them. Any other letter that goes to the same address at once lets them go before
it: so letters keep their order, and no letter that is told at once waits for them.

A letter that a mail caused waits for an earlier one that a mail caused: two programs that answer each other (RFC 3834)
write three letters at most within the hour. After ten in a day the next is set aside (`mail_brake`).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.database.base import table_of
from cases.database.clock import now, present
from cases.database.queries import any_of, fetch_rows
from cases.incoming.mail_comments import BY_MAIL
from notifications.audiences.context import AudienceContext
from notifications.deliveries import IS_WAITING, Address, Channel, Delivery, Outcome
from notifications.planning.drafts import (
    ALARMS,
    BRAKED,
    COMMENTS,
    MOST_LINES,
    Brake,
    DeliveryDraft,
    DraftLine,
    insert_lines,
    letter_of,
)
from notifications.planning.gathering.mail_brake import DAY, brake_for, braked_now
from notifications.planning.gathering.recent_letters import RecentLetter, read_recent

WINDOW = timedelta(hours=1)
GATHERED = ("news", COMMENTS, "set_aside", ALARMS)

VARIES = re.compile(r"\S*@\S*|\d+")  # in the reasons of alarms with one cause

DELIVERIES = table_of(Delivery)
TO_KEYS = (Address.id == Delivery.address_id, any_of(Address.email_normalised, "keys"))
IS_UNTOUCHED = (Delivery.message.is_(None), Delivery.lease_token.is_(None), Delivery.held_for.is_(None))
LOCKED = (  # one that a worker is just claiming is left to it
    select(Delivery.id)
    .where(any_of(Delivery.id, "ids"), *IS_UNTOUCHED)
    .where(or_(Delivery.outcome == IS_WAITING, Delivery.reason == BRAKED))
    .order_by(Delivery.id)
    .with_for_update(skip_locked=True)
)
HELD = (
    select(Delivery.id)
    .where(*TO_KEYS, Delivery.outcome == IS_WAITING, *IS_UNTOUCHED)
    .where(Delivery.letter.in_(GATHERED), Delivery.claims == 0)
    .where(Delivery.next_attempt_at > now())
    .order_by(Delivery.id)
    .with_for_update(of=Delivery, skip_locked=True)
)
JOIN = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("row"))
    .values(letter=bindparam("now_named"), context=bindparam("joined", type_=DELIVERIES.c.context.type))
)
LET_GO = update(DELIVERIES).where(any_of(DELIVERIES.c.id, "ids")).values(next_attempt_at=None)


def gathering_key(context: AudienceContext) -> str | None:
    """Return what the event is gathered with: "case:17/reporter", "case:17/group" or "alarm:0a1b2c3d/alarm".

    What comes before the "/" shares a letter. "case:17/staff" is what somebody who works here wrote by mail: a program
    may have written it. The last is of alarms whose reasons differ in numbers and addresses at most. None for every
    other event; a comment by staff is told at once.
    """
    event, case = context.event.row, context.case
    if event.type == "house.set_aside":
        cause = VARIES.sub("", f"{event.facts['what']} {event.facts['reason']}")
        return f"alarm:{hashlib.sha256(cause.encode()).hexdigest()[:8]}/alarm"
    if event.type != "case.commented" or case is None:
        return None
    if event.facts.get("channel") == BY_MAIL and (event.person_id is not None or event.actor is ActorKind.UNIT):
        return f"case:{case.id}/staff"
    if event.actor in {ActorKind.REPORTER, ActorKind.VISITOR}:
        return f"case:{case.id}/reporter"
    of_the_group = case.group and context.directory.belongs(event.person_id, context.unit(case.group))
    return f"case:{case.id}/group" if of_the_group else None


Key = tuple[str, str]  # what shares a letter, and the recipient who is told


@dataclass
class GatheringRound:
    """Drafts sorted into those to insert, and the lines that join letters which wait. `moment` is now (UTC)."""

    moment: datetime
    recent: dict[str, list[RecentLetter]]  # by address, oldest first
    free: set[int]  # letters that may be joined; they are locked
    drafts: list[DeliveryDraft] = field(default_factory=list)
    joined: dict[int, list[DraftLine]] = field(default_factory=lambda: defaultdict(list))
    _place: dict[Key, int] = field(default_factory=dict)  # in `drafts`, while it may be joined
    _braked: dict[Key, int] = field(default_factory=dict)  # in `drafts`, those that are set aside
    _told_now: set[tuple[str | None, str]] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)  # recipients of something else in this round

    def add(self, draft: DeliveryDraft) -> None:
        """Let the draft be inserted, be joined with one of this round, or join a letter that waits."""
        if draft.held_for:
            self.drafts.append(draft)
            return
        if not gathers(draft):
            self._close(draft.recipient.key)
            self.drafts.append(draft)
            return
        key = (draft.gathered_as or "", draft.recipient.key)
        recent = [letter for letter in self.recent.get(key[1], ()) if letter.context.get("gathered_as") == key[0]]
        if key in self._place:
            self.drafts[self._place[key]].lines.extend(draft.lines)
        elif recent and self._may_be_joined(recent[-1], draft):
            self.joined[recent[-1].id] += draft.lines
        elif brake := self._brake_for(draft):
            self._set_aside(draft, key, brake)
            return
        else:
            self._place[key] = len(self.drafts)
            self.drafts.append(replace(draft, not_before=self._not_before(draft, recent)))
        self._told_now.add((draft.lines[0].gathered_as, draft.recipient.key))

    def _brake_for(self, draft: DeliveryDraft) -> Brake | None:
        context = draft.lines[0].context
        if not _came_by_mail(draft):
            return None
        return brake_for(context.get("ref"), self.recent.get(draft.recipient.key, ()), self.moment)

    def _set_aside(self, draft: DeliveryDraft, key: Key, brake: Brake) -> None:
        """Let the draft be set aside, with what is set aside of the case already: one letter, when it is let go."""
        aside = braked_now(self.recent[key[1]], draft.lines[0].context.get("ref"))
        if key in self._braked:
            self.drafts[self._braked[key]].lines.extend(draft.lines)
        elif aside is not None and aside.id in self.free:
            self.joined[aside.id] += draft.lines
        else:
            self._braked[key] = len(self.drafts)
            self.drafts.append(replace(draft, brake=brake))

    def _close(self, to: str) -> None:
        """Something else goes to this recipient: nothing that comes later joins what was gathered before."""
        self._closed.add(to)
        for key in [key for key in self._place if key[1] == to]:
            del self._place[key]

    def _may_be_joined(self, letter: RecentLetter, draft: DeliveryDraft) -> bool:
        """Return whether nothing later about the case is on its way to the address, so that the order stays."""
        if letter.outcome is not Outcome.WAITING:
            return False
        ref = draft.lines[0].context.get("ref")
        if ref is None:  # about no case: there is no order to keep
            return letter.id in self.free
        later = (other for other in self.recent[letter.to] if other.id > letter.id)
        is_last = letter.to not in self._closed and not any(other.tells_of(ref) for other in later)
        return letter.id in self.free and is_last

    def _caused_by_mail(self, draft: DeliveryDraft) -> list[RecentLetter]:
        """Return the recent letters to the same address about the same case that were caused by a mail."""
        ref = draft.lines[0].context.get("ref")
        return [one for one in self.recent.get(draft.recipient.key, ()) if one.was_caused_by_mail_about(ref)]

    def _not_before(self, draft: DeliveryDraft, recent: Sequence[RecentLetter]) -> datetime | None:
        """Return an hour after the same was told last. A letter that waits and cannot be joined is about to go."""
        source = draft.lines[0].gathered_as
        before = [letter for letter in recent if letter.has_told_of(source)]
        if draft.lines[0].context.get("by_mail"):
            before += self._caused_by_mail(draft)
        told = [min(letter.goes_at, self.moment) for letter in before]
        told += [self.moment] if (source, draft.recipient.key) in self._told_now else []
        return max(told) + WINDOW if told and max(told) + WINDOW > self.moment else None


def gathers(draft: DeliveryDraft) -> bool:
    """Return whether the draft is a mail about a comment from outside or an alarm, which may wait for others."""
    is_mail = draft.recipient.channel is Channel.MAIL
    may_wait = is_mail and draft.held_for is None and draft.redundant_reason is None
    return draft.gathered_as is not None and may_wait


def gather(session: Session, drafts: Sequence[DeliveryDraft]) -> list[DeliveryDraft]:
    """Return the drafts that are to be inserted, and store the others in letters that wait.

    A letter that waits for more goes out now when one of the drafts goes to the same address at once. Letters that are
    changed are locked until commit.
    """
    found = list(drafts)
    if keys := {draft.recipient.key for draft in drafts if gathers(draft)}:
        gathering = _read(session, keys, is_braked=any(_came_by_mail(draft) for draft in drafts))
        for draft in drafts:
            gathering.add(draft)
        _join(session, gathering)
        found = _letting_go(gathering.drafts)
    _let_go(session, {draft.recipient.key for draft in found if draft.recipient.email and _goes_at_once(draft)})
    return found


def _letting_go(drafts: Sequence[DeliveryDraft]) -> list[DeliveryDraft]:
    """Return the drafts, those that wait for more let go where a later one goes to the same recipient at once."""
    found: list[DeliveryDraft] = []
    going: set[str] = set()
    for draft in reversed(drafts):
        if _goes_at_once(draft):
            going.add(draft.recipient.key)
        elif gathers(draft) and draft.brake is None and draft.recipient.key in going:
            draft = replace(draft, not_before=None)
        found.append(draft)
    return found[::-1]


def _goes_at_once(draft: DeliveryDraft) -> bool:
    return not draft.held_for and (not gathers(draft) or (draft.not_before is None and draft.brake is None))


def _came_by_mail(draft: DeliveryDraft) -> bool:
    return bool(draft.lines[0].context.get("by_mail"))


def _read(session: Session, keys: set[str], *, is_braked: bool) -> GatheringRound:
    """Return a round with the letters of two hours to these addresses; of a day, where the brake counts them."""
    moment = present(session)
    recent = read_recent(session, keys, moment - (DAY if is_braked else 2 * WINDOW))
    ids = [letter.id for letters in recent.values() for letter in letters if letter.context.get("gathered_as")]
    free = {row[0] for row in fetch_rows(session, LOCKED, {"ids": ids})} if ids else set()
    return GatheringRound(moment, recent, free)


def _join(session: Session, gathering: GatheringRound) -> None:
    """Store the new lines in the letters that they join."""
    contexts = {letter.id: letter.context for letters in gathering.recent.values() for letter in letters}
    rows = [
        {"row": id_, "joined": _with_lines(contexts[id_], lines), "now_named": letter_of(contexts[id_]["gathered_as"])}
        for id_, lines in gathering.joined.items()
    ]
    if rows:
        session.connection().execute(JOIN, rows)
        insert_lines(session, [(id_, line) for id_, lines in gathering.joined.items() for line in lines])


def _let_go(session: Session, keys: set[str]) -> None:
    held = [row[0] for row in fetch_rows(session, HELD, {"keys": list(keys)})] if keys else []
    if held:
        session.connection().execute(LET_GO, {"ids": held})


def _with_lines(context: dict[str, Any], lines: Sequence[DraftLine]) -> dict[str, Any]:
    """Return the context of a letter with these lines added: the first 50 are kept, the others counted."""
    all_lines = [*context["lines"], *(line.context for line in lines)]
    more = context["more"] + max(0, len(all_lines) - MOST_LINES)
    return {**context, "lines": all_lines[:MOST_LINES], "more": more}
