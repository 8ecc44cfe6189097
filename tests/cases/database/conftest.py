"""The town of these tests stands on SQLite; what is written for each database in its own way asks for `either_town`."""

import pytest
from support.houses.letter_town import LetterTown


@pytest.fixture
def town(sqlite_town: LetterTown) -> LetterTown:
    """A furnished town on SQLite."""
    return sqlite_town
