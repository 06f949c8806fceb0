"""Methods of `customers.onboardings`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.customers_onboardings import LIST
from pivotal._generated.models.onboardings import Onboarding
from pivotal._model import Id
from pivotal._paging import AsyncPaginator


class AsyncCustomersOnboardings(AsyncResource):
    """`customers.onboardings`."""

    def list(
        self,
        customer_id: Id,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        created_after: datetime | date | str | None = None,
        created_before: datetime | date | str | None = None,
        updated_since: datetime | date | str | None = None,
        livemode: bool | None = None,
        include_total: bool | None = None,
        state: Literal["active", "at_risk", "done", "paused", "waiting"] | None = None,
        phase: str | None = None,
        csm_id: Id | None = None,
        expand: Sequence[Literal["csm", "customer", "tasks"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Onboarding]:
        """List the onboardings of a customer.

        The onboardings of one customer, newest first, also while the customer is archived.
        """
        return self._list(LIST, Onboarding, locals())
