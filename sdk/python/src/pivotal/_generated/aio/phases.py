"""Methods of `phases`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._client import AsyncResource
from pivotal._generated.models.phases import Phase
from pivotal._generated.phases import LIST
from pivotal._paging import AsyncPaginator


class AsyncPhases(AsyncResource):
    """`phases`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Phase]:
        """List phases.

        The phases of the workspace in their order, on one page. Archived ones are left out.
        """
        return self._list(LIST, Phase, locals())
