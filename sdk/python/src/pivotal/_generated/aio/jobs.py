"""Methods of `jobs`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._client import AsyncResource
from pivotal._generated.jobs import CANCEL, GET
from pivotal._generated.models.imports import Job
from pivotal._model import Id


class AsyncJobs(AsyncResource):
    """`jobs`."""

    async def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Job:
        """Get a job.

        An import, export or other long work: how it stands, how far it is, and the files it has made.
        The key needs the read scope of the records too.
        """
        return await self._call(GET, Job, locals())

    async def cancel(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Job:
        """Cancel a job.

        Ends a waiting job at once and a running one before its next step; what is done stays. A
        finished job stays as it is. The key needs the read scope of the records too.
        """
        return await self._call(CANCEL, Job, locals())
