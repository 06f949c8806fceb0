"""Methods of `the client`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from pivotal._client import AsyncResource
from pivotal._generated.models.health import Health
from pivotal._generated.models.me import ApiKeyIdentity
from pivotal._generated.models.search import SearchResult
from pivotal._generated.root import HEALTH, ME, SEARCH
from pivotal._paging import AsyncPaginator

if TYPE_CHECKING:
    from pivotal._generated.aio.activity import AsyncActivity
    from pivotal._generated.aio.attachments import AsyncAttachments
    from pivotal._generated.aio.bulk import AsyncBulk
    from pivotal._generated.aio.comments import AsyncComments
    from pivotal._generated.aio.custom_fields import AsyncCustomFields
    from pivotal._generated.aio.customers import AsyncCustomers
    from pivotal._generated.aio.customers_contacts import AsyncCustomersContacts
    from pivotal._generated.aio.events import AsyncEvents
    from pivotal._generated.aio.exports import AsyncExports
    from pivotal._generated.aio.imports import AsyncImports
    from pivotal._generated.aio.jobs import AsyncJobs
    from pivotal._generated.aio.members import AsyncMembers
    from pivotal._generated.aio.onboardings import AsyncOnboardings
    from pivotal._generated.aio.phases import AsyncPhases
    from pivotal._generated.aio.tags import AsyncTags
    from pivotal._generated.aio.tasks import AsyncTasks
    from pivotal._generated.aio.templates import AsyncTemplates
    from pivotal._generated.aio.webhook_endpoints import AsyncWebhookEndpoints
    from pivotal._generated.aio.webhook_event_types import AsyncWebhookEventTypes


class AsyncRoot(AsyncResource):
    """`The client itself`."""

    @cached_property
    def activity(self) -> AsyncActivity:
        """The methods of `activity`."""
        from pivotal._generated.aio.activity import AsyncActivity

        return AsyncActivity(self._sender)

    @cached_property
    def attachments(self) -> AsyncAttachments:
        """The methods of `attachments`."""
        from pivotal._generated.aio.attachments import AsyncAttachments

        return AsyncAttachments(self._sender)

    @cached_property
    def bulk(self) -> AsyncBulk:
        """The methods of `bulk`."""
        from pivotal._generated.aio.bulk import AsyncBulk

        return AsyncBulk(self._sender)

    @cached_property
    def comments(self) -> AsyncComments:
        """The methods of `comments`."""
        from pivotal._generated.aio.comments import AsyncComments

        return AsyncComments(self._sender)

    @cached_property
    def contacts(self) -> AsyncCustomersContacts:
        """The methods of `customers.contacts`."""
        from pivotal._generated.aio.customers_contacts import AsyncCustomersContacts

        return AsyncCustomersContacts(self._sender)

    @cached_property
    def custom_fields(self) -> AsyncCustomFields:
        """The methods of `custom_fields`."""
        from pivotal._generated.aio.custom_fields import AsyncCustomFields

        return AsyncCustomFields(self._sender)

    @cached_property
    def customers(self) -> AsyncCustomers:
        """The methods of `customers`."""
        from pivotal._generated.aio.customers import AsyncCustomers

        return AsyncCustomers(self._sender)

    @cached_property
    def events(self) -> AsyncEvents:
        """The methods of `events`."""
        from pivotal._generated.aio.events import AsyncEvents

        return AsyncEvents(self._sender)

    @cached_property
    def exports(self) -> AsyncExports:
        """The methods of `exports`."""
        from pivotal._generated.aio.exports import AsyncExports

        return AsyncExports(self._sender)

    @cached_property
    def imports(self) -> AsyncImports:
        """The methods of `imports`."""
        from pivotal._generated.aio.imports import AsyncImports

        return AsyncImports(self._sender)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """The methods of `jobs`."""
        from pivotal._generated.aio.jobs import AsyncJobs

        return AsyncJobs(self._sender)

    @cached_property
    def members(self) -> AsyncMembers:
        """The methods of `members`."""
        from pivotal._generated.aio.members import AsyncMembers

        return AsyncMembers(self._sender)

    @cached_property
    def onboardings(self) -> AsyncOnboardings:
        """The methods of `onboardings`."""
        from pivotal._generated.aio.onboardings import AsyncOnboardings

        return AsyncOnboardings(self._sender)

    @cached_property
    def phases(self) -> AsyncPhases:
        """The methods of `phases`."""
        from pivotal._generated.aio.phases import AsyncPhases

        return AsyncPhases(self._sender)

    @cached_property
    def tags(self) -> AsyncTags:
        """The methods of `tags`."""
        from pivotal._generated.aio.tags import AsyncTags

        return AsyncTags(self._sender)

    @cached_property
    def tasks(self) -> AsyncTasks:
        """The methods of `tasks`."""
        from pivotal._generated.aio.tasks import AsyncTasks

        return AsyncTasks(self._sender)

    @cached_property
    def templates(self) -> AsyncTemplates:
        """The methods of `templates`."""
        from pivotal._generated.aio.templates import AsyncTemplates

        return AsyncTemplates(self._sender)

    @cached_property
    def webhook_endpoints(self) -> AsyncWebhookEndpoints:
        """The methods of `webhook_endpoints`."""
        from pivotal._generated.aio.webhook_endpoints import AsyncWebhookEndpoints

        return AsyncWebhookEndpoints(self._sender)

    @cached_property
    def webhook_event_types(self) -> AsyncWebhookEventTypes:
        """The methods of `webhook_event_types`."""
        from pivotal._generated.aio.webhook_event_types import AsyncWebhookEventTypes

        return AsyncWebhookEventTypes(self._sender)

    async def me(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKeyIdentity:
        """Identify the key.

        The key that makes the request and the workspace it belongs to. Has no side effects.
        """
        return await self._call(ME, ApiKeyIdentity, locals())

    async def health(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Health:
        """Is the server up.

        Answers as long as the server runs. Needs no key and counts against no limit.
        """
        return await self._call(HEALTH, Health, locals())

    def search(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[SearchResult]:
        """Search the workspace.

        Customers, contacts, onboardings and tasks that hold all terms of `q`, the best first. Archived
        ones are found with `is:archived` or `status:archived`. Nothing in `q` is an error: `hints` says
        what was not understood. Of words that very many records hold, the newest changed ones are
        ranked.
        """
        return self._list(SEARCH, SearchResult, locals())
