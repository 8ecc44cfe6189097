"""What the doctor finds: a verdict on each thing that it checks, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """The verdict on one thing that was checked: `OK`, `WARN` (works, but look at it) or `FAIL` (must be mended)."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class HealthFinding:
    """One finding of the doctor: `health` is the verdict, `what` says what was found.

    `remedy` says how to mend it; it is "" when there is nothing to mend.
    """

    health: Health
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.health:4}  {self.what}" + (f": {self.remedy}" if self.remedy else "")
