"""Methods of `customers`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Count, Customer, Deleted
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import Paginator

if TYPE_CHECKING:
    from pivotal._generated.customers_activity import CustomersActivity
    from pivotal._generated.customers_comments import CustomersComments
    from pivotal._generated.customers_contacts import CustomersContacts
    from pivotal._generated.customers_onboardings import CustomersOnboardings

LIST = Operation(
    "GET",
    "/customers",
    query=(
        "limit",
        "cursor",
        "order",
        "created_after",
        "created_before",
        "updated_since",
        "livemode",
        "include_total",
        "status",
        "slug",
        "domain",
        "plan",
        "owner_id",
        "tag",
        "external_id",
        "hubspot_company_id",
        "stripe_customer_id",
        "q",
        "expand",
    ),
)
CREATE = Operation(
    "POST",
    "/customers",
    body=(
        "name",
        "slug",
        "domain",
        "status",
        "plan",
        "mrr",
        "monthly_orders",
        "hubspot_company_id",
        "hubspot_deal_id",
        "stripe_customer_id",
        "intercom_company_id",
        "slack_channel_id",
        "owner_id",
        "tags",
        "custom_fields",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
COUNT = Operation(
    "GET",
    "/customers/count",
    query=(
        "created_after",
        "created_before",
        "updated_since",
        "livemode",
        "status",
        "slug",
        "domain",
        "plan",
        "owner_id",
        "tag",
        "external_id",
        "hubspot_company_id",
        "stripe_customer_id",
        "q",
    ),
)
UPSERT = Operation(
    "POST",
    "/customers/upsert",
    query=("by",),
    body=(
        "name",
        "slug",
        "domain",
        "status",
        "plan",
        "mrr",
        "monthly_orders",
        "hubspot_company_id",
        "hubspot_deal_id",
        "stripe_customer_id",
        "intercom_company_id",
        "slack_channel_id",
        "owner_id",
        "tags",
        "custom_fields",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
GET = Operation("GET", "/customers/{id}", query=("expand",))
UPDATE = Operation(
    "PATCH",
    "/customers/{id}",
    body=(
        "name",
        "slug",
        "domain",
        "status",
        "plan",
        "mrr",
        "monthly_orders",
        "hubspot_company_id",
        "hubspot_deal_id",
        "stripe_customer_id",
        "intercom_company_id",
        "slack_channel_id",
        "owner_id",
        "tags",
        "custom_fields",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
DELETE = Operation("DELETE", "/customers/{id}", keyed=True)


class Customers(Resource):
    """`customers`."""

    @cached_property
    def activity(self) -> CustomersActivity:
        """The methods of `customers.activity`."""
        from pivotal._generated.customers_activity import CustomersActivity

        return CustomersActivity(self._sender)

    @cached_property
    def comments(self) -> CustomersComments:
        """The methods of `customers.comments`."""
        from pivotal._generated.customers_comments import CustomersComments

        return CustomersComments(self._sender)

    @cached_property
    def contacts(self) -> CustomersContacts:
        """The methods of `customers.contacts`."""
        from pivotal._generated.customers_contacts import CustomersContacts

        return CustomersContacts(self._sender)

    @cached_property
    def onboardings(self) -> CustomersOnboardings:
        """The methods of `customers.onboardings`."""
        from pivotal._generated.customers_onboardings import CustomersOnboardings

        return CustomersOnboardings(self._sender)

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
    ) -> Paginator[Customer]:
        """List customers.

        Live customers, newest first. Filters apply before paging.
        """
        return self._list(LIST, Customer, locals())

    def create(
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
        return self._call(CREATE, Customer, locals())

    def count(
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
        return self._call(COUNT, Count, locals())

    def upsert(
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
        return self._call(UPSERT, Customer, locals())

    def get(
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
        return self._call(GET, Customer, locals())

    def update(
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
        return self._call(UPDATE, Customer, locals())

    def delete(
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
        return self._call(DELETE, Deleted, locals())
