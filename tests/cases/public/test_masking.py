"""Masking is measured on a corpus of texts as people write them, by what it finds and what it must leave."""

import random

import pytest

from cases.public.masking import MASKS, findings, is_personal_number, mask

RECALL, PRECISION = 0.98, 0.98
# The tax agency's own test numbers, and a coordination number from its leaflet.
OFFICIAL = ("19121212-1212", "811218-9876", "198112189876", "701063-2391", "19701063-2391", "121212+1212")
SEPARATORS = ("", "-", "+", " ", " - ", "–", "\u2011")
HIDDEN = {
    "personal-number": (
        "Jag är född {} och bor kvar.", "pnr:{}", "({})", "Personnummer {}, tack", "{}", "{}.", "Nr {} står på kortet"
    ),
    "phone": ("Ring {} efter fem", "tel. {}", "{}", "mobil:{}.", "({})", "Nås på {}, helst kväll"),
    "email": ("Skriv till {}", "{}", "<{}>", "mejl:{}.", "({})", "Svara {}, tack"),
}  # fmt: skip
PHONES = (
    "070-123 45 67", "0701234567", "070 123 45 67", "+46701234567", "+46 70 123 45 67", "+46 (0)70-123 45 67",
    "0046701234567", "0340-123 45", "08-123 456 78", "08/12345678", "031-12 34 56", "0340 12345", "0340-12345",
    "070.123.45.67", "+47 12 34 56 78", "+358 40 1234567", "(0340) 12 34 56", "010-123 45 67",
)  # fmt: skip
MAILS = (
    "namn@example.se", "for.efternamn@post.example.com", "n.n+byalag@example.se", "namn(at)example.se",
    "namn [at] example.se", "namn (snabel-a) example.se", "NAMN@EXAMPLE.SE", "a_b-c@exa-mple.se",
)  # fmt: skip
HARMLESS = (
    "Ärende 2026-0042 gäller väg 153 mellan kilometer 12 och 14.",
    "Den 2026-04-12 klockan 07:00 låg snön 30-40 cm djup.",
    "Bidraget är 200 000 kronor för 2025-2026 och 6 000 kronor per år.",
    "Diarienummer 2025-001234 och fastigheten Byn 1:23.",
    "Koordinater 57.123456, 12.654321 enligt kartan.",
    "Postnummer 432 95, box 1234.",
    "Organisationsnummer 556012-5790 tillhör ett bolag.",
    "Hastigheten är 70 men många kör 90-100 km/h.",
    "Belysningsstolpe 0412 vid korsningen är släckt sedan 3 veckor.",
    "Vi är 35 hushåll, 1 förskola och 2 företag; 12 av 35 saknar fiber.",
    "Motion nr 123456-7890 finns inte.",
    "Planen är från 811332-9876 år sedan, skrev någon.",
    "Anläggnings-id 735999123456789012 står på mätaren.",
    "Bredden 3,5 m, längden 1200 m, lutning 8 %.",
    "Slå på 0,5 liter eller 0.75 liter per minut.",
    "Bussen 562 går 06.15, 07.45 och 16.20.",
    "Möte 2026-10-08 kl 18-20 i bygdegården.",
    "ISBN 978-91-0-012345-6 står i biblioteket.",
    "Priset är 1 250 000 kr exkl. moms.",
    "100000000 myggor och 20261231 löften.",
)


def test_the_official_test_numbers_are_found() -> None:
    for number in OFFICIAL:
        assert mask(f"Jag heter {number}!") == f"Jag heter {MASKS['personal-number']}!"


def test_a_day_that_does_not_exist_is_no_personal_number() -> None:
    assert not is_personal_number("19", "810231", _last_digits("810231", random.Random(1)))
    assert is_personal_number("20", "000229", _last_digits("000229", random.Random(1)))
    assert not is_personal_number("19", "000229", _last_digits("000229", random.Random(1)))


def test_a_wrong_check_digit_is_no_personal_number() -> None:
    assert findings("811218-9875") == []


def test_a_mistyped_number_with_its_century_and_sign_is_masked_too() -> None:
    assert "1236" not in mask("Hon heter 19800101-1236.")
    assert mask("Anslut till 20269999-1234.") == "Anslut till 20269999-1234."


def test_each_kind_is_masked_by_its_own_word() -> None:
    text = "Jag (811218-9876) nås på 070-123 45 67 eller namn@example.se, väg 153."
    assert mask(text) == (
        "Jag ([personnummer borttaget]) nås på [telefonnummer borttaget] eller [e-postadress borttagen], väg 153."
    )


def test_masking_twice_changes_nothing_more() -> None:
    once = mask("811218-9876 070-123 45 67 namn@example.se")
    assert mask(once) == once


@pytest.mark.parametrize("kind", HIDDEN)
def test_recall_over_the_corpus(kind: str) -> None:
    texts = _corpus()[kind]
    missed = [text for text, secret in texts if secret in mask(text)]
    recall = 1 - len(missed) / len(texts)
    assert recall >= RECALL, f"{kind}: recall {recall:.3f} of {len(texts)}, missed {missed[:10]}"


def test_precision_over_the_corpus() -> None:
    corpus = _corpus()
    right = sum(len(findings(text)) for texts in corpus.values() for text, _ in texts)
    wrong = [text for text in HARMLESS if findings(text)]
    precision = right / (right + len(wrong))
    assert not wrong, f"precision {precision:.3f}; taken for something: {wrong}"
    assert precision >= PRECISION


def test_long_and_hostile_texts_are_masked_in_time() -> None:
    for text in ("0" * 20_000, "07 " * 7_000, "a@" * 10_000, "8112" * 5_000, "+46" * 7_000, "a." * 10_000 + "@"):
        mask(text)


def _corpus() -> dict[str, list[tuple[str, str]]]:
    chance = random.Random(28)
    secrets = {"personal-number": [_personal_number(chance) for _ in range(200)], "phone": PHONES, "email": MAILS}
    return {
        kind: [(frame.format(secret), secret) for secret in secrets[kind] for frame in frames]
        for kind, frames in HIDDEN.items()
    }


def _personal_number(chance: random.Random) -> str:
    year, month = chance.randint(1920, 2020), chance.randint(1, 12)
    day = chance.randint(1, 28) + chance.choice((0, 60))
    six = f"{year % 100:02}{month:02}{day:02}"
    century = chance.choice((str(year // 100), ""))
    return f"{century}{six}{chance.choice(SEPARATORS)}{_last_digits(six, chance, century)}"


def _last_digits(six: str, chance: random.Random, century: str = "") -> str:
    three = f"{chance.randint(1, 999):03}"
    digits = [int(sign) * (2 if place % 2 == 0 else 1) for place, sign in enumerate(six + three)]
    return f"{three}{-sum(n // 10 + n % 10 for n in digits) % 10}"
