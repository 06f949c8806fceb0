"""Methods of `custom_fields`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.custom_fields import CustomField
from pivotal._paging import Paginator

LIST = Operation("GET", "/custom_fields")


class CustomFields(Resource):
    """`custom_fields`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[CustomField]:
        """List custom fields.

        The custom fields of customers in their order, on one page. Archived ones are left out.
        """
        return self._list(LIST, CustomField, locals())
