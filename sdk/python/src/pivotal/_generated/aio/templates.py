"""Methods of `templates`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pivotal._client import AsyncResource
from pivotal._generated.models.customers import Deleted
from pivotal._generated.models.templates import Condition, Template, TemplateTask
from pivotal._generated.templates import CREATE, DELETE, GET, LIST, UPDATE
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import AsyncPaginator


class AsyncTemplates(AsyncResource):
    """`templates`."""

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
        phase: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Template]:
        """List templates.

        Phase templates, newest first.
        """
        return self._list(LIST, Template, locals())

    async def create(
        self,
        *,
        name: str,
        phase: str,
        description: str | Omit | None = OMIT,
        default_for_phase: bool | Omit = OMIT,
        applies_when: Condition | Mapping[str, Any] | Omit | None = OMIT,
        tasks: Sequence[TemplateTask | Mapping[str, Any]] | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Template:
        """Create a template.

        Saves a bundle of tasks for one phase. As `default_for_phase` it is applied whenever an
        onboarding enters that phase.
        """
        return await self._call(CREATE, Template, locals())

    async def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Template:
        """Get a template.

        One template, by `id` or `display_id`.
        """
        return await self._call(GET, Template, locals())

    async def update(
        self,
        id: Id,
        *,
        name: str | Omit = OMIT,
        description: str | Omit | None = OMIT,
        phase: str | Omit = OMIT,
        default_for_phase: bool | Omit = OMIT,
        applies_when: Condition | Mapping[str, Any] | Omit | None = OMIT,
        tasks: Sequence[TemplateTask | Mapping[str, Any]] | Omit = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Template:
        """Update a template.

        Changes the given keys and counts `version` up; `tasks` is replaced as a whole. Tasks that were
        made from the template stay as they are. Keep the `key` of a task, so that it is known again.
        """
        return await self._call(UPDATE, Template, locals())

    async def delete(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Deleted:
        """Delete a template.

        Puts a template away. Tasks that were made from it stay.
        """
        return await self._call(DELETE, Deleted, locals())
