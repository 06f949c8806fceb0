"""Requests generated from the OpenAPI document, valid ones and broken ones, to every operation."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pivotal_server.db.engine import connect
from tests.support.app import document, new_services, new_world

# Left out: what takes the key away, which this test puts on every request; tests/rest/test_errors.py walks
# all routes with every wrong form of the header.
CHECKS = [
    response_headers_conformance,
    negative_data_rejection,
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 25

schema = schemathesis.openapi.from_dict(document())


class InThread:
    """The strict application on an event loop of its own, for a caller that knows none."""

    def __init__(self, url: str, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.rest, self.key = self.run(self._open(url, folder))

    def run(self, work: Any) -> Any:
        """The result of a coroutine on that loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _open(self, url: str, folder: Path) -> tuple[Any, str]:
        self._db = connect(url)
        await self._db.open()
        world = await new_world(new_services(self._db, folder))
        _, key = await world.new_key()
        async with world.client(key) as client:
            customer = await client.post("/customers", json={"name": "Aurora Outfitters"})
            number = customer.json()["display_id"]
            await client.post(f"/customers/{number}/contacts", json={"name": "Mira", "email": "m@aurora.com"})
            await client.post("/onboardings", json={"customer_id": number})
        return world.rest, key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, from whatever loop it comes."""
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        sent: list[Any] = []

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(part: Any) -> None:
            sent.append(part)

        inner = asyncio.run_coroutine_threadsafe(self.rest(scope, again, collect), self._loop)
        await asyncio.wrap_future(inner)
        for part in sent:
            await send(part)

    def close(self) -> None:
        """Close the database and end the loop."""
        self.run(self._db.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def running(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    """The application on an SQLite file of its own, with one customer, contact and onboarding."""
    folder = tmp_path_factory.mktemp("generated")
    path = folder / "pivotal.db"
    path.write_bytes(_sqlite_template.read_bytes())
    app = InThread(f"sqlite:///{path}", folder)
    yield app
    app.close()


@pytest.mark.timeout(180)
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_no_generated_request_meets_an_undeclared_answer(case: Any, running: InThread) -> None:
    case.operation.schema.app = running
    case.operation.schema.config.update(base_url="http://127.0.0.1")
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {running.key}"}
    case.call_and_validate(checks=CHECKS, app=running)
