"""Methods of `onboardings.tasks`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.tasks import Task
from pivotal._model import Id
from pivotal._paging import Paginator

LIST = Operation(
    "GET",
    "/onboardings/{id}/tasks",
    query=(
        "limit",
        "cursor",
        "order",
        "created_after",
        "created_before",
        "updated_since",
        "livemode",
        "include_total",
        "assignee_id",
        "done",
        "due_before",
        "expand",
    ),
)


class OnboardingsTasks(Resource):
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
    ) -> Paginator[Task]:
        """List the tasks of an onboarding.

        The tasks and subtasks of one onboarding, newest first, also while its customer is archived.
        """
        return self._list(LIST, Task, locals())
