"""Records made through the API, with as little said as a test needs."""

import itertools
from typing import Any

import httpx

_numbers = itertools.count(1)

Json = dict[str, Any]


async def new_customer(api: httpx.AsyncClient, **fields: Any) -> Json:
    """A customer; each gets a name of its own."""
    return await created(api, "/customers", {"name": f"Company {next(_numbers)}", **fields})


async def new_contact(api: httpx.AsyncClient, customer: Json, **fields: Any) -> Json:
    """A contact of a customer; each gets an address of its own."""
    number = next(_numbers)
    body = {"name": f"Person {number}", "email": f"person{number}@example.com", **fields}
    return await created(api, f"/customers/{customer['id']}/contacts", body)


async def new_onboarding(api: httpx.AsyncClient, customer: Json, **fields: Any) -> Json:
    """An onboarding of a customer."""
    return await created(api, "/onboardings", {"customer_id": customer["id"], **fields})


async def new_task(api: httpx.AsyncClient, onboarding: Json, **fields: Any) -> Json:
    """A task of an onboarding; each gets a title of its own."""
    body = {"title": f"Task {next(_numbers)}", **fields}
    return await created(api, f"/onboardings/{onboarding['id']}/tasks", body)


async def new_subtask(api: httpx.AsyncClient, task: Json, **fields: Any) -> Json:
    """A subtask of a task; each gets a title of its own."""
    return await created(api, f"{path_of(task)}/subtasks", {"title": f"Subtask {next(_numbers)}", **fields})


async def new_template(api: httpx.AsyncClient, *tasks: Json, **fields: Any) -> Json:
    """A template of the second phase; each gets a name of its own."""
    body = {"name": f"Template {next(_numbers)}", "phase": "program_design", "tasks": tasks, **fields}
    return await created(api, "/templates", body)


async def created(api: httpx.AsyncClient, path: str, body: Json) -> Json:
    """The object that a POST answers with 201."""
    return answered(await api.post(path, json=body), 201)


async def patched(api: httpx.AsyncClient, record: Json, **changes: Any) -> Json:
    """The object after a PATCH of `record` that must succeed."""
    return answered(await api.patch(path_of(record), json=changes))


async def read(api: httpx.AsyncClient, record: Json) -> Json:
    """The object as it is now."""
    return answered(await api.get(path_of(record)))


def path_of(record: Json) -> str:
    """Where a record is read, changed and deleted."""
    return f"/{record['object']}s/{record['id']}"


def answered(response: httpx.Response, status: int = 200) -> Json:
    """The body of an answer that must have `status`."""
    assert response.status_code == status, response.text
    body: Json = response.json()
    return body


def error_of(response: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and field of a refusal."""
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("field")


async def walk(api: httpx.AsyncClient, path: str, **query: Any) -> list[Json]:
    """All records of a list, page by page to its end."""
    found: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        page = answered(await api.get(path, params={**query, **cursor}))
        found += page["data"]
        if not page["has_more"]:
            assert page["next_cursor"] is None
            return found
        cursor = {"cursor": page["next_cursor"]}
