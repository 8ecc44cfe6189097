"""Bad days: processes are killed, Redis or the database or the mail server is away. Nothing accepted is lost."""

from collections import Counter

import pytest
from support.houses.running_house import GROWN_UP, RunningHouse, text_of

CONTACT = "kontakt@prov.example"


def test_two_relays_two_workers_and_two_clocks_tell_each_once(grown_up_house: RunningHouse):
    house = grown_up_house
    house.start(*GROWN_UP, "relay 2", "worker 2", "clock 2")
    refs = [
        house.hand_in(f"Lykta {n}", reporter={"name": "Rut", "email": f"nr{n}@prov.example"})["ref"] for n in range(30)
    ]
    for ref in refs:
        house.change(ref, "assigned", by=CONTACT, responsible="gata")
    for number in range(30):
        house.letters_to(f"nr{number}@prov.example", 2)
    got = Counter(recipient for letter in house.sink.letters for recipient in letter.recipients)
    assert {got[f"nr{number}@prov.example"] for number in range(30)} == {2}
    first, second = (letter.message["Subject"] for letter in house.sink.to("nr7@prov.example"))
    assert first != second and "tagit emot" in first.lower(), "in order: the receipt comes first"


@pytest.mark.parametrize("victim", GROWN_UP)
def test_a_process_that_is_killed_loses_nothing(grown_up_house: RunningHouse, victim: str):
    house = grown_up_house
    house.start(*GROWN_UP)
    accepted = []
    for number in range(24):
        if number == 12:
            house.kill(victim)
            house.start(victim)
        accepted.append(
            house.hand_in(f"Lykta {number}", reporter={"name": "Rut", "email": f"nr{number}@prov.example"})["ref"]
        )
    for number in range(24):
        house.letters_to(f"nr{number}@prov.example")
    status, answer = house.ask("GET", "/api/v1/cases?limit=100", by=CONTACT)
    issues = {case["ref"] for case in answer["items"] if case["kind"] == "issue"}  # beside what the groups owe
    assert status == 200 and issues == set(accepted)
    got = Counter(recipient for letter in house.sink.letters for recipient in letter.recipients)
    doubles = sum(count - 1 for count in got.values())
    assert doubles <= 2, "only what was between the server's 250 and our commit may come twice"
    assert "all clear" in house.command("forgotten")


def test_one_process_that_is_killed_comes_back_with_everything(tmp_path, smtp_sink):
    house = RunningHouse(tmp_path, smtp_sink)
    try:
        house.command("migrate")
        house.start("up")
        for number in range(12):
            if number == 6:
                house.kill("up")
                house.start("up")
            house.hand_in(f"Lykta {number}", reporter={"name": "Rut", "email": f"nr{number}@prov.example"})
        for number in range(12):
            house.letters_to(f"nr{number}@prov.example")
        assert "all clear" in house.command("forgotten")
    finally:
        house.stop()


def test_without_redis_a_visitor_notices_nothing_and_letters_go_out(tmp_path, smtp_sink, postgres_url, own_redis):
    redis = own_redis()
    house = RunningHouse(tmp_path, smtp_sink, {"VENTIL_DATABASE_URL": postgres_url, "VENTIL_REDIS_URL": redis.url})
    try:
        house.command("migrate")
        house.start(*GROWN_UP)
        redis.crash()
        house.hand_in("Utan klocka", reporter={"name": "Rut", "email": "utan@prov.example"})
        redis.start()
        house.letters_to("utan@prov.example")
        house.hand_in("Med klocka", reporter={"name": "Rut", "email": "med@prov.example"})
        house.letters_to("med@prov.example")
    finally:
        house.stop()


def test_letters_wait_for_the_mail_server_and_go_out_in_order(running_house: RunningHouse):
    house = running_house
    house.sink.mood = "refuse"
    case = house.hand_in("Lyktan är trasig", reporter={"name": "Rut", "email": "rut@prov.example"})
    house.change(case["ref"], "assigned", by=CONTACT, responsible="gata")
    house.change(case["ref"], "done", by=CONTACT, note="Lagat.")
    house.sink.mood = "accept"
    subjects = [letter.message["Subject"] for letter in house.letters_to("rut@prov.example", 3)]
    assert "tagit emot" in subjects[0].lower() and "Lagat." in text_of(house.sink.to("rut@prov.example")[2])


def test_a_database_that_is_away_is_a_503_and_nothing_is_half_done(tmp_path, smtp_sink, own_postgres, redis_url):
    postgres = own_postgres(durable=True)
    house = RunningHouse(tmp_path, smtp_sink, {"VENTIL_DATABASE_URL": postgres.url, "VENTIL_REDIS_URL": redis_url})
    try:
        house.command("migrate")
        house.command("user", "add", CONTACT, "--name", "Kontaktpersonen", "--role", "contact")
        house.start(*GROWN_UP)
        before = house.hand_in("Före", reporter={"name": "Rut", "email": "fore@prov.example"})["ref"]
        token = house.token(CONTACT)
        postgres.crash()
        status, problem = house.ask("POST", "/api/v1/cases", {"kind": "issue", "title": "Under"})
        assert status == 503 and problem["status"] == 503
        assert house.ask("GET", "/readyz")[0] == 503 and house.ask("GET", "/healthz")[0] == 200
        postgres.start()
        house.wait_until(house.is_ready, "ready again")
        after = house.hand_in("Efter", reporter={"name": "Rut", "email": "efter@prov.example"})["ref"]
        house.letters_to("fore@prov.example")
        house.letters_to("efter@prov.example")
        status, answer = house.ask("GET", "/api/v1/cases", Authorization=f"Bearer {token}")
        assert status == 200 and {before, after} <= {case["ref"] for case in answer["items"]}
    finally:
        house.stop()
