"""Which fields of a case each reader gets in the API."""

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.reading.visibility import takes_part
from web.schemas.responses import CaseForEverybody, CaseForForum, CaseForMembers, CaseForReporter, CaseForStaff

FOR_STAFF, FOR_MEMBERS = CaseForStaff(), CaseForMembers()
FOR_REPORTER, FOR_FORUM, FOR_EVERYBODY = CaseForReporter(), CaseForForum(), CaseForEverybody()


def schema_for(reader: Actor, case: Case) -> CaseForEverybody:
    """Return the schema that cuts the case down to the fields that this reader may see."""
    if reader.is_staff:
        return FOR_STAFF
    if not takes_part(reader, case):
        return FOR_FORUM
    return FOR_REPORTER if reader.kind is ActorKind.REPORTER else FOR_MEMBERS
