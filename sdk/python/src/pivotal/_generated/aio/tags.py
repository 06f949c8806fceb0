"""Methods of `tags`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from pivotal._client import AsyncResource
from pivotal._generated.models.tags import Tag
from pivotal._generated.tags import LIST
from pivotal._paging import AsyncPaginator


class AsyncTags(AsyncResource):
    """`tags`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Tag]:
        """List tags.

        The tags of live customers in the order of their letters. The cursor is a string to be passed
        on.
        """
        return self._list(LIST, Tag, locals())
