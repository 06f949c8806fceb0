"""Methods of `customers.activity`. Generated; do not edit."""

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
    "/customers/{customer_id}/activity",
    query=("limit", "cursor", "order", "since", "until", "livemode", "include_total", "event", "actor"),
)


class CustomersActivity(Resource):
    """`customers.activity`."""

    def list(
        self,
        customer_id: Id,
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
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[ActivityEntry]:
        """List the activity of a customer.

        What happened at one customer, newest first, with its contacts, onboardings and tasks.
        """
        return self._list(LIST, ActivityEntry, locals())
