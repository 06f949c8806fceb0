"""Methods of `events`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.events import GET, LIST
from pivotal._generated.models.events import Event
from pivotal._model import Id
from pivotal._paging import AsyncPaginator


class AsyncEvents(AsyncResource):
    """`events`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        since: datetime | date | str | None = None,
        until: datetime | date | str | None = None,
        livemode: bool | None = None,
        include_total: bool | None = None,
        type: Sequence[str] | None = None,
        delivery_state: Literal["delivered", "failed", "none", "pending"] | None = None,
        customer_id: Id | None = None,
        object_id: Id | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Event]:
        """List events.

        Events of changes, newest first. With `order=asc` there is always a cursor to go on from later.
        """
        return self._list(LIST, Event, locals())

    async def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Event:
        """Get an event.

        One event, by its `id`, whatever made it.
        """
        return await self._call(GET, Event, locals())
