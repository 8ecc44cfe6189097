"""The link with which whoever is invited answers without a log-in: signed, and nothing of it is stored.

It is valid as long as they are invited. It only answers, and shows what everybody may read of the meeting.
"""

import hmac
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from cases.access.tokens import keyed_hash
from cases.database.cursors import LARGEST_ID
from cases.database.queries import any_of, fetch_rows
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Person
from cases.village.forum.convening.inviting import SITS

LENGTH = 32  # of the signature, in hexadecimal: 128 bits
OF_A_PERSON = "p"  # begins the second part of the token of somebody who can log in; that of a guest is a number


class Invitation(NamedTuple):
    """The invitation of one person who can log in, or of one party outside, to the meeting with this number."""

    meeting: int
    person: int | None = None
    party: int | None = None

    @property
    def addressee(self) -> str:
        """What names the addressee in a token, such as "7" (a party) or "p7" (a person)."""
        return f"{OF_A_PERSON}{self.person}" if self.party is None else f"{self.party}"


Answers = dict[Invitation, InvitationAnswer | None]
PEOPLE = (
    select(Meeting.id, Person.id, Invited.answer)
    .select_from(Meeting)
    .join(Person, true())
    .outerjoin(Invited, and_(Invited.meeting_id == Meeting.id, Invited.person_id == Person.id))
    .where(any_of(Meeting.id, "meetings"), any_of(Person.id, "people"), Person.active, or_(Invited.guest, SITS))
)
PARTIES = select(Invited.meeting_id, Invited.party_id, Invited.answer).where(
    any_of(Invited.meeting_id, "meetings"), any_of(Invited.party_id, "parties")
)


def answer_token(invitation: Invitation, key: str) -> str:
    """Return the token in the link of this invitation. `key` is the secret that signs it."""
    return f"{invitation.meeting}-{invitation.addressee}-{_signature(invitation, key)}"


def invitation_of(token: str, key: str) -> Invitation | None:
    """Return the invitation for which this token was made; None for one that nobody has signed.

    Whether they are invited still, `answers_of` tells.
    """
    meeting, addressee, signature = [*token.split("-"), "", ""][:3]
    number = addressee.removeprefix(OF_A_PERSON)
    if not all(one.isascii() and one.isdecimal() and int(one) <= LARGEST_ID for one in (meeting, number)):
        return None
    is_party = number == addressee
    invitation = Invitation(int(meeting), None if is_party else int(number), int(number) if is_party else None)
    is_signed = hmac.compare_digest(signature.encode(), _signature(invitation, key).encode())
    return invitation if is_signed else None


def answers_of(session: Session, invitations: Collection[Invitation]) -> Answers:
    """Return what was answered to these invitations, None before that; at most two queries, however many.

    Those that are valid no more are left out: of guests who were taken off, and of people who are switched off, or no
    longer sit in the body on the day of the meeting.
    """
    meetings = sorted({one.meeting for one in invitations})
    people = sorted({one.person for one in invitations if one.person is not None})
    parties = sorted({one.party for one in invitations if one.party is not None})
    of_people = fetch_rows(session, PEOPLE, {"meetings": meetings, "people": people}) if people else ()
    of_parties = fetch_rows(session, PARTIES, {"meetings": meetings, "parties": parties}) if parties else ()
    found: Answers = {Invitation(meeting, person): answer for meeting, person, answer in of_people}
    found |= {Invitation(meeting, party=party): answer for meeting, party, answer in of_parties}
    return {one: found[one] for one in invitations if one in found}


def _signature(invitation: Invitation, key: str) -> str:
    return keyed_hash(key, f"invitation:{invitation.meeting}:{invitation.addressee}")[:LENGTH]
