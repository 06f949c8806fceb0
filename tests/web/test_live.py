"""Streams of changes: what a page hears of, and what it cannot miss (APP-UI-12)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, MutableMapping
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.db.errors import Unavailable
from pivotal_server.web import live
from pivotal_server.web.live import LiveHub, stream
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.records import new_contact, new_customer, new_onboarding, patched
from tests.support.visits import Enter

CUSTOMER = "cus"


class Subject:
    """Something whose state a stream looks at."""

    def __init__(self) -> None:
        self.state = "1"
        self.looks = 0

    async def look(self) -> str:
        self.looks += 1
        return self.state


async def heard(changes: AsyncIterator[None]) -> bool:
    """Whether a stream tells of a change, or is silent for now."""
    try:
        async with asyncio.timeout(0.2):
            await anext(changes)
    except TimeoutError:
        return False
    return True


async def test_a_change_in_this_workspace_is_heard_and_no_other(world: World) -> None:
    hub, subject = LiveHub(world.db), Subject()
    told: list[str] = []

    async def listen() -> None:
        async for _ in hub.changes("org", CUSTOMER, subject.look):
            told.append(subject.state)  # noqa: PERF401 - what was told is looked at on the way

    listening = asyncio.create_task(listen())
    await until(lambda: subject.looks == 1)
    for payload in ("org other", f"elsewhere {CUSTOMER}", "nonsense"):
        async with world.db.transaction() as tx:
            tx.notify("live", payload)
    subject.state = "2"
    async with world.db.transaction() as tx:
        tx.notify("live", f"org {CUSTOMER}")
    await until(lambda: told == ["2"])
    # A notification without a change is none.
    async with world.db.transaction() as tx:
        tx.notify("live", f"org {CUSTOMER}")
    await until(lambda: subject.looks == 3)
    hub.close()
    await listening
    assert told == ["2"]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def test_what_changed_before_the_page_listened_is_told_at_once(world: World) -> None:
    subject = Subject()
    assert await heard(LiveHub(world.db).changes("org", CUSTOMER, subject.look, "0"))
    assert not await heard(LiveHub(world.db).changes("org", CUSTOMER, subject.look, "1"))
    assert not await heard(LiveHub(world.db).changes("org", CUSTOMER, subject.look))


async def test_what_no_notification_told_of_is_found_by_looking(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    subject = Subject()
    changes = LiveHub(world.db).changes("org", CUSTOMER, subject.look)

    async def told() -> None:
        await anext(changes)

    waiting = asyncio.create_task(told())
    await until(lambda: subject.looks == 2)
    subject.state = "2"
    await asyncio.wait_for(waiting, 10)


async def test_a_stream_ends_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.05)
    hub, subject = LiveHub(world.db), Subject()
    assert [None async for _ in hub.changes("org", CUSTOMER, subject.look)] == []
    assert not hub._waiting


async def test_a_stream_ends_without_a_database(world: World) -> None:
    async def look() -> str:
        raise Unavailable("gone")

    answer = stream(LiveHub(world.db), "org", CUSTOMER, look)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await answer({"type": "http", "method": "GET"}, receive, send)
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_page_names_the_newest_entry_that_it_shows(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")

    async def named() -> str:
        html = (await owner.get("/customers/1-aurora")).text
        found = re.search(r'data-live="([^"]*)"', html)
        assert found is not None
        return unescape(found[1])

    seen = {await named()}
    onboarding = await new_onboarding(api, customer)
    seen.add(await named())
    await new_contact(api, customer)
    seen.add(await named())
    await patched(api, onboarding, phase="review")
    seen.add(await named())
    assert len(seen) == 4
    assert await named() in seen
    assert all(re.fullmatch(r"/customers/1-aurora/live\?seen=[0-9TZ%A.-]+", address) for address in seen)


async def test_nobody_listens_to_what_they_may_not_see(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    await new_customer(api, slug="aurora")
    stranger = await enter(None)
    stranger.client.cookies.clear()
    answer = await stranger.get("/customers/1-aurora/live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/customers/1-aurora/live")
    refused = await stranger.get("/customers/1-aurora/live", Accept="text/event-stream")
    assert (refused.status_code, refused.headers.get("location")) == (401, None)
