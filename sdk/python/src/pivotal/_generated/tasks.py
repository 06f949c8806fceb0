"""Methods of `tasks`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Deleted
from pivotal._generated.models.tasks import Link, Task
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import Paginator

if TYPE_CHECKING:
    from pivotal._generated.tasks_comments import TasksComments

LIST = Operation(
    "GET",
    "/tasks",
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
        "customer_id",
        "onboarding_id",
        "expand",
    ),
)
CREATE = Operation(
    "POST",
    "/onboardings/{id}/tasks",
    body=(
        "title",
        "description",
        "assignee_id",
        "due_date",
        "due_anchor",
        "due_offset",
        "done",
        "links",
        "depends_on",
        "position",
        "metadata",
        "external_id",
        "phase",
        "customer_facing",
    ),
    keyed=True,
)
CREATE_SUBTASK = Operation(
    "POST",
    "/tasks/{id}/subtasks",
    body=(
        "title",
        "description",
        "assignee_id",
        "due_date",
        "due_anchor",
        "due_offset",
        "done",
        "links",
        "depends_on",
        "position",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
GET = Operation("GET", "/tasks/{id}", query=("expand",))
UPDATE = Operation(
    "PATCH",
    "/tasks/{id}",
    body=(
        "title",
        "description",
        "parent_task_id",
        "phase",
        "assignee_id",
        "due_date",
        "due_anchor",
        "due_offset",
        "done",
        "customer_facing",
        "links",
        "depends_on",
        "position",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
DELETE = Operation("DELETE", "/tasks/{id}", keyed=True)
COMPLETE = Operation("POST", "/tasks/{id}/complete", body=("complete_subtasks", "note"), keyed=True)
REOPEN = Operation("POST", "/tasks/{id}/reopen", keyed=True)


class Tasks(Resource):
    """`tasks`."""

    @cached_property
    def comments(self) -> TasksComments:
        """The methods of `tasks.comments`."""
        from pivotal._generated.tasks_comments import TasksComments

        return TasksComments(self._sender)

    def list(
        self,
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
        customer_id: Id | None = None,
        onboarding_id: Id | None = None,
        expand: Sequence[Literal["customer", "onboarding"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[Task]:
        """List tasks.

        Tasks and subtasks, newest first. Those of archived and deleted customers are left out.
        """
        return self._list(LIST, Task, locals())

    def create(
        self,
        id: Id,
        *,
        title: str,
        description: str | Omit | None = OMIT,
        assignee_id: Id | Omit | None = OMIT,
        due_date: datetime | date | str | Omit | None = OMIT,
        due_anchor: str | Omit | None = OMIT,
        due_offset: int | Omit | None = OMIT,
        done: bool | Omit = OMIT,
        links: Sequence[Link | Mapping[str, Any]] | Omit = OMIT,
        depends_on: Sequence[str] | Omit = OMIT,
        position: int | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        phase: str | Omit = OMIT,
        customer_facing: bool | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Create a task.

        Adds a task to an onboarding, in its present phase when `phase` is left out. A task of a contact
        is customer-facing. Send `due_date` for a fixed day, or `due_anchor` and `due_offset` for a
        planned one.
        """
        return self._call(CREATE, Task, locals())

    def create_subtask(
        self,
        id: Id,
        *,
        title: str,
        description: str | Omit | None = OMIT,
        assignee_id: Id | Omit | None = OMIT,
        due_date: datetime | date | str | Omit | None = OMIT,
        due_anchor: str | Omit | None = OMIT,
        due_offset: int | Omit | None = OMIT,
        done: bool | Omit = OMIT,
        links: Sequence[Link | Mapping[str, Any]] | Omit = OMIT,
        depends_on: Sequence[str] | Omit = OMIT,
        position: int | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Create a subtask.

        Adds a subtask to a task. Phase and `customer_facing` are those of the task. There is one level.
        """
        return self._call(CREATE_SUBTASK, Task, locals())

    def get(
        self,
        id: Id,
        *,
        expand: Sequence[Literal["customer", "onboarding"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Get a task.

        One task or subtask, by `id` or `display_id`.
        """
        return self._call(GET, Task, locals())

    def update(
        self,
        id: Id,
        *,
        title: str | Omit = OMIT,
        description: str | Omit | None = OMIT,
        parent_task_id: Id | Omit | None = OMIT,
        phase: str | Omit = OMIT,
        assignee_id: Id | Omit | None = OMIT,
        due_date: datetime | date | str | Omit | None = OMIT,
        due_anchor: str | Omit | None = OMIT,
        due_offset: int | Omit | None = OMIT,
        done: bool | Omit = OMIT,
        customer_facing: bool | Omit = OMIT,
        links: Sequence[Link | Mapping[str, Any]] | Omit = OMIT,
        depends_on: Sequence[str] | Omit = OMIT,
        position: int | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Update a task.

        Changes the given keys. `done` completes or reopens. A `due_date` that is sent makes the date
        fixed, a `due_anchor` makes it planned again. Subtasks follow the phase and `customer_facing` of
        their parent.
        """
        return self._call(UPDATE, Task, locals())

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
        """Delete a task.

        Deletes a task softly, with its subtasks. Tasks that depend on it lose that dependency.
        """
        return self._call(DELETE, Deleted, locals())

    def complete(
        self,
        id: Id,
        *,
        complete_subtasks: bool | Omit = OMIT,
        note: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Complete a task.

        Completes a task, locked or not; a done one stays as it is. Open subtasks stay open unless
        `complete_subtasks` is true. The last open subtask completes its parent.
        """
        return self._call(COMPLETE, Task, locals())

    def reopen(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Task:
        """Reopen a task.

        Opens a done task again; an open one stays as it is. Reopening a subtask also reopens a parent
        that its subtasks had completed.
        """
        return self._call(REOPEN, Task, locals())
