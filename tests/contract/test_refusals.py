"""Ways to be refused that follow from a declaration, on every operation that declares them."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.contacts import service as contacts
from pivotal_server.limits.catalogue import CONTACTS_PER_CUSTOMER, WAITING_JOBS
from pivotal_server.operations import OPERATIONS
from pivotal_server.transfer import service as transfer
from tests.support.operations import KEYED, WITH_BODY, call, example_fields, path_to
from tests.support.records import (
    Json,
    created,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    new_template,
    path_of,
)

UPLOADS = [operation for operation in KEYED if operation.upload is not None]
NOBODY = "c" + "0" * 24
MAIL = "mira@aurora.com"
JSON_TYPE = {"Content-Type": "application/json"}
TEXT = ("note.txt", b"text", "text/plain")


@pytest.fixture
async def filled(api: httpx.AsyncClient) -> Json:
    """The first of each kind of record, so that 1 names one; the onboarding."""
    customer = await new_customer(api, external_id="acct")
    await new_contact(api, customer, email=MAIL)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding, external_id="ticket")
    await new_subtask(api, task)
    await new_template(api)
    await created(api, f"{path_of(task)}/comments", {"body": "x"})
    await created(api, "/webhook_endpoints", {"url": "https://hooks.acme.example/x", "event_types": ["*"]})
    return onboarding


async def test_what_is_wrong_with_a_page_of_a_list(api: httpx.AsyncClient, filled: Json) -> None:
    lists = [one for one in OPERATIONS if "limit" in one.query.fields]
    assert len(lists) >= 15
    for operation in lists:
        for query, code in (
            ("limit=x", "invalid_type"),
            ("limit=0", "too_small"),
            ("limit=101", "too_big"),
            ("order=up", "invalid_enum_value"),
        ):
            name = query.partition("=")[0]
            if name in operation.query.fields:
                refused = await call(api, operation, query=f"?{query}")
                assert error_of(refused) == (400, code, name), operation.id


async def test_a_parameter_that_stands_twice(api: httpx.AsyncClient, filled: Json) -> None:
    for operation in OPERATIONS:
        for name in operation.query.fields.keys() - operation.query.lists:
            if name in ("livemode", "order", "since"):
                value = {"livemode": "true", "order": "asc", "since": "2026-01-01"}[name]
                refused = await call(api, operation, query=f"?{name}={value}&{name}={value}")
                assert error_of(refused) == (400, "invalid_type", name), operation.id


async def test_a_body_that_lacks_what_is_required(api: httpx.AsyncClient, filled: Json) -> None:
    needing = [one for one in WITH_BODY if one.body is not None and one.body.required]
    assert len(needing) >= 8
    for operation in needing:
        assert operation.body is not None
        refused = await call(api, operation, json={})
        assert error_of(refused) == (400, "missing_field", operation.body.required[0]), operation.id


async def test_a_number_that_json_does_not_hold(api: httpx.AsyncClient, filled: Json) -> None:
    for operation in WITH_BODY:
        refused = await call(api, operation, content=b'{"mrr":1e999}', headers=JSON_TYPE)
        assert error_of(refused) == (400, "too_big", "mrr"), operation.id


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"json": {}}, 415, "invalid_content_type"),
        (
            {"content": b"--x\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "invalid_multipart",
        ),
        ({"files": {"other": TEXT}}, 400, "unrecognized_keys"),
        ({"files": {"file": ("note.txt", b"", "text/plain")}}, 400, "too_small"),
        ({"files": [("file", TEXT), ("file", TEXT)]}, 400, "invalid_type"),
    ],
)
async def test_what_is_wrong_with_a_file(
    api: httpx.AsyncClient, filled: Json, request_: Json, status: int, code: str
) -> None:
    assert len(UPLOADS) >= 3
    for operation in UPLOADS:
        fields = {"data": example_fields(operation)} if "files" in request_ else {}
        refused = await api.post(path_to(operation), **{**request_, **fields})
        assert error_of(refused)[:2] == (status, code), operation.id


async def test_a_form_without_a_file_or_with_too_much(api: httpx.AsyncClient, filled: Json) -> None:
    for operation in UPLOADS:
        assert operation.upload is not None
        boundary = b"--x\r\nContent-Disposition: form-data; name="
        parts = [
            boundary + b'"%s"\r\n\r\n%s\r\n' % (name.encode(), value.encode())
            for name, value in example_fields(operation).items()
        ]
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        bare = b"".join(parts) + b"--x--\r\n"
        refused = await api.post(path_to(operation), content=bare, headers=headers)
        assert error_of(refused) == (400, "missing_field", "file"), operation.id
        announced = {**headers, "Content-Length": str(10**12)}
        refused = await api.post(path_to(operation), content=bare, headers=announced)
        assert error_of(refused)[:2] == (413, "body_too_large"), operation.id
        for name in operation.upload.form.fields:
            long = boundary + b'"%s"\r\n\r\n' % name.encode() + b"x" * 70_000 + b"\r\n--x--\r\n"
            refused = await api.post(path_to(operation), content=long, headers=headers)
            assert error_of(refused) == (400, "too_big", name), operation.id


SINGLE: list[tuple[str, str, Json, int, str]] = [
    ("POST", "/onboardings/1/comments", {"body": "x", "visibility": "all"}, 400, "invalid_enum_value"),
    ("POST", "/tasks/1/comments", {"body": "x", "visibility": "all"}, 400, "invalid_enum_value"),
    ("POST", "/tasks/1/comments", {"body": ""}, 400, "too_small"),
    ("POST", "/tasks/1/comments", {"body": f"<@{NOBODY}>"}, 400, "invalid_reference"),
    ("PATCH", "/comments/1", {"visibility": "all"}, 400, "invalid_enum_value"),
    ("PATCH", "/comments/1", {"body": ""}, 400, "too_small"),
    ("POST", "/tasks/1/subtasks", {"title": "x", "due_date": "2026-06-01", "due_anchor": "phase_start"}, 400,
     "invalid_enum_value"),
    ("POST", "/tasks/1/subtasks", {"title": ""}, 400, "too_small"),
    ("POST", "/tasks/1/subtasks", {"title": "x", "assignee_id": 99}, 400, "invalid_reference"),
    ("POST", "/tasks/1/subtasks", {"title": "x", "external_id": "ticket"}, 409, "external_id_taken"),
    ("POST", "/customers/upsert?by=external_id", {"name": "x", "external_id": "x", "owner_id": 99}, 400,
     "invalid_reference"),
    ("POST", "/customers/upsert?by=slug", {"name": "x", "slug": "x", "external_id": "acct"}, 409,
     "external_id_taken"),
    ("POST", "/webhook_endpoints/1/recover", {"since": "2026-05-01", "scope": "x"}, 400,
     "invalid_enum_value"),
    ("PATCH", "/templates/1", {"tasks": [{"title": "A", "key": "a", "depends_on": ["a"]}]}, 400,
     "dependency_cycle"),
]  # fmt: skip


async def test_what_single_operations_refuse(api: httpx.AsyncClient, filled: Json) -> None:
    for method, path, body, status, code in SINGLE:
        refused = await api.request(method, path, json=body)
        assert error_of(refused)[:2] == (status, code), (path, body)


def act(action: str, resource: str, id: int | None = None, **data: Any) -> Json:
    """One operation of a bulk call."""
    return {"action": action, "resource": resource, "data": data, **({} if id is None else {"id": id})}


ATOMIC: list[tuple[Json, int, str]] = [
    (act("create", "customer", name="x", owner_id=99), 400, "invalid_reference"),
    (act("create", "customer", name="x", external_id="acct"), 409, "external_id_taken"),
    (act("create", "contact", customer_id=1, name="x", email=MAIL), 409, "email_taken"),
    (act("update", "customer", 99, name="x"), 404, "customer_not_found"),
    (act("update", "contact", 99, name="x"), 404, "contact_not_found"),
    (act("update", "onboarding", 99, name="x"), 404, "onboarding_not_found"),
    (act("update", "task", 99, title="x"), 404, "task_not_found"),
    (act("update", "task", 1, depends_on=[1]), 400, "dependency_cycle"),
    (act("create", "task", parent_task_id=2, title="x"), 400, "subtask_depth"),
    (act("update", "task", 2, phase="review"), 400, "immutable_field"),
    (act("update", "task", 1, parent_task_id=3), 400, "subtask_depth"),
    ({**act("upsert", "customer", name="x", domain="aurora.com"), "by": "domain"}, 409, "ambiguous_match"),
    (act("update", "onboarding", 1, phase="nowhere"), 400, "unknown_phase"),
    (act("update", "onboarding", 2, phase="review"), 400, "onboarding_paused"),
    (act("update", "onboarding", 3, phase="review"), 400, "onboarding_done"),
    (act("update", "onboarding", 4, phase="review"), 400, "terminal_phase"),
]


async def test_what_an_atomic_bulk_call_refuses(
    api: httpx.AsyncClient, filled: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = {"id": filled["customer_id"]}
    for state in ({"state": "paused"}, {"state": "done"}, {"phase": "completed"}):
        await new_onboarding(api, customer, **state)
    await new_subtask(api, await new_task(api, filled))
    for _ in range(2):
        await new_customer(api, domain="aurora.com")

    async def refused(operation: Json) -> tuple[int, str]:
        return error_of(await api.post("/bulk", json={"operations": [operation], "atomic": True}))[:2]

    for operation, status, code in ATOMIC:
        assert await refused(operation) == (status, code), operation
    monkeypatch.setattr(contacts, "CONTACTS_PER_CUSTOMER", replace(CONTACTS_PER_CUSTOMER, default=1, least=1))
    third = act("create", "contact", customer_id=1, name="x", email="x@a.com")
    assert await refused(third) == (400, "limit_reached")


async def test_exports_wait_in_a_queue_of_bounded_length(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "WAITING_JOBS", replace(WAITING_JOBS, default=1))
    assert (await api.post("/exports", json={"type": "tasks"})).status_code == 202
    assert error_of(await api.post("/exports", json={"type": "tasks"})) == (400, "limit_reached", None)
