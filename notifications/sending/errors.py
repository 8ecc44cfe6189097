"""Errors of sending a letter, one class for each thing that happens to the letter next."""


class Refused(Exception):
    """The letter was not accepted by the mail server or local mailbox.

    The exception's text is their reply, without mail addresses.
    """


class RefusedForNow(Refused):
    """A temporary refusal (SMTP 4xx): the letter is tried again later."""


class RefusedForGood(Refused):
    """A permanent refusal (SMTP 5xx): the letter is set aside for a person."""


class ConnectionLost(Refused):
    """The connection broke while the letter was handed over. It may have been accepted, but is sent again."""


class Unreachable(Refused):
    """The mail server cannot be reached, or takes no letters from us at all. This is not counted as an attempt."""
