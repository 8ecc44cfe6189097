"""Following a published case by mail: asking for it, confirming the address, and stopping with one click."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.tokens import FOLLOW, UNFOLLOW, Link, valid_link
from cases.case import Case, case_to_read
from cases.following import ask_to_follow, confirm_following, stop_following
from cases.parties import Follower
from cases.public.published import one_published
from cases.reading.finding import case_to_follow, reference
from web.current import current, right_now
from web.language.gettext import gettext, language
from web.pages.asked_about import ask_about_slip
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.requests.guard import Audience, open_to, sent_by_mail_programs
from web.requests.identity.caller import current_actor
from web.requests.rate_limits import Limit, limited

bp = Blueprint("following", __name__)
GONE = 410


@bp.post("/arenden/<ref>/folj")
@open_to(Audience.ANYBODY)
@limited(Limit.FOLLOW)
@shown_again_by(lambda form, ref: render_template("follow_refused.html", form=form, ref=ref))
def ask(ref: str) -> Response | tuple[str, int]:
    """Handle the form to follow a case: mail a link that confirms the address, and redirect to the case.

    The response is the same for an address that follows the case already. If refused, show the reason.
    """
    form, actor = Form(request.form), current_actor()
    with form.catching_refusals():
        ask_about_slip(form.text("email"), field="email")
        with current().database.transaction() as session:
            case = case_to_follow(session, actor, reference(ref))
            key = current().settings.secret_key
            ask_to_follow(session, case, form.text("email"), language(), key=key, at=right_now())
        flash(gettext("Look in your inbox: follow the link there to confirm."), "success")
        return redirect(url_for("case.show", ref=ref), 303)
    return render_template("follow_refused.html", form=form, ref=ref), form.status


@bp.get("/folj/<token>")
@open_to(Audience.ANYBODY)
def show(token: str) -> tuple[str, int]:
    """Show the page that the mailed link opens: a button to confirm, as mail programs may open links by themselves."""
    with current().database.reading() as session:
        link = valid_link(session, token, FOLLOW, right_now())
        return _page(session, "follow_confirm.html", token, _case_of(session, link))


@bp.post("/folj/<token>")
@open_to(Audience.ANYBODY)
def confirm(token: str) -> Response | tuple[str, int]:
    """Handle the button: confirm the address, which follows the case from now on; 410 if the link is not valid."""
    with current().database.transaction() as session:
        link = valid_link(session, token, FOLLOW, right_now())
        case = confirm_following(session, link, at=right_now()) if link else None
        return _page(session, "follow_confirm.html", token, case, done=True)


@bp.get("/sluta-folja/<token>")
@open_to(Audience.ANYBODY)
def show_stop(token: str) -> tuple[str, int]:
    """Show the page that a letter's unsubscribe link opens: a button to stop following; 410 for an invalid link."""
    with current().database.reading() as session:
        link = valid_link(session, token, UNFOLLOW, right_now())
        return _page(session, "follow_stop.html", token, _case_of(session, link))


@bp.post("/sluta-folja/<token>")
@open_to(Audience.ANYBODY)
@sent_by_mail_programs
def stop(token: str) -> tuple[str, int]:
    """Handle the button, or a mail program's one-click unsubscribe (RFC 8058): stop following the case.

    Sending it again changes nothing; 410 if the link is not valid.
    """
    with current().database.transaction() as session:
        link = valid_link(session, token, UNFOLLOW, right_now())
        follower = session.get(Follower, link.follower_id) if link else None
        if follower is None:
            abort(GONE)
        stop_following(session, follower, at=right_now())
        return _page(session, "follow_stop.html", token, _case_of(session, link), done=True)


def _case_of(session: Session, link: Link | None) -> Case | None:
    if link is None or link.follower_id is None:
        return None
    ref = session.scalar(
        select(Case.ref).join(Follower, Follower.case_id == Case.id).where(Follower.id == link.follower_id)
    )
    return case_to_read(session, ref) if ref else None


def _page(session: Session, template: str, token: str, case: Case | None, *, done: bool = False) -> tuple[str, int]:
    published = one_published(session, case.ref) if case else None
    shown = render_template(template, token=token, case=case, published=published, done=done)
    return shown, 200 if case else GONE
