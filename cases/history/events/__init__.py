"""The catalogue of all domain events.

Importing any module of this package imports all of them, so that `EVENT_TYPES` is always complete.
"""

from cases.history.events.base import EVENT_TYPES, ByLetter, DomainEvent
from cases.history.events.content import (
    CaseAttached,
    CaseCommented,
    CaseCorrected,
    CaseKeyReplaced,
    CaseProtectionChanged,
    CaseRelated,
    CaseReporterCorrected,
    CaseWordsErased,
    LetterLinkPutOut,
)
from cases.history.events.ending import (
    CaseClosed,
    CaseConfirmed,
    CaseContested,
    CaseDeclined,
    CaseDone,
    CaseMerged,
    CaseReopened,
    CaseSatisfactionAnswered,
    CaseSatisfactionAsked,
    CaseTookOver,
)
from cases.history.events.following import CaseFollowed, CaseUnfollowed, FollowerAskedToConfirm
from cases.history.events.handing_in import CaseReceived
from cases.history.events.imports import CaseImported
from cases.history.events.ladder import CaseEscalated, CaseKeptOffAgenda, CasePutOnAgenda, CaseTakenOffAgenda
from cases.history.events.municipality import HouseExported, HouseSettingChanged, MorningCame, SentAgain, SetAside
from cases.history.events.organisation import UnitAdded, UnitChanged, UnitSwitchedOff
from cases.history.events.people import (
    PersonAdded,
    PersonAskedForLink,
    PersonCalendarMade,
    PersonCalendarRemoved,
    PersonChanged,
    PersonLoggedIn,
    PersonSwitchedOff,
    PersonTokenMade,
    PersonTokenRevoked,
)
from cases.history.events.promises import CasePromiseBroken, CasePromised
from cases.history.events.steps import (
    CaseAnswered,
    CaseAssigned,
    CaseParked,
    CasePlanned,
    CaseSentBack,
    CaseStarted,
    CaseTakenUp,
    CaseWaiting,
)
from cases.history.events.village.meetings import (
    AgendaSentOut,
    CaseRecommended,
    CaseSettledOnAgenda,
    MeetingCalled,
    MeetingCancelled,
    MeetingHeld,
    MeetingMoved,
    MinutesAdjusted,
)
from cases.history.events.village.plans import CaseCarried, CaseDroppedFromPlan, PlanAdopted, PlanAnchored
from cases.history.events.village.registers import RegisterAnswered, RegisterEntered, RegisterForwarded
from cases.history.events.village.relations import ContactLogged

__all__ = [
    "EVENT_TYPES",
    "AgendaSentOut",
    "ByLetter",
    "CaseAnswered",
    "CaseAssigned",
    "CaseAttached",
    "CaseCarried",
    "CaseClosed",
    "CaseCommented",
    "CaseConfirmed",
    "CaseContested",
    "CaseCorrected",
    "CaseDeclined",
    "CaseDone",
    "CaseDroppedFromPlan",
    "CaseEscalated",
    "CaseFollowed",
    "CaseImported",
    "CaseKeptOffAgenda",
    "CaseKeyReplaced",
    "CaseMerged",
    "CaseParked",
    "CasePlanned",
    "CasePromiseBroken",
    "CasePromised",
    "CaseProtectionChanged",
    "CasePutOnAgenda",
    "CaseReceived",
    "CaseRecommended",
    "CaseRelated",
    "CaseReopened",
    "CaseReporterCorrected",
    "CaseSatisfactionAnswered",
    "CaseSatisfactionAsked",
    "CaseSentBack",
    "CaseSettledOnAgenda",
    "CaseStarted",
    "CaseTakenOffAgenda",
    "CaseTakenUp",
    "CaseTookOver",
    "CaseUnfollowed",
    "CaseWaiting",
    "CaseWordsErased",
    "ContactLogged",
    "DomainEvent",
    "FollowerAskedToConfirm",
    "HouseExported",
    "HouseSettingChanged",
    "LetterLinkPutOut",
    "MeetingCalled",
    "MeetingCancelled",
    "MeetingHeld",
    "MeetingMoved",
    "MinutesAdjusted",
    "MorningCame",
    "PersonAdded",
    "PersonAskedForLink",
    "PersonCalendarMade",
    "PersonCalendarRemoved",
    "PersonChanged",
    "PersonLoggedIn",
    "PersonSwitchedOff",
    "PersonTokenMade",
    "PersonTokenRevoked",
    "PlanAdopted",
    "PlanAnchored",
    "RegisterAnswered",
    "RegisterEntered",
    "RegisterForwarded",
    "SentAgain",
    "SetAside",
    "UnitAdded",
    "UnitChanged",
    "UnitSwitchedOff",
]
