"""The answer of the API about a contact with a group."""

from marshmallow import Schema, fields


class ContactOut(Schema):
    """A contact that was logged."""

    number = fields.Integer(required=True)
    refs = fields.List(fields.String(), required=True, metadata={"description": "One for each question, in order."})
