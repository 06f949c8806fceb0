"""Methods of `the client`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.health import Health
from pivotal._generated.models.me import ApiKeyIdentity
from pivotal._generated.models.search import SearchResult
from pivotal._paging import Paginator

if TYPE_CHECKING:
    from pivotal._generated.activity import Activity
    from pivotal._generated.attachments import Attachments
    from pivotal._generated.bulk import Bulk
    from pivotal._generated.comments import Comments
    from pivotal._generated.custom_fields import CustomFields
    from pivotal._generated.customers import Customers
    from pivotal._generated.customers_contacts import CustomersContacts
    from pivotal._generated.events import Events
    from pivotal._generated.exports import Exports
    from pivotal._generated.imports import Imports
    from pivotal._generated.jobs import Jobs
    from pivotal._generated.members import Members
    from pivotal._generated.onboardings import Onboardings
    from pivotal._generated.phases import Phases
    from pivotal._generated.tags import Tags
    from pivotal._generated.tasks import Tasks
    from pivotal._generated.templates import Templates
    from pivotal._generated.webhook_endpoints import WebhookEndpoints
    from pivotal._generated.webhook_event_types import WebhookEventTypes

ME = Operation("GET", "/me")
HEALTH = Operation("GET", "/health")
SEARCH = Operation("GET", "/search", query=("q", "limit", "cursor"))


class Root(Resource):
    """`The client itself`."""

    @cached_property
    def activity(self) -> Activity:
        """The methods of `activity`."""
        from pivotal._generated.activity import Activity

        return Activity(self._sender)

    @cached_property
    def attachments(self) -> Attachments:
        """The methods of `attachments`."""
        from pivotal._generated.attachments import Attachments

        return Attachments(self._sender)

    @cached_property
    def bulk(self) -> Bulk:
        """The methods of `bulk`."""
        from pivotal._generated.bulk import Bulk

        return Bulk(self._sender)

    @cached_property
    def comments(self) -> Comments:
        """The methods of `comments`."""
        from pivotal._generated.comments import Comments

        return Comments(self._sender)

    @cached_property
    def contacts(self) -> CustomersContacts:
        """The methods of `customers.contacts`."""
        from pivotal._generated.customers_contacts import CustomersContacts

        return CustomersContacts(self._sender)

    @cached_property
    def custom_fields(self) -> CustomFields:
        """The methods of `custom_fields`."""
        from pivotal._generated.custom_fields import CustomFields

        return CustomFields(self._sender)

    @cached_property
    def customers(self) -> Customers:
        """The methods of `customers`."""
        from pivotal._generated.customers import Customers

        return Customers(self._sender)

    @cached_property
    def events(self) -> Events:
        """The methods of `events`."""
        from pivotal._generated.events import Events

        return Events(self._sender)

    @cached_property
    def exports(self) -> Exports:
        """The methods of `exports`."""
        from pivotal._generated.exports import Exports

        return Exports(self._sender)

    @cached_property
    def imports(self) -> Imports:
        """The methods of `imports`."""
        from pivotal._generated.imports import Imports

        return Imports(self._sender)

    @cached_property
    def jobs(self) -> Jobs:
        """The methods of `jobs`."""
        from pivotal._generated.jobs import Jobs

        return Jobs(self._sender)

    @cached_property
    def members(self) -> Members:
        """The methods of `members`."""
        from pivotal._generated.members import Members

        return Members(self._sender)

    @cached_property
    def onboardings(self) -> Onboardings:
        """The methods of `onboardings`."""
        from pivotal._generated.onboardings import Onboardings

        return Onboardings(self._sender)

    @cached_property
    def phases(self) -> Phases:
        """The methods of `phases`."""
        from pivotal._generated.phases import Phases

        return Phases(self._sender)

    @cached_property
    def tags(self) -> Tags:
        """The methods of `tags`."""
        from pivotal._generated.tags import Tags

        return Tags(self._sender)

    @cached_property
    def tasks(self) -> Tasks:
        """The methods of `tasks`."""
        from pivotal._generated.tasks import Tasks

        return Tasks(self._sender)

    @cached_property
    def templates(self) -> Templates:
        """The methods of `templates`."""
        from pivotal._generated.templates import Templates

        return Templates(self._sender)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpoints:
        """The methods of `webhook_endpoints`."""
        from pivotal._generated.webhook_endpoints import WebhookEndpoints

        return WebhookEndpoints(self._sender)

    @cached_property
    def webhook_event_types(self) -> WebhookEventTypes:
        """The methods of `webhook_event_types`."""
        from pivotal._generated.webhook_event_types import WebhookEventTypes

        return WebhookEventTypes(self._sender)

    def me(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKeyIdentity:
        """Identify the key.

        The key that makes the request and the workspace it belongs to. Has no side effects.
        """
        return self._call(ME, ApiKeyIdentity, locals())

    def health(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Health:
        """Is the server up.

        Answers as long as the server runs. Needs no key and counts against no limit.
        """
        return self._call(HEALTH, Health, locals())

    def search(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[SearchResult]:
        """Search the workspace.

        Customers, contacts, onboardings and tasks that hold all terms of `q`, the best first. Archived
        ones are found with `is:archived` or `status:archived`. Nothing in `q` is an error: `hints` says
        what was not understood. Of words that very many records hold, the newest changed ones are
        ranked.
        """
        return self._list(SEARCH, SearchResult, locals())
