"""The OpenAPI document: made from the schemas that check, and true."""

import re

import pytest


@pytest.fixture
def document(sqlite_web):
    return sqlite_web.get("/openapi.json").json


def operations(document):
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_every_call_is_described_and_nothing_else(sqlite_web, document):
    rules = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in sqlite_web.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert set(operations(document)) == rules


def test_every_call_says_how_it_refuses(document):
    for name, operation in operations(document).items():
        refusals = {int(status) for status in operation["responses"] if status != "default"}
        assert {400, 401, 429, 500, 503} <= refusals, name
        if name[0] != "GET":
            assert {409, 413, 415, 422} <= refusals, name
        if "{ref}" in name[1]:
            assert 404 in refusals, name


def test_refusals_are_problem_documents(document):
    for name, response in document["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name


def test_every_post_takes_an_idempotency_key(document):
    for (method, path), operation in operations(document).items():
        keys = [one for one in operation.get("parameters", []) if one.get("name") == "Idempotency-Key"]
        assert bool(keys) == (method == "POST"), path


def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r"'\$ref': '#/([^']+)'", str(document)):
        place = document
        for step in reference.split("/"):
            place = place[step]


def test_what_may_be_sent_is_what_the_schema_says(document):
    case = document["components"]["schemas"]["CaseIn"]
    assert set(case["required"]) == {"kind", "title"}
    assert set(case["properties"]) == {
        "kind", "title", "description", "category", "place", "group", "latitude", "longitude", "reporter", "channel",
        "public", "perspective",
    }  # fmt: skip
    assert case["properties"]["title"]["maxLength"] == 200
    assert case.get("additionalProperties") is False


def test_it_is_valid_openapi_3_1_in_which_a_null_is_a_type(document):
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR  # it takes two seconds

    assert document["openapi"].startswith("3.1.")
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []
    assert "nullable" not in str(document)
    assert document["components"]["schemas"]["EventOut"]["properties"]["note"]["type"] == ["string", "null"]


def test_every_field_of_an_event_that_is_promised_to_everybody_is_said_to_be_there(document):
    assert set(document["components"]["schemas"]["EventOut"]["required"]) == {
        "seq", "type", "at", "actor", "facts", "note",
    }  # fmt: skip
