"""Methods of `comments`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.comments import DELETE, UPDATE
from pivotal._generated.models.customers import Comment, Deleted
from pivotal._model import OMIT, Id, Omit


class AsyncComments(AsyncResource):
    """`comments`."""

    async def update(
        self,
        id: Id,
        *,
        body: str | Omit = OMIT,
        visibility: Literal["customer", "internal"] | Omit = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Comment:
        """Update a comment.

        Changes the given keys of a comment that the same key has written.
        """
        return await self._call(UPDATE, Comment, locals())

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
        """Delete a comment.

        Deletes a comment softly, whoever has written it. Its files can no longer be fetched.
        """
        return await self._call(DELETE, Deleted, locals())
