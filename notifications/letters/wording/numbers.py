"""Numbers in words, as letters begin sentences with them."""

IN_WORDS = {
    "sv": ["noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"],
    "en": ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
}


def number_in_words(number: int, locale: str) -> str:
    """Return "två" or "two" for 2, and so on up to twelve; larger numbers in digits."""
    words = IN_WORDS[locale]
    return words[number] if number < len(words) else str(number)
