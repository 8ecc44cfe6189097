"""A setup file is loaded once; loaded again it changes only what differs; a bad one changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_COMMAND
from cases.administration.loading import HoldsDemonstration, left_as_they_are, load_setup_file
from cases.administration.reorganising import dissolve_unit
from cases.administration.setup_file import BadSetupFile
from cases.administration.staffing import switch_off_person
from cases.case import Case
from cases.database.transactions import Database
from cases.deadlines.policies import Policy
from cases.history.journal import Event
from cases.meetings.meeting import Meeting
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import Unit
from cases.village.registers.authority import Authority

HOUSE = """
[house]
name = "Provköpings kommun"
proposals = true
contact_phone = "010-000 00 00"
contact_days = 90
adjust_days = 10
act_from_letters = "outside"
asks_how_it_went = false
secretary = "gata"

[[places]]
slug = "norrby"
name = "Norrby"

[[units]]
slug = "desk"
kind = "desk"
name = "Kontaktpersonen"
email = "kontakt@example.se"
head = "kommunchef@example.se"

[[units]]
slug = "gata"
kind = "department"
name = "Gata"
email = "gata@example.se"
head = "chef@example.se"

[[people]]
email = "kontakt.person@example.se"
name = "Kontaktpersonen"
deputy = "chef@example.se"
roles = [{ role = "contact", unit = "desk" }]

[[people]]
email = "chef@example.se"
name = "Chef Gata"

[[people]]
email = "kommunchef@example.se"
name = "Kommunchefen"
roles = [{ role = "admin" }]

[[categories]]
slug = "trafik"
name = "Trafik"
unit = "gata"

[[policies]]
name = "Trafik"
category = "trafik"
terms = { answer_days = 5, rung_days = [3, 3, 5] }

[[meetings]]
on = 2026-10-08
name = "Forum"

[[meetings]]
on = 2026-11-05
name = "Tema"
body = "forum"
sort = "theme"
theme = "Trafik"
starts_at = 18:30:00

[[meetings]]
on = 2020-10-08
name = "Förr"

[[units]]
slug = "forum"
kind = "forum"
name = "Lokalt utvecklingsforum"
meets = [10, 3]
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = a_house(tmp_path)
    yield made
    made.close()


def _load(database: Database, text: str) -> list[str]:
    with database.transaction() as session:
        return load_setup_file(session, text, at=A_TUESDAY)


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_house_is_put_in_place(database: Database) -> None:
    _load(database, HOUSE)
    with database.reading() as session:
        house = municipality(session)
        assert (house.name, house.proposals, house.contact_days) == ("Provköpings kommun", True, 90)
        assert (house.act_from_letters, house.asks_how_it_went) == ("outside", False)
        assert session.scalar(select(Unit.email).where(Unit.slug == "desk")) == "kontakt@example.se"
        assert session.scalars(select(Category)).one().suggests_id is not None
        heads = select(Person.email).join(Membership, Membership.person_id == Person.id)
        assert session.scalars(heads.where(Membership.role == Role.HEAD).order_by(Person.email)).all() == [
            "chef@example.se",
            "kommunchef@example.se",
        ]


def test_what_a_meeting_owes_begins_when_it_is_loaded_and_one_of_before_owes_nothing(database: Database) -> None:
    _load(database, HOUSE)
    with database.reading() as session:
        house = municipality(session)
        secretary = session.scalar(select(Unit.slug).where(Unit.id == house.secretary_id))
        assert (house.adjust_days, secretary) == (10, "gata")
        assert session.scalar(select(Unit.meets).where(Unit.slug == "forum")) == "3,10"
        meetings = {one.name: one for one in session.scalars(select(Meeting))}
        owed = set(session.scalars(select(Case.subject).where(Case.obligation == "agenda")))
    assert owed == {str(meetings[name].id) for name in ("Forum", "Tema")}
    assert (meetings["Tema"].sort, meetings["Tema"].theme) == ("theme", "Trafik")
    assert meetings["Tema"].starts_at == datetime(2026, 11, 5, 17, 30, tzinfo=UTC), "18.30 of the town, in November"
    assert meetings["Förr"].adjusted_on == meetings["Förr"].held_on


def test_before_an_import_a_meeting_owes_nothing_yet(database: Database) -> None:
    with database.transaction() as session:
        load_setup_file(session, HOUSE, at=A_TUESDAY, owed=False)
    assert _count(database, Case) == 0


def test_the_first_contact_with_a_new_group_is_no_later_than_the_file_lets_it_be(database: Database) -> None:
    group = '[[units]]\nslug = "by"\nkind = "group"\nname = "By"\n'
    _load(database, HOUSE.replace("contact_days = 90", "contact_days = 20") + group)
    with database.reading() as session:
        owed = session.scalars(select(Case).where(Case.obligation == "contact")).one()
    assert A_TUESDAY < owed.due_at < A_TUESDAY + timedelta(days=23)


def test_loading_it_again_changes_nothing(database: Database) -> None:
    assert _load(database, HOUSE)
    events = _count(database, Event)
    assert _load(database, HOUSE) == []
    assert _count(database, Event) == events


def test_loading_again_changes_only_what_differs(database: Database) -> None:
    _load(database, HOUSE)
    other = HOUSE.replace('name = "Gata"', 'name = "Gata och park"').replace("answer_days = 5", "answer_days = 6")
    assert _load(database, other) == ["unit gata: name", "policy */trafik/*: version 2"]
    with database.reading() as session:
        assert session.scalars(select(Policy.version).where(Policy.name == "Trafik")).all() == [1, 2]


def test_a_new_head_relieves_the_former_one(database: Database) -> None:
    _load(database, HOUSE)
    changed = _load(database, HOUSE.replace('head = "chef@example.se"', 'head = "kommunchef@example.se"'))
    assert changed == ["person chef@example.se: no longer head:gata", "person kommunchef@example.se: head:gata"]


def test_every_error_is_told_with_its_place_and_nothing_is_written(database: Database) -> None:
    before = _count(database, Event)
    bad = HOUSE.replace('kind = "department"', 'kind = "avdelning"').replace('unit = "gata"', 'unit = "gatan"')
    bad = bad.replace("answer_days = 5", 'answer_days = "fem"').replace('email = "chef@example.se"', 'email = "chef"')
    bad += '\n[[cars]]\nname = "Bil"\n'
    with pytest.raises(BadSetupFile) as refused:
        _load(database, bad)
    told = [str(trouble) for trouble in refused.value.errors]
    assert len(told) >= 5
    for place in (
        '[[units]] no. 2 "gata", kind',
        '[[people]] no. 2 "chef", email',
        '[[policies]] no. 1 "Trafik", terms',
        '[[categories]] "trafik", unit',
        "[cars]",
    ):
        assert any(line.startswith(place) for line in told), (place, told)
    assert _count(database, Event) == before
    assert _count(database, Person) == 0


def test_a_name_with_characters_that_cannot_be_stored_is_told(database: Database) -> None:
    for odd in (r"Ga\u001eta", r"Ga\u0000ta", r"Gata\noch park"):
        with pytest.raises(BadSetupFile, match=r'no\. 2 "gata", name: must be a text'):
            _load(database, HOUSE.replace('name = "Gata"', f'name = "{odd}"', 1))


def test_what_is_not_toml_is_one_line(database: Database) -> None:
    with pytest.raises(BadSetupFile, match=r"is not TOML.*line 2"):
        _load(database, "[house]\nname = Norrby")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('[[places]]\nname = "Norrby"', "lacks slug"),
        ('[[places]]\nslug = "Norrby"\nname = "Norrby"', "small letters"),
        ('[[places]]\nslug = "n"\nname = "N"\ncolour = "red"', "knows no colour"),
        ('[[places]]\nslug = "n"\nname = "N"\n[[places]]\nslug = "n"\nname = "M"', "more than once"),
        ('[places]\nslug = "n"', "two brackets"),
        ('[[people]]\nemail = "a@example.se"\nname = "A"\nroles = [{ role = "king", unit = "desk" }]', "one of"),
        ('[[people]]\nemail = "a@example.se"\nname = "A"\nroles = [{ role = "officer" }]', "small letters"),
        ('[[meetings]]\non = "8 oktober"\nname = "Forum"', "must be a date"),
        ('[house]\nproposals = "ja"', "true or false"),
        ("house = 3", "must be a table"),
        ('[[units]]\nslug = "forum"\nkind = "group"\nname = "Forum"', "is forum already"),
    ],
)
def test_each_kind_of_error_is_said_plainly(database: Database, line: str, what: str) -> None:
    with pytest.raises(BadSetupFile, match=what):
        _load(database, line)


def test_a_role_that_the_file_no_longer_names_ends_that_day(database: Database) -> None:
    _load(database, HOUSE)
    without = HOUSE.replace('roles = [{ role = "admin" }]', "")
    with database.transaction() as session:
        changed = load_setup_file(session, without, at=A_TUESDAY + timedelta(days=3))
    assert changed == ["person kommunchef@example.se: no longer admin"]
    with database.reading() as session:
        ended = session.scalars(select(Membership.until).where(Membership.role == Role.ADMIN)).one()
    assert ended.isoformat() == "2026-04-17"


def test_a_post_as_head_that_the_file_no_longer_names_ends_like_every_other(database: Database) -> None:
    by_role = HOUSE.replace('name = "Chef Gata"', 'name = "Chef Gata"\nroles = [{ role = "officer", unit = "gata" }]')
    as_head = by_role.replace('head = "chef@example.se"\n', "").replace('role = "officer"', 'role = "head"')
    ended = ["person chef@example.se: no longer head:gata"]
    for full, less in (
        (HOUSE, HOUSE.replace('head = "chef@example.se"\n', "")),
        (as_head, as_head.replace('roles = [{ role = "head", unit = "gata" }]', "roles = []")),
    ):
        _load(database, full)
        assert _load(database, less) == ended
        assert _load(database, less) == []
    _load(database, by_role)
    without_officer = by_role.replace('roles = [{ role = "officer", unit = "gata" }]', "roles = []")
    assert _load(database, without_officer) == ["person chef@example.se: no longer officer:gata"]


def test_a_head_without_an_entry_of_their_own_keeps_the_post(database: Database) -> None:
    _load(database, HOUSE)
    without, _, rest = HOUSE.replace('head = "chef@example.se"\n', "").partition('[[people]]\nemail = "chef@')
    gone = without.replace('deputy = "chef@example.se"\n', "") + rest.partition("\n\n")[2]
    assert _load(database, gone) == ["person kontakt.person@example.se: deputy none"]
    with database.reading() as session:
        told = left_as_they_are(session, gone)
    assert [line.partition(" (")[0] for line in told] == ["person chef@example.se: not in the file, and still active"]


def test_nothing_is_written_for_who_is_switched_off_nor_on_a_dissolved_unit(database: Database) -> None:
    _load(database, HOUSE)
    with database.transaction() as session:
        people = {person.email.partition("@")[0]: person for person in session.scalars(select(Person))}
        switch_off_person(session, people["chef"], people["kommunchef"], by=A_COMMAND, at=A_TUESDAY)
        gata = session.scalars(select(Unit).where(Unit.slug == "gata")).one()
        dissolve_unit(session, gata, "desk", by=A_COMMAND, at=A_TUESDAY)
    changed = HOUSE.replace('name = "Gata"', 'name = "Gata och park"').replace('"Chef Gata"', '"Chefen"')
    changed = changed.replace(
        'roles = [{ role = "admin" }]', 'roles = [{ role = "admin" }, { role = "officer", unit = "gata" }]'
    )
    before = _open_posts(database)
    assert _load(database, changed) == []
    assert _open_posts(database) == before
    with database.reading() as session:
        told = [line.partition(",")[0].partition(" (")[0] for line in left_as_they_are(session, changed)]
    assert told == ["person chef@example.se: switched off", "unit gata: dissolved"]


def _open_posts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Membership).where(Membership.until.is_(None))) or 0


ANOTHER_ADMIN = """
[[people]]
email = "en@prov.example"
name = "En till"
roles = [{ role = "admin" }]
"""


def test_perspectives_are_added_renamed_and_never_lost(database: Database) -> None:
    one = '[[perspectives]]\nslug = "unga"\nname = "Unga"\n'
    other = one.replace("unga", "nya").replace("Unga", "Nya")
    assert _load(database, f'[house]\nname = "Ny"\n{one}') == ["house name: changed", "perspective unga: added"]
    assert _load(database, other + one.replace("Unga", "Ungdomar")) == [
        "perspective nya: added",
        "perspective unga: name",
    ]
    assert _load(database, other) == []
    with database.reading() as session:
        assert municipality(session).perspectives == {"unga": ["Ungdomar", None], "nya": ["Nya", None]}
        assert municipality(session).name == "Ny"
    with pytest.raises(BadSetupFile):
        _load(database, one.replace("unga", "x" * 21))


@pytest.mark.parametrize("text", [HOUSE, HOUSE.replace('name = "Provköpings kommun"', "")])
def test_the_demonstration_takes_in_no_municipality_of_somebody_else(database: Database, text: str) -> None:
    demonstration = '[house]\nname = "Tallvinda"\n'
    _load(database, demonstration)
    with database.transaction() as session:
        municipality(session).demonstration = True
    with pytest.raises(HoldsDemonstration):
        _load(database, text)
    assert _count(database, Category) == 0
    with pytest.raises(HoldsDemonstration):
        _load(database, f"{demonstration}{ANOTHER_ADMIN}")
    assert _load(database, demonstration) == []


REGISTER = 'unit = "gata"\nregister = { decides = "Vem beslutar", sorts = ["fart", "skylt"] }'
AUTHORITY = '\n[[authorities]]\nslug = "trafikverket"\nname = "Trafikverket"\nkind = "national_road"\n'


def test_authorities_and_the_words_of_a_register_are_loaded_once_and_changed_by_the_file(database: Database) -> None:
    _load(database, HOUSE)
    with_register = HOUSE.replace('name = "Trafik"\nunit = "gata"', f'name = "Trafik"\n{REGISTER}')
    assert _load(database, with_register + AUTHORITY) == ["category trafik: register", "authority trafikverket: added"]
    assert _load(database, with_register + AUTHORITY) == []
    assert _load(database, with_register + AUTHORITY.replace("national_road", "other")) == [
        "authority trafikverket: kind"
    ]
    assert _load(database, HOUSE) == ["category trafik: register"]
    with database.reading() as session:
        assert session.scalars(select(Category)).one().register is None
        assert session.scalars(select(Authority.kind)).one() == "other"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (AUTHORITY.replace("national_road", "dream"), "kind: must be one of municipality"),
        (AUTHORITY * 2, "'trafikverket' stands there more than once"),
        (REGISTER.replace("decides", "decider"), "register: knows no decider; it knows decides, keeper, sorts"),
        (REGISTER.replace('"skylt"', '"fart"'), "register, sorts: must be a list of at most 40 different words"),
        (REGISTER.replace('["fart", "skylt"]', '"fart"'), "register, sorts: must be a list"),
        ('register = "ja"', "register: must be a table such as"),
    ],
)
def test_what_is_wrong_in_them_is_said(database: Database, wrong: str, told: str) -> None:
    text = HOUSE + wrong if "[[" in wrong else HOUSE.replace('name = "Trafik"\nunit', f'name = "Trafik"\n{wrong}\n#')
    with pytest.raises(BadSetupFile) as refused:
        _load(database, text)
    assert told in str(refused.value)
