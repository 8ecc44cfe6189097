"""What each table of a house's file may hold."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from cases.administration.file_schema import Day, FileSchema, OneOf, Text
from cases.administration.setup_lines import (
    CategoryLine,
    HouseLine,
    MeetingLine,
    PersonLine,
    PlaceLine,
    PolicyLine,
    UnitLine,
)
from cases.administration.setup_values import A_SLUG, Address, Slug, Term, Terms, YesOrNo
from cases.deadlines.policies import terms_from
from cases.organisation.people import Role
from cases.organisation.units import DESK, UnitKind
from cases.settings import LOCALES
from cases.states import Kind

POSTS = 'must be a list such as [{{ role = "officer", unit = "gata" }}], not {input!r}'


class HouseSchema(FileSchema):
    makes = HouseLine
    name = Text(200)
    proposals = YesOrNo()
    contact_phone = Text(40)


class UnitSchema(FileSchema):
    makes = UnitLine
    slug = Slug(required=True)
    kind = OneOf(UnitKind, required=True)
    name = Text(200, required=True)
    email = Address()
    phone = Text(40)
    place = Slug()
    head = Address()


class PostSchema(FileSchema):
    """A person's role, and where. It makes a pair; the role admin has no unit."""

    role = OneOf(Role, required=True)
    unit = Slug()

    @validates_schema
    def _fits(self, said: dict[str, Any], **_: Any) -> None:
        role, unit = said["role"], said.get("unit")
        if role == Role.ADMIN and unit is not None:
            raise ValidationError("the role admin has no unit")
        if role == Role.CONTACT and unit != DESK:
            raise ValidationError(f"the role contact belongs to the unit {DESK}")
        if role != Role.ADMIN and unit is None:
            raise ValidationError(f"the role {role} needs the slug of a unit: {A_SLUG}")

    @post_load
    def _make(self, said: dict[str, Any], **_: Any) -> tuple[str, str | None]:
        return said["role"], said.get("unit")


class PersonSchema(FileSchema):
    makes = PersonLine
    email = Address(required=True)
    name = Text(200, required=True)
    phone = Text(40)
    locale = OneOf(LOCALES)
    deputy = Address()
    roles = fields.Nested(PostSchema, many=True, error_messages={"type": POSTS})


class PlaceSchema(FileSchema):
    makes = PlaceLine
    slug = Slug(required=True)
    name = Text(200, required=True)


class CategorySchema(FileSchema):
    makes = CategoryLine
    slug = Slug(required=True)
    name = Text(200, required=True)
    name_en = Text(120)
    unit = Slug()


class TermsSchema(FileSchema):
    """What differs from the usual terms, as `policies.Terms` names them."""

    error_messages = {"type": "must be a table such as { answer_days = 8 }"}  # noqa: RUF012 - marshmallow reads it so
    look_days = Term()
    answer_days = Term()
    progress_days = Term()
    life_days = Term()
    waiting_days = Term()
    waiting_most_days = Term()
    parked_most_months = Term()
    object_calendar_days = Term()
    warn_days_before = Term()
    rung_days = Terms()
    repeat_calendar_days = Term()
    promise_days = Term()
    statutory_months = Term()
    statutory_warnings = Terms()

    @post_load
    def _make(self, said: dict[str, Any], **_: Any) -> Any:
        return terms_from(said)


class PolicySchema(FileSchema):
    makes = PolicyLine
    name = Text(200, required=True)
    kind = OneOf(Kind)
    category = Slug()
    place = Slug()
    terms = fields.Nested(TermsSchema)


class MeetingSchema(FileSchema):
    makes = MeetingLine
    on = Day(required=True)
    name = Text(200, required=True)
    where = Text(200)


TABLES: dict[str, Schema] = {
    "units": UnitSchema(), "people": PersonSchema(), "places": PlaceSchema(), "categories": CategorySchema(),
    "policies": PolicySchema(), "meetings": MeetingSchema(),
}  # fmt: skip
