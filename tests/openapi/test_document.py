"""The document as a reader meets it: whole, named, described, with calls that can be copied and run."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from pivotal_server.events.types import ALL_TYPES
from pivotal_server.kit.http import Deprecation, OperationTable
from pivotal_server.operations import OPERATIONS
from pivotal_server.rest.document import Documents
from pivotal_server.rest.pipeline import ACCESS_ERRORS, RestApi
from tests.support.app import World, document

Json = dict[str, Any]

FIXED = {
    "get-me",
    "get-health",
    "list-customers",
    "create-customer",
    "get-customer",
    "update-customer",
    "delete-customer",
    "list-customer-contacts",
    "create-customer-contact",
    "get-contact",
    "update-contact",
    "delete-contact",
    "list-onboardings",
    "create-onboarding",
    "list-customer-onboardings",
    "get-onboarding",
    "update-onboarding",
    "delete-onboarding",
}


def operations() -> Iterator[tuple[str, str, Json]]:
    """Method, path and declaration of each operation."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def undeclared(value: Any, schema: Json, place: str) -> Iterator[str]:
    """Keys of an example that its schema does not name, where the schema names any."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for entry in value:
            yield from undeclared(entry, schema.get("items", {}), place)
    elif isinstance(value, dict) and "anyOf" in schema:
        tried = [list(undeclared(value, option, place)) for option in schema["anyOf"]]
        yield from min(tried, key=len)
    elif isinstance(value, dict) and "properties" in schema:
        for key, inner in value.items():
            if key in schema["properties"]:
                yield from undeclared(inner, schema["properties"][key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"


def test_schemas_name_every_key_of_the_examples() -> None:
    missing: list[str] = []
    for method, path, operation in operations():
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (one for part in parts for one in part.get("content", {}).values()):
            if "example" in media:
                missing += undeclared(media["example"], media["schema"], f"{method} {path}")
    assert missing == []
    for name in ("Contact", "ContactCreate", "Task", "TaskCreate"):
        assert document()["components"]["schemas"][name]["properties"]["title"]["description"]


def test_it_is_openapi_3_1_in_both_forms() -> None:
    served = Documents(OPERATIONS, ACCESS_ERRORS, "/")
    assert json.loads(served.as_json) == yaml.safe_load(served.as_yaml) == document()
    OpenAPIV31SpecValidator(document()).validate()
    assert document()["openapi"] == "3.1.0"


def test_the_fixed_names_and_every_event_are_in_it() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert set(names) >= FIXED
    assert len(names) == len(set(names)) == len(OPERATIONS)
    assert len({operation["x-sdk"] for _, _, operation in operations()}) == len(names)
    assert set(document()["webhooks"]) == set(ALL_TYPES)


def test_every_operation_says_what_it_needs() -> None:
    for method, path, operation in operations():
        place = f"{method} {path}"
        assert list(operation)[:6] == [
            *("operationId", "tags", "summary", "description", "x-sdk", "x-scopes"),
        ], place
        assert len(operation["tags"]) == 1, place
        assert operation["summary"], place
        assert operation["description"].endswith("."), place
        assert operation["x-mcp"] is False or operation["x-mcp"], place
        for one in operation.get("parameters", []):
            assert one["description"], (place, one["name"])
            assert "example" in one, (place, one["name"])
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in content, place
        for status, answer in operation["responses"].items():
            if status < "300":
                assert "example" in answer["content"]["application/json"], place
            elif status >= "400":
                examples = answer["content"]["application/json"]["examples"]
                assert list(examples) == answer["x-error-codes"], place
            assert "X-Request-Id" in answer["headers"], place
            keyed = operation.get("security") != []
            assert ("X-RateLimit-Limit" in answer["headers"]) is (keyed and status != "401"), place
            assert ("Retry-After" in answer["headers"]) is (status == "429"), place


def test_no_schema_is_unused_anonymous_or_of_an_old_kind() -> None:
    text = json.dumps(document())
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert set(document()["components"]["schemas"]) == used
    assert '"nullable"' not in text

    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            if "properties" in node and isinstance(node["properties"], dict):
                for name, schema in node["properties"].items():
                    described = "description" in schema or "$ref" in schema
                    assert described or name in ("object", "data"), f"{place}.{name} has no description"
            for key, value in node.items():
                walk(value, f"{place}/{key}")
        elif isinstance(node, list):
            for value in node:
                walk(value, place)

    for name, schema in document()["components"]["schemas"].items():
        walk(schema, name)


# ── Samples ────────────────────────────────────────────────────────────────────────────────────
def sources(operation: Json) -> dict[str, str]:
    """The samples of an operation by language."""
    listed = operation["x-codeSamples"]
    assert [(one["lang"], one["label"]) for one in listed] == [
        ("curl", "curl"),
        ("python", "Python"),
        ("typescript", "TypeScript"),
    ]
    return {one["lang"]: one["source"] for one in listed}


def test_what_a_schema_demands_is_among_its_properties() -> None:
    """A property of ours is not taken for the title of a schema."""
    schemas = document()["components"]["schemas"]
    lacking = {
        name: set(schema.get("required", ())) - schema.get("properties", {}).keys()
        for name, schema in schemas.items()
    }
    assert {name: keys for name, keys in lacking.items() if keys} == {}
    assert "title" in schemas["ContactUpdate"]["properties"]


def test_curl_samples_send_what_the_document_shows() -> None:
    for method, path, operation in operations():
        words = shlex.split(sources(operation)["curl"].replace("\\\n", " "))
        assert words.pop(0) == "curl"
        target = urlsplit(words.pop(0).removeprefix("$PIVOTAL_BASE_URL"))
        assert re.fullmatch(re.sub(r"\{[^}]+\}", "[^/{}]+", path), target.path), path
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        assert {name for name, _ in parse_qsl(target.query)} <= declared
        options = list(zip(words[::2], words[1::2], strict=True))
        said = dict(options).get("-X", "POST" if {"-d", "-F"} & dict(options).keys() else "GET")
        assert said == method, path
        headers = {value for name, value in options if name == "-H"}
        assert ("Authorization: Bearer $PIVOTAL_API_KEY" in headers) is (operation.get("security") != [])
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            [body] = [value for name, value in options if name == "-d"]
            assert json.loads(body) == content["application/json"]["example"], path
        assert any(name == "-F" for name, _ in options) is ("multipart/form-data" in content)


# ── Deprecation ────────────────────────────────────────────────────────────────────────────────
class Old(msgspec.Struct, tag_field="object", tag="old", kw_only=True):
    """What it answers."""

    name: str


async def test_an_operation_that_will_go_says_so_in_document_and_answers(world: World) -> None:
    table = OperationTable("Old")

    @table.operation(
        "GET",
        "/old",
        id="get-old",
        sdk="old",
        summary="Old",
        scope="read:customers",
        answers=(200, Old),
        tools=["find_old"],
        deprecation=Deprecation(date(2026, 1, 31), date(2026, 12, 1), "Use `GET /customers`."),
    )
    async def get_old(_context: Any) -> Old:
        """Answers as it always did."""
        return Old(name="x")

    written = Documents(table, ACCESS_ERRORS, "/").document["paths"]["/api/v1/old"]["get"]
    assert written["deprecated"] is True
    assert written["x-mcp"] == ["find_old"]
    assert "may go from 2026-12-01 on. Use `GET /customers`." in written["description"]
    assert all(
        {"Deprecation", "Sunset"} <= answer["headers"].keys() for answer in written["responses"].values()
    )
    services = world.services
    rest = RestApi(
        services.db,
        services.ring,
        table,
        Documents(table, ACCESS_ERRORS, "/"),
        services.trusted_proxies,
        strict=True,
    )
    _, key = await world.new_key()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(rest), base_url="http://x/api/v1") as api:
        for headers, status in (({"Authorization": f"Bearer {key}"}, 200), ({}, 401)):
            answer = await api.get("/old", headers=headers)
            assert answer.status_code == status
            assert answer.headers["deprecation"] == "@1769817600"
            assert answer.headers["sunset"] == "Tue, 01 Dec 2026 00:00:00 GMT"


def test_six_months_of_notice_are_the_least() -> None:
    with pytest.raises(ValueError, match="six months"):
        Deprecation(date(2026, 1, 1), date(2026, 6, 30), "")
    assert all("deprecated" not in operation for _, _, operation in operations())
