"""Preferences: when an address wants the letters that may wait, and the link with which whoever reads them says so."""

import re
from datetime import date, datetime, timedelta
from hmac import compare_digest

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cases.access.tokens import keyed_hash
from cases.database.transactions import calendar_of, morning_of_letters
from cases.organisation.domain_time import domain_time
from notifications.addresses import ensure_addresses, is_address
from notifications.deliveries import IS_WAITING, RETURN, Address, Delivery, NewsPace

SIGNS = 32  # of the keyed hash: 128 bits
TOKEN = re.compile(rf"([1-9][0-9]{{0,17}})-([0-9a-f]{{{SIGNS}}})")
TOKEN_IN_TEXT = re.compile(rf"/utskick/[0-9]+-[0-9a-f]{{{SIGNS}}}")
HELD = (Delivery.held_for.is_not(None), Delivery.outcome == IS_WAITING)
A_DAY = timedelta(days=1)


def address_of(session: Session, email: str) -> Address:
    """Return the row of this mail address, locked; it is added when there is none."""
    [address_id] = ensure_addresses(session, {email}).values()
    return session.scalars(select(Address).where(Address.id == address_id).with_for_update(key_share=True)).one()


def address_named(session: Session, email: str) -> Address | None:
    """Return the row of this mail address, normalised; None when no letter went there and nobody chose anything."""
    return session.scalar(select(Address).where(Address.email_normalised == email))


def change_pace(session: Session, address: Address, pace: NewsPace) -> None:
    """Let the address have its letters at this pace from now on, also those that are held: none is lost.

    `address` is locked. What is held for the return of somebody who is away stays held until then.
    """
    address.pace = pace
    session.flush()
    moment = domain_time(session)
    until = moment if pace is NewsPace.AT_ONCE else next_at(session, pace, moment)
    own = (Delivery.address_id == address.id, Delivery.held_for != RETURN)
    reason = Delivery.held_for if pace is NewsPace.AT_ONCE else pace.value
    session.execute(update(Delivery).where(*HELD, *own).values(next_attempt_at=until, held_for=reason))


def hold_until_return(session: Session, person_id: int, last_day: date | None) -> None:
    """Set when somebody who is away is told what happened meanwhile; at once when they are back (None)."""
    until = next_in(session, last_day) if last_day else domain_time(session)
    own = (Delivery.person_id == person_id, Delivery.held_for == RETURN)
    session.execute(update(Delivery).where(*HELD, *own).values(next_attempt_at=until))


def count_held(session: Session, address_id: int) -> int:
    """Return how many letters to the address are held."""
    held = select(func.count()).select_from(Delivery).where(*HELD, Delivery.address_id == address_id)
    return session.scalar(held) or 0


def next_at(session: Session, pace: NewsPace, moment: datetime) -> datetime:
    """Return when an address of this pace, morning or Monday, is told what happened at this moment; both in UTC."""
    calendar, hour = calendar_of(session), morning_of_letters(session)
    return calendar.next_monday(moment, hour) if pace is NewsPace.MONDAY else calendar.next_morning(moment, hour)


def next_in(session: Session, last_day: date) -> datetime:
    """Return the morning (UTC) of the first working day after this last day on which somebody is away."""
    calendar = calendar_of(session)
    return calendar.moment_of(calendar.roll_forward(last_day + A_DAY), morning_of_letters(session))


# --- the link ----------------------------------------------------------------------------


def pace_token(address_id: int, key: str) -> str:
    """Return the token in the link of the address with this id. `key` is the secret key of the installation."""
    return f"{address_id}-{_signed(address_id, key)}"


def address_with(session: Session, token: str, key: str, *, locked: bool = False) -> Address | None:
    """Return the address whose link has this token; None for a wrong one, and for one that was erased."""
    found = TOKEN.fullmatch(token)
    if found is None or not compare_digest(found[2], _signed(int(found[1]), key)):
        return None
    query = select(Address).where(Address.id == int(found[1]))
    address = session.scalar(query.with_for_update(key_share=True) if locked else query)
    return address if address is not None and is_address(address.email) else None


def without_pace_tokens(text: str) -> str:
    """Return the text with the tokens of such links blanked, for whoever is not the letter's recipient."""
    return TOKEN_IN_TEXT.sub("/utskick/-", text)


def _signed(address_id: int, key: str) -> str:
    return keyed_hash(f"pace:{key}", str(address_id))[:SIGNS]
