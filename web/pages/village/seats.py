"""The seats of the forum or of an advisory board: who sits for whom, which are empty; giving and ending them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.administration.staffing import person_by_email
from cases.mail_addresses import LONGEST_ADDRESS
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import FORUM, Unit, UnitKind, unit_named
from cases.refusals import DateOutside, NotFound
from cases.village.seats.giving import SeatGiven, body_named, end_seat, give_seat, seat_numbered
from cases.village.seats.reading import EmptySeat, SeatShown, SeatsShown, seats_shown
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.language.labels import choices
from web.language.preference import in_swedish
from web.language.village.seat_words import OFFICES, SECTORS
from web.pages.forms import DayField, Form, TypedSchema, day_field, text_field
from web.pages.options import units_to_choose
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

A_DAY = timedelta(days=1)
bp = Blueprint("seats", __name__)


class SeatForm(TypedSchema):
    """The fields of the form that gives a seat; `until` is the last day on which it is held."""

    email = text_field(LONGEST_ADDRESS, _l("Give the e-mail address of the person."))
    group = text_field()
    sector = fields.Enum(Sector, by_value=True, load_default=None)
    office = fields.Enum(Office, by_value=True, load_default=None)
    since = day_field()
    until = day_field()


class EndingForm(TypedSchema):
    """The field of the form that ends a seat: the last day on which it is held."""

    until = DayField(required=True, error_messages={"required": _l("Give the day.")})


@dataclass(frozen=True)
class SeatRows:
    """The seats of one group or one sector, in the order of their numbers, those to come after those of today."""

    name: str
    seats: tuple[SeatShown | EmptySeat, ...]


@bp.get("/platser/<slug>")
@open_to(Audience.ANYBODY)
def show(slug: str) -> str:
    """Show the seats of a body of kind forum to everybody, names to those who may know them; 404 for another unit."""
    return _page(Form(), slug)


@bp.post("/platser/<slug>")
@open_to(Audience.CONTACT, Audience.ADMIN)
@shown_again_by(lambda form, slug: _page(form, slug))
def give(slug: str) -> Response | tuple[str, int]:
    """Handle the form that gives a seat; if refused, show it with the reason."""
    form = Form(request.form)
    with form.catching_refusals(), last_days():
        typed = SeatForm().load(request.form)
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _give(session, slug, typed))
        flash(gettext("The seat is given."), "success")
        return redirect(page, 303)
    return _page(form, slug), form.status


@bp.get("/platser/<slug>/<int:number>/avsluta")
@open_to(Audience.CONTACT, Audience.ADMIN)
def ask(slug: str, number: int) -> str:
    """Show the form that ends a seat; 404 when the body has none with this number, or it has ended."""
    return _ending_page(Form(), slug, number)


@bp.post("/platser/<slug>/<int:number>/avsluta")
@open_to(Audience.CONTACT, Audience.ADMIN)
@shown_again_by(lambda form, slug, number: _ending_page(form, slug, number))
def end(slug: str, number: int) -> Response | tuple[str, int]:
    """Handle the form that ends a seat; if refused, show it with the reason."""
    form = Form(request.form)
    with form.catching_refusals(), last_days():
        on = EndingForm().load(request.form)["until"] + A_DAY
        with current().database.transaction() as session:
            seat = seat_numbered(session, body_named(session, slug), number)
            end_seat(session, seat, on, by=current_actor(), at=right_now())
        flash(gettext("The last day of the seat is set."), "success")
        return redirect(url_for("seats.show", slug=slug), 303)
    return _ending_page(form, slug, number), form.status


@contextmanager
def last_days() -> Iterator[None]:
    """Let a refusal of the day after the last one name the bounds of the last day, which is what people type."""
    try:
        yield
    except DateOutside as refused:
        bounds = (day - A_DAY if day else None for day in (refused.earliest, refused.latest))
        raise DateOutside("until", *bounds) from None


def _give(session: Session, slug: str, typed: dict[str, Any]) -> str:
    body = body_named(session, slug)
    group = unit_named(session, typed["group"], field="group") if typed["group"] else None
    last: date | None = typed["until"]
    given = SeatGiven(
        body, group, typed["sector"], typed["office"], typed["since"], last + A_DAY if last else None
    )  # fmt: skip
    give_seat(
        session, person_by_email(session, typed["email"], field="email"), given, by=current_actor(), at=right_now()
    )
    return url_for("seats.show", slug=slug)


def _page(form: Form, slug: str) -> str:
    with current().database.reading() as session:
        shown = seats_shown(session, body_named(session, slug), by=current_actor(), day=today())
        bodies = select(Unit).where(Unit.kind == UnitKind.FORUM, Unit.active, Unit.slug != slug)
        others = sorted(session.scalars(bodies), key=lambda body: (body.slug != FORUM, in_swedish(body.name)))
        return render_template(
            "village/seats.html", form=form, shown=shown, others=others, groups=tuple(_by_group(shown)),
            sectors=tuple(_by_sector(shown)), members=_members(shown), knows_names=_knows_names(shown),
            group_choices=units_to_choose(session, UnitKind.GROUP) if shown.may_give else (),
            sector_choices=choices(SECTORS), office_choices=choices(OFFICES), today=today(),
        )  # fmt: skip


def _ending_page(form: Form, slug: str, number: int) -> str:
    with current().database.reading() as session:
        shown = seats_shown(session, body_named(session, slug), by=current_actor(), day=today())
        seat = next((one for one in (*shown.held, *shown.coming) if one.number == number), None)
        if seat is None:
            raise NotFound(ref=str(number))
        return render_template("village/seat_to_end.html", form=form, body=shown.body, seat=seat, sectors=SECTORS)


def _knows_names(shown: SeatsShown) -> bool:
    return any(seat.name for seat in (*shown.held, *shown.coming, *shown.former))


def _by_group(shown: SeatsShown) -> Iterator[SeatRows]:
    """Yield the seats of each group that has any, by the name of the group."""
    of_groups = [seat for seat in _rows(shown) if seat.group is not None]
    names = {seat.group: seat.group_name or "" for seat in of_groups}
    for slug in sorted(names, key=lambda slug: in_swedish(names[slug])):
        yield SeatRows(names[slug], _in_order(seat for seat in of_groups if seat.group == slug))


def _by_sector(shown: SeatsShown) -> Iterator[SeatRows]:
    """Yield the seats of each sector that has any of its own, in the order of `Sector`."""
    for sector, name in SECTORS.items():
        of_sector = [seat for seat in _rows(shown) if seat.group is None and seat.sector == sector]
        if of_sector:
            yield SeatRows(str(name), _in_order(of_sector))


def _members(shown: SeatsShown) -> tuple[SeatShown | EmptySeat, ...]:
    return _in_order(seat for seat in _rows(shown) if seat.group is None and seat.sector is None)


def _rows(shown: SeatsShown) -> tuple[SeatShown | EmptySeat, ...]:
    return (*shown.held, *shown.empty, *shown.coming)


def _in_order(seats: Iterable[SeatShown | EmptySeat]) -> tuple[SeatShown | EmptySeat, ...]:
    """Return the seats by number, and those of one number by their days; an empty one is of today."""
    return tuple(sorted(seats, key=lambda seat: (seat.slot or 0, getattr(seat, "since", date.min))))
