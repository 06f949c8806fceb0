"""What the request runner of every operation's page is told."""

import json
import re
from html import unescape
from typing import Any

from pivotal_server.docs.library import Library
from pivotal_server.docs.reference import operation_path, operations
from pivotal_server.operations_releases import build as built
from tests.support.browser import Browser

REFERENCE = "/docs/api/reference"


def trial_of(books: Library, path: str) -> dict[str, Any]:
    page = books.page(path)
    assert page is not None
    trial: dict[str, Any] = json.loads(page.trial)
    return trial


def test_every_operation_can_be_tried_with_all_it_takes(books: Library) -> None:
    document = json.loads(built())
    for method, path, operation in operations(document):
        trial = trial_of(books, operation_path(operation))
        assert (trial["method"], trial["path"]) == (method, path)
        given = [(p["in"], p["name"]) for p in operation.get("parameters", ())]
        told = [(place, one["name"]) for place, inputs in trial["parameters"].items() for one in inputs]
        assert sorted(told) == sorted(given)
        assert all(one["about"] for inputs in trial["parameters"].values() for one in inputs)
        assert all(one.get("required") and one["fill"] for one in trial["parameters"]["path"])
        content = operation.get("requestBody", {}).get("content", {})
        assert trial["form"] is ("multipart/form-data" in content)
        if trial["body"] is not None:
            assert trial["body"].keys() <= {one["name"] for one in trial["fields"]}
            used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(trial["body"])))
            assert used == trial["examples"].keys()


def test_fields_know_their_kind_and_bounds(books: Library) -> None:
    fields = {f["name"]: f for f in trial_of(books, f"{REFERENCE}/customers/create-customer")["fields"]}
    assert fields["name"]["required"]
    assert fields["name"]["bounds"]["maxLength"] == 200
    assert fields["status"]["kind"] == "choice"
    assert "at_risk" in fields["status"]["choices"]
    assert (fields["mrr"]["kind"], fields["mrr"]["nullable"], fields["mrr"]["bounds"]["minimum"]) == (
        "number",
        True,
        0,
    )
    assert fields["tags"]["kind"] == fields["metadata"]["kind"] == "json"
    assert "display_id" not in fields
    files = {f["name"]: f["kind"] for f in trial_of(books, f"{REFERENCE}/data/create-import")["fields"]}
    assert files["file"] == "file"


async def test_only_pages_of_operations_have_a_runner(reader: Browser) -> None:
    page = await reader.get(f"{REFERENCE}/customers/create-customer")
    found = re.search(r'data-try="([^"]*)"', page.text)
    assert found is not None
    assert json.loads(unescape(found[1]))["method"] == "POST"
    assert "data-try" not in (await reader.get("/docs/api/welcome/quickstart")).text
