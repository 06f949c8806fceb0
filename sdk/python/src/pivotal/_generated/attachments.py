"""Methods of `attachments`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import FileInput, Operation
from pivotal._client import Resource
from pivotal._generated.models.attachments import Attachment, AttachmentDeleted
from pivotal._model import OMIT, Id, Omit

CREATE_FOR_COMMENT = Operation("POST", "/comments/{id}/attachments", form=("file",), keyed=True)
CREATE_FOR_TASK = Operation("POST", "/tasks/{id}/attachments", form=("file", "visibility"), keyed=True)
GET = Operation("GET", "/attachments/{id}")
DELETE = Operation("DELETE", "/attachments/{id}", keyed=True)


class Attachments(Resource):
    """`attachments`."""

    def create_for_comment(
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
        return self._call(CREATE_FOR_COMMENT, Attachment, locals())

    def create_for_task(
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
        return self._call(CREATE_FOR_TASK, Attachment, locals())

    def get(
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
        return self._call(GET, Attachment, locals())

    def delete(
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
        return self._call(DELETE, AttachmentDeleted, locals())
