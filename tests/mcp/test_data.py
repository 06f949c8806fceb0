"""The data server, as a stock client of the official library meets it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from pivotal_server.app import App, create_app
from pivotal_server.request_log import repository
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.changes import locked_workspace, update_workspace
from tests.support.app import World

ORIGIN = "http://localhost:8000"
WRITES = {
    *("create_customer", "update_customer", "create_contact", "update_contact", "create_onboarding"),
    *("update_onboarding", "create_task", "complete_task", "add_comment"),
}
READS = {
    *("whoami", "search", "list_customers", "get_customer", "list_contacts", "list_onboardings"),
    *("get_onboarding", "list_tasks", "list_comments", "list_activity", "list_events"),
}
NEW = {"name": "Aurora Outfitters", "slug": "aurora", "idempotency_key": "one"}

Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def app(world: World) -> App:
    """The whole application over the workspace."""
    return create_app(world.services, strict=True)


@pytest.fixture(params=["legacy", "auto"])
def connect(world: World, app: App, request: pytest.FixtureRequest) -> Connect:
    """Opens a client with a new key, by the handshake of old and by the protocol of today."""

    @asynccontextmanager
    async def open_client(**options: Any) -> AsyncIterator[Client]:
        _, key = await world.new_key(options.pop("name", "agent"), **options)
        async with (
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app), headers={"Authorization": f"Bearer {key}"}
            ) as http,
            Client(streamable_http_client(f"{ORIGIN}/mcp", http_client=http), mode=request.param) as client,
        ):
            yield client

    return open_client


async def allow_writes(world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        await update_workspace(uow, await locked_workspace(uow), {"mcp_writes": True})


def value_of(result: CallToolResult) -> dict[str, Any]:
    """The object of a call that went well; its text says the same."""
    assert not result.is_error, result
    told: dict[str, Any] = result.structured_content
    assert json.loads(result.content[0].text) == told  # type: ignore[union-attr]
    return told


def error_of(result: CallToolResult) -> dict[str, Any]:
    assert result.is_error
    told: dict[str, Any] = result.structured_content["error"]
    return told


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def test_writing_tools_appear_when_an_admin_has_switched_them_on(
    world: World, connect: Connect
) -> None:
    async with connect() as client:
        assert await names(client) == READS
        with pytest.raises(MCPError, match="There is no tool 'create_customer' for this key"):
            await client.call_tool("create_customer", NEW)
    await allow_writes(world)
    async with connect(name="second") as client:
        assert await names(client) == READS | WRITES
        told = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
        assert {name for name, one in told.items() if one and one.read_only_hint} == READS


async def test_a_key_sees_no_tool_that_it_may_not_use(world: World, connect: Connect) -> None:
    await allow_writes(world)
    async with connect(read_only=True) as client:
        assert await names(client) == READS
    async with connect(name="second", scopes=["write:contacts"]) as client:
        assert await names(client) == {"whoami", "list_contacts", "create_contact", "update_contact"}


async def test_a_write_repeated_with_its_key_has_one_effect(world: World, connect: Connect) -> None:
    await allow_writes(world)
    async with connect() as client:
        first = value_of(await client.call_tool("create_customer", NEW))
        again = value_of(await client.call_tool("create_customer", NEW))
        assert again == first
        assert first["untrusted_fields"][:2] == ["name", "slug"]
        listed = value_of(await client.call_tool("list_customers", {"slug": "aurora", "limit": 5}))
        assert [one["id"] for one in listed["data"]] == [first["id"]]
        entries = value_of(await client.call_tool("list_activity", {"customer_id": str(first["display_id"])}))
        assert [(one["event"], one["actor"], one["origin"], one["tool"]) for one in entries["data"]] == [
            ("customer.created", "API: agent", "mcp", "create_customer")
        ]


async def test_a_tool_with_several_records_takes_the_one_that_is_named(
    world: World, connect: Connect
) -> None:
    await allow_writes(world)
    async with connect() as client:
        made = value_of(await client.call_tool("create_customer", NEW))
        spoken = {"customer_id": made["display_id"], "body": "Hello", "idempotency_key": "two"}
        assert value_of(await client.call_tool("add_comment", spoken))["body"] == "Hello"
        found = value_of(await client.call_tool("list_comments", {"customer_id": made["id"]}))
        assert [one["body"] for one in found["data"]] == ["Hello"]
        assert error_of(await client.call_tool("list_comments", {}))["code"] == "missing_field"
        both = {"customer_id": made["id"], "task_id": "1"}
        assert error_of(await client.call_tool("list_comments", both))["code"] == "unrecognized_keys"


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "field"),
    [
        ("create_customer", {"name": "Aurora"}, "missing_field", "idempotency_key"),
        ("create_customer", {"idempotency_key": "x"}, "missing_field", "name"),
        ("create_customer", {**NEW, "idempotency_key": 5}, "invalid_type", "idempotency_key"),
        ("create_customer", {**NEW, "colour": "red"}, "unrecognized_keys", "colour"),
        ("create_customer", {**NEW, "status": "odd"}, "invalid_enum_value", "status"),
        ("get_customer", {"customer_id": "nobody"}, "customer_not_found", None),
        ("get_customer", {"customer_id": "../me"}, "customer_not_found", None),
        ("get_customer", {"customer_id": ""}, "missing_field", "customer_id"),
        ("get_customer", {"customer_id": True}, "invalid_type", "customer_id"),
        ("list_customers", {"limit": {"a": 1}}, "invalid_type", "limit"),
        ("list_customers", {"limit": 0}, "too_small", "limit"),
    ],
)
async def test_bad_arguments_get_the_error_of_the_api(
    world: World, connect: Connect, tool: str, arguments: dict[str, Any], code: str, field: str | None
) -> None:
    await allow_writes(world)
    async with connect() as client:
        told = error_of(await client.call_tool(tool, arguments))
        assert (told["code"], told.get("field")) == (code, field)


async def test_a_fault_of_ours_is_told_without_its_text(
    world: World, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("pivotal_server.mcp.data.call", breaks)
    async with connect() as client:
        answer = await client.call_tool("whoami", {})
    assert answer.is_error
    assert answer.structured_content is not None
    assert answer.structured_content["error"]["code"] == "internal_error"
    assert "swordfish" not in str(answer)


async def test_records_are_resources(world: World, connect: Connect) -> None:
    await allow_writes(world)
    async with connect() as client:
        made = value_of(await client.call_tool("create_customer", NEW))
        known = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in known] == [
            "pivotal://customers/{display_id}",
            "pivotal://onboardings/{display_id}",
        ]
        read = await client.read_resource(f"pivotal://customers/{made['display_id']}")
        assert json.loads(read.contents[0].text) == made  # type: ignore[union-attr]
        for wrong in ("pivotal://customers/999", "pivotal://members/1"):
            with pytest.raises(MCPError):
                await client.read_resource(wrong)


async def test_a_call_of_a_tool_counts_as_one_request(world: World, app: App) -> None:
    _, key = await world.new_key("agent", rate_limit=2)
    headers = {"Authorization": f"Bearer {key}"}
    seen: list[httpx2.Response] = []

    async def note(response: httpx2.Response) -> None:
        seen.append(response)

    async with (
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), headers=headers, event_hooks={"response": [note]}
        ) as http,
        Client(streamable_http_client(f"{ORIGIN}/mcp", http_client=http), mode="legacy") as client,
    ):
        await client.list_tools()
        value_of(await client.call_tool("whoami"))
        assert seen[-1].headers["x-ratelimit-remaining"] == "1"
        value_of(await client.call_tool("whoami"))
        refused = error_of(await client.call_tool("whoami"))
        assert refused["code"] == "rate_limited"
        assert refused["request_id"] == seen[-1].headers["x-request-id"]
        assert int(seen[-1].headers["retry-after"]) > 0


async def test_calls_stand_in_the_request_log_with_their_tool(world: World, connect: Connect) -> None:
    async with connect() as client:
        value_of(await client.call_tool("whoami"))
    await world.services.recorder.flush()
    rows = await repository.find(world.db, world.workspace.id, {}, 10)
    assert [(row.key_name, row.path, row.tool, row.status) for row in rows] == [
        ("agent", "/api/v1/me", "whoami", 200)
    ]
