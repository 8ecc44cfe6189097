"""What must hold in a database at any moment, as plain SQL that finds the rows that break it."""

import json
from collections import defaultdict

from sqlalchemy import text
from sqlalchemy.orm import Session

LOOKS = {
    "an open case has nobody, or no next moment": """
        SELECT c.ref FROM "case" c LEFT JOIN unit u ON u.id = c.responsible_id
        WHERE c.state NOT IN ('closed', 'declined', 'merged')
        AND (u.id IS NULL OR NOT u.active OR c.next_at IS NULL OR c.due_at IS NULL)""",
    "a case that has ended still has a clock": """
        SELECT ref FROM "case" WHERE state IN ('closed', 'declined', 'merged') AND next_at IS NOT NULL""",
    "a history has gaps, or is not as long as its case says": """
        SELECT c.ref FROM "case" c LEFT JOIN event e ON e.stream = c.id GROUP BY c.id, c.ref, c.version
        HAVING count(e.id) <> c.version OR coalesce(max(e.seq), 0) <> c.version""",
    "a refusal has no reason": """
        SELECT e.id FROM event e LEFT JOIN words w ON w.event_id = e.id AND w.field = 'note' AND w.text IS NOT NULL
        WHERE e.type IN ('case.declined', 'case.parked', 'case.merged', 'case.sent_back', 'case.done', 'case.contested')
        AND w.id IS NULL""",
    "a reason is hidden from the person who asked": """
        SELECT e.id FROM event e JOIN words w ON w.event_id = e.id WHERE w.visibility <> 'public'
        AND e.type IN ('case.declined', 'case.parked', 'case.merged', 'case.sent_back', 'case.done')""",
    "an event that no sweep made has no work": """
        SELECT e.id FROM event e LEFT JOIN work w ON w.event_id = e.id WHERE e.tick_id IS NULL AND w.id IS NULL""",
}
ESCALATED = "SELECT stream, facts FROM event WHERE type = 'case.escalated'"
HISTORY = 'SELECT c.ref, c.state, e.changes FROM event e JOIN "case" c ON c.id = e.stream ORDER BY c.id, e.seq'


def broken_lives(session: Session) -> list[str]:
    """Return a line for each case whose events do not lead to its state, and for each rung that fired twice."""
    states: dict[str, tuple[str, str]] = {}
    for ref, state, changes in session.execute(text(HISTORY)):
        before = states.get(ref, ("", ""))[1]
        states[ref] = (state, _read(changes).get("state", before))
    climbed: dict[tuple[object, ...], int] = defaultdict(int)
    for stream, stored in session.execute(text(ESCALATED)):
        facts = _read(stored)
        climbed[stream, facts["clock"], facts["cycle"], facts["rung"]] += 1
    wrong = [f"{ref} is {state}, not {last}" for ref, (state, last) in states.items() if state != last]
    return wrong + [f"{rung} fired {count} times" for rung, count in climbed.items() if count > 1]


def _read(stored: object) -> dict[str, object]:
    return json.loads(stored) if isinstance(stored, str) else stored
