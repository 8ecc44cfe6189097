"""What the independent check looks for in the village method: what is owed, what was given, and who acts as staff.

Like `forgotten`, it shares nothing with what it checks: what a group owes stands here a second time.
"""

from cases.checks.looks import Look

VILLAGE_PARTS = {
    # what each active group owes, or is owed, with a case of its own
    "OWED_OF_GROUPS": "(SELECT 'plan' AS name UNION ALL SELECT 'contact' AS name)",
    # by what is owed, the event that the record of it leaves; what has none here is never done
    "GIVEN_BY": "(SELECT 'plan' AS name, 'plan.adopted' AS type)",
    "BY_IMPORT": (  # an import tells how cases ended elsewhere, and takes no records along
        "EXISTS (SELECT 1 FROM event e WHERE e.stream = c.id AND e.actor = 'import'"
        " AND e.type IN ('case.done', 'case.declined', 'case.merged'))"
    ),
    "HAS_WORKED": (
        "EXISTS (SELECT 1 FROM membership m LEFT JOIN unit u ON u.id = m.unit_id WHERE m.person_id = e.person_id"
        " AND (m.unit_id IS NULL OR u.kind IN ('desk', 'department', 'board')))"
    ),
}

VILLAGE_LOOKS = (
    # In a house that nobody has looked over yet, nothing can lack for longer than a day.
    Look("V2", "what ought to be owed is not", """
        SELECT u.slug, o.name FROM unit u CROSS JOIN {OWED_OF_GROUPS} o
        WHERE u.kind = 'group' AND u.active AND EXISTS (SELECT 1 FROM house h WHERE h.obligations_on IS NOT NULL)
        EXCEPT SELECT c.subject, c.obligation FROM "case" c
        WHERE c.obligation IS NOT NULL AND ({OPEN} OR c.ended_at > :day_ago)
        EXCEPT SELECT e.facts ->> 'unit', o.name FROM event e CROSS JOIN {OWED_OF_GROUPS} o
        WHERE e.stream = 0 AND e.type = 'unit.added' AND e.at > :day_ago"""),
    Look("V4", "what was owed is done, and nothing was given", """
        SELECT c.ref, c.obligation FROM "case" c LEFT JOIN {GIVEN_BY} g ON g.name = c.obligation
        WHERE c.obligation IS NOT NULL AND c.state IN ('done', 'closed') AND NOT {BY_IMPORT}
        AND NOT EXISTS (SELECT 1 FROM event r WHERE r.stream = c.id AND r.type = g.type)"""),
    Look("V4", "what is owed was declined or merged, and its group is there", """
        SELECT c.ref, c.obligation FROM "case" c JOIN unit u ON u.slug = c.subject
        WHERE c.obligation IN (SELECT o.name FROM {OWED_OF_GROUPS} o) AND c.state IN ('declined', 'merged')
        AND u.active AND NOT {BY_IMPORT} AND NOT EXISTS (
            SELECT 1 FROM event s WHERE s.stream = 0 AND s.type = 'unit.switched_off'
            AND s.facts ->> 'unit' = c.subject AND s.at >= c.ended_at)"""),
    # What a sweep with a moment to come has reminded of already is not too far away: its day had passed by then.
    Look("V29", "the next contact with a group is too far away", """
        SELECT c.ref, c.next_at FROM "case" c
        WHERE c.obligation = 'contact' AND {OPEN} AND c.next_at > :contact_far
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = c.id AND e.at > :now)"""),
    Look("V35", "somebody who never worked here has written for staff alone", """
        SELECT c.ref, e.seq FROM words w JOIN event e ON e.id = w.event_id JOIN "case" c ON c.id = e.stream
        WHERE w.visibility = 'internal' AND e.type = 'case.commented' AND e.person_id IS NOT NULL
        AND NOT {HAS_WORKED}"""),
    Look("V35", "somebody who never worked here has taken a step of the desk", """
        SELECT c.ref, e.seq FROM event e JOIN "case" c ON c.id = e.stream
        WHERE e.type IN ('case.parked', 'case.declined', 'case.merged', 'case.reopened') AND e.person_id IS NOT NULL
        AND NOT {HAS_WORKED}"""),
)  # fmt: skip
