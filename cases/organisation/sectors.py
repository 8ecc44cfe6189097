"""Seats in bodies of kind forum: the sectors that they are for, and the offices that people have there."""

from enum import StrEnum


class Sector(StrEnum):
    """The sectors of a municipality's life from which an advisory board takes its members."""

    MUNICIPALITY = "municipality"
    REGION = "region"
    BUSINESS = "business"
    ASSOCIATIONS = "associations"
    CITIZENS = "citizens"


class Office(StrEnum):
    """What somebody does in a body beside, or instead of, being one of its members."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    SUBSTITUTE = "substitute"
