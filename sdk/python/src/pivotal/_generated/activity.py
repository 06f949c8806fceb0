"""Methods of `activity`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.activity import ActivityEntry
from pivotal._model import Id
from pivotal._paging import Paginator

LIST = Operation(
    "GET",
    "/activity",
    query=(
        "limit",
        "cursor",
        "order",
        "since",
        "until",
        "livemode",
        "include_total",
        "event",
        "actor",
        "customer_id",
    ),
)


class Activity(Resource):
    """`activity`."""

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
        event: str | None = None,
        actor: str | None = None,
        customer_id: Id | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[ActivityEntry]:
        """List activity.

        Everything that happened in the workspace, newest first. `event` also takes a group or another
        name.
        """
        return self._list(LIST, ActivityEntry, locals())
