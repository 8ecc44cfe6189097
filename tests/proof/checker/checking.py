"""Check every invariant against one snapshot of the database. STORY_CHECKS and DATABASE_CHECKS list them."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice

from proof.checker.evidence.outside import InvariantBreach, Outside
from proof.checker.evidence.snapshot import Snapshot, snapshot_of
from proof.checker.invariants.accepted_mails import accepted_mails_became_something
from proof.checker.invariants.answers import (
    answered_is_there,
    at_most_once,
    nothing_accepted_in_vain,
    nothing_invented,
    refused_is_absent,
)
from proof.checker.invariants.bounds import nothing_grows, nothing_sent_again, poison_is_set_aside
from proof.checker.invariants.digests import held_is_told_once
from proof.checker.invariants.histories.acts import acts_hold_together
from proof.checker.invariants.histories.by_letter import read_links
from proof.checker.invariants.histories.chains import files_and_words_are_intact, unbroken_chain
from proof.checker.invariants.histories.how_it_went import read_questions
from proof.checker.invariants.histories.lives import history_adds_up
from proof.checker.invariants.histories.minutes import read_minutes
from proof.checker.invariants.histories.owed import OwedSpans
from proof.checker.invariants.histories.records import read_records
from proof.checker.invariants.inbound import machines_are_unanswered, mails_end_once
from proof.checker.invariants.ladder import next_rungs_are_set, read_ladders
from proof.checker.invariants.letters import doubles_are_known, no_mail_without_a_row, sent_has_arrived
from proof.checker.invariants.open_cases import open_cases_are_attended
from proof.checker.invariants.order import nothing_overtakes
from proof.checker.invariants.rest import nothing_pending, only_known_channels
from proof.checker.invariants.rungs import rungs_in_order
from proof.checker.invariants.telling import read_inputs, wrongly_told
from proof.checker.model.stories import ObservedStory, stories_of

MOST_SENTENCES = 25  # of one invariant: a broken database gives the same sentence a thousand times
StoryCheck = Callable[[ObservedStory], Iterable[str]]
STORY_CHECKS: tuple[tuple[str, StoryCheck], ...] = (
    ("I5", history_adds_up),
    ("I5", acts_hold_together),
    ("I14", rungs_in_order),
    ("I19", unbroken_chain),
)
DATABASE_CHECKS: dict[str, Callable[[Snapshot, Outside], Iterable[str]]] = {
    "I1": answered_is_there,
    "I2": nothing_invented,
    "I3": refused_is_absent,
    "I4": at_most_once,
    "I7": nothing_pending,
    "I8": sent_has_arrived,
    "I9": no_mail_without_a_row,
    "I10": doubles_are_known,
    "I11": nothing_overtakes,
    "I12": only_known_channels,
    "I13": open_cases_are_attended,
    "I15": poison_is_set_aside,
    "I16": nothing_sent_again,
    "I17": nothing_grows,
    "I18": nothing_accepted_in_vain,
    "I19": files_and_words_are_intact,
    "I23": lambda snapshot, outside: chain(
        mails_end_once(snapshot, outside), accepted_mails_became_something(snapshot, outside)
    ),
    "I24": machines_are_unanswered,
    "I26": held_is_told_once,
}
STORY_CHECKS_WITH_CONTEXT = (
    "I6",
    "I14",
    "I20",
    "I20",
    "I20",
    "I25",
    "I27",
)  # of each story, compared with rows that are read beforehand
ALL = sorted(
    {*dict(STORY_CHECKS), *DATABASE_CHECKS, *STORY_CHECKS_WITH_CONTEXT}, key=lambda invariant: int(invariant[1:])
)


def check(database_url: str, outside: Outside | None = None) -> list[InvariantBreach]:
    """Return the breaches, ordered by invariant, at most 25 of each.

    All queries see one state of the database, and none can write. Errors of the database are passed on as
    SQLAlchemy raises them.
    """
    known = outside or Outside()
    found: dict[str, list[str]] = {invariant: [] for invariant in ALL}
    with snapshot_of(database_url) as snapshot:
        for invariant, sentence in _breaches_of_stories(snapshot, known):
            if len(found[invariant]) < MOST_SENTENCES:
                found[invariant].append(sentence)
        for invariant, find_breaches in DATABASE_CHECKS.items():
            found[invariant] += islice(find_breaches(snapshot, known), MOST_SENTENCES)
    return [InvariantBreach(invariant, sentence) for invariant in ALL for sentence in found[invariant]]


def _breaches_of_stories(snapshot: Snapshot, outside: Outside) -> Iterator[tuple[str, str]]:
    inputs, ladders = read_inputs(snapshot, outside.zone), read_ladders(snapshot, outside.zone)
    owed, records, minutes = OwedSpans(), read_records(snapshot), read_minutes(snapshot)
    with_context: tuple[StoryCheck, ...] = (
        partial(wrongly_told, inputs),
        partial(next_rungs_are_set, ladders),
        owed.read,
        records.read,
        minutes.read,
        read_links(snapshot).read,
        read_questions(snapshot).read,
    )
    checks = (*STORY_CHECKS, *zip(STORY_CHECKS_WITH_CONTEXT, with_context, strict=True))
    for story in stories_of(snapshot):
        for invariant, find_breaches in checks:
            yield from ((invariant, sentence) for sentence in find_breaches(story))
    yield from (("I20", sentence) for sentence in (*owed.doubles(), *records.left(), *minutes.left()))
