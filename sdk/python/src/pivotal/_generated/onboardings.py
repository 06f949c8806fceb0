"""Methods of `onboardings`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Deleted
from pivotal._generated.models.onboardings import AppliedTemplate, Onboarding
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import Paginator

if TYPE_CHECKING:
    from pivotal._generated.onboardings_comments import OnboardingsComments
    from pivotal._generated.onboardings_tasks import OnboardingsTasks

LIST = Operation(
    "GET",
    "/onboardings",
    query=(
        "limit",
        "cursor",
        "order",
        "created_after",
        "created_before",
        "updated_since",
        "livemode",
        "include_total",
        "state",
        "phase",
        "csm_id",
        "customer_id",
        "expand",
    ),
)
CREATE = Operation(
    "POST",
    "/onboardings",
    body=(
        "customer_id",
        "name",
        "template_id",
        "phase",
        "state",
        "started_at",
        "target_launch_date",
        "csm_id",
        "se_id",
        "designer_id",
        "product_ops_id",
        "notes",
        "waiting_on_customer",
        "reminders_enabled",
        "reminder_frequency_days",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
GET = Operation("GET", "/onboardings/{id}", query=("expand",))
UPDATE = Operation(
    "PATCH",
    "/onboardings/{id}",
    body=(
        "name",
        "phase",
        "phase_change_reason",
        "state",
        "target_launch_date",
        "target_change_reason",
        "csm_id",
        "se_id",
        "designer_id",
        "product_ops_id",
        "notes",
        "waiting_on_customer",
        "reminders_enabled",
        "reminder_frequency_days",
        "metadata",
        "external_id",
    ),
    keyed=True,
)
DELETE = Operation("DELETE", "/onboardings/{id}", keyed=True)
APPLY_TEMPLATE = Operation(
    "POST", "/onboardings/{id}/apply_template", body=("template_id", "add_copies"), keyed=True
)


class Onboardings(Resource):
    """`onboardings`."""

    @cached_property
    def comments(self) -> OnboardingsComments:
        """The methods of `onboardings.comments`."""
        from pivotal._generated.onboardings_comments import OnboardingsComments

        return OnboardingsComments(self._sender)

    @cached_property
    def tasks(self) -> OnboardingsTasks:
        """The methods of `onboardings.tasks`."""
        from pivotal._generated.onboardings_tasks import OnboardingsTasks

        return OnboardingsTasks(self._sender)

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
    ) -> Paginator[Onboarding]:
        """List onboardings.

        Onboardings, newest first. Those of archived and deleted customers are left out.
        """
        return self._list(LIST, Onboarding, locals())

    def create(
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
        return self._call(CREATE, Onboarding, locals())

    def get(
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
        return self._call(GET, Onboarding, locals())

    def update(
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
        return self._call(UPDATE, Onboarding, locals())

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
        """Delete an onboarding.

        Deletes an onboarding softly.
        """
        return self._call(DELETE, Deleted, locals())

    def apply_template(
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
        return self._call(APPLY_TEMPLATE, AppliedTemplate, locals())
