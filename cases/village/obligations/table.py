"""The table of obligations: all that can be owed by a day in Ventil, by its name."""

from cases.village.owing import Obligation
from cases.village.plans.obligations import PLAN
from cases.village.relations.obligations import CONTACT

OBLIGATIONS: dict[str, Obligation] = {obligation.name: obligation for obligation in (PLAN, CONTACT)}
