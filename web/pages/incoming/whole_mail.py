"""A whole mail that came in, for staff: all of its text, and for the desk its bytes as they came."""

from flask import Blueprint, Response, render_template
from sqlalchemy.orm import Session

from cases.case import Case
from cases.reading.finding import case_for, reference
from cases.refusals import NotAllowed, NotFound
from notifications.inbound.showing import mail_of_case, shown_mail
from notifications.inbound_mail import InboundMail
from web.current import current
from web.pages.case.mail.notices import may_read_mails
from web.requests.downloads import as_attachment
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("whole_mail", __name__)
RAW_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@bp.get("/arenden/<ref>/mejl/<int:number>")
@open_to(Audience.STAFF)
def show(ref: str, number: int) -> str:
    """Show the mail with this number: headers and text, never its HTML; that it was erased, when it was.

    404 when it is not filed on this case. Of somebody with a protected identity only the contact person reads one.
    """
    with current().database.reading() as session:
        case, mail = _mail(session, ref, number)
        return render_template(
            "incoming/whole_mail.html", case=case, mail=mail, shown=shown_mail(mail, current().settings)
        )


@bp.get("/arenden/<ref>/mejl/<int:number>.eml")
@open_to(Audience.CONTACT)
def download(ref: str, number: int) -> Response:
    """Send the bytes of the mail as they came, as a file: links in what it quotes act, so only the desk gets them.

    404 when it is not filed on this case, or was erased.
    """
    with current().database.reading() as session:
        _, mail = _mail(session, ref, number)
        if mail.raw is None:
            raise NotFound(ref=str(number))
        response = Response(mail.raw, content_type="message/rfc822")
    response.headers["Content-Disposition"] = as_attachment(f"mejl-{ref}-{number}.eml")
    response.headers["Content-Security-Policy"] = RAW_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _mail(session: Session, ref: str, number: int) -> tuple[Case, InboundMail]:
    actor = current_actor()
    case, _ = case_for(session, actor, reference(ref))
    mail = mail_of_case(session, case, number)
    if not may_read_mails(actor, case):
        raise NotAllowed(step="read_mail")
    return case, mail
