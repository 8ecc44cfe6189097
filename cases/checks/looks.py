"""What the independent check is made of: looks, each one SQL query, and the breaches that they find."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Breach:
    """One place where the database breaks a `guarantee`, such as "G1" or "V2"; `find_forgotten` says what each is.

    `what` says how it is broken, `subject` names the case or other row, `detail` adds such as a state or a moment.
    """

    guarantee: str
    what: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.guarantee} {self.what}: {self.subject}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Look:
    """One SQL query of the check, for breaches of one `guarantee`; `what` says how it is broken.

    The query returns a row (subject, detail) for each breach: none when all is well.
    """

    guarantee: str
    what: str
    sql: str
