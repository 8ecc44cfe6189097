"""Errors of sending: why a letter was not accepted, told apart by what happens to it next."""


class Refused(Exception):
    """The mail server, or the mailbox, did not accept the letter. The message is its reply, without any address."""


class RefusedForNow(Refused):
    """A temporary refusal (SMTP 4xx): the letter is tried again later."""


class RefusedForGood(Refused):
    """A permanent refusal (SMTP 5xx): the letter is set aside for a person."""


class ConnectionLost(Refused):
    """The connection broke after the letter was handed over: it may have been accepted, and is sent again."""


class Unreachable(Refused):
    """The mail server cannot be reached, or refuses us all: no letter is to blame, and none counts an attempt."""
