"""Every example of the document works in a workspace that is prepared for it, and does its work once."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from pivotal_server.db.engine import Database
from pivotal_server.kit.http import Operation
from pivotal_server.operations import OPERATIONS
from tests.support.app import World, document, new_world
from tests.support.operations import WRITES
from tests.support.prepared import Prepared, prepare
from tests.support.receiver import receiving
from tests.support.records import Json, error_of
from tests.webhooks.support import new_dispatcher, on_loopback


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """One line an attempt is for operators; in tests it hides what failed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


class Workspaces:
    """Makes one prepared workspace after another, all on one server."""

    def __init__(self, first: World, url: str, stack: AsyncExitStack) -> None:
        self._first = first
        self._url = url
        self._stack = stack
        self._dispatcher = new_dispatcher(first)
        stack.callback(self._dispatcher.transport.close)
        self._made = 0

    async def new(self) -> Prepared:
        """The next one."""
        self._made += 1
        slug = f"prepared-{self._made}"
        world = await new_world(self._first.services, slug, slug)
        _, key = await world.new_key()
        api = await self._stack.enter_async_context(world.client(key))
        return await prepare(world, api, self._url, self._dispatcher.run_due)


@pytest.fixture
async def workspaces(database: Database, tmp_path: Path) -> AsyncIterator[Workspaces]:
    """Prepared workspaces on each database, whose webhooks go to a receiver on loopback."""
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receiving())
        yield Workspaces(await on_loopback(database, tmp_path), receiver.url(), stack)


def shown(operation: Operation, status: int) -> Json:
    """The example of an answer."""
    written = document()["paths"][f"/api/v1{operation.path}"][operation.method.lower()]
    example: Json = written["responses"][str(status)]["content"]["application/json"]["example"]
    return example


async def called(workspace: Prepared, operation: Operation, **changes: Any) -> httpx.Response:
    request = {**workspace.request(operation), **changes}
    if "content" in request and operation.body is not None:
        request["headers"] = {**request["headers"], "Content-Type": "application/json"}
    return await workspace.api.request(**request)


async def test_every_example_of_a_write_works_and_works_once(workspaces: Workspaces) -> None:
    for operation in WRITES:
        workspace = await workspaces.new()
        once = {"Idempotency-Key": "once"}
        answer = await called(workspace, operation, headers=once)
        expected = 201 if operation.id == "upsert-customer" else operation.status
        assert answer.status_code == expected, (operation.id, answer.text)
        # Keys that no schema requires (`url` of a file, `secret` of an endpoint) stand in some answers.
        answered = answer.json()
        assert list(answered) == [key for key in shown(operation, expected) if key in answered], operation.id
        again = await called(workspace, operation, headers=once)
        assert (again.status_code, again.content) == (answer.status_code, answer.content), operation.id
        assert again.headers["idempotent-replayed"] == "true"
        other = other_content(workspace, operation)
        refused = await called(workspace, operation, headers=once, **other)
        assert error_of(refused) == (409, "idempotency_key_reused", None), operation.id


def other_content(workspace: Prepared, operation: Operation) -> dict[str, Any]:
    """The request with other bytes in its body."""
    if operation.upload is not None:
        return {"files": {"file": ("file.csv", b"name\nBrighter Future\n", "text/csv")}}
    if operation.body is None:
        return {"content": b"{}"}
    content = json.dumps(workspace.body(operation)).encode() + b" "
    return {"json": None, "content": content}


async def test_every_read_answers_and_knows_its_own_tag(workspaces: Workspaces) -> None:
    workspace = await workspaces.new()
    for operation in OPERATIONS:
        if operation.writes:
            continue
        answer = await called(workspace, operation)
        assert answer.status_code == 200, (operation.id, answer.text)
        assert answer.json().keys() >= {"object"} or operation.scope is None
        if operation.single:
            again = await called(workspace, operation, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304, operation.id


async def test_every_change_of_one_record_wants_its_present_state(workspaces: Workspaces) -> None:
    workspace = await workspaces.new()
    guarded = [one for one in WRITES if one.single and one.method != "POST"]
    assert len(guarded) >= 10
    for operation in guarded:
        refused = await called(workspace, operation, headers={"If-Match": '"stale"'})
        assert error_of(refused) == (412, "precondition_failed", None), operation.id
