"""Work out, after each event of a case, what decides who is told: unit, officer, group, followers, published or not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from proof.checker.evidence.snapshot import Row, Snapshot, as_moment
from proof.checker.model.stories import ObservedEvent, ObservedStory
from proof.checker.model.town import plain_address
from proof.checker.model.who import ObservedFollower, ObservedStanding

FOLLOWERS = """
    SELECT f.id, f.case_id, f.party_id, f.asked_at, f.confirmed_at, p.email, p.phone
    FROM follower f JOIN party p ON p.id = f.party_id ORDER BY f.case_id, f.id"""
MERGED_ASKERS = """
    SELECT DISTINCT c.reporter_id AS party, c.state FROM event e JOIN "case" c ON c.id = e.stream
    WHERE e.type = 'case.merged' AND c.reporter_id IS NOT NULL"""
RELEVANT_COLUMNS = frozenset({"responsible_id", "officer_id", "group_id", "published_at"})


@dataclass
class Followers:
    """The followers of all cases, past and present."""

    of_case: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[int, Row] = field(default_factory=dict)
    merged_askers: dict[int, bool] = field(default_factory=dict)

    def follower(self, row: Row) -> ObservedFollower:
        """Return the follower that this row of the table describes."""
        merged = self.merged_askers.get(row["party_id"])
        has_merged_case = False if merged is None else merged or None
        return ObservedFollower(_contact_of(row["party_id"], row["email"], row["phone"]), has_merged_case)


def read_followers(snapshot: Snapshot) -> Followers:
    """Read all followers, and the parties whose own case was ever merged into another."""
    followers = Followers()
    for row in snapshot.rows(FOLLOWERS):
        followers.of_case[row["case_id"]].append(row)
        followers.by_id[row["id"]] = row
    for row in snapshot.rows(MERGED_ASKERS):
        followers.merged_askers[row["party"]] = row["state"] == "merged"
    return followers


def standings_of(story: ObservedStory, desk: int, followers: Followers) -> Iterator[ObservedStanding]:
    """Yield the standing after each event of a story. In the municipality's own story it never changes."""
    rows, following = followers.of_case.get(story.stream, ()), dict[int, bool]()
    standing = ObservedStanding(desk, asker=_contact_of_asker(story.owner) if story.is_of_a_case else None)
    for event in story.events:
        if rows:
            following = {row["id"]: _follows(row, event, following.get(row["id"], False)) for row in rows}
            present = tuple(followers.follower(row) for row in rows if following[row["id"]])
            standing = replace(standing, followers=present)
        yield (standing := _after_changes(standing, event.changes) if event.changes else standing)


def _after_changes(standing: ObservedStanding, changes: dict[str, Any]) -> ObservedStanding:
    if not RELEVANT_COLUMNS & changes.keys():
        return standing
    return replace(
        standing,
        responsible=changes.get("responsible_id", standing.responsible),
        officer=changes.get("officer_id", standing.officer),
        group=changes.get("group_id", standing.group),
        published=changes["published_at"] is not None if "published_at" in changes else standing.published,
    )


def _follows(row: Row, event: ObservedEvent, before: bool) -> bool:
    """Return whether the party follows after this event: it confirmed, came with a merged case, or unfollowed."""
    if event.type in {"case.followed", "case.unfollowed"} and event.facts["follower"] == row["id"]:
        return event.type == "case.followed"
    came_by_merging = event.type == "case.took_over" and as_moment(row["asked_at"]) == event.at
    return before or (came_by_merging and row["confirmed_at"] is not None)


def _contact_of_asker(case: Row | None) -> str | None:
    return _contact_of(case["reporter_id"], case["asker_email"], case["asker_phone"]) if case else None


def _contact_of(party: int, email: str | None, phone: str | None) -> str | None:
    """Return the mail address of a party, "party:<id>" when it can only be called, else None."""
    return plain_address(email) or (f"party:{party}" if phone else None)
