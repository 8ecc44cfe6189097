"""Marshmallow schemas of the tables in a setup file."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from cases.administration.file_schema import TomlChoice, TomlDate, TomlInteger, TomlSchema, TomlText, TomlTime
from cases.administration.setup_lines import (
    AuthorityLine,
    CategoryLine,
    MeetingLine,
    MunicipalityLine,
    PersonLine,
    PerspectiveLine,
    PlaceLine,
    PolicyLine,
    RegisterLine,
    SeatLine,
    UnitLine,
)
from cases.administration.setup_values import (
    A_SLUG,
    MOST_SEATS,
    TomlBoolean,
    TomlMailAddress,
    TomlPhoneNumber,
    TomlSeats,
    TomlSlug,
    TomlTerm,
    TomlTermList,
    TomlWordList,
)
from cases.deadlines.policies import terms_from
from cases.meetings.meeting import MeetingSort
from cases.organisation.municipality import ActFromLetters
from cases.organisation.people import Role
from cases.organisation.perspectives import LONGEST_PERSPECTIVE
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import DESK, MEET, GroupSort, UnitKind
from cases.settings import LOCALES
from cases.states import Kind
from cases.village.registers.authority import AuthorityKind
from cases.village.registers.entry import LONGEST_SORT

SEAT_KEYS = frozenset({"group", "sector", "office"})
POSTS_FORM = 'must be a list such as [{{ role = "officer", unit = "gata" }}], not {input!r}'


class MunicipalitySchema(TomlSchema):
    makes = MunicipalityLine
    name = TomlText(200)
    proposals = TomlBoolean()
    contact_phone = TomlPhoneNumber()
    contact_days = TomlTerm()
    forum_seats = TomlInteger(1, MOST_SEATS)
    adjust_days = TomlTerm()
    act_from_letters = TomlChoice(ActFromLetters)
    asks_how_it_went = TomlBoolean()
    secretary = TomlSlug()


class UnitSchema(TomlSchema):
    makes = UnitLine
    slug = TomlSlug(required=True)
    kind = TomlChoice(UnitKind, required=True)
    name = TomlText(200, required=True)
    email = TomlMailAddress()
    phone = TomlPhoneNumber()
    place = TomlSlug()
    sort = TomlChoice(GroupSort)
    head = TomlMailAddress()
    meets = TomlTermList()
    seats = TomlSeats()

    @validates_schema
    def _fits(self, values: dict[str, Any], **_: Any) -> None:
        if "sort" in values and values["kind"] != UnitKind.GROUP:
            raise ValidationError("only a group is of a sort")
        if values.get("sort") == GroupSort.SECTOR and "place" in values:
            raise ValidationError("a group of the sort sector has no place")
        if "seats" in values and values["kind"] != UnitKind.FORUM:
            raise ValidationError("only a unit of the kind forum has seats for sectors")
        if "meets" in values and values["kind"] not in MEET:
            raise ValidationError("only a forum, a board or the council meets", "meets")
        if any(not 1 <= month <= 12 for month in values.get("meets", ())):
            raise ValidationError("must be months, from 1 to 12", "meets")


class PostSchema(TomlSchema):
    """Schema of one role of a person, loaded as the pair (role, slug of the unit). The role admin has no unit.

    A role for a group (the key "for") or a sector, or with an office, is a seat in a body of kind forum: a `SeatLine`.
    """

    role = TomlChoice(Role, required=True)
    unit = TomlSlug()
    group = TomlSlug(data_key="for")
    sector = TomlChoice(Sector)
    office = TomlChoice(Office)
    since = TomlDate()
    until = TomlDate()

    @validates_schema
    def _fits(self, values: dict[str, Any], **_: Any) -> None:
        role, unit = values["role"], values.get("unit")
        if role == Role.ADMIN and unit is not None:
            raise ValidationError("the role admin has no unit")
        if role == Role.CONTACT and unit != DESK:
            raise ValidationError(f"the role contact belongs to the unit {DESK}")
        if role != Role.ADMIN and unit is None:
            raise ValidationError(f"the role {role} needs the slug of a unit: {A_SLUG}")
        if SEAT_KEYS & set(values) and role != Role.MEMBER:
            raise ValidationError("only the role member is for a group or a sector, or has an office")
        if not SEAT_KEYS & set(values) and {"since", "until"} & set(values):
            raise ValidationError("only a role for a group or a sector, or with an office, has days")
        if "since" in values and "until" in values and values["until"] <= values["since"]:
            raise ValidationError("must be later than since", "until")

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> tuple[str, str | None] | SeatLine:
        role, unit = values.pop("role"), values.pop("unit", None)
        return SeatLine(unit=unit, **values) if values else (role, unit)


class PersonSchema(TomlSchema):
    makes = PersonLine
    email = TomlMailAddress(required=True)
    name = TomlText(200, required=True)
    phone = TomlPhoneNumber()
    locale = TomlChoice(LOCALES)
    deputy = TomlMailAddress()
    roles = fields.Nested(PostSchema, many=True, error_messages={"type": POSTS_FORM})


class PlaceSchema(TomlSchema):
    makes = PlaceLine
    slug = TomlSlug(required=True)
    name = TomlText(200, required=True)


class RegisterSchema(TomlSchema):
    error_messages = {"type": 'must be a table such as { decides = "Vem beslutar" }'}  # noqa: RUF012 - marshmallow reads it so
    makes = RegisterLine
    decides = TomlText(60)
    keeper = TomlText(60)
    sorts = TomlWordList(LONGEST_SORT)


class CategorySchema(TomlSchema):
    makes = CategoryLine
    slug = TomlSlug(required=True)
    name = TomlText(200, required=True)
    name_en = TomlText(120)
    unit = TomlSlug()
    register = fields.Nested(RegisterSchema)


class AuthoritySchema(TomlSchema):
    makes = AuthorityLine
    slug = TomlSlug(required=True)
    name = TomlText(200, required=True)
    kind = TomlChoice(AuthorityKind, required=True)


class PerspectiveSchema(TomlSchema):
    makes = PerspectiveLine
    slug = TomlSlug(required=True)
    name = TomlText(200, required=True)
    name_en = TomlText(120)

    @validates_schema
    def _fits(self, values: dict[str, Any], **_: Any) -> None:
        if len(values["slug"]) > LONGEST_PERSPECTIVE:
            raise ValidationError(f"must have at most {LONGEST_PERSPECTIVE} characters", "slug")


class TermsSchema(TomlSchema):
    """Schema of the terms of a policy: each key is a field of `Terms`; one that is left out gets its default."""

    error_messages = {"type": "must be a table such as { answer_days = 8 }"}  # noqa: RUF012 - marshmallow reads it so
    look_days = TomlTerm()
    answer_days = TomlTerm()
    progress_days = TomlTerm()
    life_days = TomlTerm()
    waiting_days = TomlTerm()
    waiting_most_days = TomlTerm()
    parked_most_months = TomlTerm()
    object_calendar_days = TomlTerm(0)
    warn_days_before = TomlTerm()
    rung_days = TomlTermList()
    repeat_calendar_days = TomlTerm()
    promise_days = TomlTerm()
    statutory_months = TomlTerm()
    statutory_warnings = TomlTermList()

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Any:
        return terms_from(values)


class PolicySchema(TomlSchema):
    makes = PolicyLine
    name = TomlText(200, required=True)
    kind = TomlChoice(Kind)
    obligation = TomlSlug()
    category = TomlSlug()
    place = TomlSlug()
    terms = fields.Nested(TermsSchema)


class MeetingSchema(TomlSchema):
    makes = MeetingLine
    on = TomlDate(required=True)
    name = TomlText(200, required=True)
    where = TomlText(200)
    body = TomlSlug()
    sort = TomlChoice(MeetingSort)
    theme = TomlText(500)
    starts_at = TomlTime()


TABLES: dict[str, Schema] = {
    "units": UnitSchema(), "people": PersonSchema(), "places": PlaceSchema(), "categories": CategorySchema(),
    "authorities": AuthoritySchema(), "perspectives": PerspectiveSchema(), "policies": PolicySchema(),
    "meetings": MeetingSchema(),
}  # fmt: skip
