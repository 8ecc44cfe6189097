"""Numbers in words, such as "Six" and "Sixth", at the beginning of a sentence."""

from flask_babel import lazy_gettext as _l

from web.language.gettext import gettext

ORDINALS = (
    _l("First"), _l("Second"), _l("Third"), _l("Fourth"), _l("Fifth"), _l("Sixth"),
    _l("Seventh"), _l("Eighth"), _l("Ninth"), _l("Tenth"), _l("Eleventh"), _l("Twelfth"),
)  # fmt: skip
NUMBERS = (
    _l("No"), _l("One"), _l("Two"), _l("Three"), _l("Four"), _l("Five"), _l("Six"),
    _l("Seven"), _l("Eight"), _l("Nine"), _l("Ten"), _l("Eleven"), _l("Twelve"),
)  # fmt: skip


def number_word(number: int) -> str:
    """Return "Six" for 6 in the language of the page, and so on up to twelve; larger numbers in digits."""
    return str(NUMBERS[number]) if 0 <= number < len(NUMBERS) else str(number)


def ordinal(number: int) -> str:
    """Return "Sixth" for 6 in the language of the page, and so on up to twelve; larger numbers as "No. 13"."""
    return str(ORDINALS[number - 1]) if number <= len(ORDINALS) else gettext("No. %(number)s", number=number)
