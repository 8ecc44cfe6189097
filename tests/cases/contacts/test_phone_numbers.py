"""What a telephone number is, as people write it; and its form for comparison."""

import pytest

from cases.contacts.phone_numbers import digits_of, is_phone_number

WRITTEN = {
    "070-174 06 05": "0701740605",
    "070-174 06 05 ankn 12": "0701740605",
    "070-174 06 05, ankn. 12": "0701740605",
    "08-12 34 56 anknytning: 1234": "08123456",
    "08-12 34 56 ext 12": "08123456",
    "08-12 34 56 vx": "08123456",
    "08-12 34 56, växel": "08123456",
    "vx 08-12 34 56": "08123456",
    "tel. 08-12 34 56": "08123456",
    "Mobil: 0701740605": "0701740605",
    "+46 (0)60 12 34 56": "060123456",
    "+46 60-12 34 56": "060123456",
    "(+46) 60 12 34 56": "060123456",
    "0046 60 12 34 56": "060123456",
    "060.12.34.56": "060123456",
    "060 . 12 34 56": "060123456",
    "08\u201312 34 56": "08123456",
    "08\u201412 34 56": "08123456",
    "08\u00a012\u202f34\u200956": "08123456",
    "08/12 34 56": "08123456",
    "(060) 12 34 56": "060123456",
    "070-174\u200b06 05": "0701740605",
    "\uff10\uff18-12 34 56": "08123456",
    "+47 12 34 56 78": "004712345678",
    "11414": "11414",
    "0500-1": "05001",
    "070-174 06 05 / 060-12 34 56": "0701740605",
    "070-174 06 05, 060-12 34 56": "0701740605",
    "070-174 06 05 eller 060-12 34 56": "0701740605",
    "ankn. 1234": "",
}
NONE = [
    "19121212-1212", "121212-1212", "191212121212", "121212+1212",
    "", "vx", "ring mig", "1234", "070", "----------", "((((((((((", "070-174 06 05)", "(070-174 06 05", "0000000000",
    "070----174 06 05", "070-174 06 05 efter fem", "ankn", "070-174 06 05 ankn", "1234567890123456", "rut@example.se",
    "+", "+46", "070+174", "070-174 06 05 / ", "0" * 3 + "1" * 38, "<b>070-174 06 05</b>",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_is_taken_as_people_write_it(written):
    assert is_phone_number(written)
    assert digits_of(written) == WRITTEN[written]


@pytest.mark.parametrize("written", NONE)
def test_nonsense_is_none(written):
    assert not is_phone_number(written)


def test_long_and_hostile_texts_are_judged_in_time():
    for text in ("1" * 50_000, "0 " * 20_000, "(" * 50_000, "1-" * 20_000 + "x", "1, +" * 10_000):
        assert not is_phone_number(text)
        digits_of(text)
