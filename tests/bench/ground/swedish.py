"""Swedish texts for seeded cases, with a frequency of words as in real ones: some in every tenth case, most in few."""

import random
from itertools import accumulate

THINGS = (  # a noun in the forms that people write it in, the most frequent nouns first
    "lampan lampor lampa", "vägen vägar väg", "hål hålet hålen", "skylten skyltar skylt", "snö snön snöröjning",
    "bussen bussar busshållplats", "parken parker park", "trottoaren trottoarer trottoar", "skolan skolor skola",
    "bron broar bro", "diket diken dike", "bredband bredbandet fiber", "bänken bänkar bänk", "träd trädet träden",
    "farthinder farthindret hastighet", "papperskorgen papperskorgar soptunna", "klotter klottret klottrat",
    "brunnen brunnar brunn", "lekplatsen lekplatser lekplats", "cykelbanan cykelbanor cykelbana",
    "vattnet vatten vattenläcka", "badplatsen badplatser brygga", "parkeringen parkeringar parkering",
    "bygglovet bygglov detaljplan", "hemtjänsten hemtjänst äldreboende", "förskolan förskolor barnomsorg",
    "biblioteket bibliotek bokbuss", "idrottshallen idrottshall ishall", "häcken häckar sikten",
    "rastplatsen rastplatser vindskydd", "kajen kajer hamnen", "gatuköket torget torghandel",
)  # fmt: skip
WRONG = (
    "trasig", "släckt", "översvämmad", "skymd", "farlig", "igenvuxen", "nedskräpad", "sönder", "saknas", "lutar",
    "blinkar", "läcker",
)  # fmt: skip
STREETS = tuple(
    f"{first}{last}"
    for last in ("gatan", "vägen", "stigen", "gränd", "backen", "torget", "allén", "slingan")
    for first in (
        "Stor", "Kyrk", "Skol", "Björk", "Ek", "Tall", "Gran", "Lönn", "Kvarn", "Bruks", "Stations", "Järnvägs",
        "Hamn", "Strand", "Berg", "Dal", "Äng", "Åker", "Ö", "Näs", "Sjö", "Å", "Bäck", "Sand", "Ler", "Sten",
        "Lilje", "Ros", "Smed", "Klock", "Präst", "Kung", "Drottning", "Nygårds", "Gammelgårds", "Solhems",
        "Mellan", "Norra", "Söder", "Väster", "Öster", "Fors", "Lund", "Hag", "Park", "Slotts", "Torp", "Vret",
    )
)  # fmt: skip
STORIES = (
    "{wrong} sedan i höstas. Någon kan göra sig illa, särskilt när det är mörkt och halt.",
    "Vi i byn har pratat om {thing} länge och undrar när något händer. Ring gärna före klockan tio.",
    "{thing} är {wrong} igen. Förra året lagades det men det höll inte över vintern.",
    "Barnen går här till skolan varje morgon. {thing} vid nummer {number} är {wrong}.",
    "Det vore bra om kommunen kunde se över {thing} innan sommaren. Tack på förhand.",
)
NOTES = (
    "Vi har varit på plats och tittat. {thing} ska lagas.",
    "Beställt av entreprenören, klart inom kort.",
    "Åtgärdat. Hör av er om det kommer tillbaka.",
    "Lämnat vidare till driften för bedömning.",
)


def _falling(many: int) -> list[float]:
    """Return cumulated weights that fall as 1/n, as the frequency of words does (Zipf's law)."""
    return list(accumulate(1 / (n + 1) for n in range(many)))


class Writer:
    """Generates titles, descriptions and notes; the same seed gives the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._things, self._streets = _falling(len(THINGS)), _falling(len(STREETS))

    def write(self, field: str) -> str:
        """Return a text for this field of an event: title, description, or else a note."""
        return {"title": self._title, "description": self._story}.get(field, self._note)()

    def _title(self) -> str:
        (street,) = self._random.choices(STREETS, cum_weights=self._streets)
        number = int(self._random.random() ** 3 * 900) + 1
        return f"{self._thing().capitalize()} {self._random.choice(WRONG)} vid {street} {number}"

    def _story(self) -> str:
        story = self._random.choice(STORIES)
        text = story.format(
            thing=self._thing(), wrong=self._random.choice(WRONG), number=int(self._random.random() * 99)
        )
        return text[0].upper() + text[1:]

    def _note(self) -> str:
        return self._random.choice(NOTES).format(thing=self._thing().capitalize())

    def _thing(self) -> str:
        (forms,) = self._random.choices(THINGS, cum_weights=self._things)
        return self._random.choice(forms.split())
