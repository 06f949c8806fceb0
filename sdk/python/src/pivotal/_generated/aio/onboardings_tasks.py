"""Methods of `onboardings.tasks`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.models.tasks import Task
from pivotal._generated.onboardings_tasks import LIST
from pivotal._model import Id
from pivotal._paging import AsyncPaginator


class AsyncOnboardingsTasks(AsyncResource):
    """`onboardings.tasks`."""

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
        assignee_id: Id | None = None,
        done: bool | None = None,
        due_before: datetime | date | str | None = None,
        expand: Sequence[Literal["customer", "onboarding"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Task]:
        """List the tasks of an onboarding.

        The tasks and subtasks of one onboarding, newest first, also while its customer is archived.
        """
        return self._list(LIST, Task, locals())
