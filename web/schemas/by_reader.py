"""Which fields of a case each reader gets in the API."""

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.event_readers import EventReader, reader_of
from web.schemas.responses import CaseForEverybody, CaseForForum, CaseForMembers, CaseForReporter, CaseForStaff

FOR_EVERYBODY = CaseForEverybody()
SCHEMAS: dict[EventReader, CaseForEverybody] = {
    EventReader.STAFF: CaseForStaff(),
    EventReader.REPORTER: CaseForReporter(),
    EventReader.PARTICIPANT: CaseForMembers(),
    EventReader.FORUM: CaseForForum(),
}


def schema_for(reader: Actor, case: Case) -> CaseForEverybody:
    """Return the schema that cuts the case down to the fields that this reader may see."""
    return SCHEMAS[reader_of(reader, case)]
