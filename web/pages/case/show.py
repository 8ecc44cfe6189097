"""The page of one case: whole for those who may see it, its published version for everybody else."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.words import Visibility
from cases.organisation.units import FORUM, Unit
from cases.public.how_done import how_done
from cases.public.protection import PROTECTED
from cases.public.published import PublicNote, one_published, public_notes, was_published
from cases.public.sensitive_texts import sensitive_texts
from cases.reading.timeline import timeline
from cases.reading.visibility import as_read_by, takes_part
from cases.refusals import NotFound, StaleVersion
from cases.village.showing.of_case import plan_of_case, village_of_case
from notifications.letters.urls import LOG_IN_FIRST
from web.current import current, right_now
from web.language.labels import READERS, VISIBILITIES
from web.language.village.meeting_words import recommended_words
from web.pages.case.mail.notices import mail_notices
from web.pages.case.query import WholeCase, whole_case
from web.pages.case.steps.available_steps import step_choices
from web.pages.case.steps.question import question_to
from web.pages.case.steps.step_letter import StepLetters
from web.pages.case.timeline import asked_before, late_before, lines_from, lines_of, part_shown
from web.pages.forms import Form
from web.pages.options import (
    categories_to_choose,
    known_with_people,
    perspectives_to_choose,
    places_to_choose,
)
from web.pages.village.owing import owed_in_words
from web.pages.village.registers.on_case import entry_form, register_on_case, register_on_published
from web.requests.guard import Audience, LoginNeeded, not_for, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

bp = Blueprint("case", __name__)
EMPTY_FORMS = ("comment_form", "attach_form", "agenda_form", "relate_form", "protection_form", "reply_form")


@bp.get("/arenden/<ref>")
@open_to(Audience.ANYBODY)
def show(ref: str) -> str:
    """Show the case to those who may see it, and its published version to everybody else.

    Without a published version: 410 if there was one that was withdrawn, unless the reporter has a protected identity
    now: then nothing tells the case from one that never was. Otherwise 404 to somebody who is logged in;
    all others are sent to the log-in page, whether there is such a case or not, so that neither is told. So is whoever
    follows the link of a letter to staff, before they see a published version that one cannot work with.
    """
    actor = current_actor()
    if actor.person_id is not None:
        with suppress(NotFound):
            return page_of(ref, actor)
    elif LOG_IN_FIRST in request.args:
        raise LoginNeeded
    return _published(ref, actor)


def page_of(ref: str, actor: Actor, letters: StepLetters | None = None, /, **forms: Form) -> str:
    """Return the page of a case as HTML; raise `NotFound` when there is none that `actor` may see.

    To show a refused form again, pass it under its name in the template, such as `step_form` or `comment_form`. All
    other forms of the page show what they show before anybody types in them. `letters`: what the step would send.
    """
    with current().database.reading() as session:
        whole = whole_case(session, ref, actor)
        case = whole.case
        if not takes_part(actor, case):
            return _on_agenda(session, whole, actor, forms)
        empty = {name: Form() for name in EMPTY_FORMS}
        shown = _shown(session, whole, actor, forms)
        filled = {
            "step_form": _step_form(case),
            "correct_form": _correct_form(case),
            "reporter_form": _reporter_form(case),
            "register_form": entry_form(shown["entry"]),
            "follow_form": Form({"email": actor.email}),
        }
        return render_template("case.html", case=case, step_letters=letters, **shown, **(empty | filled | forms))


def _on_agenda(session: Session, whole: WholeCase, actor: Actor, forms: dict[str, Form]) -> str:
    """Return the page for somebody who reads the case on the agenda of a body and may not write in it."""
    case = whole.case
    return render_template(
        "case_on_agenda.html",
        case=case,
        title=as_read_by(actor, case, case.title),
        description=as_read_by(actor, case, whole.details.description),
        body=_other_body(case, actor),
        lines=lines_of(session, case, actor),
        refusals=[form.refusal for form in forms.values() if form.refusal],
        now=right_now(),
    )


def _other_body(case: Case, actor: Actor) -> str:
    """Return the name of the body, other than the forum, in which the actor sits and that the case waits for, or ""."""
    awaited = case.waiting_unit
    return awaited.name if awaited is not None and awaited.id in actor.seats and awaited.slug != FORUM else ""


def _shown(session: Session, whole: WholeCase, actor: Actor, forms: dict[str, Form]) -> dict[str, Any]:
    known_with_people(session)  # first, so that the names of all options take one query
    case = whole.case
    entries = timeline(session, case, actor, before=asked_before())
    lines = lines_from(session, case, actor, entries)
    plan = plan_of_case(session, case)
    choices = step_choices(session, case, whole.following, actor, asked=plan.asked if plan else None)
    return {
        "plan": plan,
        "now": right_now(),
        "description": whole.details.description,
        "on_agenda": whole.on_agenda,
        "owed": owed_in_words(session, case, actor),
        **register_on_case(session, case),
        "perspective": dict(perspectives_to_choose(session)).get(case.perspective) if case.perspective else None,
        "lines": lines,
        "late_before": late_before(entries) if asked_before() > case.version else [],
        "hints": sensitive_texts(case, [case.title, whole.details.description, *(line.said for line in lines)], actor),
        **part_shown(case, asked_before()),
        "since": _since_read(session, case, actor, forms.get("step_form")),
        "attachments": whole.details.files,
        "living_links": whole.living_links,
        "mails": whole.mails,
        "mail_notices": mail_notices(session, case, actor, whole.dead_since),
        "related": whole.details.related,
        "similar": whole.details.similar,
        "visibilities": _visibilities(actor),
        "readers": READERS,
        "categories": categories_to_choose(session),
        "places": places_to_choose(session),
        **choices,
        "question": question_to(actor, session, case, choices["steps"]),
    }


def _step_form(case: Case) -> Form:
    officer = case.officer.email if case.officer else ""
    return Form({"version": str(case.version), "visibility": "public", "officer": officer})


def _correct_form(case: Case) -> Form:
    return Form({
        "title": case.title,
        "category": case.category.slug if case.category else "",
        "place": case.place.slug if case.place else "",
        "quick_win": "1" if case.quick_win else "",
        "raised_on": case.raised_on.isoformat() if case.raised_on else "",
    })  # fmt: skip


def _reporter_form(case: Case) -> Form:
    names = ("name", "email", "phone")
    return Form({f"asker_{name}": getattr(case.reporter, name) or "" for name in names} if case.reporter else {})


def _since_read(session: Session, case: Case, actor: Actor, form: Form | None) -> list[Any]:
    """Return the timeline since the version that the form was filled in for, if the case has changed since; else []."""
    if form is None or not isinstance(form.refused, StaleVersion):
        return []
    return lines_of(session, case, actor, since=number_in(form.typed("version")) or 0)


def _visibilities(actor: Actor) -> list[tuple[str, str]]:
    shown = [level for level in Visibility if actor.is_staff or level is not Visibility.INTERNAL]
    return [(level.value, str(VISIBILITIES[level])) for level in shown]


def _published(ref: str, actor: Actor) -> str:
    with current().database.reading() as session:
        case = one_published(session, ref)
        if case is None:
            _refuse(session, ref, actor)
        follow_form = Form({"email": actor.email})
        notes = public_notes(session, ref)
        return render_template(
            "case_published.html", case=case, notes=notes, recommended=_recommended(session, notes),
            follow_form=follow_form,
            village=village_of_case(session, case.id, case.place), done=how_done(session, case),
            **register_on_published(session, case.id, case.category),
        )  # fmt: skip


def _recommended(session: Session, notes: Iterable[PublicNote]) -> dict[int, str]:
    """Return what bodies recommend, in words, by the number of the note that says why; a query where there is any."""
    facts = {note.seq: note.facts for note in notes if note.facts}
    slugs = {one["body"] for one in facts.values()}
    names = dict(session.execute(select(Unit.slug, Unit.name).where(Unit.slug.in_(slugs))).all()) if slugs else {}
    return {seq: recommended_words(one, names.get(one["body"], one["body"])) for seq, one in facts.items()}


def _refuse(session: Session, ref: str, actor: Actor) -> NoReturn:
    case_id = session.scalar(select(Case.id).where(Case.ref == ref, ~PROTECTED))
    if case_id is not None and was_published(session, case_id):
        abort(410)
    raise not_for(actor, ref)
