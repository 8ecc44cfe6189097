"""Standings: where a case stood after each of its events, as far as it matters to who is told."""

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
BROUGHT = """
    SELECT DISTINCT c.reporter_id AS party, c.state FROM event e JOIN "case" c ON c.id = e.stream
    WHERE e.type = 'case.merged' AND c.reporter_id IS NOT NULL"""
MATTERS = frozenset({"responsible_id", "officer_id", "group_id", "published_at"})


@dataclass
class Followers:
    """Everybody outside who follows, or has followed, a case."""

    of_case: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[int, Row] = field(default_factory=dict)
    brought: dict[int, bool] = field(default_factory=dict)  # who asked in a merged case -> whether it still is merged

    def follower(self, row: Row) -> ObservedFollower:
        """Give the follower of this row."""
        merged = self.brought.get(row["party_id"])
        own = False if merged is None else merged or None
        return ObservedFollower(_reached(row["party_id"], row["email"], row["phone"]), own)


def read_followers(snapshot: Snapshot) -> Followers:
    """Read all followers."""
    followers = Followers()
    for row in snapshot.rows(FOLLOWERS):
        followers.of_case[row["case_id"]].append(row)
        followers.by_id[row["id"]] = row
    for row in snapshot.rows(BROUGHT):
        followers.brought[row["party"]] = row["state"] == "merged"
    return followers


def standings_of(story: ObservedStory, desk: int, followers: Followers) -> Iterator[ObservedStanding]:
    """Give where the case stood after each event of its story. In the house's own story nothing stands anywhere."""
    rows, following = followers.of_case.get(story.stream, ()), dict[int, bool]()
    standing = ObservedStanding(desk, asker=_asker(story.owner) if story.is_of_a_case else None)
    for happened in story.events:
        if rows:
            following = {row["id"]: _follows(row, happened, following.get(row["id"], False)) for row in rows}
            present = tuple(followers.follower(row) for row in rows if following[row["id"]])
            standing = replace(standing, followers=present)
        yield (standing := _moved_on(standing, happened.changes) if happened.changes else standing)


def _moved_on(standing: ObservedStanding, changes: dict[str, Any]) -> ObservedStanding:
    if not MATTERS & changes.keys():
        return standing
    return replace(
        standing,
        responsible=changes.get("responsible_id", standing.responsible),
        officer=changes.get("officer_id", standing.officer),
        group=changes.get("group_id", standing.group),
        published=changes["published_at"] is not None if "published_at" in changes else standing.published,
    )


def _follows(row: Row, happened: ObservedEvent, before: bool) -> bool:
    """Say whether the follower is told from this event on: they confirmed, were brought by a merged case, or left."""
    if happened.type in {"case.followed", "case.unfollowed"} and happened.facts["follower"] == row["id"]:
        return happened.type == "case.followed"
    brought = happened.type == "case.took_over" and as_moment(row["asked_at"]) == happened.at
    return before or (brought and row["confirmed_at"] is not None)


def _asker(case: Row | None) -> str | None:
    return _reached(case["reporter_id"], case["asker_email"], case["asker_phone"]) if case else None


def _reached(party: int, email: str | None, phone: str | None) -> str | None:
    """Give how somebody outside is told: by mail, else by a call."""
    return plain_address(email) or (f"party:{party}" if phone else None)
