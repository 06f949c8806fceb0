"""Live updates: one stream per open page, which says that its customer (or the list) has changed.

The stream carries no data, only the word that there is news; the page then asks for its fragments again, so
that nobody is ever sent what they may not see.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from pivotal_server.db.engine import Database
from pivotal_server.unit_of_work import LIVE_CHANNEL

PING_SECONDS = 20
LONGEST_SECONDS = 600.0
"""After this long a stream ends; the browser opens it anew and is asked who it is."""


class LiveHub:
    """Hands the news of this process's database to the streams that wait for it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)
        self._listening = False
        self._closing = False

    def _is_open(self) -> bool:
        return not self._closing

    def close(self) -> None:
        """End every stream, since a server waits for its answers to end before it stops."""
        self._closing = True
        for waiting in self._waiting.values():
            for news in waiting:
                news.set()

    def _hear(self, payload: str) -> None:
        org_id, _, customer_id = payload.partition(" ")
        for key in ((org_id, customer_id), (org_id, "")):
            for event in self._waiting.get(key, ()):
                event.set()

    async def changes(self, org_id: str, customer_id: str) -> AsyncIterator[None]:
        """Yields whenever the customer changed; with an empty ``customer_id``, whenever any did."""
        if not self._listening:
            self._listening = True
            self._db.listen(LIVE_CHANNEL, self._hear)
        news = asyncio.Event()
        key = (org_id, customer_id)
        self._waiting[key].add(news)
        loop = asyncio.get_running_loop()
        ends = loop.time() + LONGEST_SECONDS
        try:
            while self._is_open() and (left := ends - loop.time()) > 0:
                try:
                    async with asyncio.timeout(left):
                        await news.wait()
                except TimeoutError:
                    return
                if not self._is_open():
                    return
                news.clear()
                yield
        finally:
            self._waiting[key].discard(news)
            if not self._waiting[key]:
                del self._waiting[key]


def stream(hub: LiveHub, org_id: str, customer_id: str) -> Response:
    """The answer to a page that wants to hear of changes."""

    async def events() -> AsyncIterator[ServerSentEvent]:
        async for _ in hub.changes(org_id, customer_id):
            yield ServerSentEvent(event="changed", data="")

    return EventSourceResponse(events(), ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})
