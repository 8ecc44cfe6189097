"""Formulas: a text is written so that no spreadsheet takes it, or a part of it, for a formula.

A cell is guarded at its beginning and wherever a program that splits a file differently would begin a cell: after a
delimiter and after a line end. Source: OWASP ASVS 1.2.10.
"""

import re

SIGNS = r"=+\-@\0\uff1d\uff0b\uff0d\uff20"  # the last four are the full-width forms of the first four
LINE_END = r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"
BEGINS = rf"'*[ \xa0\"]*(?:[{SIGNS}\t]|\r(?!\n))"  # what a guard stands before, apostrophes of its own included
FIRST = rf"'*[ \xa0\"]*[{SIGNS}\t\r\n]"
UNGUARDED = re.compile(rf"(\A)(?={FIRST})|({LINE_END}|[,;|\t])(?={BEGINS})")
GUARDED = re.compile(rf"(\A)'(?={FIRST})|({LINE_END}|[,;|\t])'(?={BEGINS})")


def guard(text: str) -> str:
    """Return the text with an apostrophe before each place where a spreadsheet could see the beginning of a formula.

    `unguard` takes exactly these away again, whatever the text is.
    """
    return UNGUARDED.sub(_with_apostrophe, text)


def unguard(text: str) -> str:
    """Return the text without the apostrophes that `guard` has put into it."""
    return GUARDED.sub(_alone, text)


def _with_apostrophe(found: re.Match[str]) -> str:
    return f"{_alone(found)}'"


def _alone(found: re.Match[str]) -> str:
    return found[1] or found[2] or ""
