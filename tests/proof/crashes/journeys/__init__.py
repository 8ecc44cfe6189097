"""The journeys that are crashed at every boundary, one file for each subject."""

from proof.crashes.journeys.at_table import AT_TABLE
from proof.crashes.journeys.calling import CALLED
from proof.crashes.journeys.clock import CLOCKS_RUN_OUT, SILENT
from proof.crashes.journeys.handing_in import HANDED_IN, INTO_THE_MAILBOX
from proof.crashes.journeys.importing import IMPORTED
from proof.crashes.journeys.jobs import THE_CLOCKS_JOBS
from proof.crashes.journeys.merging import ERASED, MERGED
from proof.crashes.journeys.of_letters.by_letter import BY_LETTER
from proof.crashes.journeys.of_letters.by_mail import BY_MAIL
from proof.crashes.journeys.of_letters.by_mailbox import COPIED_IN_A_MAILBOX, FROM_A_MAILBOX
from proof.crashes.journeys.of_letters.held import HELD, LET_GO
from proof.crashes.journeys.of_letters.how_it_went import HOW_IT_WENT
from proof.crashes.journeys.progress import TAKEN_ON
from proof.crashes.journeys.village import IN_A_VILLAGE

JOURNEYS = (
    HANDED_IN,
    INTO_THE_MAILBOX,
    TAKEN_ON,
    SILENT,
    CLOCKS_RUN_OUT,
    THE_CLOCKS_JOBS,
    MERGED,
    ERASED,
    IMPORTED,
    CALLED,
    IN_A_VILLAGE,
    AT_TABLE,
    BY_LETTER,
    BY_MAIL,
    FROM_A_MAILBOX,
    COPIED_IN_A_MAILBOX,
    HELD,
    LET_GO,
    HOW_IT_WENT,
)
SHORT_ON_POSTGRESQL = (MERGED, CALLED)
