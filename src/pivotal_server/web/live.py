"""Live updates: one stream per open page, which says that its customer (or the list) has changed.

The stream carries no data, only the word that there is news; the page then asks for its fragments again, so
that nobody is ever sent what they may not see.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response

from pivotal_server.db.engine import Database
from pivotal_server.db.errors import Unavailable
from pivotal_server.unit_of_work import LIVE_CHANNEL
from pivotal_server.web.sse import EventSourceResponse, ServerSentEvent

PING_SECONDS = 20
LONGEST_SECONDS = 600.0
"""After this long a stream ends; the browser opens it anew and is asked who it is."""
LOOK_SECONDS = 30.0
"""How often a stream looks for itself, since notifications can be lost with their connection."""

Look = Callable[[], Awaitable[str]]
"""Says in which state the subject is; any change of it changes the answer."""


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

    async def changes(
        self,
        org_id: str,
        customer_id: str,
        look: Look,
        known: str | None = None,
        every: float | None = None,
    ) -> AsyncIterator[None]:
        """Yields whenever ``look`` tells of another state than before.

        It is asked when the customer changes, or any customer for an empty ``customer_id``, and from time to
        time, at least each ``every`` seconds. ``known`` is the state that the page shows: what changed before
        it listened counts too. Without it the present state does.
        """
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
                news.clear()
                seen = await look()
                if known is not None and seen != known:
                    yield
                known = seen
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, every or LOOK_SECONDS)):
                        await news.wait()
        finally:
            self._waiting[key].discard(news)
            if not self._waiting[key]:
                del self._waiting[key]


def stream(
    hub: LiveHub,
    org_id: str,
    customer_id: str,
    look: Look,
    known: str | None = None,
    every: float | None = None,
) -> Response:
    """The answer to a page that wants to hear of changes; see :meth:`LiveHub.changes`."""

    async def events() -> AsyncIterator[ServerSentEvent]:
        # Without a database the stream ends; the browser comes again.
        with suppress(Unavailable):
            async for _ in hub.changes(org_id, customer_id, look, known, every):
                yield ServerSentEvent(event="changed", data="")

    return EventSourceResponse(events(), ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})
