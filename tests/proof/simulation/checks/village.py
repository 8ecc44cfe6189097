"""Check the invariants of the village method at the end of a year, by plain SQL and by what a visitor can read.

V6 and V14, that nothing changes in a version after its adoption and in minutes after their adjustment, are seen from
one year to the next.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_history import Portion
from cases.database.base import UtcDateTime
from cases.village.plans.reading.published import plan_shown, plans_listed
from cases.village.showing.all_villages import villages_listed
from cases.village.showing.one_village import village_shown
from notifications.who_is_told import WHO_IS_TOLD
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.meetings import MEETING_LOOKS, MINUTES, agendas_told_outside
from proof.simulation.environment.post import SECRET
from proof.simulation.second_calendar import local_day

A_DAY, CONTACT_DAYS = timedelta(days=1), timedelta(days=183)
LOOKS: tuple[tuple[str, str, str], ...] = (
    ("V1", "is owed twice", """
        SELECT obligation || ' ' || subject FROM "case" WHERE obligation IS NOT NULL AND due_at IS NOT NULL
        GROUP BY obligation, subject HAVING count(*) > 1"""),
    ("V2", "ought to be owed and is not", """
        SELECT o.name || ' ' || u.slug FROM unit u
        CROSS JOIN (SELECT 'plan' AS name UNION ALL SELECT 'contact' AS name) o WHERE u.kind = 'group' AND u.active
        AND NOT EXISTS (SELECT 1 FROM "case" c WHERE c.obligation = o.name AND c.subject = u.slug
                        AND (c.due_at IS NOT NULL OR c.ended_at > :day_ago))"""),
    ("V3", "has no event of its own in the case of its plan", """
        SELECT 'version ' || v.id FROM plan_version v JOIN plan p ON p.id = v.plan_id
        LEFT JOIN event e ON e.id = v.event_id AND e.type = 'plan.adopted'
        LEFT JOIN "case" c ON c.id = e.stream AND c.obligation = 'plan' AND c.subject = p.slug
        WHERE v.adopted_on IS NOT NULL AND c.id IS NULL"""),
    ("V3", "has no event of its own in the case of what was owed", """
        SELECT r.what || ' ' || r.id FROM (
            SELECT 'anchoring' AS what, id, unit_id, event_id, 'plan' AS owed, 'plan.anchored' AS type FROM anchoring
            UNION ALL SELECT 'contact', id, unit_id, event_id, 'contact', 'contact.logged' FROM contact) r
        JOIN unit u ON u.id = r.unit_id LEFT JOIN event e ON e.id = r.event_id AND e.type = r.type
        LEFT JOIN "case" c ON c.id = e.stream AND c.obligation = r.owed AND c.subject = u.slug WHERE c.id IS NULL"""),
    ("V3", "tells of a record that is not there", """
        SELECT e.type || ' ' || e.id FROM event e WHERE e.type IN ('plan.adopted', 'plan.anchored', 'contact.logged')
        AND e.id NOT IN (SELECT event_id FROM plan_version WHERE event_id IS NOT NULL UNION ALL
                         SELECT event_id FROM anchoring UNION ALL SELECT event_id FROM contact)"""),
    ("V4", "is done, and nothing was given", """
        SELECT c.ref FROM "case" c WHERE c.state IN ('done', 'closed')
        AND c.obligation IS NOT NULL AND c.obligation NOT IN ('meeting', 'minutes')
        AND c.id NOT IN (SELECT e.stream FROM event e JOIN plan_version v ON v.event_id = e.id)"""),
    ("V4", "was declined or merged, and its group is there", """
        SELECT c.ref FROM "case" c JOIN unit u ON u.slug = c.subject
        WHERE c.obligation IS NOT NULL AND c.state IN ('declined', 'merged') AND u.active"""),
    ("V5", "lacks something, and is adopted", """
        SELECT 'item ' || i.id FROM plan_item i JOIN plan_version v ON v.id = i.version_id
        LEFT JOIN focus_area a ON a.id = i.focus_id AND a.version_id = i.version_id WHERE v.adopted_on IS NOT NULL
        AND (i.responsible_id IS NULL OR i.year IS NULL OR i.category_id IS NULL OR a.id IS NULL)"""),
    ("V6", "has no case, and is adopted", """
        SELECT 'item ' || i.id FROM plan_item i JOIN plan_version v ON v.id = i.version_id
        WHERE v.adopted_on IS NOT NULL AND i.case_id IS NULL"""),
    ("V7", "has two drafts", """
        SELECT 'plan ' || plan_id FROM plan_version WHERE adopted_on IS NULL GROUP BY plan_id HAVING count(*) > 1"""),
    ("V7", "has two plans", """
        SELECT 'unit ' || unit_id FROM plan WHERE kind = 'local' GROUP BY unit_id HAVING count(*) > 1"""),
    ("V8", "has vanished between two versions", """
        SELECT 'item ' || b.id FROM plan_item b JOIN plan_version v ON v.follows_id = b.version_id
        JOIN "case" c ON c.id = b.case_id JOIN event e ON e.id = v.event_id WHERE v.adopted_on IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM plan_item i WHERE i.version_id = v.id AND i.origin_id = b.id)
        AND NOT EXISTS (SELECT 1 FROM plan_drop d WHERE d.version_id = v.id AND d.item_id = b.id AND d.reason <> '')
        AND NOT EXISTS (SELECT 1 FROM event h WHERE h.stream = c.id AND h.id < e.id AND h.type IN
                        ('case.done', 'case.closed', 'case.declined', 'case.merged'))"""),
    ("V29", "is not met again within the days agreed on", """
        SELECT u.slug FROM unit u LEFT JOIN "case" c
        ON c.obligation = 'contact' AND c.subject = u.slug AND c.next_at <= :contact_far
        WHERE u.kind = 'group' AND u.active AND c.id IS NULL"""),
    ("V35", "is of a group, and has done what staff do", """
        SELECT c.ref FROM event e JOIN "case" c ON c.id = e.stream WHERE e.type IN
        ('case.parked', 'case.declined', 'case.merged', 'contact.logged') AND e.person_id IN (
            SELECT m.person_id FROM membership m JOIN unit u ON u.id = m.unit_id GROUP BY m.person_id
            HAVING max(CASE WHEN u.kind IN ('group', 'forum') THEN 0 ELSE 1 END) = 0)"""),
    ("V36", "is not under the policy of what it owes", """
        SELECT c.ref FROM "case" c JOIN policy p ON p.id = c.policy_id
        WHERE c.obligation IS NOT NULL AND coalesce(p.obligation, '') <> c.obligation"""),
    *MEETING_LOOKS,
)  # fmt: skip
TYPES = text("SELECT DISTINCT type FROM event")
NEWEST = text("SELECT max(id) FROM event")
VERSIONS = text("""
    SELECT v.id, v.year, v.vision, v.situation, v.adopted_on, v.event_id, i.id, i.title, i.year, i.quarter, i.case_id,
           i.responsible_id, i.origin_id, a.id, a.rank, a.name, d.item_id, d.reason FROM plan_version v
    LEFT JOIN plan_item i ON i.version_id = v.id LEFT JOIN focus_area a ON a.version_id = v.id
    LEFT JOIN plan_drop d ON d.version_id = v.id WHERE v.adopted_on IS NOT NULL ORDER BY v.id, i.id, a.id, d.item_id
""")


KEPT = (("V6", "version", VERSIONS), ("V14", "the minutes of meeting", MINUTES))  # by its id, which comes first


@dataclass
class VillageWatch:
    """What was seen of each adopted version, and of adjusted minutes, at the end of earlier years."""

    breaches: Breaches
    times: int = 0  # that it was asked
    _seen: dict[str, dict[int, str]] = field(default_factory=dict)  # by invariant: id -> digest

    def check(self, session: Session, now: datetime) -> None:
        """Ask V1 to V8, V12 to V17, V29, V34 to V36, and whether anything is forgotten, at the moment `now` (UTC)."""
        self.times += 1
        changed = (found for kept in KEPT for found in self._changed(session, *kept))
        told = (*_told_outside(session, now), *agendas_told_outside(session, now))
        for name, sentence in (*_looks(session, now), *changed, *told):
            self.breaches.add(name, sentence)
        portion = Portion(local_day(now), session.execute(NEWEST).scalar_one())
        for breach in find_forgotten(session, now, portion):
            self.breaches.add("forgotten", str(breach))

    def _changed(self, session: Session, name: str, what: str, rows: TextClause) -> Iterator[tuple[str, str]]:
        digests: dict[int, hashlib._Hash] = {}
        for row in session.execute(rows):
            digests.setdefault(row[0], hashlib.sha256()).update(repr(tuple(row)).encode())
        seen = self._seen.setdefault(name, {})
        for number, digest in digests.items():
            if seen.setdefault(number, digest.hexdigest()) != digest.hexdigest():
                yield name, f"{what} {number} changed after that was not to happen any more"
        for gone in seen.keys() - digests.keys():
            yield name, f"{what} {gone} is not there any more"


def _looks(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    moments = {"day_ago": now - A_DAY, "contact_far": now + CONTACT_DAYS}
    yesterday = local_day(now - A_DAY).isoformat()
    for name, what, sql in LOOKS:
        asked = [bindparam(each, at, type_=UtcDateTime()) for each, at in moments.items() if f":{each}" in sql]
        asked += [bindparam("yesterday", yesterday)] if ":yesterday" in sql else []
        for (subject,) in session.execute(text(sql).bindparams(*asked)):
            yield name, f"{subject} {what}"
    for type_ in sorted(set(session.scalars(TYPES)) - WHO_IS_TOLD.keys()):
        yield "V36", f"nobody has said who is told of {type_}"


def _told_outside(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield a breach for each group whose draft, or whose contact's note, a visitor can read."""
    lists = (plans_listed(session, at=now), villages_listed(session, at=now))
    if SECRET in repr(lists):
        yield "V34", "the list of the villages tells what is not public"
    for village in lists[1]:
        plan = plan_shown(session, village.slug, by=A_VISITOR, at=now)
        shown = (plan, village_shown(session, village.slug, by=A_VISITOR, at=now))
        if SECRET in repr(shown):
            yield "V34", f"{village.slug} shows a visitor what is not public"
