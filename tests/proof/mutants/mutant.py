"""The table of mutants: how Ventil is broken, which trial it then goes through, and which invariant must notice."""

import time
from dataclasses import dataclass

from proof.mutants import held_seams, held_trials, mail_trials, question_trials, seams, trials
from proof.mutants.of_the_method import meeting_seams, meeting_trials, village_seams, village_trials
from proof.mutants.seams import Seam
from proof.mutants.stage import StagePlace
from proof.mutants.trials import Trial


@dataclass(frozen=True)
class Mutant:
    """Ventil broken on purpose in one way (`seam`), and the invariant that must be seen broken in its trial."""

    name: str
    seam: Seam
    trial: Trial
    seen_by: str


@dataclass(frozen=True)
class Caught:
    """The result of a trial: which invariants the checker saw broken, and how many seconds that took."""

    name: str
    seen_by: str  # must be among `seen`; empty for a sound installation, where `seen` must be empty
    seen: tuple[str, ...]
    seconds: float

    @property
    def is_right(self) -> bool:
        """Return whether the expected invariant was seen broken; for a sound installation, whether none was."""
        return self.seen_by in self.seen if self.seen_by else not self.seen

    def __str__(self) -> str:
        seen = ", ".join(self.seen) or "nothing"
        return f"{self.name:<34} {seen if self.is_right else f'WRONG: {seen}':<28} {self.seconds:6.1f} s"


QUICK = (
    Mutant("work is done when it is taken", seams.work_is_done_when_it_is_taken, trials.DIES_HANDED_IN, "I6"),
    Mutant("sent before DATA", seams.sent_before_data, trials.DIES_HANDED_IN, "I8"),
    Mutant("mail before commit", seams.mail_before_commit, trials.dies_at_the_tenth_letter, "I10"),
    Mutant("recorded at the end", seams.recorded_at_the_end, trials.dies_at_the_tenth_letter, "I10"),
    Mutant("no lease", seams.no_lease, trials.meets_another_worker, "I10"),
    Mutant("no cap on the broker's depth", seams.no_depth_cap, trials.rings_and_nobody_comes, "I17"),
    Mutant("deferred BEGIN", seams.deferred_begin, trials.has_many_writers, "I17"),
    Mutant("no dedupe key", seams.no_dedupe_key, trials.is_called_again_and_again, "I4"),
    Mutant("swallowed retry", seams.swallowed_retry, trials.is_told_not_now, "I7"),
    Mutant("overtaking", seams.overtaking, trials.is_told_not_now, "I11"),
    Mutant("a new letter for each try", seams.a_new_letter_for_each_try, trials.loses_the_line, "I9"),
    Mutant("a window for the sweep", seams.a_window_for_the_sweep, trials.sleeps_for_weeks, "I13"),
    Mutant("a rung without next moment", seams.no_next_moment, trials.sleeps_for_weeks, "I14"),
    Mutant("endless patience with poison", seams.endless_patience, trials.gets_a_letter_that_kills, "I15"),
    Mutant("the author is told", seams.the_author_is_told, trials.lives, "I6"),
    Mutant("an act without its letter", seams.an_act_without_its_letter, trials.is_answered_by_letter, "I25"),
    Mutant(
        "the way is part of the mail", mail_trials.the_way_it_came_is_part_of_a_mail, mail_trials.is_written_to, "I23"
    ),
    Mutant(
        "moved before it is kept", mail_trials.moved_before_it_is_kept, mail_trials.dies_while_it_reads_a_mailbox, "I23"
    ),
    Mutant("machines are people", mail_trials.machines_are_people, mail_trials.is_written_to, "I24"),
    Mutant("asked too soon", question_trials.asked_too_soon, question_trials.is_asked_how_it_went, "I27"),
    Mutant("asked every morning", question_trials.asked_every_morning, question_trials.is_asked_how_it_went, "I27"),
    Mutant("protected asked", question_trials.the_protected_are_asked, question_trials.is_asked_how_it_went, "I27"),
    Mutant("answer before commit", seams.answer_before_commit, trials.is_called_again_and_again, "I1"),
    Mutant("a held line is lost", held_seams.a_held_line_is_lost, held_trials.waits_for_monday, "I26"),
    Mutant("a held line is told twice", held_seams.a_held_line_is_told_twice, held_trials.waits_for_monday, "I26"),
    Mutant("carry without reason", village_seams.carry_without_reason, village_trials.has_years_in_the_village, "V8"),
    Mutant("staff by any head", village_seams.staff_by_any_head, village_trials.has_years_in_the_village, "V35"),
    Mutant("owed twice", village_seams.owed_twice, village_trials.has_years_in_the_village, "V1"),
    Mutant("the oldest version", village_seams.the_oldest_version, village_trials.has_years_in_the_village, "showing"),
    Mutant("nothing is carried over", meeting_seams.nothing_carried_over, meeting_trials.has_meetings, "V14"),
    Mutant("closed with open items", meeting_seams.closed_with_open_items, meeting_trials.has_meetings, "V14"),
    Mutant("a correction says nothing", meeting_seams.a_correction_says_nothing, meeting_trials.has_meetings, "I20"),
    Mutant("a theme is the next", meeting_seams.a_theme_is_the_next, meeting_trials.has_meetings, "V4"),
)
ON_POSTGRESQL = (
    Mutant("a high-water mark", seams.high_water_mark, trials.commits_late, "I7"),
    Mutant("no FOR SHARE at adoption", village_seams.no_for_share, village_trials.has_two_at_once, "V6"),
    Mutant("the daily look is not claimed", village_seams.look_not_claimed, village_trials.has_two_at_once, "V1"),
)


def put_on_trial(mutant: Mutant, place: StagePlace) -> Caught:
    """Run the trial of a mutant in this place, whose folder must be empty."""
    place.furnish()
    begun = time.monotonic()
    with mutant.seam():
        breaches = mutant.trial(place)
    seen = tuple(dict.fromkeys(breach.invariant for breach in breaches))
    return Caught(mutant.name, mutant.seen_by, seen, time.monotonic() - begun)
