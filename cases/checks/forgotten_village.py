"""What the independent check looks for in the village method: what is owed, what was given, and who acts as staff.

Like `forgotten`, it shares nothing with what it checks: what a group owes stands here a second time.
"""

from cases.checks.looks import Look

VILLAGE_PARTS = {
    # what each active group owes, or is owed, with a case of its own
    "OWED_OF_GROUPS": "(SELECT 'plan' AS name UNION ALL SELECT 'contact' AS name)",
    # by what is owed, the event that the record of it leaves; what has none here is never done
    "GIVEN_BY": (
        "(SELECT 'plan' AS name, 'plan.adopted' AS type UNION ALL SELECT 'meeting' AS name, 'meeting.called'"
        " UNION ALL SELECT 'agenda' AS name, 'meeting.agenda_sent'"
        " UNION ALL SELECT 'minutes' AS name, 'minutes.adjusted')"
    ),
    # each record: what it is called, whose what it answers (obligation and subject), and the event that wrote it
    "RECORDS": (
        "(SELECT 'plan ' || p.slug || ' ' || v.number AS name, 'plan' AS owes, p.slug AS subject,"
        " 'plan.adopted' AS type, v.event_id FROM plan_version v JOIN plan p ON p.id = v.plan_id"
        " WHERE v.event_id IS NOT NULL OR v.adopted_on IS NOT NULL"
        " UNION ALL SELECT 'anchoring ' || a.id, 'plan', u.slug, 'plan.anchored', a.event_id"
        " FROM anchoring a JOIN unit u ON u.id = a.unit_id"
        " UNION ALL SELECT 'contact ' || k.id, 'contact', u.slug, 'contact.logged', k.event_id"
        " FROM contact k JOIN unit u ON u.id = k.unit_id)"
    ),
    # each event that wrote the entry of a case in a register; the last of them is the entry's
    "OF_REGISTERS": "('register.entered', 'register.forwarded', 'register.answered')",
    # each adopted version, with the facts of its adoption, and all the items of those before it
    "ADOPTED": "plan_version v JOIN plan p ON p.id = v.plan_id AND v.adopted_on IS NOT NULL",
    "EARLIER_ITEMS": (
        "event e ON e.id = v.event_id JOIN plan_version w ON w.plan_id = v.plan_id AND w.number < v.number"
        ' AND w.adopted_on IS NOT NULL JOIN plan_item i ON i.version_id = w.id JOIN "case" c ON c.id = i.case_id'
    ),
    "SINCE_THEN": "x.plan_id = v.plan_id AND x.number > w.number AND x.number <= v.number",
    "SAID_TO_HAVE_ENDED": "coalesce(e.facts ->> 'ended', '') LIKE '%\"' || c.ref || '\"%'",
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
    Look("V3", "a record has no event of its sort in the case of what was owed", """
        SELECT r.name, e.type FROM {RECORDS} r LEFT JOIN event e ON e.id = r.event_id
        LEFT JOIN "case" c ON c.id = e.stream AND c.obligation = r.owes AND c.subject = r.subject
        WHERE c.id IS NULL OR e.type <> r.type"""),
    Look("V3", "an event tells of a record that is not there", """
        SELECT c.ref, e.type FROM event e LEFT JOIN "case" c ON c.id = e.stream WHERE e.id IN (
            SELECT id FROM event WHERE type IN ('plan.adopted', 'plan.anchored', 'contact.logged')
            AND actor <> 'import' EXCEPT SELECT r.event_id FROM {RECORDS} r)"""),
    Look("V3", "an entry of a register has no event of its sort in its case", """
        SELECT c.ref, e.type FROM register_entry r JOIN "case" c ON c.id = r.case_id
        LEFT JOIN event e ON e.id = r.event_id AND e.stream = r.case_id
        WHERE e.id IS NULL OR e.type NOT IN {OF_REGISTERS}"""),
    Look("V3", "the last event of a register's entry wrote none", """
        SELECT c.ref, max(e.seq) FROM event e JOIN "case" c ON c.id = e.stream
        LEFT JOIN register_entry r ON r.case_id = c.id WHERE e.type IN {OF_REGISTERS}
        GROUP BY c.ref, r.event_id HAVING r.event_id IS NULL OR max(e.id) <> r.event_id"""),
    Look("V5", "an item of an adopted plan lacks an owner, a responsible unit, a year, a topic or its area", """
        SELECT p.slug || ' ' || v.number, i.number FROM {ADOPTED} JOIN plan_item i ON i.version_id = v.id
        LEFT JOIN focus_area a ON a.id = i.focus_id AND a.version_id = i.version_id
        WHERE i.unit_id <> p.unit_id OR i.responsible_id IS NULL OR i.year IS NULL OR i.category_id IS NULL
        OR a.id IS NULL"""),
    Look("V6", "an item of an adopted plan has no case", """
        SELECT p.slug || ' ' || v.number, i.number FROM {ADOPTED} JOIN plan_item i ON i.version_id = v.id
        LEFT JOIN "case" c ON c.id = i.case_id WHERE c.id IS NULL"""),
    Look("V6", "an adopted plan is not what was adopted", """
        SELECT p.slug || ' ' || v.number, e.facts ->> 'items' FROM {ADOPTED} JOIN event e ON e.id = v.event_id
        WHERE e.type = 'plan.adopted' AND (
            CAST(e.facts ->> 'items' AS INTEGER) <> (SELECT count(*) FROM plan_item i WHERE i.version_id = v.id)
            OR CAST(e.facts ->> 'year' AS INTEGER) <> v.year OR CAST(e.facts ->> 'version' AS INTEGER) <> v.number
            OR e.facts ->> 'on' <> CAST(v.adopted_on AS VARCHAR(10)))"""),
    Look("V8", "an item vanished between two versions of a plan", """
        SELECT p.slug || ' ' || v.number, c.ref FROM {ADOPTED} JOIN {EARLIER_ITEMS}
        WHERE NOT {SAID_TO_HAVE_ENDED} AND NOT EXISTS (
            SELECT 1 FROM plan_item m JOIN plan_version x ON x.id = m.version_id
            WHERE m.case_id = i.case_id AND {SINCE_THEN})
        AND NOT EXISTS (
            SELECT 1 FROM plan_drop d JOIN plan_version x ON x.id = d.version_id
            WHERE d.item_id = i.id AND {SINCE_THEN})"""),
    Look("V8", "an item was left out as ended, and its case had not ended", """
        SELECT p.slug || ' ' || v.number, c.ref FROM {ADOPTED} JOIN {EARLIER_ITEMS}
        WHERE {SAID_TO_HAVE_ENDED} AND NOT EXISTS (
            SELECT 1 FROM event x WHERE x.stream = c.id AND x.id < e.id
            AND x.type IN ('case.done', 'case.closed', 'case.declined', 'case.merged') AND NOT EXISTS (
                SELECT 1 FROM event y WHERE y.stream = c.id AND y.id > x.id AND y.id < e.id
                AND y.type IN ('case.contested', 'case.reopened')))"""),
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
