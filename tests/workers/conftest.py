"""The town of these tests stands on both databases: what runs by itself must run on each."""

import pytest
from support.houses.letter_town import LetterTown


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    """A furnished town, on each database."""
    return either_town
