"""The pages of a plan ask the database as often however many items the plan has."""

from dataclasses import replace

import pytest
from support.houses.small_pages import visitor
from support.houses.statements import counted
from support.plans.plan_acts import A_YEAR_ON, OWN, WHOLE, PlanActs


def queries(web, who, path):
    """Return how many statements the page takes, once it is warm."""
    browser = visitor(web, who)
    browser.get(path)
    with counted(web.database) as sent:
        assert browser.get(path).status_code == 200
    return len(sent)


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        (None, "/plan/norrby", 9),
        ("member", "/plan/norrby", 10),
        ("member", "/plan/norrby/utkast", 18),
        ("member", "/plan/norrby/anta", 15),
    ],
)
def test_many_items_take_no_more_queries_than_few(sqlite_web, who, path, most):
    plan, found = PlanActs(sqlite_web.house), []
    plan.adopted(replace(WHOLE, items=(OWN,)))
    plan.begin(at=A_YEAR_ON)
    found.append(queries(sqlite_web, who, path))
    items = (*plan_items(plan), *(replace(OWN, title=f"Punkt {n}") for n in range(30)))
    plan.put(replace(WHOLE, items=items), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    plan.begin(at=A_YEAR_ON)
    found.append(queries(sqlite_web, who, path))
    assert found[0] == found[1]
    assert found[1] <= most


def plan_items(plan):
    """Return the items of the draft, as its author would send them back."""
    return (replace(OWN, origin=plan.draft().items[0].origin),)
