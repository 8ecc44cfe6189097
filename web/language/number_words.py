"""Small numbers in words, as they begin a sentence: "Three pictures were attached"."""

from flask_babel import lazy_gettext as _l

WORDS = (_l("No"), _l("One"), _l("Two"), _l("Three"), _l("Four"), _l("Five"), _l("Six"), _l("Seven"), _l("Eight"),
         _l("Nine"), _l("Ten"), _l("Eleven"), _l("Twelve"))  # fmt: skip


def number_word(number: int) -> str:
    """Return the number in a word with a capital; in digits above twelve."""
    return str(WORDS[number]) if 0 <= number < len(WORDS) else str(number)
