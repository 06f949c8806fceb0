"""Methods of `comments`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Comment, Deleted
from pivotal._model import OMIT, Id, Omit

UPDATE = Operation("PATCH", "/comments/{id}", body=("body", "visibility"), keyed=True)
DELETE = Operation("DELETE", "/comments/{id}", keyed=True)


class Comments(Resource):
    """`comments`."""

    def update(
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
        return self._call(UPDATE, Comment, locals())

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
        """Delete a comment.

        Deletes a comment softly, whoever has written it. Its files can no longer be fetched.
        """
        return self._call(DELETE, Deleted, locals())
