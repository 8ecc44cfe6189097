"""Looks at meetings at the end of a year, by plain SQL and by what a visitor can read of agendas and minutes."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown
from proof.simulation.environment.post import SECRET

PARTS = {
    "OPEN": "(SELECT * FROM \"case\" WHERE due_at IS NOT NULL AND state <> 'done')",
    # by what is owed, the event that gives it
    "GIVEN": "(SELECT 'meeting' AS owed, 'meeting.called' AS type UNION ALL SELECT 'minutes', 'minutes.adjusted')",
    # each stage to which a meeting has come, with the event that tells of it
    "STAGES": """(
        SELECT id, case_id, 'meeting.agenda_sent' AS type FROM meeting WHERE agenda_sent_on IS NOT NULL
        UNION ALL SELECT id, case_id, 'meeting.held' FROM meeting WHERE closed_on IS NOT NULL
        UNION ALL SELECT id, case_id, 'minutes.adjusted' FROM meeting WHERE adjusted_on IS NOT NULL
        UNION ALL SELECT id, case_id, 'meeting.cancelled' FROM meeting WHERE cancelled_on IS NOT NULL)""",
    "OF_MEETING": "c.obligation IN ('agenda', 'minutes') AND c.subject = CAST(m.id AS VARCHAR)",
}
ASKED: tuple[tuple[str, str, str], ...] = (
    ("V2", "ought to owe its agenda, or its minutes once that is sent, and does not", """
        SELECT 'meeting ' || m.id FROM meeting m LEFT JOIN {OPEN} c ON c.id = m.case_id
        AND c.obligation = CASE WHEN m.agenda_sent_on IS NULL THEN 'agenda' ELSE 'minutes' END
        WHERE m.adjusted_on IS NULL AND m.cancelled_on IS NULL AND c.id IS NULL"""),
    ("V3", "has come so far, and no event in its case says so", """
        SELECT 'meeting ' || s.id || ' (' || s.type || ')' FROM {STAGES} s WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.stream = s.case_id AND e.type = s.type AND e.facts ->> 'meeting' = s.id)"""),
    ("V3", "stands on an agenda that was sent, and no event in its case says so", """
        SELECT c.ref FROM agenda_item i JOIN "case" c ON c.id = i.case_id JOIN meeting m ON m.id = i.meeting_id
        WHERE m.agenda_sent_on IS NOT NULL AND i.carried_from_id IS NULL AND coalesce(i.settled_how, '') <> 'withdrawn'
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = c.id AND e.type = 'case.put_on_agenda')"""),
    ("V3", "has no event of its own in its case", """
        SELECT 'resolution ' || r.id FROM resolution r
        LEFT JOIN event e ON e.id = r.event_id AND e.stream = r.case_id AND e.type = 'case.recommended'
        WHERE e.id IS NULL"""),
    ("V3", "tells of a resolution that is not there", """
        SELECT 'event ' || id FROM event WHERE type = 'case.recommended'
        AND id NOT IN (SELECT event_id FROM resolution)"""),
    ("V3", "tells of an item that was not settled so", """
        SELECT 'event ' || e.id FROM event e WHERE e.type = 'case.settled_on_agenda' AND NOT EXISTS (
            SELECT 1 FROM agenda_item i WHERE i.meeting_id = e.facts ->> 'meeting' AND i.number = e.facts ->> 'item'
            AND (i.settled_at = e.at OR e.facts ->> 'corrects') AND (i.settled_how = e.facts ->> 'how' OR EXISTS (
                SELECT 1 FROM event l WHERE l.stream = e.stream AND l.seq > e.seq AND l.type = e.type
                AND l.facts ->> 'meeting' = i.meeting_id AND l.facts ->> 'item' = i.number)))"""),
    ("V4", "is done, and no ordinary meeting was called or no minutes adjusted", """
        SELECT c.ref FROM "case" c JOIN {GIVEN} g ON g.owed = c.obligation WHERE c.state IN ('done', 'closed')
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = c.id AND e.type = g.type
                        AND (g.owed = 'minutes' OR e.facts ->> 'sort' = 'ordinary'))"""),
    ("V4", "is done, and the minutes of its meeting are not adjusted", """
        SELECT c.ref FROM "case" c LEFT JOIN meeting m ON m.case_id = c.id AND m.adjusted_on IS NOT NULL
        WHERE c.obligation = 'minutes' AND c.state IN ('done', 'closed') AND m.id IS NULL"""),
    ("V4", "was declined or merged, and its meeting is not cancelled", """
        SELECT c.ref FROM "case" c LEFT JOIN meeting m ON m.case_id = c.id AND m.cancelled_on IS NOT NULL
        WHERE c.obligation IN ('agenda', 'minutes') AND c.state IN ('declined', 'merged') AND m.id IS NULL"""),
    ("V12", "was decided by a body that decides nothing", """
        SELECT 'resolution ' || r.id FROM resolution r JOIN unit u ON u.id = r.body_id
        WHERE r.decides AND u.kind NOT IN ('board', 'council')"""),
    ("V13", "stands on no agenda of the body that gave it, or on one about another case", """
        SELECT 'resolution ' || r.id FROM resolution r LEFT JOIN agenda_item i ON i.id = r.agenda_item_id
        LEFT JOIN meeting m ON m.id = i.meeting_id AND m.body_id = r.body_id
        WHERE r.decides IS NULL AND (m.id IS NULL OR coalesce(i.case_id, m.case_id) <> r.case_id)"""),
    ("V14", "is closed, and an item of its agenda is not settled", """
        SELECT 'meeting ' || m.id FROM meeting m JOIN agenda_item i ON i.meeting_id = m.id
        WHERE m.closed_on IS NOT NULL AND i.settled_at IS NULL"""),
    ("V14", "was postponed, and is not carried over", """
        SELECT 'item ' || i.id FROM agenda_item i WHERE i.settled_how = 'postponed'
        AND NOT EXISTS (SELECT 1 FROM agenda_item n WHERE n.carried_from_id = i.id)"""),
    ("V15", "has no open case, or more than one, and its minutes are not adjusted", """
        SELECT 'meeting ' || m.id FROM meeting m WHERE m.adjusted_on IS NULL AND m.cancelled_on IS NULL
        AND (SELECT count(*) FROM {OPEN} c WHERE {OF_MEETING}) <> 1"""),
    ("V15", "has an open case, and its minutes are adjusted or it is cancelled", """
        SELECT 'meeting ' || m.id FROM meeting m WHERE (m.adjusted_on IS NOT NULL OR m.cancelled_on IS NOT NULL)
        AND EXISTS (SELECT 1 FROM {OPEN} c WHERE {OF_MEETING})"""),
    ("V16", "has no coming ordinary meeting, and nobody owes one", """
        SELECT u.slug FROM unit u WHERE u.meets IS NOT NULL AND u.active
        AND NOT EXISTS (SELECT 1 FROM meeting m WHERE m.body_id = u.id AND m.sort = 'ordinary'
                        AND coalesce(m.closed_on, m.cancelled_on, m.held_on) >= :yesterday)
        AND NOT EXISTS (SELECT 1 FROM "case" c WHERE c.obligation = 'meeting' AND c.subject = u.slug
                        AND (c.due_at IS NOT NULL OR c.ended_at > :day_ago))"""),
    ("V17", "has more seats in a body than it may have", """
        SELECT u.slug FROM membership m JOIN unit u ON u.id = m.for_unit_id WHERE (
            SELECT count(*) FROM membership o WHERE o.unit_id = m.unit_id AND o.for_unit_id = m.for_unit_id
            AND o.since <= m.since AND (o.until IS NULL OR o.until > m.since)
        ) > (SELECT forum_seats FROM house) AND (m.until IS NULL OR m.until > m.since)"""),
)  # fmt: skip
MEETING_LOOKS = tuple((name, what, sql.format(**PARTS)) for name, what, sql in ASKED)
MINUTES = text("""
    SELECT m.id, 'meeting', m.id, m.name, m.held_on, m.closed_on, m.adjusted_on, m.quorate FROM meeting m
    WHERE m.adjusted_on IS NOT NULL UNION ALL
    SELECT m.id, 'item', i.id, coalesce(i.topic, i.case_id), i.sort, i.number, i.settled_how, i.settled_at
    FROM meeting m JOIN agenda_item i ON i.meeting_id = m.id WHERE m.adjusted_on IS NOT NULL UNION ALL
    SELECT m.id, 'invited', v.id, v.person_id, v.party_id, v.guest, v.answer, v.present
    FROM meeting m JOIN invited v ON v.meeting_id = m.id WHERE m.adjusted_on IS NOT NULL UNION ALL
    SELECT m.id, 'resolution', r.id, r.case_id, r.verdict, r.amount_ore, r.number, r.replaces_id
    FROM meeting m JOIN agenda_item i ON i.meeting_id = m.id JOIN resolution r ON r.agenda_item_id = i.id
    WHERE m.adjusted_on IS NOT NULL ORDER BY 1, 2, 3""")
NUMBERS = text("SELECT id FROM meeting ORDER BY id")
UNPUBLISHED = text("""
    SELECT i.meeting_id, i.number FROM agenda_item i JOIN "case" c ON c.id = i.case_id
    WHERE i.meeting_id IS NOT NULL AND c.published_at IS NULL""")


def agendas_told_outside(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield a breach for each meeting of which a visitor can read what is not public yet, or is not theirs to read."""
    unpublished = {tuple(row) for row in session.execute(UNPUBLISHED)}
    for number in session.scalars(NUMBERS).all():
        shown = agenda_shown(session, number, by=A_VISITOR, at=now)
        hidden = [item for item in shown.items if (number, item.number) in unpublished and _tells(item)]
        if hidden or _is_early(shown) or shown.invited or "@" in repr(shown) or SECRET in repr(shown):
            yield "V34", f"meeting {number} shows a visitor what is not public"


def _tells(item: AgendaItemShown) -> bool:
    return any((item.case, item.title, item.topic, item.words, item.resolution))


def _is_early(shown: AgendaShown) -> bool:
    """Return whether items are shown before the agenda is sent, or what became of them before the adjustment."""
    if shown.sent_on is None:
        return bool(shown.items)
    return shown.adjusted_on is None and any(item.how or item.words or item.resolution for item in shown.items)
