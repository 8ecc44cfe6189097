"""News that waits, as rules of the life machine: addresses that want it later, and people who are away."""

from datetime import timedelta

import hypothesis.strategies as some
from hypothesis.stateful import rule
from sqlalchemy.orm import Session
from support.lives.forum import ForumMeets

from cases.administration.leaving.absence import Absence
from cases.administration.staffing import person_by_email
from notifications.deliveries import NewsPace
from notifications.planning.held.absences import end_absence, note_absence
from notifications.preferences import address_of, change_pace
from proof.simulation.second_calendar import local_day

GATHER = ("gata@prov.example", "norrby@prov.example", "handlaggare@prov.example", "f1@hemma.example")
STAND_IN = {"handlaggare": "gatuchef", "gatuchef": "handlaggare", "kontakt": "vikarie"}


class NewsWaits(ForumMeets):
    """The machine's rules for what is held. What is expected of it the checker works out by itself, at the end."""

    @rule(email=some.sampled_from(GATHER), pace=some.sampled_from(NewsPace))
    def news_comes_at_another_time(self, email: str, pace: NewsPace) -> None:
        def choose(session: Session) -> None:
            change_pace(session, address_of(session, email), pace)

        self.tally["paces chosen"] += self.written(choose)

    @rule(who=some.sampled_from(sorted(STAND_IN)), days=some.integers(0, 9))
    def somebody_goes_away(self, who: str, days: int) -> None:
        def leave(session: Session) -> None:
            person, deputy = (person_by_email(session, f"{name}@prov.example") for name in (who, STAND_IN[who]))
            first, at = local_day(self.world.clock.now), self.world.clock.now
            absence = Absence(first, first + timedelta(days=days), deputy)
            note_absence(session, person, absence, by=self.actor(session, None, who), at=at)

        self.tally["absences"] += self.written_alone(leave)

    @rule(who=some.sampled_from(sorted(STAND_IN)))
    def somebody_is_back(self, who: str) -> None:
        def come(session: Session) -> None:
            person, by = person_by_email(session, f"{who}@prov.example"), self.actor(session, None, who)
            end_absence(session, person, by=by, at=self.world.clock.now)

        self.written_alone(come)
