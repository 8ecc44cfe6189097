"""What each table of a house's file may hold."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from cases.administration.file_schema import DayOfFile, FileSchema, OneOf, TextOfFile
from cases.administration.setup_lines import (
    CategoryLine,
    MeetingLine,
    MunicipalityLine,
    PersonLine,
    PlaceLine,
    PolicyLine,
    UnitLine,
)
from cases.administration.setup_values import A_SLUG, AddressOfFile, SlugOfFile, TermOfFile, TermsOfFile, YesOrNo
from cases.deadlines.policies import terms_from
from cases.organisation.people import Role
from cases.organisation.units import DESK, UnitKind
from cases.settings import LOCALES
from cases.states import Kind

POSTS = 'must be a list such as [{{ role = "officer", unit = "gata" }}], not {input!r}'


class MunicipalitySchema(FileSchema):
    makes = MunicipalityLine
    name = TextOfFile(200)
    proposals = YesOrNo()
    contact_phone = TextOfFile(40)


class UnitSchema(FileSchema):
    makes = UnitLine
    slug = SlugOfFile(required=True)
    kind = OneOf(UnitKind, required=True)
    name = TextOfFile(200, required=True)
    email = AddressOfFile()
    phone = TextOfFile(40)
    place = SlugOfFile()
    head = AddressOfFile()


class PostSchema(FileSchema):
    """A person's role, and where. It makes a pair; the role admin has no unit."""

    role = OneOf(Role, required=True)
    unit = SlugOfFile()

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
    email = AddressOfFile(required=True)
    name = TextOfFile(200, required=True)
    phone = TextOfFile(40)
    locale = OneOf(LOCALES)
    deputy = AddressOfFile()
    roles = fields.Nested(PostSchema, many=True, error_messages={"type": POSTS})


class PlaceSchema(FileSchema):
    makes = PlaceLine
    slug = SlugOfFile(required=True)
    name = TextOfFile(200, required=True)


class CategorySchema(FileSchema):
    makes = CategoryLine
    slug = SlugOfFile(required=True)
    name = TextOfFile(200, required=True)
    name_en = TextOfFile(120)
    unit = SlugOfFile()


class TermsSchema(FileSchema):
    """What differs from the usual terms, as `policies.Terms` names them."""

    error_messages = {"type": "must be a table such as { answer_days = 8 }"}  # noqa: RUF012 - marshmallow reads it so
    look_days = TermOfFile()
    answer_days = TermOfFile()
    progress_days = TermOfFile()
    life_days = TermOfFile()
    waiting_days = TermOfFile()
    waiting_most_days = TermOfFile()
    parked_most_months = TermOfFile()
    object_calendar_days = TermOfFile()
    warn_days_before = TermOfFile()
    rung_days = TermsOfFile()
    repeat_calendar_days = TermOfFile()
    promise_days = TermOfFile()
    statutory_months = TermOfFile()
    statutory_warnings = TermsOfFile()

    @post_load
    def _make(self, said: dict[str, Any], **_: Any) -> Any:
        return terms_from(said)


class PolicySchema(FileSchema):
    makes = PolicyLine
    name = TextOfFile(200, required=True)
    kind = OneOf(Kind)
    category = SlugOfFile()
    place = SlugOfFile()
    terms = fields.Nested(TermsSchema)


class MeetingSchema(FileSchema):
    makes = MeetingLine
    on = DayOfFile(required=True)
    name = TextOfFile(200, required=True)
    where = TextOfFile(200)


TABLES: dict[str, Schema] = {
    "units": UnitSchema(), "people": PersonSchema(), "places": PlaceSchema(), "categories": CategorySchema(),
    "policies": PolicySchema(), "meetings": MeetingSchema(),
}  # fmt: skip
