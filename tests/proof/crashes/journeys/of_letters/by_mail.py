"""Who asked answers by mail and replies to "done"; a mail that belongs to no case comes too, and an absence.

They come by our own door, from a mail server that hands a mail over again until it hears 250.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial

from aiosmtpd.smtp import Envelope
from sqlalchemy import select

from cases.case import Case
from cases.history.journal import Event
from cases.states import State
from cases.steps.transition import WaitingFor
from notifications.deliveries import Address, Delivery, DeliveryLine
from notifications.inbound.lmtp.door import KEPT, Door
from notifications.letters.reply_addresses import reply_addresses
from proof.crashes.acting import changed, handed_in
from proof.crashes.databases import BEGINS
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step, until

LAMP = "Lampan är trasig"
RUT = "rut@hemma.example"
LETTER = (
    select(Delivery.id)
    .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
    .join(Event, Event.id == DeliveryLine.event_id)
    .join(Case, Case.id == Event.stream)
    .join(Address, Address.id == Delivery.address_id)
    .where(Case.title == LAMP, Address.email_normalised == RUT)
)
Headers = dict[str, str]


def came(process: Process, text: str, to: Callable[[Process], str], headers: Headers | None = None) -> None:
    """Let all letters be sent, and a mail of Rut come in, handed over once more if nobody heard the 250."""
    process.settle()
    mail = EmailMessage()
    mail["From"], mail["Subject"] = f"Rut <{RUT}>", "Lampan"
    mail["Message-ID"] = f"<{abs(hash_of(text))}@hemma.example>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail["To"] = to(process)
    mail.set_content(text)
    _hand_over(process, mail)
    process.settle()


def _hand_over(process: Process, mail: EmailMessage) -> None:
    """Give the mail to our own door, as a mail server does over LMTP; raises `ConnectionError` without a 250."""
    door, envelope = Door(process.database, reply_addresses(process.world.settings), kept=lambda: None), Envelope()
    envelope.mail_from, envelope.rcpt_tos, envelope.content = RUT, [str(mail["To"])], mail.as_bytes()
    answer = asyncio.run(door.handle_DATA(None, None, envelope))  # type: ignore[arg-type]
    if answer != KEPT:
        raise ConnectionError(answer)


def hash_of(text: str) -> int:
    """Return a number that stands for the text, the same in each process."""
    return int.from_bytes(text.encode()[:16])


def to_the(letter: str, process: Process) -> str:
    """Return the address to which Rut's letter of this name is answered."""
    addresses = reply_addresses(process.world.settings)
    if addresses is None:
        raise LookupError("letters are not answered by mail here")
    with process.database.reading() as session:
        return addresses.for_reply(session.scalars(LETTER.where(Delivery.letter == letter)).one())


def to_the_desk(process: Process) -> str:
    """Return the address of what belongs to no letter."""
    addresses = reply_addresses(process.world.settings)
    return (addresses.for_new_mail if addresses else None) or ""


TO_QUESTION = partial(to_the, "question")
STEPS: tuple[Step, ...] = (
    partial(came, text="Den vid bron.", to=TO_QUESTION),
    partial(came, text="Jag är borta.", to=TO_QUESTION, headers={"Auto-Submitted": "auto-replied"}),
    partial(came, text="En helt annan sak.", to=to_the_desk),
    partial(changed, title=LAMP, to=State.DONE, note="Den lyser igen."),
    until(BEGINS + timedelta(hours=2)),  # within an hour, letters that a mail caused are gathered
    partial(came, text="Nej, den lyser inte.", to=partial(to_the, "done")),
)
BY_MAIL = Journey(
    "answered by mail",
    STEPS,
    before=(
        partial(handed_in, title=LAMP),
        partial(changed, title=LAMP, to=State.ASSIGNED, note="Er lampa?", responsible="gata"),
        partial(changed, title=LAMP, to=State.WAITING, note="Vilken lampa?", waiting_for=WaitingFor("reporter")),
    ),
)
