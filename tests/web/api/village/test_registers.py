"""GET /registers/{category} is for everybody; PUT /cases/{ref}/register-entry for staff, told of others in between."""

import pytest
from support.houses.small_web import Web
from support.registers.register_acts import RegisterActs
from support.today import A_DAY, dated

from cases.states import State

ENTRY: dict[str, object] = {
    "decides": "trafikverket", "keeper": "vagforening", "where": "Väg 26 vid skolan", "sort": "fart",
    "forwarded_on": "2026-02-03", "their_ref": "TRV 2026/14", "answered_on": "2026-02-27",
    "answer": "Ring 070-174 06 05",
}  # fmt: skip


@pytest.fixture
def acts(sqlite_web: Web) -> RegisterActs:
    return RegisterActs(sqlite_web.house)


def put(web: Web, ref: str, body: object, *, by: str = "officer") -> object:
    """PUT the entry of the case."""
    return web.call("PUT", f"/cases/{ref}/register-entry", json=body, by=by)


def test_an_entry_is_put_whole_and_shown_to_everybody_masked(sqlite_web: Web, acts: RegisterActs) -> None:
    ref, hidden = acts.hand_in(), acts.hand_in("Hemlig", published=False)
    first = put(sqlite_web, ref, ENTRY)
    assert first.status_code == 200
    told = first.json
    version = told.pop("version")
    assert told == ENTRY | {"ref": ref, "decides_name": "Trafikverket", "keeper_name": "Norrby vägförening"}
    assert put(sqlite_web, ref, ENTRY | {"version": version}).json["version"] == version
    put(sqlite_web, hidden, ENTRY)
    shown = sqlite_web.get("/registers/trafik").json
    assert (shown["category"], shown["decides"], shown["sorts"]) == ("trafik", "Vem beslutar", ["fart", "skylt"])
    [row] = shown["items"]
    assert (row["ref"], row["kind"], row["where"], row["state"]) == (ref, "issue", "Väg 26 vid skolan", "received")
    assert (row["decides"], row["keeper_name"], row["sort"]) == ("trafikverket", "Norrby vägförening", "fart")
    assert (row["forwarded_on"], row["answered_on"]) == ("2026-02-03", "2026-02-27")
    assert "070" not in row["answer"] and "their_ref" not in row


def test_what_is_not_put_is_not_known_any_more(sqlite_web: Web, acts: RegisterActs) -> None:
    ref = acts.hand_in()
    put(sqlite_web, ref, ENTRY)
    answer = put(sqlite_web, ref, {"decides": "trafikverket"})
    assert (answer.json["decides"], answer.json["answer"], answer.json["where"]) == ("trafikverket", None, None)


BAD: list[tuple[dict[str, object], str]] = [
    ({"decides": "finns-inte"}, "decides"),
    ({"keeper": "finns-inte"}, "keeper"),
    ({"sort": "rymden"}, "sort"),
    ({"forwarded_on": "2026-02-28"}, "answered_on"),
    ({"forwarded_on": None}, "forwarded_on"),
    ({"answered_on": None}, "answered_on"),
    ({"forwarded_on": A_DAY, "answered_on": None, "answer": None}, "forwarded_on"),
    ({"answered_on": A_DAY}, "answered_on"),
    ({"forwarded_on": "i går"}, "forwarded_on"),
    ({"where": "x" * 201}, "where"),
    ({"colour": "blå"}, "colour"),
    ({"version": -1}, "version"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_a_bad_entry_is_422_by_field_and_nothing_is_stored(
    sqlite_web: Web, acts: RegisterActs, change: dict[str, object], field: str
) -> None:
    ref = acts.hand_in()
    answer = put(sqlite_web, ref, ENTRY | dated(change))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert acts.entry(ref).version == 0


def test_whoever_comes_second_gets_409_and_what_happened_since(sqlite_web: Web, acts: RegisterActs) -> None:
    ref = acts.hand_in()
    version = sqlite_web.house.case(ref).version
    assert put(sqlite_web, ref, {"sort": "fart", "version": version}).status_code == 200
    stale = put(sqlite_web, ref, {"sort": "skylt", "version": version}, by="colleague")
    assert (stale.status_code, stale.json["type"].rpartition(":")[2]) == (409, "stale-version")
    assert [event["type"] for event in stale.json["since"]] == ["register.entered"]


def test_pages_of_a_register_hold_each_row_once(sqlite_web: Web, acts: RegisterActs) -> None:
    refs = {acts.hand_in(f"Nr {n}") for n in range(5)}
    found, cursor = [], ""
    while cursor is not None:
        page = sqlite_web.get(f"/registers/trafik?limit=2&cursor={cursor}").json
        found += [row["ref"] for row in page["items"]]
        cursor = page["next"]
    assert len(found) == 5
    assert set(found) == refs


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sort=rymden", 422), ("decides=ingen", 422), ("place=ingen", 422), ("kind=dream", 422), ("cursor=x", 422),
        ("limit=501", 422), ("colour=red", 400), ("sort=skylt", 200), ("answer=waiting", 200), ("overdue=true", 200),
    ],
)  # fmt: skip
def test_a_filter_that_names_what_is_not_there_is_refused(
    sqlite_web: Web, acts: RegisterActs, query: str, status: int
) -> None:
    acts.enter(acts.hand_in())
    answer = sqlite_web.get(f"/registers/trafik?{query}")
    assert answer.status_code == status
    assert status != 200 or answer.json["items"] == []


def test_there_is_no_register_of_an_unknown_topic(sqlite_web: Web) -> None:
    for slug in ("finns-inte", "x" * 300):
        assert sqlite_web.get(f"/registers/{slug}").status_code == 404


def test_a_withdrawn_case_leaves_the_register(sqlite_web: Web, acts: RegisterActs) -> None:
    ref = acts.hand_in()
    acts.enter(ref)
    acts.house.change(ref, State.ASSIGNED, responsible="gata")
    assert len(sqlite_web.get("/registers/trafik").json["items"]) == 1
    sqlite_web.patch(f"/cases/{ref}", {"published": False}, by="contact")
    assert sqlite_web.get("/registers/trafik").json["items"] == []
