"""The query of a case's page.

One row holds the case with its units and officer, its description, files and related cases, its followers, and
its place on the forum's agenda.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import null
from sqlalchemy.orm import Session, joinedload

from cases.access.actors import Actor
from cases.case import TO_READ, Case
from cases.meetings.agenda_items import PLACE_ON_AGENDA, AgendaPlace, place_of
from cases.organisation.people import Person
from cases.reading.details import CaseDetails, detail_columns, details_from, in_order
from cases.reading.visibility import seen_by
from cases.refusals import NotFound
from notifications.audiences.context import Following
from notifications.audiences.preview_contexts import FOLLOWERS, following_of
from notifications.letter_links.putting_out import LIVING_LINKS, LivingLink, living_from
from web.current import today
from web.pages.case.mail.notices import DEAD_SINCE, MAILS_OF_CASE, may_read_mails

TO_SHOW = TO_READ[Case.ref].options(joinedload(Case.officer).joinedload(Person.deputy)).add_columns(FOLLOWERS)


@dataclass(frozen=True)
class WholeCase:
    """A case as its page shows it, read by one query.

    `details` are its description, files and related cases, as far as the reader may see them; `following` has one
    entry for each follower. `on_agenda` is its place on the forum's agenda, for staff; `living_links` those with which
    its letters can be answered, for the desk. `mails` are the numbers of the mails that came in, for staff, by the
    number of the event under which each is filed; `dead_since` the moment (UTC) since when nothing reaches who asked.
    """

    case: Case
    details: CaseDetails
    following: list[Following]
    on_agenda: AgendaPlace | None
    living_links: list[LivingLink]
    mails: dict[int, int]
    dead_since: datetime | None


def whole_case(session: Session, ref: str, actor: Actor) -> WholeCase:
    """Read the case with details and followers; raise `NotFound` when there is none that `actor` may see."""
    on_agenda = PLACE_ON_AGENDA if actor.is_staff else (null(), null())
    living = LIVING_LINKS if actor.is_contact else null()
    of_mail = (MAILS_OF_CASE, DEAD_SINCE) if actor.is_staff else (null(), null())
    found = TO_SHOW.add_columns(*on_agenda, living, *of_mail, *detail_columns(actor)).where(seen_by(actor))
    row = session.execute(found, {"name": ref, "day": today()}).one_or_none()
    if row is None:
        raise NotFound(ref=ref)
    case, followers, why, meeting_on, links, filed, dead, *beside = row
    following, place = following_of(case, followers), place_of(why, meeting_on)
    mails_read = {int(seq): int(number) for seq, number in in_order(filed)} if may_read_mails(actor, case) else {}
    return WholeCase(case, details_from(beside, actor), following, place, living_from(links), mails_read, dead)
