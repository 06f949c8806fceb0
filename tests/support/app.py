"""A workspace with its owner, API keys and clients, on each database; every REST answer is checked.

`api` is a client with a live key whose answers are validated against the OpenAPI document as they come in.
The REST application runs strictly: an answer that its operation does not declare fails the test.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs
import pytest

from pivotal_server.api_keys.repository import ApiKeyRow
from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import Actor, command_line
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import load
from pivotal_server.db.engine import Database
from pivotal_server.kit.crypto import SecretBox, new_secret_key
from pivotal_server.members.service import MemberRow
from pivotal_server.operations import OPERATIONS
from pivotal_server.request_log.recorder import Recorder
from pivotal_server.rest.document import Documents
from pivotal_server.rest.pipeline import ACCESS_ERRORS, RestApi
from pivotal_server.services import Services
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces
from pivotal_server.workspaces.service import WorkspaceRow

Seen = tuple[str, int, str]
SEEN: set[Seen] = set()
"""What this test process has seen: operation id, status, error code (empty for none)."""


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document under test."""
    return Documents(OPERATIONS, ACCESS_ERRORS, "/").document


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": f"#{pointer}", "components": document()["components"], "paths": document()["paths"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    found = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in document()["paths"]]
    return sorted(found, key=lambda entry: entry[1].count("{"))


def check_answer(response: httpx.Response) -> None:
    """Hold an answer against the document: status, headers, body. Unknown routes must answer the envelope."""
    request = response.request
    path = request.url.raw_path.partition(b"?")[0].decode()
    method = request.method.lower()
    template = next((path_ for pattern, path_ in _paths() if pattern.fullmatch(path)), None)
    assert "x-request-id" in response.headers
    if template is None or method not in document()["paths"][template]:
        if path.startswith("/api/v1/openapi."):
            return
        _validator("/components/schemas/Error").validate(response.json())
        return
    operation = document()["paths"][template][method]
    status = str(response.status_code)
    declared = operation["responses"].get(status)
    assert declared is not None, f"{operation['operationId']} does not declare {status}: {response.text}"
    known = {name.lower() for name in declared.get("headers", {})} | {"content-type", "content-length"}
    if response.status_code == 413:
        known.add("connection")
    assert set(response.headers) <= known, f"undeclared headers {set(response.headers) - known}"
    code = ""
    if "content" in declared:
        assert response.headers["content-type"] == "application/json"
        escaped = template.replace("~", "~0").replace("/", "~1")
        pointer = f"/paths/{quote(escaped)}/{method}/responses/{status}/content/application~1json/schema"
        _validator(pointer).validate(response.json())
        if response.status_code >= 400:
            code = response.json()["error"]["code"]
            assert code in declared["x-error-codes"]
    else:
        assert not response.content
    SEEN.add((operation["operationId"], response.status_code, code))


class CheckedTransport(httpx.AsyncBaseTransport):
    """Calls the application in process and checks every answer."""

    def __init__(self, app: Any, client: tuple[str, int] = ("127.0.0.1", 123)) -> None:
        self._inner = httpx.ASGITransport(app, client=client)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        await response.aread()
        response.request = request
        check_answer(response)
        return response


@dataclass(frozen=True)
class World:
    """One workspace on one database, with the application over it."""

    services: Services
    workspace: WorkspaceRow
    owner: MemberRow
    rest: RestApi

    @property
    def db(self) -> Database:
        """The database."""
        return self.services.db

    @property
    def operator(self) -> Actor:
        """An actor who may do everything."""
        return command_line(self.workspace.id)

    async def new_key(self, name: str = "local-dev", **options: Any) -> tuple[ApiKeyRow, str]:
        """A new API key of the workspace without a rate limit, unless `rate_limit` says otherwise."""
        options.setdefault("rate_limit", 0)
        async with unit_of_work(self.db, self.operator) as uow:
            return await create_key(uow, KeyRequest(name=name, **options))

    def client(self, key: str | None, *, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A client of the REST API; `key` goes into the Authorization header."""
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        transport = CheckedTransport(self.rest, (address, 123))
        return httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1", headers=headers)


def new_services(db: Database, folder: Path) -> Services:
    """Services over an open database, with settings of their own."""
    config = load({"PIVOTAL_DATA": str(folder)})
    return Services(config, db, KeyRing(db), SecretBox(new_secret_key()), AddressList(), Recorder(db))


def new_rest(services: Services) -> RestApi:
    """The REST application, strict."""
    documents = Documents(OPERATIONS, ACCESS_ERRORS, "/")
    return RestApi(
        services.db,
        services.ring,
        OPERATIONS,
        documents,
        services.trusted_proxies,
        strict=True,
        recorder=services.recorder,
        files=services.files,
        outside=services,
    )


async def new_world(services: Services, name: str = "VML", slug: str = "vml") -> World:
    """A workspace with an owner."""
    workspace, owner = await workspaces.create_workspace(
        services.db, name=name, slug=slug, owner_email=f"dana@{slug}.example", owner_name="Dana Okafor"
    )
    return World(services, workspace, owner, new_rest(services))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """A workspace `vml` with its owner Dana Okafor, on each database."""
    return await new_world(new_services(database, tmp_path))


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the live key `local-dev`, on each database."""
    _, key = await world.new_key()
    async with world.client(key) as client:
        yield client


@pytest.fixture
def connect_key(world: World) -> Callable[..., Any]:
    """Makes further clients: `await connect_key(name="ci", mode="test")`."""

    async def make(**options: Any) -> httpx.AsyncClient:
        _, key = await world.new_key(**options)
        return world.client(key)

    return make
