"""The docs server, as a stock client of the official library meets it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from pivotal_server.app import create_app
from pivotal_server.docs.library import library
from pivotal_server.mcp.doors import DOCS
from tests.support.app import World

ORIGIN = "http://localhost:8000"
Connect = Callable[[], AbstractAsyncContextManager[Client]]


@pytest.fixture(params=["legacy", "auto"])
def connect(world: World, request: pytest.FixtureRequest) -> Connect:
    """Opens a client of the docs, by the handshake of old and by the protocol of today."""

    @asynccontextmanager
    async def open_client() -> AsyncIterator[Client]:
        transport = httpx2.ASGITransport(create_app(world.services, strict=True))
        async with (
            httpx2.AsyncClient(transport=transport) as http,
            Client(streamable_http_client(ORIGIN + DOCS, http_client=http), mode=request.param) as client,
        ):
            yield client

    return open_client


async def found(reader: Client, **asked: Any) -> list[dict[str, Any]]:
    result = await reader.call_tool("search_docs", asked)
    assert not result.is_error, result
    told: list[dict[str, Any]] = result.structured_content["results"]
    return told


async def test_search_finds_an_error_code(connect: Connect) -> None:
    async with connect() as reader:
        hits = await found(reader, query="slug_taken")
        assert hits[0]["path"] == "/docs/api/welcome/errors#slug_taken"
        assert len(hits) <= 10
        assert [hit["path"] for hit in await found(reader, query="slug_taken", limit=1)] == [hits[0]["path"]]


async def test_search_keeps_to_a_section(connect: Connect) -> None:
    async with connect() as reader:
        everywhere = await found(reader, query="retries", limit=50)
        below = await found(reader, query="retries", section="/docs/webhooks", limit=50)
        assert below
        assert {hit["path"] for hit in below} < {hit["path"] for hit in everywhere}
        assert all(hit["path"].startswith("/docs/webhooks/") for hit in below)
        assert await found(reader, query="retries", section="Webhooks", limit=50)


@pytest.mark.parametrize("query", ['"', "*", "'; DROP TABLE pages; --", "AND OR NOT", "()"])
async def test_no_query_is_syntax(connect: Connect, query: str) -> None:
    async with connect() as reader:
        assert isinstance(await found(reader, query=query), list)


async def test_pages_are_read_by_any_form_of_their_address(connect: Connect) -> None:
    async with connect() as reader:
        texts = set()
        for path in (
            "/docs/api/welcome/errors",
            "/docs/api/welcome/errors.md",
            f"{ORIGIN}/docs/errors#slug_taken",
        ):
            result = await reader.call_tool("read_page", {"path": path})
            assert not result.is_error, result
            texts.add(result.structured_content["markdown"])
        (text,) = texts
        assert "slug_taken" in text
        assert ORIGIN in text


async def test_lists_and_resources_hold_every_page(connect: Connect) -> None:
    async with connect() as reader:
        listed = (await reader.call_tool("list_pages", {})).structured_content["pages"]
        assert [page["path"] for page in listed] == list(library().links)
        resources = (await reader.list_resources()).resources
        assert [str(one.uri) for one in resources] == [ORIGIN + path for path in library().links]
        read = await reader.read_resource(ORIGIN + "/docs/webhooks/signing")
        assert read.contents[0].mime_type == "text/markdown"
        with pytest.raises(MCPError, match="There is no page"):
            await reader.read_resource(ORIGIN + "/docs/nowhere")


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("read_page", {"path": "/docs/nowhere"}, "route_not_found"),
        ("read_page", {}, "missing_field"),
        ("search_docs", {"query": 5}, "invalid_type"),
        ("search_docs", {"query": "\0"}, "invalid_string"),
        ("search_docs", {"query": "x" * 10_000}, "too_big"),
        ("search_docs", {"query": "x", "limit": 0}, "too_small"),
        ("search_docs", {"query": "x", "colour": "red"}, "unrecognized_keys"),
    ],
)
async def test_bad_arguments_are_named(
    connect: Connect, tool: str, arguments: dict[str, Any], code: str
) -> None:
    async with connect() as reader:
        result = await reader.call_tool(tool, arguments)
        assert result.is_error
        assert result.structured_content["error"]["code"] == code
