"""Methods of `onboardings`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pivotal._client import AsyncResource
from pivotal._generated.models.customers import Deleted
from pivotal._generated.models.onboardings import AppliedTemplate, Onboarding
from pivotal._generated.onboardings import APPLY_TEMPLATE, CREATE, DELETE, GET, LIST, UPDATE
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import AsyncPaginator

if TYPE_CHECKING:
    from pivotal._generated.aio.onboardings_comments import AsyncOnboardingsComments
    from pivotal._generated.aio.onboardings_tasks import AsyncOnboardingsTasks


class AsyncOnboardings(AsyncResource):
    """`onboardings`."""

    @cached_property
    def comments(self) -> AsyncOnboardingsComments:
        """The methods of `onboardings.comments`."""
        from pivotal._generated.aio.onboardings_comments import AsyncOnboardingsComments

        return AsyncOnboardingsComments(self._sender)

    @cached_property
    def tasks(self) -> AsyncOnboardingsTasks:
        """The methods of `onboardings.tasks`."""
        from pivotal._generated.aio.onboardings_tasks import AsyncOnboardingsTasks

        return AsyncOnboardingsTasks(self._sender)

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
        state: Literal["active", "at_risk", "done", "paused", "waiting"] | None = None,
        phase: str | None = None,
        csm_id: Id | None = None,
        customer_id: Id | None = None,
        expand: Sequence[Literal["csm", "customer", "tasks"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Onboarding]:
        """List onboardings.

        Onboardings, newest first. Those of archived and deleted customers are left out.
        """
        return self._list(LIST, Onboarding, locals())

    async def create(
        self,
        *,
        customer_id: Id,
        name: str | Omit = OMIT,
        template_id: Id | Omit | None = OMIT,
        phase: str | Omit = OMIT,
        state: Literal["active", "at_risk", "done", "paused", "waiting"] | Omit = OMIT,
        started_at: datetime | date | str | Omit = OMIT,
        target_launch_date: datetime | date | str | Omit | None = OMIT,
        csm_id: Id | Omit | None = OMIT,
        se_id: Id | Omit | None = OMIT,
        designer_id: Id | Omit | None = OMIT,
        product_ops_id: Id | Omit | None = OMIT,
        notes: str | Omit | None = OMIT,
        waiting_on_customer: bool | Omit = OMIT,
        reminders_enabled: bool | Omit = OMIT,
        reminder_frequency_days: int | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Onboarding:
        """Create an onboarding.

        Opens an onboarding for a customer. It starts in the first phase when `phase` is left out.
        """
        return await self._call(CREATE, Onboarding, locals())

    async def get(
        self,
        id: Id,
        *,
        expand: Sequence[Literal["csm", "customer", "tasks"]] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Onboarding:
        """Get an onboarding.

        One onboarding, by `id` or `display_id`, also when its customer was deleted.
        """
        return await self._call(GET, Onboarding, locals())

    async def update(
        self,
        id: Id,
        *,
        name: str | Omit = OMIT,
        phase: str | Omit = OMIT,
        phase_change_reason: str | Omit | None = OMIT,
        state: Literal["active", "at_risk", "done", "paused", "waiting"] | Omit = OMIT,
        target_launch_date: datetime | date | str | Omit | None = OMIT,
        target_change_reason: str | Omit | None = OMIT,
        csm_id: Id | Omit | None = OMIT,
        se_id: Id | Omit | None = OMIT,
        designer_id: Id | Omit | None = OMIT,
        product_ops_id: Id | Omit | None = OMIT,
        notes: str | Omit | None = OMIT,
        waiting_on_customer: bool | Omit = OMIT,
        reminders_enabled: bool | Omit = OMIT,
        reminder_frequency_days: int | Omit = OMIT,
        metadata: Mapping[str, Any] | Omit = OMIT,
        external_id: Id | Omit | None = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Onboarding:
        """Update an onboarding.

        Changes the given keys; state first, then phase, then the rest. A phase moves in any direction.
        """
        return await self._call(UPDATE, Onboarding, locals())

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
        """Delete an onboarding.

        Deletes an onboarding softly.
        """
        return await self._call(DELETE, Deleted, locals())

    async def apply_template(
        self,
        id: Id,
        *,
        template_id: Id,
        add_copies: bool | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AppliedTemplate:
        """Apply a template.

        Adds the tasks of a template to an onboarding, in the phase of the template. Tasks whose
        condition does not hold, and those it has already, are skipped; a second call adds what has come
        to match.
        """
        return await self._call(APPLY_TEMPLATE, AppliedTemplate, locals())
