"""The marshmallow schemas of a scenario file: which keys each table may have, and with which values."""

from datetime import datetime
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from cases.administration.file_schema import TomlChoice, TomlDate, TomlField, TomlInteger, TomlSchema, TomlText
from proof.simulation.scenario.scenario import Bounce, Department, Group, Scenario, StaffTurnover, Yearly
from proof.simulation.scenario.tempers import TEMPERS

DOWN = ("everything", "clock", "mail", "grey")
MONTHS_OF_A_YEAR = 12
COMMON_YEAR = 2027
LONGEST = 3660  # days, hours or months
MOST = 1000  # officers, clocks
ONE = Length(min=1, error="there must be one")
TWO_BRACKETS = "must be written with two brackets"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class ScenarioNumber(TomlField[float]):
    """A number that is not negative."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be a number, not negative", **more)

    def accepts(self, value: Any) -> bool:
        return _is_number(value) and value >= 0


class EachMonth(TomlField[list[float]]):
    """Twelve numbers, one for each month, none negative."""

    def __init__(self, **more: Any) -> None:
        super().__init__("must be twelve numbers, none negative", **more)

    def accepts(self, value: Any) -> bool:
        is_year = isinstance(value, list) and len(value) == MONTHS_OF_A_YEAR
        return is_year and all(_is_number(one) and one >= 0 for one in value)


class DayOfYear(TomlField[str]):
    """A day that exists in every year, as text; `form` says whether a time of day may follow."""

    def __init__(self, form: str, **more: Any) -> None:
        super().__init__(f"must be {form}, of every year", **more)
        self.longest = len(form.rpartition(" ")[2])

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) <= self.longest

    def read(self, value: str) -> str:
        datetime.fromisoformat(f"{COMMON_YEAR}-{value}")
        return value


class DepartmentSchema(TomlSchema):
    makes = Department
    slug = TomlText(60, required=True)
    name = TomlText(200, required=True)
    name_en = TomlText(200, required=True)
    temper = TomlChoice(TEMPERS, required=True)
    officers = TomlInteger(1, MOST, required=True)
    share = ScenarioNumber(required=True)
    topics = fields.List(
        TomlText(60), required=True, validate=ONE, error_messages={"invalid": "must be a list of texts"}
    )


class GroupSchema(TomlSchema):
    makes = Group
    slug = TomlText(60, required=True)
    name = TomlText(200, required=True)
    temper = TomlChoice(TEMPERS)
    dissolved_after_months = TomlInteger(0, LONGEST)


class StaffingSchema(TomlSchema):
    """Staff turnover; 0 months mean never."""

    makes = StaffTurnover
    officer_leaves_every_months = TomlInteger(0, LONGEST)
    head_leaves_every_months = TomlInteger(0, LONGEST)
    contact_leaves_after_months = TomlInteger(0, LONGEST)
    vacant_days = TomlInteger(0, LONGEST)
    representative_leaves_on = DayOfYear("MM-DD")
    officer_away_every_months = TomlInteger(0, LONGEST)
    away_days = TomlInteger(1, LONGEST)


class OutageSchema(TomlSchema):
    makes = Yearly
    of = TomlChoice(DOWN, required=True)
    begins = DayOfYear("MM-DD or MM-DDTHH:MM", required=True)
    hours = TomlInteger(0, LONGEST, required=True)


class BounceSchema(TomlSchema):
    makes = Bounce
    unit = TomlText(60, required=True)
    begins = DayOfYear("MM-DD", required=True)
    days = TomlInteger(0, LONGEST, required=True)


def _slugs() -> fields.List[str]:
    return fields.List(TomlText(60), error_messages={"invalid": "must be a list of texts"})


def _lines(schema: type[TomlSchema], **more: Any) -> fields.Nested:
    return fields.Nested(schema, many=True, error_messages={"type": TWO_BRACKETS}, **more)


class ScenarioSchema(TomlSchema):
    """A whole scenario. `policies` is checked when the town is loaded, by the schema of the setup file."""

    makes = Scenario
    municipality = TomlText(200, required=True)
    begins = TomlDate(required=True)
    cases_per_month = ScenarioNumber(required=True)
    busy = EachMonth(required=True)
    clocks = TomlInteger(1, MOST, required=True)
    mailboxes_that_bounce = ScenarioNumber(required=True)
    departments = _lines(DepartmentSchema, required=True, validate=ONE)
    groups = _lines(GroupSchema, required=True, validate=ONE)
    staffing = fields.Nested(StaffingSchema)
    policies = fields.List(
        fields.Dict(error_messages={"invalid": "must be a table"}), error_messages={"invalid": TWO_BRACKETS}
    )
    bounces = _lines(BounceSchema)
    outages = _lines(OutageSchema)
    secretary = TomlText(60)
    mornings = _slugs()
    mondays = _slugs()
