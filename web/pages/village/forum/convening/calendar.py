"""The calendar of a body's meetings, which other programs subscribe to; each entry is the one that letters carry."""

from flask import Response, request

from cases.organisation.units import FORUM
from cases.village.forum.reading.calendar import MeetingInCalendar, calendar_of_body
from cases.village.forum.reading.shown import MeetingStage
from notifications.letters.calendar_entry import meeting_span, meeting_uid
from notifications.letters.rendering import LetterSettings
from web.current import current, today
from web.feeds.answering import LONG_AGO, answer, whole_url
from web.feeds.calendar_file import MEDIA_TYPE, CalendarDay, write_calendar
from web.language.gettext import gettext
from web.pages.village.forum.blueprint import bp
from web.requests.guard import Audience, open_to


@bp.get("/forum.ics")
@open_to(Audience.ANYBODY)
def calendar() -> Response:
    """Return the meetings of the forum, or of the body that the query names, as a calendar; 404 for an unknown one."""
    with current().database.reading() as session:
        shown = calendar_of_body(session, request.args.get("body") or FORUM, day=today())
    changed = max((one.changed for one in shown.meetings if one.changed), default=LONG_AGO)
    return answer(write_calendar(shown.name, [meeting_day(one) for one in shown.meetings], changed), MEDIA_TYPE, None)


def meeting_day(one: MeetingInCalendar) -> CalendarDay:
    """Return the entry of a meeting, with the same name and sequence as in the letters about it."""
    meeting = one.meeting
    cancelled = meeting.stage is MeetingStage.CANCELLED
    return CalendarDay(
        uid=meeting_uid(meeting.number, LetterSettings.of(current().settings).domain),
        on=meeting.held_on,
        title=gettext("Cancelled: %(name)s", name=meeting.name) if cancelled else meeting.name,
        text=meeting.theme or "",
        url=whole_url("forum.agenda", number=meeting.number),
        where=meeting.where or "",
        span=meeting_span(meeting.held_on, meeting.starts_at) if meeting.starts_at else None,
        sequence=one.event,
        changed=one.changed,
        cancelled=cancelled,
    )
