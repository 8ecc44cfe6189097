"""A trial of held letters: news waits for a Monday and for a return, and is told once."""

from proof.checker import InvariantBreach
from proof.crashes.journeys.of_letters.held import HELD
from proof.mutants.stage import StagePlace, at_work, stage


def waits_for_monday(place: StagePlace) -> list[InvariantBreach]:
    """Hold the news of an address and of somebody who is away, and let their mornings come."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in (*HELD.before, *HELD.steps):
                step(process)
                process.settle()
            process.come_to_rest()
        return scene.judged()
