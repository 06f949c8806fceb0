"""The operations of the API as tests walk them: a path that names something, a body that is in order."""

from typing import Any

import httpx

from pivotal_server.kit.http import Operation
from pivotal_server.operations import OPERATIONS
from tests.support.app import document

Json = dict[str, Any]

KEYED = [operation for operation in OPERATIONS if operation.scope is not None]
WRITES = [operation for operation in KEYED if operation.writes]
OF_USUAL_SIZE = [operation for operation in WRITES if not operation.upload and not operation.body_limit]
WITH_BODY = [operation for operation in WRITES if operation.body is not None]
SINGLE_ROW = [operation for operation in KEYED if operation.path_parameters]


def path_to(operation: Operation, reference: str | int = 1) -> str:
    """The path of an operation with `reference` in place of its parameters."""
    parts = [str(reference) if part.startswith("{") else part for part in operation.segments]
    return "/" + "/".join(parts)


def example_body(operation: Operation) -> Json | None:
    """The body that the document shows for an operation."""
    if operation.body is None:
        return None
    shown = document()["paths"][f"/api/v1{operation.path}"][operation.method.lower()]["requestBody"]
    example: Json = shown["content"]["application/json"]["example"]
    return example


def example_fields(operation: Operation) -> dict[str, str]:
    """The text fields that an upload must have, as the document shows them."""
    assert operation.upload is not None
    form = operation.upload.form
    shown = document()["components"]["schemas"][form.struct.__name__]["properties"] if form.required else {}
    return {name: str(shown[name]["examples"][0]) for name in form.required}


async def call(
    api: httpx.AsyncClient, operation: Operation, reference: str | int = 1, query: str = "", **options: Any
) -> httpx.Response:
    """Call an operation with its example or a small file, unless a body is among the `options`."""
    if operation.body is not None and "json" not in options and "content" not in options:
        options["json"] = example_body(operation)
    if operation.upload is not None and not options.keys() & {"json", "content", "files"}:
        options["files"] = {"file": ("note.txt", b"text", "text/plain")}
        options.setdefault("data", example_fields(operation))
    return await api.request(operation.method, path_to(operation, reference) + query, **options)


def refusal_of(response: httpx.Response) -> Json:
    """The error in a refusal, whose body must be the one envelope and whose headers must fit it."""
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    error: Json = body["error"]
    keys = ["type", "code", "message", "field", "request_id", "doc_url"]
    assert list(error) == (keys if "field" in error else [key for key in keys if key != "field"])
    assert all(isinstance(value, str) for value in error.values())
    assert error["message"]
    assert "{" not in error["message"], "an unfilled placeholder"
    assert error["request_id"] == response.headers["x-request-id"]
    assert error["doc_url"] == f"/docs/errors#{error['code']}"
    return error
