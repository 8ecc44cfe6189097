"""The body of a request that logs a contact with a group."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, post_load, validate

from cases.case import LONGEST_TEXT, LONGEST_TITLE
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import LONGEST_MET, MOST_QUESTIONS, ContactGiven, QuestionTaken
from web.schemas.fields import MISSING_MESSAGES, Choice, LocalDay, LongText, Number, PlainText, Slug, Strict, within
from web.schemas.requests import LARGEST_VERSION

TOO_MANY = _(
    "At most %(most)s questions fit here. Save these first, and take the rest after them.", most=MOST_QUESTIONS
)


class QuestionIn(Strict):
    """One question that was taken down at a contact."""

    title = PlainText(most=LONGEST_TITLE, required=True)
    description = LongText(most=LONGEST_TEXT, load_default="")
    category = Slug(allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> QuestionTaken:
        """Return `given`, the loaded fields, as a `QuestionTaken`."""
        return QuestionTaken(**given)


class ContactIn(Strict):
    """The body of POST /units/<slug>/contacts: a contact with a group, and the day agreed for the next one."""

    on = LocalDay(required=True)
    how = Choice(ContactWay, required=True)
    next_on = LocalDay(required=True)
    met = PlainText(most=LONGEST_MET, load_default="")
    note = LongText(most=LONGEST_TEXT, load_default="", metadata={"description": "Only staff read it."})
    questions = fields.List(
        fields.Nested(QuestionIn),
        load_default=list,
        validate=validate.Length(max=MOST_QUESTIONS, error=TOO_MANY),
        error_messages=MISSING_MESSAGES,
    )
    replaces = Number(
        allow_none=True,
        strict=True,
        validate=within(1, LARGEST_VERSION),
        metadata={"description": "The number of the contact that this one puts right."},
    )

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> ContactGiven:
        """Return `given`, the loaded fields, as a `ContactGiven`."""
        return ContactGiven(**{**given, "questions": tuple(given["questions"])})
