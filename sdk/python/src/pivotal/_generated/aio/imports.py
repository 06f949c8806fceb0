"""Methods of `imports`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import FileInput
from pivotal._client import AsyncResource
from pivotal._generated.imports import CREATE
from pivotal._generated.models.imports import Job
from pivotal._model import OMIT, Omit


class AsyncImports(AsyncResource):
    """`imports`."""

    async def create(
        self,
        *,
        file: FileInput,
        resource: Literal["contact", "customer", "onboarding", "task"],
        mode: Literal["create", "upsert"] | Omit = OMIT,
        by: Literal["display_id", "domain", "email", "external_id", "id", "slug"] | Omit | None = OMIT,
        mapping: str | Omit | None = OMIT,
        format: Literal["csv", "jsonl"] | Omit | None = OMIT,
        encoding: Literal["utf-16", "utf-8", "windows-1252"] | Omit | None = OMIT,
        delimiter: Literal["comma", "pipe", "semicolon", "tab"] | Omit | None = OMIT,
        blank_cells: Literal["clear", "leave"] | Omit = OMIT,
        send_webhooks: bool | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Job:
        """Import a file.

        Imports a CSV file with a header row, or JSON Lines, of up to 500 MB and 1,000,000 rows. Valid
        rows are imported, the others listed in a file of errors that can be corrected and imported
        again. One import of a workspace runs at a time. The key needs the write scope of the resource
        too. Customers bring their primary contacts in the columns `contact_name`, `contact_email`,
        `contact_title` and `contact_phone` when the key may write contacts; otherwise these columns are
        passed over.
        """
        return await self._call(CREATE, Job, locals())
