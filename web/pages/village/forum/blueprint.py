"""The blueprint of all pages of meetings, to which the modules of this room add their routes, and what they share."""

from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields

from cases.mail_addresses import read_public_address
from cases.refusals import FieldRefusal
from cases.village.forum.convening.inviting import MOST_INVITED
from cases.village.forum.finding import require_at_table
from web.current import current
from web.language.gettext import gettext
from web.language.refusals import sentence_of
from web.requests.identity.caller import current_actor

bp = Blueprint("forum", __name__)


def addresses_in(text: str | None) -> list[str]:
    """Return the mail addresses that were typed, each on a line or with commas between them, as they were typed."""
    return [line for part in (text or "").replace(",", "\n").splitlines() if (line := part.strip())]


class MailAddresses(fields.Field[tuple[str, ...]]):
    """Mail addresses as they were typed, each on a line or with commas between them; each that is none is named."""

    default_error_messages = {"required": _l("Write at least one e-mail address.")}  # noqa: RUF012 - marshmallow's own

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> tuple[str, ...]:
        addresses = addresses_in(str(value))
        if wrong := [said for address in addresses if (said := _what_is_wrong(address))]:
            raise ValidationError("\n".join(wrong))
        if len(addresses) > MOST_INVITED:
            raise ValidationError(gettext("At most %(most)s people.", most=MOST_INVITED))
        return tuple(addresses)


def _what_is_wrong(address: str) -> str:
    try:
        read_public_address(address)
    except FieldRefusal as refused:
        return f"{address}: {sentence_of(refused.code, refused.facts)}"
    return ""


def require_act(act: str) -> None:
    """Raise `NotAllowed` unless the caller may do this act of `cases.village.rights.ACTS` at the table."""
    with current().database.reading() as session:
        require_at_table(session, act, current_actor())
