"""Methods of `webhook_event_types`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._client import AsyncResource
from pivotal._generated.models.webhook_event_types import WebhookEventType
from pivotal._generated.webhook_event_types import LIST
from pivotal._paging import AsyncPaginator


class AsyncWebhookEventTypes(AsyncResource):
    """`webhook_event_types`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[WebhookEventType]:
        """List the types of events.

        Every type that an endpoint can ask for, in the order of the catalogue, on one page.
        """
        return self._list(LIST, WebhookEventType, locals())
