"""The list of meetings, which everybody may read."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cases.meetings.meeting import Meeting
from cases.organisation.units import Unit
from cases.village.forum.reading.shown import MeetingListed, MeetingStage

MOST_LISTED = 500


def meetings_listed(session: Session, *, body: str | None = None, since: date | None = None) -> list[MeetingListed]:
    """Return the meetings of this body, or of all, the latest first; those before the day `since` are left out.

    One query, at most 500 meetings.
    """
    found: Select[Meeting, str, str] = select(Meeting, Unit.slug, Unit.name).join(Unit, Unit.id == Meeting.body_id)
    if body is not None:
        found = found.where(Unit.slug == body)
    if since is not None:
        found = found.where(Meeting.held_on >= since)
    rows = session.execute(found.order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(MOST_LISTED))
    return [meeting_listed(meeting, slug, name) for meeting, slug, name in rows]


def meeting_listed(meeting: Meeting, body: str, body_name: str) -> MeetingListed:
    """Return the meeting of the body with this slug and name as it stands in a list."""
    return MeetingListed(
        meeting.id, body, body_name, meeting.sort, meeting.held_on, meeting.starts_at, meeting.name, meeting.where,
        meeting.theme, stage_of(meeting),
    )  # fmt: skip


def stage_of(meeting: Meeting) -> MeetingStage:
    """Return how far the meeting has come."""
    if meeting.cancelled_on is not None:
        return MeetingStage.CANCELLED
    if meeting.adjusted_on is not None:
        return MeetingStage.ADJUSTED
    if meeting.closed_on is not None:
        return MeetingStage.HELD
    return MeetingStage.CALLED if meeting.agenda_sent_on is None else MeetingStage.SENT
