"""A letter as it is said on the telephone, by the contact person: what stands between people who talk to each other.

The letters speak of the contact person as somebody else, and head what they quote.
"""

import re
from collections.abc import Iterable, Iterator

from notifications.letters.filling_templates import Paragraph, ParagraphKind

Rule = tuple[re.Pattern[str], str]
ENDS_A_SENTENCE = (".", "!", "?", ":", "…", ")", "”")


def _rules(*rules: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), said) for pattern, said in rules)


SAID: dict[str, tuple[Rule, ...]] = {  # by language, in this order
    "sv": _rules(
        (r"^Så här (?:skrev du|står det):$", "Du frågade:"),
        (r"^Så här skriver [Kk]ontaktp\w+:$", "Vi säger:"),
        (r"^Så här skriver (.+):$", r"\1 säger:"),
        (r" eller skriv det på ärendets sida", ""),
        (r"\bkontaktpersonens egen\b", "vår egen"),
        (r"\b(till|hos|[Rr]ing|[Mm]eddela|[Ff]råga)( annars)? kontaktpersonen\b", r"\1\2 oss"),
        (r"\bKontaktpersonen\b", "Vi"),
        (r"\bkontaktpersonen\b", "vi"),
    ),
    "en": _rules(
        (r"^(?:You wrote|It says):$", "You asked:"),
        (r"^The contact person writes:$", "We say:"),
        (r"^(.+) writes:$", r"\1 says:"),
        (r" or write it on the page of the case", ""),
        (r"\b([Tt]ell|[Rr]ing|[Cc]all|[Aa]sk|to|with) the contact person\b", r"\1 us"),
    ),
}


def as_spoken(paragraphs: Iterable[Paragraph], locale: str) -> list[str]:
    """Return what is said of these paragraphs, one string each; what introduces a quote stands in the same one."""
    said: list[str] = []
    for text, is_quote in _texts(paragraphs, locale):
        if is_quote and said and said[-1].endswith(":"):
            said[-1] = f"{said[-1]} {text}"
        else:
            said.append(text)
    return said


def _texts(paragraphs: Iterable[Paragraph], locale: str) -> Iterator[tuple[str, bool]]:
    for paragraph in paragraphs:
        if paragraph.shape is ParagraphKind.QUOTE:
            yield " ".join(map(_sentence, filter(None, paragraph.said("\n").split("\n")))), True
        else:
            yield _in_own_words(paragraph.said(" "), locale), False


def _sentence(line: str) -> str:
    """Return a line that somebody wrote, such as a title, with a stop at its end, so that lines do not run together."""
    text = line.strip()
    return text if not text or text.endswith(ENDS_A_SENTENCE) else f"{text}."


def _in_own_words(text: str, locale: str) -> str:
    for pattern, said in SAID.get(locale, ()):
        text = pattern.sub(said, text)
    return text
