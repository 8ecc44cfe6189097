"""A case is handed in, its receipt accepted by the mail server; it is published, followed, and hidden again."""

from functools import partial

from cases.handing_in import Reporter
from proof.crashes.acting import confirmed, corrected, followed, handed_in
from proof.crashes.journeys.journey import Journey, Step

HOLE, LAMP = "Hål i vägen", "Lampan är trasig"
BY_PHONE = Reporter(name="Nils", phone="0000-20 00 00")
STEPS: tuple[Step, ...] = (
    partial(handed_in, title=HOLE, public=True),
    partial(handed_in, title=LAMP, by="kontakt", channel="phone", reporter=BY_PHONE, group="norrby"),
    partial(corrected, title=HOLE, published=True),
    partial(followed, title=HOLE, email="granne@hemma.example"),
    confirmed,
    partial(corrected, title=HOLE, published=False),
)
HANDED_IN = Journey("handed in", STEPS)
INTO_THE_MAILBOX = Journey("handed in, local mailbox", STEPS[:2], sends=False)
