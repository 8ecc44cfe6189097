"""Texts of a case that staff should act on: with a personal identity number, or that speak of a protected identity."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cases.access.actors import Actor
from cases.case import Case
from cases.public.masking import has_personal_number

SPEAKS_OF_PROTECTION = re.compile(
    r"(?i)\bskydda(?:d|t|de|s)?\s+(?:identitet|personuppgift|folkbokföring|adress)|\bsekretessmark|\bkvarskriv"
    r"|\bprotected\s+(?:identity|identities|personal)"
)


@dataclass(frozen=True)
class SensitiveTexts:
    """What the texts of a case hold that somebody should act on."""

    personal_number: bool
    protection: bool


def sensitive_texts(case: Case, texts: Iterable[str], reader: Actor) -> SensitiveTexts | None:
    """Return what the texts of the case hold, for staff; None for anybody else, and when there is nothing to act on."""
    if not reader.is_staff:
        return None
    found = [text for text in texts if text]
    numbers = has_personal_number(*found)
    is_protected = case.reporter is not None and case.reporter.protected
    speaks = not is_protected and any(SPEAKS_OF_PROTECTION.search(text) for text in found)
    return SensitiveTexts(numbers, speaks) if numbers or speaks else None
