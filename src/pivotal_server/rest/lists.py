"""From the query of a list to its page on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from msgspec import UNSET

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Check
from pivotal_server.kit.wire import ListQuery, Page

P = TypeVar("P", bound=Page[Any])

_SHARED = frozenset(ListQuery.__struct_fields__)


def slice_of(query: ListQuery) -> Slice:
    """The part of the list that a query asks for."""
    return Slice(
        query.limit,
        query.cursor,
        query.order == "asc",
        query.created_after,
        query.created_before,
        query.updated_since,
        query.livemode,
    )


def filters_of(query: ListQuery) -> dict[str, Any]:
    """The filters of the resource that a query gives, by name."""
    return {
        name: value
        for name in query.__struct_fields__
        if name not in _SHARED and (value := getattr(query, name)) is not None
    }


def as_stored(check: Check, value: str) -> Any:
    """A filter's ``value`` in the form in which ``check`` lets it be stored; ``None`` when it never is."""
    try:
        return check(value, "")
    except ApiError:
        return None


async def page(
    kind: type[P],
    query: ListQuery,
    filters: Mapping[str, Any] | None,
    fetch: Callable[[Slice, Mapping[str, Any]], Awaitable[tuple[list[Any], datetime | None]]],
    count: Callable[[Slice, Mapping[str, Any]], Awaitable[int]],
) -> P:
    """One page of a list of wire objects. ``filters`` of ``None`` say that nothing can match."""
    if filters is None:
        return kind(data=[], has_more=False, next_cursor=None, total=0 if query.include_total else UNSET)
    part = slice_of(query)
    data, following = await fetch(part, filters)
    total = await count(part, filters) if query.include_total else UNSET
    return kind(
        data=data,
        has_more=following is not None,
        next_cursor=None if following is None else wire_micros(following),
        total=total,
    )
