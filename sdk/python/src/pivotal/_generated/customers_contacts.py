"""Methods of `customers.contacts`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Contact, Deleted
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import Paginator

LIST = Operation(
    "GET",
    "/customers/{customer_id}/contacts",
    query=(
        "limit",
        "cursor",
        "order",
        "created_after",
        "created_before",
        "updated_since",
        "livemode",
        "include_total",
        "email",
        "archived",
        "expand",
    ),
)
CREATE = Operation(
    "POST",
    "/customers/{customer_id}/contacts",
    body=(
        "name",
        "email",
        "title",
        "phone",
        "is_primary",
        "labels",
        "archived",
        "portal_access",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
GET = Operation("GET", "/contacts/{id}", query=("expand",))
UPDATE = Operation(
    "PATCH",
    "/contacts/{id}",
    body=(
        "name",
        "email",
        "title",
        "phone",
        "is_primary",
        "labels",
        "archived",
        "portal_access",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
DELETE = Operation("DELETE", "/contacts/{id}", keyed=True)


class CustomersContacts(Resource):
    """`customers.contacts`."""

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
        email: str | None = None,
        archived: bool | None = None,
        expand: Sequence[Literal["customer"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[Contact]:
        """List the contacts of a customer.

        The contacts of one customer, newest first, archived ones included unless filtered out.
        """
        return self._list(LIST, Contact, locals())

    def create(
        self,
        customer_id: Id,
        *,
        name: str,
        email: str,
        title: str | Omit | None = OMIT,
        phone: str | Omit | None = OMIT,
        is_primary: bool | Omit = OMIT,
        labels: Sequence[str] | Omit = OMIT,
        archived: bool | Omit = OMIT,
        portal_access: bool | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Contact:
        """Create a contact.

        Attaches a contact to a customer. The first one becomes primary when `is_primary` is left out.
        """
        return self._call(CREATE, Contact, locals())

    def get(
        self,
        id: Id,
        *,
        expand: Sequence[Literal["customer"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Contact:
        """Get a contact.

        One contact, by `id` or `display_id`, also when its customer was deleted.
        """
        return self._call(GET, Contact, locals())

    def update(
        self,
        id: Id,
        *,
        name: str | Omit = OMIT,
        email: str | Omit = OMIT,
        title: str | Omit | None = OMIT,
        phone: str | Omit | None = OMIT,
        is_primary: bool | Omit = OMIT,
        labels: Sequence[str] | Omit = OMIT,
        archived: bool | Omit = OMIT,
        portal_access: bool | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Contact:
        """Update a contact.

        Changes the given keys. Making it primary unsets the one before; archiving the primary leaves
        none. Open tasks of an archived contact lose their assignee.
        """
        return self._call(UPDATE, Contact, locals())

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
        """Delete a contact.

        Deletes a contact softly. Deleting the primary leaves none; its open tasks lose their assignee.
        """
        return self._call(DELETE, Deleted, locals())
