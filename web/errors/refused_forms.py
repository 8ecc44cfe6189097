"""Refusals of a whole form, before anything that was typed in it is looked at."""

from dataclasses import dataclass
from typing import ClassVar

from cases.refusals import Refusal


@dataclass
class FormTooLarge(Refusal):
    """The files of the form have more than 10 MB together. Its words have been read, and those files that fitted."""

    code: ClassVar[str] = "form-too-large"


@dataclass
class FormSentBefore(Refusal):
    """The form was sent before, with something else in it, or from another browser; nothing was made this time."""

    code: ClassVar[str] = "form-sent-before"


@dataclass
class FormOfAnother(Refusal):
    """The form was opened for somebody else than the person who is logged in by now; nothing was made."""

    code: ClassVar[str] = "form-of-another"
