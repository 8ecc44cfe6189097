"""Mail that came in, in words: what stands of it in a case's history, and what became of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.incoming.mail_comments import BY_MAIL, MailDoubt
from notifications.inbound_mail import InboundOutcome
from web.language.dates import day_words
from web.language.gettext import gettext

Facts = Mapping[str, Any]
OUTCOMES_OF_MAIL: Mapping[InboundOutcome, LazyString] = {
    InboundOutcome.CASE: _l("A new case"),
    InboundOutcome.COMMENT: _l("A comment"),
    InboundOutcome.ANSWER: _l("An answer"),
    InboundOutcome.AUTOMATIC: _l("An automatic e-mail"),
    InboundOutcome.BOUNCE: _l("A report that an e-mail did not arrive"),
    InboundOutcome.DOUBLE: _l("The same e-mail once more"),
    InboundOutcome.WAITING: _l("Waits to be read"),
    InboundOutcome.SET_ASIDE: _l("Could not be filed"),
}
TROUBLES_OF_MAIL: Mapping[str, LazyString] = {
    "junk": _l("Likely junk"),
    MailDoubt.UNCONFIRMED: _l("It is not confirmed who sent it"),
    MailDoubt.OTHER_SENDER: _l("From somebody else than the recipient of our e-mail"),
    "gone": _l("The address does not exist"),
    "refused": _l("The address takes no e-mails"),
    "delayed": _l("It is delayed"),
    "own_address": _l("The recipient’s e-mail server does not accept our own address"),
}


def is_by_mail(facts: Facts) -> bool:
    """Return whether the event came by mail."""
    return facts.get("channel") == BY_MAIL


def is_from_other(facts: Facts) -> bool:
    """Return whether somebody else sent it than the recipient of the letter to which it replies."""
    return bool(facts.get("doubt") == MailDoubt.OTHER_SENDER)


def commented_words(facts: Facts) -> str:
    """Return the sentence that describes a comment, and says of one that came by mail who sent it."""
    if not is_by_mail(facts):
        return gettext("Comment")
    if facts.get("doubt") == MailDoubt.UNCONFIRMED:
        said = gettext("Comment by e-mail. It is not confirmed who sent it")
    elif is_from_other(facts):
        said = gettext("Comment by e-mail, from somebody else who has our e-mail")
    else:
        said = gettext("Comment by e-mail")
    if not facts.get("waits_until"):
        return said
    until = gettext("Somebody is to read it by %(day)s", day=day_words(facts["waits_until"]))
    return f"{said}. {until}"


def own_comment_words(facts: Facts) -> str | None:
    """Return the sentence on a comment by mail of the person who asked, to themselves; None for any other comment."""
    if not is_by_mail(facts) or is_from_other(facts):
        return None
    said = gettext("You wrote by e-mail")
    if facts.get("doubt"):
        said = gettext("An e-mail came from your address. It is not confirmed that you sent it")
    if not facts.get("waits_until"):
        return said
    until = gettext("Somebody will read it by %(day)s", day=day_words(facts["waits_until"]))
    return f"{said}. {until}"


def bounced_words(facts: Facts) -> str:
    """Return the sentence on a letter of which a mail server reports that it did not arrive."""
    if facts["permanent"]:
        return gettext("An e-mail about the case did not arrive: the address no longer works")
    return gettext("An e-mail about the case has not arrived yet")


def reply_read_words(facts: Facts) -> str:
    """Return the sentence that the reply to "done" was read."""
    return gettext(
        "The reply has been read; whoever disagrees can say so until %(day)s", day=day_words(facts["object_by"])
    )
