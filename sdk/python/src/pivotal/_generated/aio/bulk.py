"""Methods of `bulk`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pivotal._client import AsyncResource
from pivotal._generated.bulk import RUN
from pivotal._generated.models.bulk import BulkOperation, BulkResult
from pivotal._model import OMIT, Omit


class AsyncBulk(AsyncResource):
    """`bulk`."""

    async def run(
        self,
        *,
        operations: Sequence[BulkOperation | Mapping[str, Any]],
        atomic: bool | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> BulkResult:
        """Run many changes.

        Runs up to 1,000 changes in order, each as its single operation would, with its own status and
        answer. One that fails changes nothing; with `atomic` it undoes all, and its error is the
        answer. Costs one more request of the rate limit for each 100 operations. The key needs
        `write:data` and the write scope of each resource that it changes.
        """
        return await self._call(RUN, BulkResult, locals())
