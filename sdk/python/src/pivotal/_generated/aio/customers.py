"""Methods of `customers`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pivotal._client import AsyncResource
from pivotal._generated.customers import COUNT, CREATE, DELETE, GET, LIST, UPDATE, UPSERT
from pivotal._generated.models.customers import Count, Customer, Deleted
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import AsyncPaginator

if TYPE_CHECKING:
    from pivotal._generated.aio.customers_activity import AsyncCustomersActivity
    from pivotal._generated.aio.customers_comments import AsyncCustomersComments
    from pivotal._generated.aio.customers_contacts import AsyncCustomersContacts
    from pivotal._generated.aio.customers_onboardings import AsyncCustomersOnboardings


class AsyncCustomers(AsyncResource):
    """`customers`."""

    @cached_property
    def activity(self) -> AsyncCustomersActivity:
        """The methods of `customers.activity`."""
        from pivotal._generated.aio.customers_activity import AsyncCustomersActivity

        return AsyncCustomersActivity(self._sender)

    @cached_property
    def comments(self) -> AsyncCustomersComments:
        """The methods of `customers.comments`."""
        from pivotal._generated.aio.customers_comments import AsyncCustomersComments

        return AsyncCustomersComments(self._sender)

    @cached_property
    def contacts(self) -> AsyncCustomersContacts:
        """The methods of `customers.contacts`."""
        from pivotal._generated.aio.customers_contacts import AsyncCustomersContacts

        return AsyncCustomersContacts(self._sender)

    @cached_property
    def onboardings(self) -> AsyncCustomersOnboardings:
        """The methods of `customers.onboardings`."""
        from pivotal._generated.aio.customers_onboardings import AsyncCustomersOnboardings

        return AsyncCustomersOnboardings(self._sender)

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        created_after: datetime | date | str | None = None,
        created_before: datetime | date | str | None = None,
        updated_since: datetime | date | str | None = None,
        livemode: bool | None = None,
        include_total: bool | None = None,
        status: Literal["active", "archived", "at_risk", "churned", "onboarding"] | None = None,
        slug: str | None = None,
        domain: str | None = None,
        plan: str | None = None,
        owner_id: Id | None = None,
        tag: str | None = None,
        external_id: Id | None = None,
        hubspot_company_id: Id | None = None,
        stripe_customer_id: Id | None = None,
        q: str | None = None,
        expand: Sequence[Literal["contacts", "onboardings", "owner"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Customer]:
        """List customers.

        Live customers, newest first. Filters apply before paging.
        """
        return self._list(LIST, Customer, locals())

    async def create(
        self,
        *,
        name: str,
        slug: str | Omit = OMIT,
        domain: str | Omit | None = OMIT,
        status: Literal["active", "archived", "at_risk", "churned", "onboarding"] | Omit = OMIT,
        plan: str | Omit | None = OMIT,
        mrr: float | Omit | None = OMIT,
        monthly_orders: float | Omit | None = OMIT,
        hubspot_company_id: Id | Omit | None = OMIT,
        hubspot_deal_id: Id | Omit | None = OMIT,
        stripe_customer_id: Id | Omit | None = OMIT,
        intercom_company_id: Id | Omit | None = OMIT,
        slack_channel_id: Id | Omit | None = OMIT,
        owner_id: Id | Omit | None = OMIT,
        tags: Sequence[str] | Omit = OMIT,
        custom_fields: Mapping[str, Any] | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Customer:
        """Create a customer.

        Creates a customer. Without a `slug` one is made from the name and made unique.
        """
        return await self._call(CREATE, Customer, locals())

    async def count(
        self,
        *,
        created_after: datetime | date | str | None = None,
        created_before: datetime | date | str | None = None,
        updated_since: datetime | date | str | None = None,
        livemode: bool | None = None,
        status: Literal["active", "archived", "at_risk", "churned", "onboarding"] | None = None,
        slug: str | None = None,
        domain: str | None = None,
        plan: str | None = None,
        owner_id: Id | None = None,
        tag: str | None = None,
        external_id: Id | None = None,
        hubspot_company_id: Id | None = None,
        stripe_customer_id: Id | None = None,
        q: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Count:
        """Count customers.

        How many live customers match the same filters as the list takes.
        """
        return await self._call(COUNT, Count, locals())

    async def upsert(
        self,
        *,
        name: str | Omit = OMIT,
        slug: str | Omit = OMIT,
        domain: str | Omit | None = OMIT,
        status: Literal["active", "archived", "at_risk", "churned", "onboarding"] | Omit = OMIT,
        plan: str | Omit | None = OMIT,
        mrr: float | Omit | None = OMIT,
        monthly_orders: float | Omit | None = OMIT,
        hubspot_company_id: Id | Omit | None = OMIT,
        hubspot_deal_id: Id | Omit | None = OMIT,
        stripe_customer_id: Id | Omit | None = OMIT,
        intercom_company_id: Id | Omit | None = OMIT,
        slack_channel_id: Id | Omit | None = OMIT,
        owner_id: Id | Omit | None = OMIT,
        tags: Sequence[str] | Omit = OMIT,
        custom_fields: Mapping[str, Any] | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        by: Literal["domain", "external_id", "slug"] | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Customer:
        """Create or update a customer.

        Updates the live customer with the same `by` as the body, or creates one, which then needs a
        `name`.
        """
        return await self._call(UPSERT, Customer, locals())

    async def get(
        self,
        id: Id,
        *,
        expand: Sequence[Literal["contacts", "onboardings", "owner"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Customer:
        """Get a customer.

        One live customer, by `id` or `display_id`.
        """
        return await self._call(GET, Customer, locals())

    async def update(
        self,
        id: Id,
        *,
        name: str | Omit = OMIT,
        slug: str | Omit = OMIT,
        domain: str | Omit | None = OMIT,
        status: Literal["active", "archived", "at_risk", "churned", "onboarding"] | Omit = OMIT,
        plan: str | Omit | None = OMIT,
        mrr: float | Omit | None = OMIT,
        monthly_orders: float | Omit | None = OMIT,
        hubspot_company_id: Id | Omit | None = OMIT,
        hubspot_deal_id: Id | Omit | None = OMIT,
        stripe_customer_id: Id | Omit | None = OMIT,
        intercom_company_id: Id | Omit | None = OMIT,
        slack_channel_id: Id | Omit | None = OMIT,
        owner_id: Id | Omit | None = OMIT,
        tags: Sequence[str] | Omit = OMIT,
        custom_fields: Mapping[str, Any] | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Customer:
        """Update a customer.

        Changes the given keys; absent ones stay, `null` clears. Churning pauses its running
        onboardings.
        """
        return await self._call(UPDATE, Customer, locals())

    async def delete(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Deleted:
        """Delete a customer.

        Deletes a customer softly. Its contacts and onboardings leave every list but can be read by id.
        """
        return await self._call(DELETE, Deleted, locals())
