"""Missing rows are inserted in the order in which they are given; existing rows stay as they are."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from support.houses.letter_town import LetterTown
from support.houses.statements import counted

from cases.database.writing.upsert import insert_missing
from notifications.deliveries import Address, Channel, Delivery, Outcome

SUPPRESSED_AT = datetime(2026, 11, 3, 8, 30, 15, 123456, tzinfo=UTC)


def addresses(*names: str) -> list[dict[str, Any]]:
    return [{"email_normalised": f"{name}@hemma.example", "email": f"{name.upper()}@hemma.example"} for name in names]


def a_delivery(number: int, **other: Any) -> dict[str, Any]:
    return {
        "occasion": f"event:{number}", "recipient": "role:desk.head", "channel": Channel.ROLE, "letter": "news",
        "locale": "sv", "address_id": None, "context": {"house": 'Å "kommun"\\', "lines": [{"event": number}]},
        "outcome": Outcome.WAITING, "reason": None, "finished_at": None, "claims": 0, "attempts": 0,
    } | other  # fmt: skip


def test_what_stands_there_already_stays_and_is_not_given(either_town: LetterTown) -> None:
    with either_town.database.transaction() as session:
        insert_missing(session, Address, addresses("a"), ("id",))
        again = [{"email_normalised": "a@hemma.example", "email": "annan"}, *addresses("b")]
        made = insert_missing(session, Address, again, ("email_normalised",))
        kept = session.scalar(select(Address.email).where(Address.email_normalised == "a@hemma.example"))
    assert made == [("b@hemma.example",)]
    assert kept == "A@hemma.example"


def test_their_ids_rise_in_the_order_in_which_they_are_given(either_town: LetterTown) -> None:
    names = [f"namn{number * 37 % 101}" for number in range(101)]
    with either_town.database.transaction() as session:
        made = insert_missing(session, Address, addresses(*names), ("id", "email_normalised"))
    assert [email for _, email in sorted(made)] == [row["email_normalised"] for row in addresses(*names)]


def test_each_value_is_kept_as_it_was_given(either_town: LetterTown) -> None:
    over = {"outcome": Outcome.SUPPRESSED, "reason": "för många", "finished_at": SUPPRESSED_AT}
    rows = [a_delivery(1), a_delivery(2, **over)]
    with either_town.database.transaction() as session:
        insert_missing(session, Delivery, rows, ("id",))
    with either_town.database.reading() as session:
        kept = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [{name: getattr(one, name) for name in rows[0]} for one in kept] == rows
    assert all(abs((datetime.now(UTC) - one.created_at).total_seconds()) < 60 for one in kept)


def test_postgresql_is_given_one_text_for_one_and_for_many(either_town: LetterTown) -> None:
    with either_town.database.transaction() as session, counted(either_town.database) as statements:
        insert_missing(session, Address, addresses("a"), ("id",))
        insert_missing(session, Address, addresses(*(f"b{number}" for number in range(60))), ("id",))
    assert len(statements) == 2
    assert either_town.database.is_sqlite or len(set(statements)) == 1
