"""How it went in figures: how many answered and their mean grade, in all, by unit and by topic, with few hidden.

Figures of fewer than five answers are not told, nor so many others that they could be found by subtraction.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.categories import Category
from cases.organisation.units import Unit
from cases.public.figures.groups import NOT_GIVEN
from cases.public.figures.withholding import LEAST
from cases.public.protection import PROTECTED
from cases.satisfaction.question import Satisfaction

FEWEST_HIDDEN = 2  # of one alone the number follows from the sum
COUNTED = (
    select(Unit.slug, Category.slug, func.count(), func.sum(Satisfaction.grade))
    .select_from(Satisfaction)
    .join(Case, Case.id == Satisfaction.case_id)
    .join(Unit, Unit.id == Case.responsible_id)
    .outerjoin(Category, Category.id == Case.category_id)
    .where(Satisfaction.grade.is_not(None), ~PROTECTED)
    .group_by(Unit.slug, Category.slug)
)


@dataclass(frozen=True)
class GradesTold:
    """How many answers there are, and the mean of their grades with one decimal; both None where they are hidden."""

    answers: int | None
    mean: float | None


@dataclass(frozen=True)
class SatisfactionTold:
    """The figures of all answers, and of those about cases of each unit and topic (by slug) with at least one."""

    total: GradesTold
    by_unit: Mapping[str, GradesTold]
    by_topic: Mapping[str, GradesTold]


@dataclass
class _Grades:
    answers: int = 0
    sum: int = 0

    def add(self, answers: int, of_grades: int) -> None:
        self.answers += answers
        self.sum += of_grades

    def told(self) -> GradesTold:
        return GradesTold(self.answers, round(self.sum / self.answers, 1))


HIDDEN = GradesTold(None, None)


def satisfaction_told(session: Session) -> SatisfactionTold:
    """Return the figures of all answers that there are, whenever they were given. One query."""
    total, by_unit, by_topic = _Grades(), defaultdict[str, _Grades](_Grades), defaultdict[str, _Grades](_Grades)
    for unit, topic, answers, of_grades in session.execute(COUNTED):
        for grades in (total, by_unit[unit], by_topic[topic or NOT_GIVEN]):
            grades.add(answers, of_grades or 0)
    is_enough = total.answers >= LEAST
    return SatisfactionTold(total.told() if is_enough else HIDDEN, _lines(by_unit), _lines(by_topic))


def _lines(grades: Mapping[str, _Grades]) -> dict[str, GradesTold]:
    """Return the figures of each line, the most answers first; those that are hidden have five answers together."""
    ordered = sorted(grades.items(), key=lambda one: (-one[1].answers, one[0]))
    told = [name for name, its in ordered if its.answers >= LEAST]
    hidden = [its for _, its in ordered if its.answers < LEAST]
    while hidden and told and (len(hidden) < FEWEST_HIDDEN or sum(its.answers for its in hidden) < LEAST):
        hidden.append(grades[told.pop()])
    return {name: its.told() if name in told else HIDDEN for name, its in ordered}
