"""What the independent check looks for in meetings: what bodies and meetings owe, and on what recommendations rest."""

from cases.checks.looks import Look

MEETING_PARTS = {
    "LOOKED": "EXISTS (SELECT 1 FROM house h WHERE h.obligations_on IS NOT NULL)",
    "OWES": "c.state NOT IN ('done', 'closed', 'declined', 'merged')",
    # each resolution that only recommends, with the item that it stands on
    "RECOMMENDED": "resolution r LEFT JOIN agenda_item i ON i.id = r.agenda_item_id",
}

MEETING_LOOKS = (
    Look("V3", "a resolution has no event of its sort in its case", """
        SELECT 'resolution ' || r.id, e.type FROM resolution r LEFT JOIN event e ON e.id = r.event_id
        WHERE e.id IS NULL OR e.stream <> r.case_id OR e.type NOT IN ('case.recommended', 'case.decided')"""),
    Look("V3", "an event tells of a resolution that is not there", """
        SELECT c.ref, e.type FROM event e LEFT JOIN "case" c ON c.id = e.stream
        WHERE e.type = 'case.recommended' AND e.actor <> 'import'
        AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.event_id = e.id)"""),
    Look("V4", "what a meeting owed was declined or merged, and the meeting is not cancelled", """
        SELECT c.ref, c.obligation FROM "case" c JOIN meeting m ON CAST(m.id AS VARCHAR(20)) = c.subject
        WHERE c.obligation IN ('agenda', 'minutes') AND c.state IN ('declined', 'merged') AND m.case_id = c.id
        AND m.cancelled_on IS NULL AND NOT {BY_IMPORT}"""),
    Look("V13", "a recommendation stands on no agenda of its body, or on one about another case", """
        SELECT 'resolution ' || r.id, r.body_id FROM {RECOMMENDED} LEFT JOIN meeting m ON m.id = i.meeting_id
        WHERE r.decides IS NULL AND (i.id IS NULL OR i.body_id <> r.body_id OR m.id IS NULL
            OR coalesce(i.case_id, m.case_id) <> r.case_id)"""),
    Look("V14", "a closed meeting has an item that is not settled", """
        SELECT m.name, m.held_on FROM meeting m WHERE m.closed_on IS NOT NULL
        AND EXISTS (SELECT 1 FROM agenda_item i WHERE i.meeting_id = m.id AND i.settled_at IS NULL)"""),
    Look("V15", "a meeting has no open case, and its minutes are not adjusted", """
        SELECT m.name, m.held_on FROM meeting m
        WHERE m.adjusted_on IS NULL AND m.cancelled_on IS NULL AND {LOOKED} AND NOT EXISTS (
            SELECT 1 FROM "case" c WHERE c.obligation IN ('agenda', 'minutes') AND {OWES}
            AND c.subject = CAST(m.id AS VARCHAR(20)))"""),
    Look("V16", "a body that meets has no coming ordinary meeting, and nobody owes one", """
        SELECT u.slug, u.meets FROM unit u WHERE u.meets IS NOT NULL AND u.active AND {LOOKED}
        AND NOT EXISTS (
            SELECT 1 FROM meeting m WHERE m.body_id = u.id AND m.sort = 'ordinary'
            AND coalesce(m.closed_on, m.cancelled_on, m.held_on) >= :day_ago)
        AND NOT EXISTS (
            SELECT 1 FROM "case" c WHERE c.obligation = 'meeting' AND c.subject = u.slug
            AND ({OWES} OR c.ended_at > :day_ago))"""),
)  # fmt: skip
