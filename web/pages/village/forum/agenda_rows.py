"""The lines of an agenda as a page shows and prints them, as far as the reader may see each case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.meetings.agenda import agenda_of
from cases.meetings.agenda_items import AgendaReason
from cases.meetings.meeting import Meeting
from cases.meetings.stood import Stood, how_they_stood
from cases.organisation.units import FORUM, Unit
from cases.public.masking import mask
from cases.reading.visibility import opened_by, reads_agenda_of
from cases.states import LADDER_STATES, State
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.on_a_page import cases_on_agenda
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown, MeetingListed
from web.current import current, right_now, today
from web.language.days.due_days import due_on_agenda
from web.language.gettext import gettext
from web.language.labels import NO_LONGER_LATE, WHY_ON_AGENDA
from web.language.village.meeting_words import ITEM_SORTS, settled_here_words
from web.pages.options import known
from web.pages.village.owing import contact_words


@dataclass(frozen=True)
class AgendaRow:
    """One line of an agenda, masked: an agenda is printed and handed round. A topic has no `case`.

    `title` says that it is not public of a case that the reader may not open; then `case` is None, too. `number` is
    None of what is only proposed. `settled` tells how it was settled and `said` what was said; each is "" before.
    `called` is what its resolution is called in the minutes, `aside` who took no part in it. `unit` has the case, `due`
    tells what is due in it, `not_met` since when a group was not met.
    """

    title: str
    number: int | None = None
    under: int | None = None
    why: str = ""
    sort: str = ""
    category: str | None = None
    place: str | None = None
    settled: str = ""
    said: str = ""
    called: str = ""
    aside: tuple[str, ...] = ()
    case: Case | None = None
    state: State | None = None
    unit: str = ""
    due: str = ""
    words: str = ""
    not_met: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether only those who may read the case read the item whole in public minutes."""
        return self.case is not None and self.case.published_at is None


@dataclass(frozen=True)
class AgendaRows:
    """What is on an agenda, in its order, and what is only proposed for it."""

    chosen: tuple[AgendaRow, ...] = ()
    proposed: tuple[AgendaRow, ...] = ()

    @property
    def all(self) -> tuple[AgendaRow, ...]:
        """All that the meeting may take up."""
        return (*self.chosen, *self.proposed)


@dataclass(frozen=True)
class UnreadLine:
    """A line before its case is read."""

    row: AgendaRow
    ref: str | None
    why: AgendaReason


def rows_of(session: Session, number: int, actor: Actor) -> tuple[AgendaShown, AgendaRows]:
    """Return the meeting with this number and the lines of its agenda that the actor may see. Raises `NotFound`.

    Who sits in the body, is invited or is staff reads what is chosen, and until the agenda is sent what is proposed.
    Everybody reads an agenda that is sent, without why a case stands there and what is late in it. Before that, others
    who may read agendas of the body see the cases there that they may open; so does everybody of a meeting of before,
    whose agenda was never sent.
    """
    shown = agenda_shown(session, number, by=actor, at=right_now(), leaving_out=("invited", "late"))
    never_sent = shown.sent_on is None and shown.meeting.held_on < today()
    if (shown.reads_all or shown.sent_on) and not never_sent:
        lines = [UnreadLine(line_of(item, shown.meeting.body_name), item.case, item.why) for item in shown.items]
    else:
        lines = _cases_only(session, session.get_one(Meeting, number), actor)
    rows = _whole(session, shown.meeting, lines)
    if not shown.reads_all and shown.sent_on:
        rows = [replace(row, why="", due="", not_met="") for row in rows]
    chosen = tuple(row for row in rows if row.number is not None)
    return shown, AgendaRows(chosen, tuple(row for row in rows if row.number is None))


def lines_to_choose(session: Session, shown: AgendaShown) -> list[AgendaRow]:
    """Return the lines of all items of the agenda, in their order, with what is told of each case."""
    items = [UnreadLine(line_of(item, shown.meeting.body_name), item.case, item.why) for item in shown.items]
    return _whole(session, shown.meeting, items)


def line_of(item: AgendaItemShown, body: str) -> AgendaRow:
    """Return the line of an item on an agenda of the body with this name, without what is told of its case."""
    title = item.title or gettext("A case that is not public")
    return AgendaRow(
        title, number=item.number, under=item.under, sort=str(ITEM_SORTS[item.sort]), category=item.category,
        place=item.place, settled=settled_here_words(item, body), said=item.words or "",
        called=(item.resolution and item.resolution.number) or "",
        aside=item.resolution.aside if item.resolution else (),
    )  # fmt: skip


def _cases_only(session: Session, meeting: Meeting, actor: Actor) -> list[UnreadLine]:
    if not reads_agenda_of(actor, session.get_one(Unit, meeting.body_id)):
        return []
    found = agenda_of(session, meeting, opened_by(actor), day=today(), calendar=current().database.calendar)
    return [UnreadLine(AgendaRow(mask(one.case.title)), one.case.ref, one.why) for one in found]


def _whole(session: Session, meeting: MeetingListed, lines: Sequence[UnreadLine]) -> list[AgendaRow]:
    """Return the lines with what is told of each case: as it stood on the day of the meeting, once that was held."""
    cases = cases_on_agenda(session, [line.ref for line in lines if line.ref])
    held = meeting.held_on < today()
    moment = current().database.calendar.end_of(meeting.held_on)
    stood = how_they_stood(session, [one.case.id for one in cases.values()], moment) if held else {}
    units = {unit.slug: unit.name for unit in known(session).units} if held else {}
    not_met = {} if held else contact_words(session, [one.case for one in cases.values()])
    day = meeting.held_on if held else today()
    rows = []
    for line in lines:
        one = cases.get(line.ref or "")
        if one is None:
            rows.append(replace(line.row, why=str(WHY_ON_AGENDA[line.why])))
            continue
        case, then = one.case, _standing(one.case, stood)
        rows.append(
            replace(
                line.row, case=case, state=then.state, unit=units.get(then.responsible, case.responsible.name),
                due=due_on_agenda(then.state, then.due_on, day), why=_why(line.why, then, day, meeting),
                words=mask(one.description), not_met=not_met.get(case.id, ""),
                place=case.place.name if case.place else None,
            )
        )  # fmt: skip
    return rows


def _standing(case: Case, stood: dict[int, Stood]) -> Stood:
    due_on = current().database.calendar.day_of(case.due_at) if case.due_at else None
    return stood.get(case.id) or Stood(case.state, case.responsible.slug, due_on)


def _why(why: AgendaReason, stood: Stood, day: date, meeting: MeetingListed) -> str:
    """Return in words why a case stands on an agenda: it is called overdue only while it is, on `day`."""
    if why is AgendaReason.WAITS and meeting.body != FORUM:
        return gettext("Waits for %(body)s", body=meeting.body_name)
    is_late = stood.state in LADDER_STATES and stood.due_on is not None and stood.due_on < day
    return str(NO_LONGER_LATE if why is AgendaReason.OVERDUE and not is_late else WHY_ON_AGENDA[why])


def by_reason(rows: Iterable[AgendaRow]) -> dict[str, list[AgendaRow]]:
    """Return the lines by why they are proposed, in words, in their order."""
    found: dict[str, list[AgendaRow]] = {}
    for row in rows:
        found.setdefault(row.why, []).append(row)
    return found
