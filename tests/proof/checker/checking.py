"""Checking: every invariant against one state of the database. The two tables say which there are."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from proof.checker.evidence.outside import InvariantBreach, Outside
from proof.checker.evidence.snapshot import Snapshot, snapshot_of
from proof.checker.invariants.acts import acts_hold_together
from proof.checker.invariants.answers import (
    answered_is_there,
    at_most_once,
    nothing_accepted_in_vain,
    nothing_invented,
    refused_is_absent,
)
from proof.checker.invariants.bounds import nothing_grows, nothing_sent_again, poison_is_set_aside
from proof.checker.invariants.chains import files_and_words, unbroken_chain
from proof.checker.invariants.ladder import read_ladders, the_ladder_goes_on
from proof.checker.invariants.letters import doubles_are_known, no_mail_without_a_row, sent_has_arrived
from proof.checker.invariants.lives import numbers_and_states
from proof.checker.invariants.open_cases import someone_and_a_moment
from proof.checker.invariants.order import nothing_overtakes
from proof.checker.invariants.rest import no_other_way_out, nothing_pending
from proof.checker.invariants.rungs import rungs_in_order
from proof.checker.invariants.telling import read_telling, wrongly_told
from proof.checker.model.stories import ObservedStory, stories_of

MOST = 25  # sentences of one invariant: a broken house says the same a thousand times
Look = Callable[[ObservedStory], Iterable[str]]
OF_EACH_STORY: tuple[tuple[str, Look], ...] = (
    ("I5", numbers_and_states),
    ("I5", acts_hold_together),
    ("I14", rungs_in_order),
    ("I19", unbroken_chain),
)
OF_THE_HOUSE: dict[str, Callable[[Snapshot, Outside], Iterable[str]]] = {
    "I1": answered_is_there,
    "I2": nothing_invented,
    "I3": refused_is_absent,
    "I4": at_most_once,
    "I7": nothing_pending,
    "I8": sent_has_arrived,
    "I9": no_mail_without_a_row,
    "I10": doubles_are_known,
    "I11": nothing_overtakes,
    "I12": no_other_way_out,
    "I13": someone_and_a_moment,
    "I15": poison_is_set_aside,
    "I16": nothing_sent_again,
    "I17": nothing_grows,
    "I18": nothing_accepted_in_vain,
    "I19": files_and_words,
}
WITH_MORE = ("I6", "I14")  # of each story, with what is read beside it
ALL = sorted({*dict(OF_EACH_STORY), *OF_THE_HOUSE, *WITH_MORE}, key=lambda invariant: int(invariant[1:]))


def check(database_url: str, outside: Outside | None = None) -> list[InvariantBreach]:
    """Give every breach, ordered by invariant; of each at most 25. Reads one state of the database and writes nothing.

    Raises what the database raises when it cannot be read.
    """
    told = outside or Outside()
    found: dict[str, list[str]] = {invariant: [] for invariant in ALL}
    with snapshot_of(database_url) as snapshot:
        for invariant, sentence in _of_stories(snapshot, told):
            if len(found[invariant]) < MOST:
                found[invariant].append(sentence)
        for invariant, look in OF_THE_HOUSE.items():
            found[invariant] += islice(look(snapshot, told), MOST)
    return [InvariantBreach(invariant, sentence) for invariant in ALL for sentence in found[invariant]]


def _of_stories(snapshot: Snapshot, outside: Outside) -> Iterator[tuple[str, str]]:
    telling, ladders = read_telling(snapshot, outside.zone), read_ladders(snapshot, outside.zone)
    looks: tuple[Look, ...] = (partial(wrongly_told, telling), partial(the_ladder_goes_on, ladders))
    of_each = (*OF_EACH_STORY, *zip(WITH_MORE, looks, strict=True))
    for story in stories_of(snapshot):
        for invariant, look in of_each:
            yield from ((invariant, sentence) for sentence in look(story))
