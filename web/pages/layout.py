"""What every template can use: municipality, menu, languages, a warning when sweeps stop, filters for names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cases.access.actors import A_VISITOR, Actor
from cases.administration.leaving.absence import is_away
from cases.case import Case
from cases.contacts.phone_numbers import dialled
from cases.mail_addresses import half_address
from cases.organisation.automatic_replies import replied_automatically
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from cases.reading.visibility import as_read_by, takes_part
from cases.states import Kind, State
from notifications.letters.wording.reasons_in_swedish import why_not
from web.clock_health import is_stale
from web.current import current, machine_now, right_now, today
from web.language.dates import FILTERS, moment_words
from web.language.figure_words import decimal_words, size_words
from web.language.gettext import gettext, language
from web.language.labels import (
    ASIDE_KINDS,
    GROUP_SORTS,
    KINDS,
    LETTERS,
    ROLES,
    STATE_COLOURS,
    UNIT_KINDS,
    channel_name,
    listed,
)
from web.language.list_labels import FOUND_IN
from web.language.state_words import STATE_NAMES
from web.language.village.seat_words import OFFICES, SECTORS, seat_days
from web.pages.case.timeline import ICONS, told_words
from web.pages.example_days import example_day
from web.pages.options import category_name
from web.pages.stamps import new_stamp, new_stamp_for_anybody
from web.requests.identity.caller import actor_in
from web.requests.page_frame import PageFrame, read_page_frame
from web.requests.returning import login_url


@dataclass(frozen=True)
class MenuItem:
    """One link in the menu: `name` is the text of the link, `url` the path that it leads to."""

    name: str
    url: str

    @property
    def here(self) -> bool:
        """Whether this link leads to the page that is being shown."""
        return self.url == request.path

    @property
    def within(self) -> bool:
        """Whether the page that is being shown lies below the one that the link leads to."""
        return self.url != "/" and request.path.startswith(f"{self.url}/")


log = structlog.get_logger()
PUBLIC = (
    ("overview.show", _l("Overview")),
    ("handing_in.show", _l("Report")),
    ("searching.show", _l("Search")),
    ("villages.show", _l("The villages")),
)
STAFF = (
    ("desk.show", _l("Desk")),
    ("all_cases.show", _l("All cases")),
    ("groups.show", _l("The villages")),
    ("handing_in.show", _l("Report")),
)
CONTACT = (("calls.show", _l("To call")), ("set_aside.show", _l("Not delivered")))


NAME_FILTERS: dict[str, Callable[[Any], Any]] = {
    "state_name": lambda state: STATE_NAMES[State(state)],
    "state_colour": lambda state: STATE_COLOURS.get(State(state), "neutral"),
    "kind_name": lambda kind: KINDS[Kind(kind)],
    "unit_kind": lambda kind: UNIT_KINDS[kind],
    "group_sort": lambda sort: GROUP_SORTS[sort],
    "sector_name": lambda sector: SECTORS[sector],
    "office_name": lambda office: OFFICES[office],
    "seat_days": seat_days,
    "channel_name": channel_name,
    "aside_kind": lambda kind: ASIDE_KINDS[kind],
    "letter_name": lambda letter: LETTERS.get(letter, ""),
    "dialled": dialled,
    "half_address": half_address,
    "why_not": lambda reason: why_not(reason, language()),
    "has_missed_its_day": lambda case: case.has_missed_its_day(today()),
    "happening_icon": lambda type_: ICONS.get(type_, "history"),
}


def register_template_globals(app: Flask) -> None:
    """Give templates the variables of `page_context`, filters for days and names, and what they may call.

    That is `example_day`, `today_on_page`, `posts`, `away_today`, `replied_automatically`, `title_as_read`,
    `reads_all`, `new_stamp` and `new_stamp_for_anybody`.
    """
    app.jinja_env.filters.update(
        FILTERS
        | NAME_FILTERS
        | {
            "found_in": FOUND_IN.__getitem__,
            "category_name": category_name,
            "told_words": told_words,
            "size_words": size_words,
            "decimal": decimal_words,
            "listed": listed,
        }
    )
    stamps = {"new_stamp": new_stamp, "new_stamp_for_anybody": new_stamp_for_anybody}
    reading = {"title_as_read": title_as_read, "reads_all": reads_all}
    away = {"away_today": away_today, "replied_automatically": answered_by_machine}
    app.jinja_env.globals.update(example_day=example_day, today_on_page=today, posts=posts, **reading, **stamps, **away)
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """Return the variables that base.html needs on every page, by name: frame, actor, language and menu, for example.

    While the database is down they are those for a visitor.
    """
    actor, frame = _actor_and_frame()
    if frame.demonstration:
        current().domain_clock.is_ordinary = False
    return {
        "house_on_page": frame,
        "day_moves_on_page": _is_open(frame),
        "actor_on_page": actor,
        "locale_on_page": language(),
        "lang_of_feeds": language() if language() != current().settings.locale else None,
        "menu_on_page": _menu(actor, frame),
        "other_language": _other_language(),
        "login_url": login_url(),
        "printed_on_page": _printed(actor, frame),
        "clock_is_silent": _silent_since(frame.last_sweep) if actor.is_staff else "",
    }


def title_as_read(case: Case) -> str:
    """Return the title of the case as whoever is logged in may read it: masked unless they take part in the case."""
    return as_read_by(_actor_and_frame()[0], case, case.title)


def reads_all(case: Case) -> bool:
    """Return whether whoever is logged in takes part in the case, and so may read who has it and for which group."""
    return takes_part(_actor_and_frame()[0], case)


def away_today(person: Person) -> bool:
    """Return whether the person is away today."""
    return is_away(person, today())


def answered_by_machine(person: Person) -> datetime | None:
    """Return when the person's mail program answered for them, when that is to be shown now; else None."""
    return replied_automatically(person, right_now())


def posts() -> dict[int, str]:
    """Return a text of each person's present roles with their units, by person id: "role, unit; role".

    The demonstration's log-in page shows it. Somebody without a role today is missing.
    """
    with current().database.reading() as session:
        rows = session.execute(
            select(Membership.person_id, Membership.role, Unit.name)
            .outerjoin(Unit, Unit.id == Membership.unit_id)
            .where(serves_on(today()))
            .order_by(Membership.id)
        )
        held: dict[int, list[str]] = {}
        for person, role, unit in rows:
            held.setdefault(person, []).append(f"{ROLES[role]}, {unit}" if unit else str(ROLES[role]))
        return {person: "; ".join(posts) for person, posts in held.items()}


def _actor_and_frame() -> tuple[Actor, PageFrame]:
    if "page_frame" not in g:
        try:
            g.page_frame = _read()
        except SQLAlchemyError as error:
            log.error("page.without_surroundings", error=type(error).__name__)
            return A_VISITOR, PageFrame()
    found: tuple[Actor, PageFrame] = g.page_frame
    return found


def _read() -> tuple[Actor, PageFrame]:
    if "caller" in g and g.caller.frame:
        return g.caller.actor, g.caller.frame
    with current().database.reading() as session:
        actor = actor_in(session)
        return actor, g.caller.frame or read_page_frame(session)


def _silent_since(last: datetime | None) -> str:
    """Return in words when the last sweep was, if the sweeps have stopped; "" while they run."""
    if not is_stale(last, current().settings, machine_now()):
        return ""
    return moment_words(last) if last else gettext("the start")


def _printed(actor: Actor, frame: PageFrame) -> str:
    """Return what stands on paper: from where a page was printed, when (that is, opened), and by whom."""
    words = gettext("Printed from Ventil, %(house)s, %(when)s", house=frame.name, when=moment_words(right_now()))
    return gettext("%(printed)s by %(name)s", printed=words, name=actor.name) if actor.name else words


def _for_this_unit(url: str) -> str:
    """Return the address, with the unit of this page as the group when it is the one of the form for handing in."""
    form = url_for("handing_in.show")
    return url_for("handing_in.show", group=(request.view_args or {}).get("slug")) if url == form else url


def _menu(actor: Actor, frame: PageFrame) -> list[MenuItem]:
    items = [MenuItem(str(words), url_for(endpoint)) for endpoint, words in (STAFF if actor.is_staff else PUBLIC)]
    items += _villages(frame)
    items += [MenuItem(name, url_for("units.show", slug=slug)) for slug, name in frame.units]
    if request.endpoint == "units.show":  # a group's representative hands in for that group
        items = [replace(item, url=_for_this_unit(item.url)) for item in items]
    if actor.is_contact:
        items += [MenuItem(str(words), url_for(endpoint)) for endpoint, words in CONTACT]
    items.append(MenuItem(gettext("Forum"), url_for("forum.show")))
    if current().settings.smtp_url is None and (actor.is_admin or _is_open(frame)):
        items.append(MenuItem(gettext("Mailbox"), url_for("mailbox.show")))
    return items


def _villages(frame: PageFrame) -> list[MenuItem]:
    """Return the links to the pages of the reader's villages, named when there are several."""
    named = len(frame.groups) > 1
    words = gettext("Our village")
    return [
        MenuItem(f"{words}, {name}" if named else words, url_for("village.show", slug=slug))
        for slug, name in frame.groups
    ]


def _is_open(frame: PageFrame) -> bool:
    return frame.demonstration and current().settings.on_loopback


def _other_language() -> dict[str, str]:
    code, name = ("en", "English") if language() == "sv" else ("sv", "Svenska")
    if request.endpoint is None or request.method != "GET":
        return {"code": code, "name": name, "url": f"/?lang={code}"}
    asked = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    path = url_for(request.endpoint, **(request.view_args or {}))
    return {"code": code, "name": name, "url": f"{path}?{urlencode([*asked, ('lang', code)])}"}
