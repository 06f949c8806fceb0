"""Methods of `tasks.comments`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.models.customers import Comment
from pivotal._generated.tasks_comments import CREATE, LIST
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import AsyncPaginator


class AsyncTasksComments(AsyncResource):
    """`tasks.comments`."""

    def list(
        self,
        id: Id,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        created_after: datetime | date | str | None = None,
        created_before: datetime | date | str | None = None,
        updated_since: datetime | date | str | None = None,
        livemode: bool | None = None,
        include_total: bool | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Comment]:
        """List the comments on a task.

        The comments on a task or subtask, newest first.
        """
        return self._list(LIST, Comment, locals())

    async def create(
        self,
        id: Id,
        *,
        body: str,
        visibility: Literal["customer", "internal"] | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Comment:
        """Comment on a task.

        Writes a comment on a task or subtask. The customer reads one of visibility `customer` as long
        as the task is customer-facing.
        """
        return await self._call(CREATE, Comment, locals())
