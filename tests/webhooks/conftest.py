"""A workspace whose webhooks go to a receiver on loopback."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from pivotal_server.db.engine import Database
from tests.support.receiver import receiving
from tests.webhooks.support import Desk, on_loopback


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk on each database, with a live key."""
    world = await on_loopback(database, tmp_path)
    _, key = await world.new_key()
    async with receiving() as receiver, world.client(key) as api:
        one = Desk(world, api, receiver)
        yield one
        one.dispatcher.transport.close()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """One line an attempt is for operators; in tests it hides what failed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


@pytest.fixture
async def connect(desk: Desk) -> Callable[..., Any]:
    """Makes further clients of the desk's workspace: `await connect(name="ci", mode="test")`."""

    async def make(**options: Any) -> httpx.AsyncClient:
        _, key = await desk.world.new_key(**options)
        return desk.world.client(key)

    return make
