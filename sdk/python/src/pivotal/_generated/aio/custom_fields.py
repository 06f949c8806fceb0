"""Methods of `custom_fields`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._client import AsyncResource
from pivotal._generated.custom_fields import LIST
from pivotal._generated.models.custom_fields import CustomField
from pivotal._paging import AsyncPaginator


class AsyncCustomFields(AsyncResource):
    """`custom_fields`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[CustomField]:
        """List custom fields.

        The custom fields of customers in their order, on one page. Archived ones are left out.
        """
        return self._list(LIST, CustomField, locals())
