"""Methods of `webhook_event_types`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.webhook_event_types import WebhookEventType
from pivotal._paging import Paginator

LIST = Operation("GET", "/webhook_event_types")


class WebhookEventTypes(Resource):
    """`webhook_event_types`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[WebhookEventType]:
        """List the types of events.

        Every type that an endpoint can ask for, in the order of the catalogue, on one page.
        """
        return self._list(LIST, WebhookEventType, locals())
