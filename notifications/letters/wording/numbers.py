"""Numbers in words, as letters begin sentences with them."""

from decimal import Decimal

from babel.numbers import format_decimal

IN_WORDS = {
    "sv": ["noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"],
    "en": ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
}


def kronor(ore: int, locale: str) -> str:
    """Return an amount in öre as kronor, such as "12 000" or "12 000,50"; it stays on one line."""
    whole, rest = divmod(ore, 100)
    pattern = "#,##0.00" if rest else "#,##0"
    return format_decimal(Decimal(ore) / 100 if rest else whole, format=pattern, locale=locale)


def number_in_words(number: int, locale: str) -> str:
    """Return "två" or "two" for 2, and so on up to twelve; larger numbers in digits."""
    words = IN_WORDS[locale]
    return words[number] if number < len(words) else str(number)
