"""Forgotten: the independent check (G8), which finds breaches of the guarantees by SQL of its own.

On purpose it shares nothing with what it checks: no models, no rules, no code for clocks. It reads the stored tables.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from cases.checks.forgotten_history import Portion, broken_histories
from cases.checks.forgotten_meetings import MEETING_LOOKS, MEETING_PARTS
from cases.checks.forgotten_village import VILLAGE_LOOKS, VILLAGE_PARTS
from cases.checks.looks import Breach, Look
from cases.database.base import UtcDateTime
from cases.database.clock import now as database_now

GRACE = timedelta(minutes=5)  # a sweep runs every minute: what is due for longer than this was missed
BACKLOG = timedelta(hours=1)  # by the database's clock
SLOWEST_POLICY = timedelta(days=730)
LACKS_AT_MOST = timedelta(days=1)  # what ought to be owed, until somebody looks
CONTACT_DAYS = timedelta(days=183)


def find_forgotten(session: Session, now: datetime, histories: Portion | None = None) -> list[Breach]:
    """Return every breach of the guarantees G1 to G4 and G6, and of those of the village method.

    G1: each open case has a responsible unit and a next moment. G2: what was due has happened. G3: no ladder has
    stopped. G4: those concerned are told. G6: histories are whole, and replaying them gives the cases as they are.

    V2: what ought to be owed is. V3: each record has its event, and each such event its record. V4: what was owed and
    has ended was given. V5, V6: adopted plans are whole, and as they were adopted. V8: nothing vanishes between two
    versions. V13: a recommendation stands on an agenda of its body. V14: a closed meeting has settled its items. V15: a
    meeting has an open case until its minutes are adjusted. V16: a body that meets has a coming meeting. V29: the next
    contact with each group is not far. V35: nobody acts as staff who has posts in groups and
    forums only.

    Deadlines of cases are compared with `now`; unfinished work and unsent letters with the database's present time.
    Hashes and words are checked, and events replayed, only in the event streams of `histories`; None: in all.
    """
    present = session.scalars(select(database_now())).one()
    moments = {
        "passed": now - GRACE,
        "backlog": present - BACKLOG,
        "far": now + SLOWEST_POLICY,
        "day_ago": now - GRACE - LACKS_AT_MOST,
        "now": now,
        "contact_far": now + CONTACT_DAYS,
    }
    found = [
        breach for look in (*LOOKS, *VILLAGE_LOOKS, *MEETING_LOOKS) for breach in _breaches(session, look, moments)
    ]
    found += [Breach("G6", what, subject, detail) for what, subject, detail in broken_histories(session, histories)]
    return found


def _breaches(session: Session, look: Look, moments: dict[str, datetime]) -> Iterator[Breach]:
    named = {name: moment for name, moment in moments.items() if f":{name}" in look.sql}
    query = text(look.sql.format_map(SQL_PARTS)).bindparams(
        *(bindparam(name, moment, type_=UtcDateTime()) for name, moment in named.items())
    )
    for subject, detail in session.execute(query):
        yield Breach(look.guarantee, look.what, str(subject), _as_text(detail))


def _as_text(detail: Any) -> str:
    return detail.astimezone(UTC).isoformat() if isinstance(detail, datetime) else str(detail or "")


SQL_PARTS = {
    **VILLAGE_PARTS,
    **MEETING_PARTS,
    "OPEN": "c.state NOT IN ('closed', 'declined', 'merged')",
    "CLIMBS": (
        "(c.state IN ('received', 'assigned', 'planned', 'in_progress', 'waiting') OR c.unread_reply IS NOT NULL)"
    ),
    # Letters of an event are planned once its own work is done, or once its tick is planned.
    "TOLD": (
        "(EXISTS (SELECT 1 FROM work w WHERE w.event_id = e.id AND w.done_at IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM tick t WHERE t.id = e.tick_id AND t.planned_at IS NOT NULL))"
    ),
    "ALARMED": (
        "SELECT CAST(facts ->> 'row' AS INTEGER) FROM event WHERE type = 'house.set_aside' AND facts ->> 'what'"
    ),
    "NO_LINE": "NOT EXISTS (SELECT 1 FROM delivery_line l WHERE l.event_id = e.id)",
}

LOOKS = (
    Look("G1", "an open case has no active unit that may hold it", """
        SELECT c.ref, u.slug FROM "case" c LEFT JOIN unit u ON u.id = c.responsible_id
        WHERE {OPEN} AND (u.id IS NULL OR NOT u.active OR u.kind NOT IN ('desk', 'department', 'group'))"""),
    Look("G1", "an open case has no next moment", """
        SELECT c.ref, c.state FROM "case" c
        WHERE {OPEN} AND (c.next_at IS NULL OR c.due_at IS NULL OR c.rung_at IS NULL)"""),
    Look("G1", "a case is in a state that does not exist", """
        SELECT c.ref, c.state FROM "case" c WHERE c.state NOT IN ('received', 'assigned', 'planned', 'in_progress',
        'waiting', 'parked', 'done', 'closed', 'declined', 'merged')"""),
    Look("G1", "a case that has ended still has a clock", """
        SELECT c.ref, c.next_at FROM "case" c
        WHERE NOT ({OPEN}) AND (c.next_at IS NOT NULL OR c.due_at IS NOT NULL)"""),
    Look("G2", "a moment has passed and nothing happened", """
        SELECT c.ref, c.next_at FROM "case" c WHERE {OPEN} AND c.next_at < :passed"""),
    Look("G2", "the due day has passed and no rung has fired", """
        SELECT c.ref, c.due_at FROM "case" c WHERE {CLIMBS} AND c.due_at < :passed AND NOT EXISTS (
            SELECT 1 FROM fired_rung f
            WHERE f.case_id = c.id AND f.clock = 'state' AND f.cycle = c.cycle AND f.rung >= 1)"""),
    Look("G2", "a parked case has not come back, or a done one has not closed", """
        SELECT c.ref, c.due_at FROM "case" c
        WHERE c.state IN ('parked', 'done') AND c.unread_reply IS NULL AND c.due_at < :passed"""),
    Look("G2", "a promise has passed and nobody was told", """
        SELECT c.ref, c.promise_breaks_at FROM "case" c WHERE {OPEN} AND c.promise_breaks_at < :passed"""),
    Look("G2", "a promise runs that the case does not know", """
        SELECT c.ref, p.promised_on FROM promise p JOIN "case" c ON c.id = p.case_id
        WHERE p.outcome = 'running' AND c.promise_breaks_at IS NULL"""),
    Look("G2", "no sign of life was asked for", """
        SELECT c.ref, c.life_at FROM "case" c WHERE {OPEN} AND c.life_at < :passed"""),
    Look("G2", "a warning of the law has passed", """
        SELECT c.ref, c.statutory_at FROM "case" c WHERE {OPEN} AND c.statutory_at < :passed"""),
    Look("G3", "the next moment is not the least of the clocks", """
        SELECT c.ref, c.next_at FROM "case" c WHERE {OPEN} AND (
            c.next_at > c.rung_at OR c.next_at > coalesce(c.life_at, c.next_at)
            OR c.next_at > coalesce(c.statutory_at, c.next_at) OR c.next_at > coalesce(c.promise_breaks_at, c.next_at)
            OR c.next_at NOT IN (c.rung_at, coalesce(c.life_at, c.rung_at), coalesce(c.statutory_at, c.rung_at),
                                 coalesce(c.promise_breaks_at, c.rung_at)))"""),
    Look("G3", "the ladder has stopped: the next rung has fired already", """
        SELECT c.ref, c.rung FROM "case" c WHERE {CLIMBS} AND EXISTS (
            SELECT 1 FROM fired_rung f
            WHERE f.case_id = c.id AND f.clock = 'state' AND f.cycle = c.cycle AND f.rung >= c.rung)"""),
    Look("G3", "the ladder has stopped: the first rung comes after the due day", """
        SELECT c.ref, c.rung_at FROM "case" c WHERE {CLIMBS} AND c.rung <= 1 AND c.rung_at > c.due_at"""),
    Look("G3", "the ladder has stopped: the next rung is years away", """
        SELECT c.ref, c.rung_at FROM "case" c WHERE {CLIMBS} AND c.rung > 1 AND c.rung_at > :far"""),
    Look("G3", "a rung was left out", """
        SELECT c.ref, c.rung FROM "case" c WHERE {CLIMBS} AND c.rung > 1 AND NOT EXISTS (
            SELECT 1 FROM fired_rung f
            WHERE f.case_id = c.id AND f.clock = 'state' AND f.cycle = c.cycle AND f.rung = c.rung - 1)"""),
    Look("G3", "the fourth rung put nothing on the forum's agenda", """
        SELECT c.ref, f.fired_at FROM fired_rung f JOIN "case" c ON c.id = f.case_id
        WHERE f.clock = 'state' AND f.rung = 4
        AND NOT EXISTS (SELECT 1 FROM agenda_item a WHERE a.case_id = f.case_id)
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = f.case_id AND e.type = 'case.kept_off_agenda')
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = f.event_id AND e.facts ->> 'junk' IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM party p WHERE p.id = c.reporter_id AND p.protected)"""),
    Look("G3", "a rung has fired without its event", """
        SELECT c.ref, f.rung FROM fired_rung f JOIN "case" c ON c.id = f.case_id LEFT JOIN event e ON e.id = f.event_id
        WHERE e.id IS NULL OR e.type <> 'case.escalated' OR e.stream <> f.case_id"""),
    Look("G3", "one event stands for two rungs", """
        SELECT max(c.ref), max(f.rung) FROM fired_rung f JOIN "case" c ON c.id = f.case_id
        GROUP BY f.event_id HAVING count(*) > 1"""),
    Look("G3", "an escalation is not in the table of rungs: it may fire again", """
        SELECT c.ref, e.seq FROM event e JOIN "case" c ON c.id = e.stream WHERE e.id IN (
            SELECT id FROM event WHERE type = 'case.escalated' EXCEPT SELECT event_id FROM fired_rung)"""),
    Look("G4", "an event has no work: nobody will be told", """
        SELECT e.type, e.id FROM event e WHERE e.tick_id IS NULL AND e.actor <> 'import'
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.event_id = e.id)"""),
    Look("G4", "work has not been done", """
        SELECT e.type, w.recorded_at FROM work w JOIN event e ON e.id = w.event_id
        WHERE w.done_at IS NULL AND w.set_aside_at IS NULL
        AND coalesce(w.next_attempt_at, w.recorded_at) < :backlog"""),
    Look("G4", "a sweep was not completed", """
        SELECT t.id, t.started_at FROM tick t
        WHERE t.sealed_at IS NULL AND coalesce(t.lease_until, t.started_at) < :backlog"""),
    Look("G4", "a sweep's letters are not planned", """
        SELECT t.id, t.sealed_at FROM tick t
        WHERE t.sealed_at < :backlog AND t.planned_at IS NULL AND t.set_aside_at IS NULL"""),
    Look("G4", "a letter waits though the mail server is up", """
        SELECT d.recipient, d.occasion FROM delivery d
        WHERE d.outcome = 'waiting' AND d.channel = 'mail' AND coalesce(d.next_attempt_at, d.created_at) < :backlog
        AND NOT EXISTS (SELECT 1 FROM mail_server s WHERE s.down_since IS NOT NULL)"""),
    Look("G4", "a letter was set aside and nobody was alarmed", """
        SELECT d.occasion, d.reason FROM delivery d WHERE d.id IN (
            SELECT id FROM delivery WHERE outcome = 'set_aside' EXCEPT {ALARMED} = 'delivery')
        AND NOT EXISTS (SELECT 1 FROM delivery_line l JOIN event e ON e.id = l.event_id
                        WHERE l.delivery_id = d.id AND e.type = 'house.set_aside')
        AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.id = CAST(d.context ->> 'braked' AS INTEGER)
                        AND o.address_id = d.address_id AND o.id IN ({ALARMED} = 'delivery'))"""),
    Look("G4", "what was held is told in no digest", """
        SELECT d.recipient, d.reason FROM delivery d LEFT JOIN delivery_line l ON l.delivery_id = d.id
        WHERE d.reason LIKE 'told in digest %' AND NOT EXISTS (
            SELECT 1 FROM delivery g LEFT JOIN delivery_line k ON k.delivery_id = g.id
            WHERE g.occasion = 'digest:' || substr(d.reason, 16)
            AND (l.event_id IS NULL OR k.event_id = l.event_id))"""),
    Look("G4", "what was held is told in its digest and once more", """
        SELECT DISTINCT d.recipient, d.occasion FROM delivery d JOIN delivery_line l ON l.delivery_id = d.id
        JOIN delivery_line o ON o.event_id = l.event_id AND o.delivery_id <> d.id
        JOIN delivery x ON x.id = o.delivery_id AND x.recipient = d.recipient
        WHERE d.occasion LIKE 'digest:%' AND d.outcome <> 'suppressed' AND x.outcome <> 'suppressed'"""),
    Look("G4", "work was set aside and nobody was alarmed", """
        SELECT e.type, w.last_error FROM work w JOIN event e ON e.id = w.event_id
        WHERE e.type <> 'house.set_aside' AND w.id IN (
            SELECT id FROM work WHERE set_aside_at IS NOT NULL EXCEPT {ALARMED} = 'work')"""),
    Look("G4", "the person who asked was not told", """
        SELECT c.ref, e.type FROM event e JOIN "case" c ON c.id = e.stream JOIN party p ON p.id = c.reporter_id
        WHERE e.type IN ('case.sent_back', 'case.parked', 'case.taken_up', 'case.done', 'case.closed', 'case.declined',
                         'case.merged', 'case.promise_broken')
        AND (p.email IS NOT NULL OR p.phone IS NOT NULL) AND e.actor <> 'reporter' AND {TOLD}
        AND NOT EXISTS (SELECT 1 FROM delivery_line l WHERE l.event_id = e.id
                        AND l.audience IN ('reporter', 'group', 'followers'))"""),
    Look("G4", "a rung has told nobody", """
        SELECT c.ref, f.rung FROM fired_rung f JOIN event e ON e.id = f.event_id JOIN "case" c ON c.id = f.case_id
        WHERE f.rung >= 1 AND {TOLD} AND {NO_LINE}"""),
    Look("G4", "the unit was not told of what it was given", """
        SELECT c.ref, e.type FROM event e JOIN "case" c ON c.id = e.stream
        WHERE e.type = 'case.contested' AND {TOLD} AND {NO_LINE}"""),
    Look("G6", "an act by a shared mailbox names no letter", """
        SELECT c.ref, e.seq FROM event e JOIN "case" c ON c.id = e.stream WHERE e.actor = 'unit' AND NOT EXISTS (
            SELECT 1 FROM event a WHERE a.stream = e.stream
            AND (a.facts ->> 'delivery' IS NOT NULL OR a.facts ->> 'channel' = 'mail')
            AND coalesce(a.act_seq, a.seq) = coalesce(e.act_seq, e.seq))"""),
    Look("G6", "a letter was answered and no act names it", """
        SELECT c.ref, l.delivery_id FROM letter_link l JOIN "case" c ON c.id = l.case_id
        WHERE l.ended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = l.case_id
        AND CAST(e.facts ->> 'delivery' AS INTEGER) = l.delivery_id)"""),
    Look("G6", "a history has gaps", """
        SELECT coalesce(c.ref, 'the house'), max(e.seq) FROM event e LEFT JOIN "case" c ON c.id = e.stream
        GROUP BY e.stream, c.ref HAVING count(*) <> max(e.seq) OR min(e.seq) <> 1"""),
    Look("G6", "a case's version is not its last event's number", """
        SELECT c.ref, c.version FROM "case" c
        WHERE c.version <> coalesce((SELECT max(e.seq) FROM event e WHERE e.stream = c.id), 0)"""),
)  # fmt: skip
