"""Handing in: a request becomes a case, held by the desk and with a running clock, in one transaction."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import LONGEST_TEXT, LONGEST_TITLE, Case, fresh_public_id
from cases.contacts.phone_numbers import read_phone_number
from cases.database.base import table_of
from cases.database.texts import is_storable, visible
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.deadlines.policies import JUNK_POLICY, Policy, Terms, most_specific, terms_from
from cases.history.events import CasePlanned, CaseReceived
from cases.history.journal import Entry, SpokenWords
from cases.history.writers import EntryWriter
from cases.mail_addresses import read_public_address
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.perspectives import check_perspective
from cases.organisation.places import Place
from cases.organisation.units import DESK, Unit, UnitKind, unit_named
from cases.parties import Party
from cases.promises import may_be_promised, promise
from cases.references import next_reference
from cases.refusals import (
    BadCharacters,
    CannotHoldCases,
    ComesByAnotherDoor,
    FieldRefusal,
    HalfPosition,
    MembersOnly,
    TooLong,
    UnknownName,
    WordsNeeded,
)
from cases.states import Kind, State

Named = TypeVar("Named", Category, Place)
NamedRows = tuple[Policy, Unit, Category | None, Place | None]
PROPOSAL_ORIGIN = "proposal"
LONGEST_CHANNEL = 20  # characters
MOST_MONTHS = 120
BY_NOBODY, BY_STAFF = frozenset({Kind.ACTION}), frozenset({Kind.APPLICATION, Kind.DUTY})
OWN_CHANNEL, OWN_CHANNELS = "web", frozenset({"web", "api"})
ACTIVE: dict[type[Any], Select[Any]] = {
    table: select(table).where(table.slug == bindparam("slug"), table.active) for table in (Category, Place)
}
NAMED_ROWS = (  # one row: policy and desk, and category and place when the request names them
    select(Policy, Unit, Category, Place)
    .join_from(Policy, Unit, Unit.slug == DESK)
    .outerjoin(Category, and_(Category.slug == bindparam("category"), Category.active))
    .outerjoin(Place, and_(Place.slug == bindparam("place"), Place.active))
    .where(most_specific(table_of(Category).c.id, table_of(Place).c.id))
)


@dataclass(frozen=True)
class Reporter:
    """The contact details that a reporter gave.

    `protected` says that their personal data are protected by law (skyddade personuppgifter).
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str = "sv"
    protected: bool = False


@dataclass(frozen=True)
class Request:
    """What somebody hands in. Category, place, group and responsible unit are slugs.

    For a duty, `due_on` is the local day on which it is due, and `every_months` the number of months until the next
    one. A case of another kind with a `due_on` is planned for its `responsible` unit at once. `obligation` and
    `subject` say what the case owes and whose, `plan` of which plan it is an item, and `contact` is the id of the
    contact with a group at which it was taken down; only the rooms of `cases.village` give them. `perspective` is the
    slug of whose view it is about, one of the municipality's. `public` says that the one who hands in wants the case
    published. `source` and `external_id` name the case in the system from which it was imported. `junk` says that it
    came by mail and is likely to be junk. `ref` and `public_id` are its own names there; only an import gives them, and
    only when no other case has them.
    """

    kind: Kind
    title: str
    description: str = ""
    category: str | None = None
    place: str | None = None
    group: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    reporter: Reporter | None = None
    channel: str = "web"
    public: bool = False
    due_on: date | None = None
    every_months: int | None = None
    responsible: str | None = None
    obligation: str | None = None
    subject: str | None = None
    contact: int | None = None
    plan: str | None = None
    perspective: str | None = None
    junk: bool = False
    source: str | None = None
    external_id: str | None = None
    ref: str | None = None
    public_id: str | None = None


def refuse_other_doors(kind: Kind, by: Actor) -> None:
    """Raise `ComesByAnotherDoor` for a kind of case that nobody, or not this actor, hands in by form or call.

    The items of plans become cases when their plan is adopted; applications and duties are noted by staff.
    """
    if kind in BY_NOBODY or (kind in BY_STAFF and not by.is_staff):
        raise ComesByAnotherDoor(field="kind")


def in_own_name(request: Request, by: Actor) -> Request:
    """Return the request with whoever is logged in as its reporter, unless another name or mail address is given.

    Staff hand in what others told them: theirs is returned as it is, and so is a visitor's.
    """
    if by.person_id is None or by.is_staff:
        return request
    given = request.reporter or Reporter()
    name, email = visible(given.name or "") or by.name, given.email or by.email
    return replace(request, reporter=replace(given, name=name, email=email))


def hand_in(session: Session, request: Request, *, by: Actor, at: datetime) -> Case:
    """Create a case that the desk receives at the moment `at` (UTC), and return it.

    A duty with a due day becomes planned at once; the unit that the request names is then responsible, or the desk when
    the request names none. So does a case of another kind when the request names both. Raises `WordsNeeded` or
    `TooLong` for title and description, `HalfPosition`, `FieldRefusal` for a bad `every_months`, `UnknownName` for a
    slug that is not found, `MembersOnly` for a group to which the actor does not belong, `CannotHoldCases` for a
    responsible unit of the wrong kind, and `NotAMailAddress`, `LettersBeforeTheAt` or `NotAPhoneNumber` for the one who
    asks.
    """
    return receive(EntryWriter(session), replace(request, channel=_channel(request, by)), by=by, at=at)


def receive(writer: EntryWriter, request: Request, *, by: Actor, at: datetime) -> Case:
    """Create a case that the desk receives at the moment `at` (UTC), with rows written by `writer`, and return it.

    An `EntryWriter` writes at once. A `DeferredWriter` writes the rows of many cases when the block `written_in_bulk`
    of `cases.history.bulk_entries` ends; the case has its id before. The refusals are those of `hand_in`.
    """
    _check_words(request)
    kind, origin = _kind(writer.session, request.kind)
    if request.perspective is not None and by.kind is not ActorKind.IMPORT:  # a word may be another house's
        check_perspective(writer.session, request.perspective)
    policy, desk, category, place = _find_named_rows(writer, kind, request)
    group = _group(writer, request.group, by)
    case = Case(
        ref=request.ref or next_reference(writer, calendar_of(writer.session).day_of(at).year),
        public_id=request.public_id or fresh_public_id(),
        kind=kind,
        origin=origin,
        title=visible(request.title),
        channel=request.channel,
        received_at=at,
        responsible_id=desk.id,
        group_id=group.id if group else None,
        category_id=category.id if category else None,
        place_id=place.id if place else None,
        policy_id=policy.id,
        latitude=request.latitude,
        longitude=request.longitude,
        wants_public=request.public,
        duty_on=request.due_on if kind is Kind.DUTY else None,
        duty_first_on=request.due_on if kind is Kind.DUTY else None,
        every_months=request.every_months,
        obligation=request.obligation,
        subject=request.subject,
        contact_id=request.contact,
        perspective=request.perspective,
        junk_since=at if request.junk else None,
        source=request.source,
        external_id=request.external_id,
    )
    relationships = {"responsible": desk, "policy": policy, "category": category, "place": place, "group": group}
    for name, value in relationships.items():
        case.set_relationship(name, value)
    if (party := _party(request.reporter, by)) is not None:
        writer.add_related(case, "reporter", party)
    entry = Entry(case, by=by, at=at)
    _start(writer, case, policy, request, entry)
    writer.record(entry)
    return case


def _start(writer: EntryWriter, case: Case, policy: Policy, request: Request, entry: Entry) -> None:
    terms, calendar = terms_from(policy.terms), calendar_of(writer.session)
    due_on = calendar.add_working_days(calendar.day_of(entry.at), terms.look_days)
    case.set_state_clock(clocks.escalating(due_on, 1, entry.at, terms, calendar))
    writer.add(case)
    received = CaseReceived(
        kind=case.kind, channel=case.channel, responsible="desk", due_on=due_on.isoformat(), origin=case.origin,
        category=request.category, place=request.place, group=request.group, obligation=case.obligation,
        subject=case.subject, contact=case.contact_id, plan=request.plan,
        perspective=case.perspective, junk=request.junk or None,
    )  # fmt: skip
    entry.add(received, SpokenWords("title", case.title), SpokenWords("description", visible(request.description)))
    is_planned = request.due_on is not None and (case.kind is Kind.DUTY or bool(request.responsible))
    is_own = request.plan is not None and is_planned  # who does the work themselves is promised nothing
    if terms.promise_days is not None and may_be_promised(case) and not is_own:
        writer.flush()
        promise(writer, case, calendar.add_working_days(calendar.day_of(entry.at), terms.promise_days), entry)
    if is_planned:
        _plan_at_once(writer, case, terms, request, entry)


def _plan_at_once(writer: EntryWriter, case: Case, terms: Terms, request: Request, entry: Entry) -> None:
    calendar = calendar_of(writer.session)
    holder = writer.find(unit_named, request.responsible or "desk", field="responsible")
    if not holder.holds_cases:
        raise CannotHoldCases(field="responsible", name=holder.slug)
    due_on = calendar.roll_forward(request.due_on or calendar.day_of(entry.at))
    case.state = State.PLANNED
    case.give_to(holder)
    case.set_state_clock(clocks.escalating(due_on, 2, entry.at, terms, calendar))
    entry.add(CasePlanned(responsible=holder.slug, due_on=due_on.isoformat()))


def _check_words(request: Request) -> None:
    title = visible(request.title)
    if not title:
        raise WordsNeeded(field="title")
    if len(title) > LONGEST_TITLE:
        raise TooLong(field="title", most=LONGEST_TITLE)
    if len(request.description) > LONGEST_TEXT:
        raise TooLong(field="description", most=LONGEST_TEXT)
    if len(request.channel) > LONGEST_CHANNEL or not is_storable(request.channel):
        raise FieldRefusal(field="channel")
    for name, text in vars(request.reporter).items() if request.reporter else ():
        if isinstance(text, str) and not is_storable(text):
            raise BadCharacters(field=name)
    if (request.latitude is None) is not (request.longitude is None):
        raise HalfPosition(field="latitude" if request.latitude is None else "longitude")
    if request.every_months is not None and not 1 <= request.every_months <= MOST_MONTHS:
        raise FieldRefusal(field="every_months")  # a duty that recurs every 0 months would be made for ever


def _channel(request: Request, by: Actor) -> str:
    """Return how the case came in: what a visitor sends themselves came by web or API, whatever they call it."""
    is_by_themselves = by.kind in {ActorKind.VISITOR, ActorKind.REPORTER}
    return OWN_CHANNEL if is_by_themselves and request.channel not in OWN_CHANNELS else request.channel


def _kind(session: Session, asked: Kind) -> tuple[Kind, str | None]:
    """Return kind and origin: a proposal becomes an issue where the council allows none (kommunallagen 8:1)."""
    if asked is Kind.PROPOSAL and not municipality(session).proposals:
        return Kind.ISSUE, PROPOSAL_ORIGIN
    return asked, None


def _find_named_rows(writer: EntryWriter, kind: Kind, request: Request) -> NamedRows:
    slugs = {"category": request.category or None, "place": request.place or None}
    policy, desk, category, place = writer.find(
        _load_named_rows, JUNK_POLICY if request.junk else kind, request.obligation, slugs["category"], slugs["place"]
    )
    for field, found in (("category", category), ("place", place)):
        if (slug := slugs[field]) and found is None:
            raise UnknownName(field=field, name=slug)
    return policy, desk, category, place


def _load_named_rows(
    session: Session, kind: str, obligation: str | None, category: str | None, place: str | None
) -> NamedRows:
    parameters = {"kind": kind, "obligation": obligation, "category": category, "place": place}
    return session.execute(NAMED_ROWS, parameters).one()


def active_by_slug(session: Session, table: type[Named], slug: str | None, field: str) -> Named | None:
    """Return the active category or place with this slug; None when `slug` is None or empty.

    `table` is the model, `Category` or `Place`. Raises `UnknownName` when no active one has this slug; `field` is the
    field of the request that the refusal then names as wrong.
    """
    if not slug:
        return None
    found: Named | None = session.scalar(ACTIVE[table], {"slug": slug})
    if found is None:
        raise UnknownName(field=field, name=slug)
    return found


def _group(writer: EntryWriter, slug: str | None, by: Actor) -> Unit | None:
    if not slug:
        return None
    group = writer.find(unit_named, slug, field="group")
    if group.kind is not UnitKind.GROUP:
        raise UnknownName(field="group", name=slug)
    if not (by.is_staff or by.is_in(group.id)):
        raise MembersOnly(field="group", name=slug)
    return group


def _party(reporter: Reporter | None, by: Actor) -> Party | None:
    """Return who asked. What an import tells as a telephone number is kept as it is: it was listed as odd."""
    if reporter is None or not (visible(reporter.name or "") or reporter.email or reporter.phone):
        return None
    phone = reporter.phone or None
    return Party(
        name=visible(reporter.name or "") or None,
        email=read_public_address(reporter.email) if reporter.email else None,
        phone=read_phone_number(phone) if phone and by.kind is not ActorKind.IMPORT else phone,
        locale=reporter.locale,
        protected=reporter.protected,
    )
