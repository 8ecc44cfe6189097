"""The query and the body of the API's statistics."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from cases.calendar import FIRST_YEAR, LAST_YEAR
from cases.public.figures.groups import ALL, CaseGroup, Figure, Span
from cases.public.figures.statistics import FILTERS
from cases.public.figures.withholding import Withheld
from web.language.figure_words import ONE_YEAR
from web.schemas.fields import Choice, Number, Slug, Strict, within


class StatisticsQuery(Strict):
    """The query parameters of GET /statistics: unit, topic, place, and the year in which cases came in or ended.

    That in which they came in is `period`, that in which they were done, declined or merged is `ended`: one of the two.
    Without a parameter, cases of every year, unit, topic or place are counted. With all three of `responsible`,
    `category` and `place`, or with `perspective` and any of them, every count is withheld.
    """

    period = Number(validate=within(FIRST_YEAR, LAST_YEAR))
    ended = Number(validate=within(FIRST_YEAR, LAST_YEAR))
    responsible = Slug()
    category = Slug()
    place = Slug()
    perspective = Slug()

    @validates_schema
    def refuse_two_years(self, given: dict[str, Any], **_more: Any) -> None:
        """Raise `ValidationError` when both years are asked for."""
        if "period" in given and "ended" in given:
            raise ValidationError(str(ONE_YEAR), "ended")

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> CaseGroup:
        """Return `given`, the loaded parameters, as the group of cases to count."""
        return CaseGroup(**{name: str(given.get(filter_) or ALL) for name, filter_ in FILTERS.items()})


class CountOut(Schema):
    """One count. `count` is null when it is withheld: it is below five, or a count below five would follow from it."""

    count = fields.Integer(required=True, allow_none=True)
    withheld = Choice(Withheld, required=True, allow_none=True)


class GroupOut(Schema):
    """The counts of a group of cases, and the median days until the first answer and until the end.

    A median is null when fewer than five cases were measured, or when the number of cases is withheld. `value` is what
    the group is narrowed to: a year, or the slug of a unit, a topic or a place; null for cases without a topic or a
    place. `name` is its name.
    """

    value = fields.String(allow_none=True)
    name = fields.String()
    figures = fields.Dict(keys=Choice(Figure), values=fields.Nested(CountOut), required=True)
    median_days = fields.Dict(keys=Choice(Span), values=fields.Float(allow_none=True), required=True)


class CheckOut(Schema):
    """The last independent check for forgotten cases: when, and how many faults it found; 0 is the all-clear."""

    at = fields.DateTime(required=True)
    forgotten = fields.Integer(required=True)


class GradesOut(Schema):
    """How many answered how it went, and their mean grade from 1 to 5; null where it would tell of a few.

    `value` is the slug of a unit or a topic, null for cases without a topic; `name` is its name.
    """

    value = fields.String(allow_none=True)
    name = fields.String()
    answers = fields.Integer(required=True, allow_none=True)
    mean = fields.Float(required=True, allow_none=True)


class HowItWentOut(Schema):
    """The answers to the question how it went, of all cases and years whatever the query names."""

    total = fields.Nested(GradesOut, required=True)
    by_unit = fields.List(fields.Nested(GradesOut), required=True)
    by_topic = fields.List(fields.Nested(GradesOut), required=True)


class StatisticsOut(Schema):
    """The public figures of all cases, published or not, but of nobody whose identity is protected.

    `definitions` says in one line what each figure means, by its name. The groups by year of receipt (`by_year`) or of
    the end (`by_ended`), topic, place and unit are those of the same cases; none by what the query names. Groups of
    what ended in a year have the figures `ended`, `done`, `declined` and `merged` only. `counted_at` is when they were
    counted.
    """

    counted_at = fields.DateTime(required=True)
    first_year = fields.Integer(required=True)
    last_year = fields.Integer(required=True)
    definitions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    total = fields.Nested(GroupOut, required=True)
    by_year = fields.List(fields.Nested(GroupOut))
    by_ended = fields.List(fields.Nested(GroupOut))
    by_topic = fields.List(fields.Nested(GroupOut))
    by_place = fields.List(fields.Nested(GroupOut))
    by_unit = fields.List(fields.Nested(GroupOut))
    by_perspective = fields.List(fields.Nested(GroupOut))
    how_it_went = fields.Nested(HowItWentOut, required=True)
    check = fields.Nested(CheckOut, required=True, allow_none=True)
