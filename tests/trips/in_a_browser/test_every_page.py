"""Every page, and what a refusal shows, for everybody: barriers by day and by night, narrow windows, and weight."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR
from support.houses.small_pages import visitor
from support.houses.small_web import Web, open_demonstration
from support.inbound.incoming_mail import MailHouse, a_mail
from support.letters.letter_answers import letters_to, tokens_in
from support.meetings.meeting_acts import MeetingActs
from support.plans.plan_acts import A_YEAR_ON, ASKED, JOINT, OWN, WHOLE, PlanActs, dropping
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs
from support.screen import Screen
from support.servers.web_server import serving

from cases.access.tokens import FOLLOW, LOGIN, UNFOLLOW, link_token, make_link
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.meetings.agenda_items import SettledHow
from cases.meetings.invited import Invited
from cases.parties import Follower
from cases.satisfaction.asking_once import ask_how_it_went
from cases.states import State
from cases.village.forum.convening.answer_links import Invitation, answer_token
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.minutes.settling import Settling
from notifications.deliveries import Address
from notifications.letter_links.link import link_with
from notifications.preferences import pace_token
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import transport_from
from workers.relay.draining import drain_deliveries, drain_outbox

WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 320, "height": 700}
ALL, CONTRAST = "{resultTypes: ['violations']}", "{resultTypes: ['violations'], runOnly: ['color-contrast']}"
ALL_BUT_CONTRAST = "{resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}}"
# Size, colours, options of axe: night changes colours alone, and a narrow window all but colours.
LOOKS = ((WIDE, "light", ALL), (WIDE, "dark", CONTRAST), (NARROW, "light", ALL_BUT_CONTRAST))
LOOKS_AT_REFUSAL = ((WIDE, "dark", CONTRAST), (NARROW, "light", ALL))
HEAVIEST = 110_000  # bytes over the wire of a page with all that it fetches, the first time
LONG = "Vägbelysningsunderhållsupphandlingsöverklagandenämndsärendet " * 2  # longer than a line of a telephone
SEND_EMPTY = """form => {
    form.querySelectorAll('input[type=text], input[type=email], textarea').forEach(it => { it.value = '' });
    HTMLFormElement.prototype.submit.call(form);
}"""
NO_PAGES = {  # what a GET may answer without a page of ours: files, machines' answers, and ways on to a page
    "static", "security_txt.show", "attachments.give", "attachments.give_mine", "all_cases.download",
    "statistics.download", "plans.download", "villages.download",
    "village_feeds.news", "village_feeds.days", "forum.calendar", "own_calendar.show",
    "register_files.download", "register_files.draw", "news_feeds.of_topic", "news_feeds.of_place",
    "health.alive", "health.ready", "health.metrics",
    "mailbox.frame", "whole_mail.download",
    "login.first_page", "continuing.show", "piles.next_case",
}  # fmt: skip
GUEST = Invitee("gast@hemma.example", "En gäst med ett långt namn")
LOOK, PARTS = ("anybody", "Member", "Representative", "Admin"), 3  # the contact person has the most pages: in parts
pytestmark = pytest.mark.browser


class Pages:
    """The paths of all pages of a furnished municipality, by who looks at them."""

    def __init__(self, web: Web) -> None:
        self.web = web
        late, done, waits, parked = (web.house.reach(state, title=LONG) for state in (
            State.ASSIGNED, State.DONE, State.WAITING, State.PARKED,
        ))  # fmt: skip
        merged, withdrawn = web.house.reach(State.RECEIVED), web.house.reach(State.ASSIGNED)
        web.house.change(merged, State.MERGED, into=late, reason="Samma lampa")
        for published in (True, False):
            self._publish(withdrawn, published)
        self._publish(done, True)
        visitor(web).send(f"/arenden/{done}/folj", email="follower@example.se")
        own = web.house.hand_in(LONG, by="member", group="norrby")
        self._register()
        to_finish, met, letter = self._plan(), self._meetings(), self._letter()
        answered, self.of_mail, asked = self._answered_at(), self._mails(), self._asked_at()
        over = f"/personer/{web.person_id('officer')}/lamna-over"
        self._go_away()
        keys = {name: web.house.case(ref).public_id for name, ref in
                {"done": done, "waits": waits, "parked": parked, "merged": merged}.items()}  # fmt: skip
        self.by_who: dict[str, list[str]] = {
            "anybody": [
                "/", "/lamna", "/sok?q=väg", "/sok?q=finns%20inte", "/logga-in", "/logga-in?next=/arenden/2020-9",
                "/logga-in/kod", "/tillganglighet", "/statistik", "/statistik?dela=place", f"/arenden/{done}",
                "/planer", "/amne/trafik", "/amne/trafik?sort=finns-inte", "/amne/trafik/utskrift", "/bygd/norrby",
                "/bygd/soderby", "/platser/forum", "/forum", f"/forum/{met[1]}", f"/kallelse/{self._guest(met[0])}",
                *(f"/arende/{key}" for key in keys.values()), f"/arende/{keys['merged']}/hor-ihop",
                f"/kvitto/{keys['done']}", f"/arenden/{withdrawn}", "/finns-inte", "/folj/x", "/logga-in/x",
                "/plan/norrby", "/plan/soderby",
                answered, self.answer_page, asked, self.asked_page, "/svar/x", "/?place=norrby", self._choosing(),
                *(f"/{path}/{self._token(purpose)}" for path, purpose in
                  {"folj": FOLLOW, "sluta-folja": UNFOLLOW, "logga-in": LOGIN}.items()),
            ],
            "Contact": [
                "/skrivbord", "/skrivbord?del=forsenat", f"/arenden/{late}", f"/arenden/{waits}", "/enhet/gata",
                "/enhet/norrby", "/lamna", "/lamna/flera", "/ring", "/undanlagt", "/inkommet", "/skrivbord/skrappost",
                *self.of_mail, "/forum", "/forum/1", "/brevlada",
                *(f"/forum/{number}{page}" for number in met for page in ("", "/dagordning", "/bordet", "/justera")),
                *(f"/forum/{met[n]}/{page}" for n in (0, 3) for page in ("inbjudna", "andra", "skicka")),
                "/protokoll", f"/protokoll/{met[-1]}",
                f"/brevlada/{letter}", "/konto", "/konto/borta", "/utskick", "/arenden",
                "/arenden?q=finns%20inte", "/sok?q=lagat",
                "/bygderna", "/bygderna/norrby/kontakt", "/platser/forum", f"/platser/forum/{self._seat()}/avsluta",
                *(f"/arenden/{late}/{act}" for act in ("utskrift", "radera", "publicera")),
            ],
            "Member": ["/bygd/norrby", "/enhet/norrby", f"/arenden/{own}", f"/arenden/{own}/utskrift", "/lamna",
                       "/forum", "/skrivbord", "/konto", "/plan/norrby", "/plan/norrby?version=1",
                       "/plan/norrby/utkast", "/plan/norrby/anta", "/plan/norrby/forankring",
                       f"/plan/norrby/gjort/{to_finish}"],
            "Representative": ["/forum", "/forum/1", f"/forum/{met[0]}", "/enhet/forum"],
            "Admin": ["/skrivbord", "/undanlagt", f"/arenden/{late}", "/enhet/gata", over, "/konto/borta"],
        }  # fmt: skip
        self.refused = {  # forms that are sent empty: by who, the page and where its form goes
            "Admin": [(over, "lamna-over")],
            "anybody": [("/lamna", "/lamna"), ("/logga-in", "/logga-in"), (f"/arenden/{done}", "folj"),
                        (f"/arende/{keys['waits']}", "kommentar"), (self.answer_page, self.answer_page),
                        (self.asked_page, self.asked_page)],
            "Contact": [("/lamna/flera", "flera"), ("/forum", "/forum"), (f"/forum/{met[1]}/bordet", "/1"),
                        (f"/forum/{met[2]}/justera", "justera"),
                        (f"/forum/{met[0]}/andra", "flytta"), (f"/forum/{met[0]}/andra", "stall-in"),
                        (f"/forum/{met[0]}/inbjudna", "/inbjudna"),
                        ("/bygderna/norrby/kontakt", "kontakt"), ("/konto/borta", "borta"),
                        ("/platser/forum", "/forum"), (f"/platser/forum/{self._seat()}/avsluta", "avsluta"),
                        ("/skrivbord/skrappost", "skrappost")] + [
                (f"/arenden/{late}", act)
                for act in ("steg", "kommentar", "ratta", "hor-ihop", "den-som-fragade")
            ],
            "Member": [("/plan/norrby/utkast", "/utkast"), ("/plan/norrby/forankring", "/forankring"),
                       (f"/plan/norrby/gjort/{to_finish}", f"/{to_finish}")],
        }  # fmt: skip

    def _mails(self) -> list[str]:
        """Let mails come in: a reply to "done", one that names it, junk, an absence; return the pages of them."""
        mails = MailHouse(self.web)
        done = self.web.house.reach(State.DONE, at=datetime.now(UTC))
        reply = mails.reply(mails.letter_to("rut"), f"Nej. {LONG}", sender="Rut <rut@example.se>")
        named = mails.receive(a_mail(LONG, sender="Nils <nils@hemma.example>", subject=f"Angående {done}"))
        junk = mails.receive(a_mail(LONG, sender="Salj <s@hemma.example>", subject=LONG.strip(), X_Spam_Flag="YES"))
        mails.reply(mails.letter_to("officer"), LONG, sender="officer@example.se", Auto_Submitted="auto-replied")
        cases = [f"/arenden/{mails.ref_of(row)}" for row in (reply, named, junk) if row is not None]
        piles = ("/skrivbord?del=svar", "/skrivbord?del=skrap", "/enhet/gata?del=svar")
        answered = f"/personer/{self.web.person_id('officer')}/automatiskt-svar"
        return [*cases, f"{cases[0]}/mejl/{reply.id}", answered, *piles]

    def _register(self) -> None:
        """Enter one published case in the register of traffic, with everything, and leave one as it is."""
        acts = RegisterActs(self.web.house)
        acts.hand_in(LONG)
        whole = replace(
            GIVEN, where=LONG, forwarded_on=SENT, answered_on=ANSWERED, answer=LONG, their_ref="TRV 2026/14"
        )
        acts.enter(acts.hand_in(LONG), whole)

    def _meetings(self) -> list[int]:
        """Call four meetings for today, the agenda of each taken a step further; return their numbers."""
        meetings, now = MeetingActs(self.web.house), datetime.now(UTC)
        numbers = [meetings.call(CALENDAR.day_of(now), f"Möte {n}", invited=(GUEST,), at=now) for n in range(4)]
        for n, number in enumerate(numbers):
            meetings.put(number, f"# {LONG.strip()}", "# Budget", at=now)
            if n:
                meetings.send(number, at=now)
            if n > 1:
                meetings.close(number, Settling(1, SettledHow.NOTED, "Läst"), quorate=False, at=now)
        meetings.adjust(numbers[3], at=now)
        return numbers

    def _guest(self, number: int) -> str:
        """Return the token with which the guest of this meeting answers."""
        with self.web.database.reading() as session:
            party = session.scalars(select(Invited.party_id).where(Invited.meeting_id == number, Invited.guest)).one()
        return answer_token(Invitation(number, party=party), self.web.settings.secret_key)

    def _plan(self) -> int:
        """Adopt two versions of a plan and begin a third; return the key of an item that can be said to be done."""
        acts = PlanActs(self.web.house)
        items = (replace(OWN, title=LONG), replace(OWN, title="Gungor", area=2), JOINT, ASKED)
        acts.adopted(replace(WHOLE, items=items))
        self.web.house.change(acts.named("Gungor").case, State.DONE, note="Klart", done_by="Ungdomarna")
        acts.put(dropping(acts.begin(at=A_YEAR_ON), JOINT.title), at=A_YEAR_ON)
        acts.adopt(at=A_YEAR_ON)
        acts.begin(at=A_YEAR_ON)
        return acts.named(LONG.strip()).key

    def _seat(self) -> int:
        """Return the number of the seat of the one who sits in the forum."""
        return int(self.web.get("/units/forum/seats").json["held"][0]["number"])

    def _publish(self, ref: str, published: bool) -> None:
        with self.web.database.transaction() as session:
            by, case = self.web.house.actors["contact"], case_to_change(session, ref)
            correct(session, case, Correction(published=published), by=by, at=case.received_at)

    def _token(self, purpose: str) -> str:
        with self.web.database.transaction() as session:
            key, follower = (
                self.web.settings.secret_key,
                session.scalars(select(Follower.id).order_by(-Follower.id)).first(),
            )
            whose = {"person_id": self.web.person_id("contact")} if purpose == LOGIN else {"follower_id": follower}
            return link_token(make_link(session, purpose, key=key, at=datetime.now(UTC), **whose), key)

    def _answered_at(self) -> str:
        """Return the path of the link in the last letter to the officer; `answer_page` is the page that it opens."""
        token = tokens_in(letters_to(self.web, "officer")[-1])[0]
        with self.web.database.reading() as session:
            self.answer_page = f"/svar/{link_with(session, token)}"
        return f"/svar/{token}"

    def _choosing(self) -> str:
        """Return the path at which the one who asked says when news comes."""
        with self.web.database.reading() as session:
            address = session.scalars(select(Address.id).where(Address.email_normalised == "rut@example.se")).one()
        return f"/utskick/{pace_token(address, self.web.settings.secret_key)}"

    def _go_away(self) -> None:
        """Let the officer and the contact person be away, each with somebody who stands in."""
        for who, deputy in (("officer", "colleague"), ("contact", "stand_in")):
            day = f"{CALENDAR.day_of(datetime.now(UTC)) + timedelta(days=9):%Y-%m-%d}"
            visitor(self.web, who).send("/konto/borta", until=day, deputy=f"{deputy}@example.se")

    def _asked_at(self) -> str:
        """Return the path of the link in a question how it went; `asked_page` is the page that it opens."""
        closed_at = datetime.now(UTC) - timedelta(weeks=4, hours=1)
        self.web.house.reach(State.CLOSED, title=LONG, reporter=Reporter("Sara", "sara@example.se"), at=closed_at)
        ask_how_it_went(self.web.database, now=datetime.now(UTC))
        drain_outbox(self.web.database)
        drain_deliveries(self.web.database, transport_from(self.web.settings))
        token = tokens_in(letters_to(self.web, "sara")[-1])[0]
        with self.web.database.reading() as session:
            self.asked_page = f"/svar/{link_with(session, token)}"
        return f"/svar/{token}"

    def _letter(self) -> str:
        """Let all be told that there is to tell: calls to make, and e-mails in the local mailbox; return one's name."""
        for name, phone in (("Gösta", "0123-99 99"), ("Siv", "0123-88 88")):
            self.web.house.reach(State.DECLINED, title=LONG, reporter=Reporter(name=name, phone=phone))
        self.web.house.reach(State.ASSIGNED)
        drain_outbox(self.web.database)
        drain_deliveries(self.web.database, transport_from(self.web.settings))
        [letter, *_] = Mailbox(self.web.settings.var / "mailbox").letters(1, None)
        return letter.name


@pytest.fixture(scope="module")
def pages(run_folder: Path, tmp_path_factory) -> Iterator[Pages]:
    """A furnished town, once for all who look at its pages: looking changes nothing."""
    web = open_demonstration(run_folder, tmp_path_factory.mktemp("every_page"))
    yield Pages(web)
    web.database.close()


@pytest.fixture(scope="module")
def served(pages: Pages) -> Iterator[str]:
    """The address of a real server of its app."""
    with serving(pages.web.app) as address:
        yield address


@pytest.mark.parametrize(("who", "part"), [*((who, 0) for who in LOOK), *(("Contact", part) for part in range(PARTS))])
def test_no_page_has_a_barrier_by_day_or_by_night(pages, browser, served, axe_script, who, part):
    screen = Screen(browser, served, viewport=WIDE, reduced_motion="reduce")
    if who != "anybody":
        screen.be(who)
    screen.context.add_init_script(path=axe_script)
    paths, forms = pages.by_who[who], pages.refused.get(who, [])
    if who == "Contact":
        paths, forms = paths[part::PARTS], forms[part::PARTS]
    found = [_barriers(screen, path, screen.open, LOOKS) for path in paths]
    found += [_barriers(screen, form, partial(_send_empty, screen), LOOKS_AT_REFUSAL) for form in forms]
    screen.close()
    assert list(filter(None, found)) == []


def test_no_page_is_left_out(pages):
    adapter = pages.web.app.url_map.bind("localhost")
    paths = [path for paths in pages.by_who.values() for path in paths]
    seen = {adapter.match(path.partition("?")[0])[0] for path in paths if path != "/finns-inte"}
    rules = [rule for rule in pages.web.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert {rule.endpoint for rule in rules if not rule.rule.startswith("/api/")} - NO_PAGES == seen


def _send_empty(screen: Screen, form_of_page: tuple[str, str]) -> None:
    """Send the page's form that goes to an address with its words taken out, as a browser without a script would."""
    path, action = form_of_page
    screen.open(path)
    form = screen.page.locator(f'form[method=post][action$="{action}"]').first
    with screen.page.expect_navigation():
        form.evaluate(SEND_EMPTY)


def _barriers(screen: Screen, page, show, looks) -> list[list[object]]:
    """Return what axe finds on the page in each of these looks, whether it scrolls sideways, and too great a weight."""
    show(page)
    found: list[list[object]] = []
    if screen.page.locator("[autofocus]").count() > 1:
        found.append([page, "asks for the focus twice"])
    for size, scheme, options in looks:
        screen.page.set_viewport_size(size)
        screen.page.emulate_media(color_scheme=scheme)
        result = screen.page.evaluate(f"axe.run({options})")
        found += [
            [page, size["width"], scheme, one["id"], one["nodes"][0]["html"][:200]] for one in result["violations"]
        ]
        if screen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append([page, size["width"], "scrolls sideways"])
    screen.page.set_viewport_size(WIDE)
    if (weight := screen.weight()) > HEAVIEST:
        found.append([page, f"weighs {weight} bytes"])
    return found
