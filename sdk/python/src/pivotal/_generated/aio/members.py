"""Methods of `members`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._client import AsyncResource
from pivotal._generated.members import GET, LIST
from pivotal._generated.models.members import Member
from pivotal._model import Id
from pivotal._paging import AsyncPaginator


class AsyncMembers(AsyncResource):
    """`members`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        active: bool | None = None,
        role: Literal["admin", "member", "owner", "viewer"] | None = None,
        include_total: bool | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPaginator[Member]:
        """List members.

        The people of the workspace, those who joined last first. Deactivated ones are among them.
        """
        return self._list(LIST, Member, locals())

    async def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """Get a member.

        One member, by `id` or `display_id`, also when it was deactivated.
        """
        return await self._call(GET, Member, locals())
