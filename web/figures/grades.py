"""The rows of "Did it turn out well?" in the table for download: how many answered and their mean grade."""

from collections.abc import Callable, Iterator
from datetime import datetime

from cases.imports.formats.writing import Value
from cases.satisfaction.figures import GradesTold, SatisfactionTold
from web.figures.lines import Names
from web.language.gettext import gettext


def grades_rows(
    told: SatisfactionTold, names: Names, number: Callable[[float], Value], at: datetime
) -> Iterator[list[Value]]:
    """Yield two rows of all answers and of each unit and topic, as the page shows them; none without any answers.

    `number` makes the value of a number with decimals; `at` is when the figures were counted (UTC).
    """
    if not told.by_unit:
        return
    everything = gettext("all")
    yield from _rows(told.total, everything, everything, number, at)
    if told.total.answers is None:
        return
    for slug, grades in told.by_unit.items():
        yield from _rows(grades, names["unit"].get(slug, slug), everything, number, at)
    for slug, grades in told.by_topic.items():
        yield from _rows(grades, everything, names["topic"].get(slug, slug), number, at)


def _rows(
    grades: GradesTold, unit: str, topic: str, number: Callable[[float], Value], at: datetime
) -> Iterator[list[Value]]:
    everything, few = gettext("all"), gettext("fewer than 5")
    answers = grades.answers if grades.answers is not None else few
    mean = number(grades.mean) if grades.mean is not None else few
    figures: tuple[tuple[str, Value, str], ...] = (
        (
            gettext("Did it turn out well? Answers"),
            answers,
            gettext(
                "All answers are counted, whenever they were given. Figures of fewer than five answers are not shown."
            ),
        ),
        (
            gettext("Did it turn out well? Mean grade"),
            mean,
            gettext(
                "Four weeks after a case was closed, whoever asked is asked once how it turned out, "
                "from 1 (very bad) to 5 (very good)."
            ),
        ),
    )
    for figure, value, means in figures:
        yield [figure, everything, unit, topic, everything, everything, value, means, at]
