"""The link with which a guest, who cannot log in, answers an invitation: signed, and nothing of it is stored.

It is valid as long as the guest is invited. It only answers, and shows what everybody may read of the meeting.
"""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.tokens import keyed_hash
from cases.database.cursors import LARGEST_ID
from cases.meetings.invited import Invited

LENGTH = 32  # of the signature, in hexadecimal: 128 bits


def guest_token(meeting: int, party: int, key: str) -> str:
    """Return the token in the link of this guest of the meeting. `key` is the secret that signs it."""
    return f"{meeting}-{party}-{_signature(meeting, party, key)}"


def guest_named(session: Session, token: str, key: str) -> Invited | None:
    """Return the invitation for which this token was made; None when it is not valid, or they are not invited now."""
    meeting, party, signature = [*token.split("-"), "", ""][:3]
    if not (meeting.isdecimal() and party.isdecimal() and max(int(meeting), int(party)) <= LARGEST_ID):
        return None
    if not hmac.compare_digest(signature.encode(), _signature(int(meeting), int(party), key).encode()):
        return None
    found = select(Invited).where(Invited.meeting_id == int(meeting), Invited.party_id == int(party))
    return session.scalars(found).one_or_none()


def _signature(meeting: int, party: int, key: str) -> str:
    return keyed_hash(key, f"invitation:{meeting}:{party}")[:LENGTH]
