"""Handing in a case with a form, and the receipt. The form shows three fields, others on demand; staff see more."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.actors import A_VISITOR, Actor
from cases.administration.reorganising import LONGEST_SLUG
from cases.case import Case
from cases.database.texts import storable
from cases.handing_in import MOST_MONTHS, Reporter, Request, hand_in, in_own_name, refuse_other_doors
from cases.public.masking import has_personal_number
from cases.reading.details import File, read_details
from cases.reading.finding import case_for
from cases.states import Kind
from web.auto_publishing import publish_if_wished
from web.current import current, right_now
from web.errors.refused_forms import FormOfAnother
from web.language.gettext import gettext, language, ngettext
from web.language.labels import CHANNELS, KINDS_EXPLAINED, choices
from web.pages.asked_about import ask_about_slip
from web.pages.forms import Form, TypedSchema, day_field, long_field, number_field, refuse_machines, text_field
from web.pages.options import (
    categories_to_choose,
    groups_to_choose,
    perspectives_to_choose,
    place_of_group,
    places_to_choose,
    units_to_choose,
)
from web.pages.public.contact_fields import ContactField, Position
from web.pages.sending.again import shown_again_by
from web.pages.sending.moving import found_where_it_moved
from web.pages.sending.own_name import in_ones_own_name
from web.pages.sending.sent_today import content_of, once_a_day, sent_today
from web.pages.sending.spending import once_per_form
from web.pages.sending.staging import SentFiles, receive_files, refuse_too_large
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.rate_limits import Limit, limited
from web.requests.security import takes_files
from web.schemas.fields import MailAddress, PhoneNumber

bp = Blueprint("handing_in", __name__)


class HandInForm(TypedSchema):
    """The fields of the hand-in form that everybody gets."""

    title = text_field(needed=_l("Say in a few words what it is about."))
    description = long_field()
    reach = ContactField(load_default=None)
    name = text_field()
    category = text_field(LONGEST_SLUG)
    perspective = text_field(LONGEST_SLUG)
    place = text_field(LONGEST_SLUG)
    position = Position(load_default=None)
    public = fields.Boolean(load_default=False)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.ISSUE)


class StaffHandInForm(HandInForm):
    """The hand-in form's fields for staff, who also say whose case it is, how it came in and who is responsible."""

    email = MailAddress(load_default=None)
    phone = PhoneNumber(load_default=None)
    group = text_field(LONGEST_SLUG)
    channel = text_field(20)
    due_on = day_field()
    every_months = number_field(most=MOST_MONTHS)
    responsible = text_field(LONGEST_SLUG)
    protected = fields.Boolean(load_default=False)


ONLY_OF_STAFF = frozenset(StaffHandInForm().fields) - frozenset(HandInForm().fields)


@bp.get("/lamna")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the form for handing in a case; the query string may fill in `kind`, `title` and `group`.

    Whoever is logged in and no staff is the one who asks: the form is filled in with their mail address. That of a
    group is filled in with its place.
    """
    actor = current_actor()
    given = {name: request.args.get(name, "") for name in ("title", "group")}
    given["reach"] = "" if actor.is_staff else actor.email
    with current().database.reading() as session:
        given["place"] = place_of_group(session, actor, given["group"])
    return _page(Form({"kind": request.args.get("kind", Kind.ISSUE), **given}))


@bp.post("/lamna")
@open_to(Audience.ANYBODY)
@limited(Limit.HAND_IN)
@takes_files
@in_ones_own_name(lambda actor: _is_lost_on(actor))
@shown_again_by(lambda form: _page_again(form))
def take_in() -> Response | tuple[str, int]:
    """Handle the form: take the case in and redirect to its receipt; if refused, show the form with the reason."""
    form, actor = Form(request.form), current_actor()
    files = receive_files(form)
    if earlier := _sent_before(files):
        return redirect(earlier, 303)
    with form.catching_refusals():
        if not actor.person_id:
            refuse_machines()
        refuse_too_large()
        given = (StaffHandInForm() if actor.is_staff else HandInForm()).load(request.form)
        _ask_about_slip(given)
        receipt_path = _hand_in(_request(given, actor), files, actor, right_now())
        files.tell_refused()
        return redirect(receipt_path, 303)
    files.show_in(form)
    return _page(form), form.status


@bp.get("/kvitto/<public_id>")
@open_to(Audience.ANYBODY)
@found_where_it_moved
def receipt(public_id: str) -> str:
    """Show the receipt of a case: its reference, and the reporter's private link."""
    with current().database.reading() as session:
        case, reporter = case_for(session, A_VISITOR, public_id)
        sent = read_details(session, case, reporter)
        return render_template(
            "receipt.html",
            case=case,
            files=_files_in_words(sent.files),
            has_personal_number=has_personal_number(case.title, sent.description),
            base_url=current().settings.base_url,
        )


def _files_in_words(files: list[File]) -> str:
    """Return how many photos and other files there are, such as "3 photos, 1 PDF"; "" without any."""
    photos = sum(file.is_picture for file in files)
    others = len(files) - photos
    counted = (ngettext("%(num)d photo", "%(num)d photos", photos), ngettext("%(num)d PDF", "%(num)d PDFs", others))
    return ", ".join(words for words, number in zip(counted, (photos, others), strict=True) if number)


def _sent_before(files: SentFiles) -> str | None:
    """Return the path of the receipt, and say its reference, when this browser has sent the same within a day."""
    with current().database.reading() as session:
        earlier = sent_today(session, content_of(files.stored))
        name = (earlier or "").rpartition("/")[2]
        ref = session.scalar(select(Case.ref).where(or_(Case.public_id == name, Case.ref == name))) if name else None
    if ref:
        flash(gettext("You have sent this already: %(ref)s", ref=ref), "info")
    return earlier if ref else None


def _hand_in(handed: Request, files: SentFiles, actor: Actor, at: datetime) -> str:
    """Hand the case in, once for each form; return the path of its receipt.

    The receipt shows the reporter's key. Staff, who may not have it, get the path of the case.
    """

    def make() -> str:
        refuse_other_doors(handed.kind, actor)
        case = hand_in(session, in_own_name(handed, actor), by=actor, at=at)
        publish_if_wished(session, case, at)
        files.attach_to(session, case, by=actor, at=at)
        if actor.is_staff:
            flash(gettext("Reported as %(ref)s.", ref=case.ref), "success")
            return url_for("case.show", ref=case.ref)
        return url_for("handing_in.receipt", public_id=case.public_id)

    with current().database.transaction() as session:
        return once_per_form(session, lambda: once_a_day(session, content_of(files.stored), make))


def _request(given: dict[str, Any], actor: Actor) -> Request:
    latitude, longitude = given["position"] or (None, None)
    return Request(
        kind=given["kind"],
        title=given["title"],
        description=given["description"] or "",
        category=given["category"],
        perspective=given["perspective"],
        place=given["place"],
        group=given.get("group") or _own_group(actor),
        latitude=latitude,
        longitude=longitude,
        reporter=_reporter(given),
        channel=given.get("channel") or "web",
        public=given["public"],
        due_on=given.get("due_on"),
        every_months=given.get("every_months"),
        responsible=given.get("responsible"),
    )


def _ask_about_slip(given: dict[str, Any]) -> None:
    ask_about_slip((given["reach"] or (None, None))[0], field="reach")
    ask_about_slip(given.get("email"), field="email")


def _reporter(given: dict[str, Any]) -> Reporter:
    email, phone = given["reach"] or (None, None)
    return Reporter(
        name=given["name"],
        email=given.get("email") or email,
        phone=given.get("phone") or phone,
        locale=language(),
        protected=given.get("protected", False),
    )


def _own_group(actor: Actor) -> str | None:
    """Return the slug of the group for which somebody logged in hands the case in; None for a visitor."""
    return storable(request.form.get("group", "")) or None if actor.person_id else None


def _is_lost_on(actor: Actor) -> bool:
    """Return whether the form of this request is the one for staff, which this actor is not shown.

    It would lose what only staff can say, such as that an identity is protected.
    """
    return not actor.is_staff and "reach" not in request.form and not ONLY_OF_STAFF.isdisjoint(request.form)


def _page_again(form: Form) -> str:
    """Return the page of the form for whoever is logged in now. Raises `FormOfAnother` when it has not all its fields.

    How to reach the one who asks has one field in the form for everybody, and two in the one for staff.
    """
    actor = current_actor()
    if _is_lost_on(actor):
        raise FormOfAnother
    if actor.is_staff and (reach := form.typed("reach")):
        form.fill_in("email" if "@" in reach else "phone", reach)
    return _page(form)


def _page(form: Form) -> str:
    actor = current_actor()
    with current().database.reading() as session:
        return render_template("hand_in.html", form=form, **_choices(session, actor))


def _choices(session: Session, actor: Actor) -> dict[str, Any]:
    groups = groups_to_choose(session, actor) if actor.person_id else []
    return {
        "places": places_to_choose(session),
        "categories": categories_to_choose(session),
        "perspectives": perspectives_to_choose(session),
        "groups": groups,
        "units": units_to_choose(session) if actor.is_staff else [],
        "kinds": choices({kind: words for kind, words in KINDS_EXPLAINED.items() if kind is not Kind.ACTION}),
        "channels": choices(CHANNELS),
    }
