"""What a mail became, as its row notes it."""

from typing import NamedTuple

from notifications.inbound_mail import InboundOutcome


class FiledMail(NamedTuple):
    """What a mail became, under which event of which case, and what was wrong with it: columns of its row."""

    outcome: InboundOutcome
    case_id: int | None = None
    seq: int | None = None
    trouble: str | None = None
