"""What a person's mail program has answered for them, for staff: until they do something themselves."""

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.organisation.automatic_replies import replied_automatically
from cases.organisation.people import Person
from cases.refusals import NotFound
from notifications.inbound.showing import shown_words
from notifications.inbound_mail import InboundMail
from web.current import current, right_now
from web.pages.case.mail.notices import may_read_mails
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("automatic_reply", __name__)


@bp.get("/personer/<int:number>/automatiskt-svar")
@open_to(Audience.STAFF)
def show(number: int) -> str:
    """Show what the mail said, without what it quotes; 404 when there is none to show any more.

    What came about a case of protected identity only the contact person reads.
    """
    with current().database.reading() as session:
        person = session.get(Person, number)
        came = replied_automatically(person, right_now()) if person is not None else None
        if person is None or came is None:
            raise NotFound(ref=str(number))
        mail = session.get(InboundMail, person.auto_reply_mail or 0)
        hidden = mail is not None and not _may_read(session, mail, current_actor())
        text = shown_words(mail, current().settings) if mail is not None and not hidden else None
        return render_template("people/automatic_reply.html", person=person, came=came, text=text, hidden=hidden)


def _may_read(session: Session, mail: InboundMail, actor: Actor) -> bool:
    case = session.get(Case, mail.case_id) if mail.case_id is not None else None
    return case is None or may_read_mails(actor, case)
