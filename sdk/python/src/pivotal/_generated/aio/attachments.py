"""Methods of `attachments`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import FileInput
from pivotal._client import AsyncResource
from pivotal._generated.attachments import CREATE_FOR_COMMENT, CREATE_FOR_TASK, DELETE, GET
from pivotal._generated.models.attachments import Attachment, AttachmentDeleted
from pivotal._model import OMIT, Id, Omit


class AsyncAttachments(AsyncResource):
    """`attachments`."""

    async def create_for_comment(
        self,
        id: Id,
        *,
        file: FileInput,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Attachment:
        """Attach a file to a comment.

        Puts a file of any type, up to 25 MB, on a comment. Whoever sees the comment sees its files.
        """
        return await self._call(CREATE_FOR_COMMENT, Attachment, locals())

    async def create_for_task(
        self,
        id: Id,
        *,
        file: FileInput,
        visibility: Literal["customer", "internal"] | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Attachment:
        """Attach a file to a task.

        Puts a file of any type, up to 25 MB, on a task or subtask. It is internal unless `visibility`
        says otherwise.
        """
        return await self._call(CREATE_FOR_TASK, Attachment, locals())

    async def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Attachment:
        """Get an attachment.

        One attachment, with a link at which its file can be fetched without a key for 5 minutes.
        """
        return await self._call(GET, Attachment, locals())

    async def delete(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AttachmentDeleted:
        """Remove an attachment.

        Removes a file from its comment or task, whoever has put it there. Links to it stop working.
        """
        return await self._call(DELETE, AttachmentDeleted, locals())
