"""Pages for people, one file for each purpose: of a case, for everybody, for staff, and of the village method."""

from flask import Flask

from web.pages import account
from web.pages.by_letter import answering as by_letter
from web.pages.case import attachments, commenting, correcting, erasing, printing, publishing, reporter, show, stepping
from web.pages.case.registers import entry
from web.pages.incoming import acting, ending_junk, listing, whole_mail
from web.pages.layout import register_template_globals
from web.pages.people import absence, automatic_reply, handing_over, preferences
from web.pages.public import (
    accessibility,
    following,
    handing_in,
    overview,
    own_case,
    passing_days,
    searching,
    security_txt,
    statistics,
)
from web.pages.sending import again, continuing
from web.pages.staff import all_cases, calls, desk, forum, mailbox, piles, set_aside, several_at_once, units
from web.pages.village import adoption, anchoring, draft, item_done, plan, seats
from web.pages.village.forum import adjusting, agenda, closing, meetings, minutes, table
from web.pages.village.forum.choosing import agenda_form, sending
from web.pages.village.forum.convening import answering, calendar, invited, rearranging
from web.pages.village.registers import files, news_feeds, topic
from web.pages.village.relations import groups, logging
from web.pages.village.showing import all_villages, feeds, one_village, own_calendar

BLUEPRINTS = (
    account.bp, absence.bp, automatic_reply.bp, handing_over.bp, preferences.bp, by_letter.bp,
    accessibility.bp, following.bp, handing_in.bp, overview.bp, own_case.bp, passing_days.bp, searching.bp,
    security_txt.bp, statistics.bp,
    attachments.bp, commenting.bp, correcting.bp, erasing.bp, printing.bp, publishing.bp, reporter.bp, show.bp,
    stepping.bp,
    acting.bp, ending_junk.bp, listing.bp, whole_mail.bp,
    continuing.bp, all_cases.bp, calls.bp, desk.bp, mailbox.bp, piles.bp, set_aside.bp, several_at_once.bp,
    units.bp,
    plan.bp, draft.bp, adoption.bp, item_done.bp, anchoring.bp, groups.bp, logging.bp,
    all_villages.bp, one_village.bp, feeds.bp, own_calendar.bp, seats.bp, topic.bp, files.bp, news_feeds.bp, entry.bp,
    *dict.fromkeys(
        module.bp
        for module in (
            adjusting, agenda, agenda_form, answering, calendar, closing, forum, invited, meetings, minutes,
            rearranging, sending, table,
        )
    ),
)  # fmt: skip


def register(app: Flask) -> None:
    """Register the blueprints of all pages, and the filters and functions that their templates use."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    again.show_forms_again(app)
    piles.keep_pile(app)
    register_template_globals(app)
