"""Methods of `phases`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.phases import Phase
from pivotal._paging import Paginator

LIST = Operation("GET", "/phases")


class Phases(Resource):
    """`phases`."""

    def list(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[Phase]:
        """List phases.

        The phases of the workspace in their order, on one page. Archived ones are left out.
        """
        return self._list(LIST, Phase, locals())
