"""Methods of `members`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.members import Member
from pivotal._model import Id
from pivotal._paging import Paginator

LIST = Operation("GET", "/members", query=("limit", "cursor", "order", "active", "role", "include_total"))
GET = Operation("GET", "/members/{id}")


class Members(Resource):
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
    ) -> Paginator[Member]:
        """List members.

        The people of the workspace, those who joined last first. Deactivated ones are among them.
        """
        return self._list(LIST, Member, locals())

    def get(
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
        return self._call(GET, Member, locals())
