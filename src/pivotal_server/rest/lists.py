"""From the query of a list to its page on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.wire import ListQuery, Page

R = TypeVar("R")
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


async def page(
    kind: type[P],
    query: ListQuery,
    filters: Mapping[str, Any] | None,
    fetch: Callable[[Slice, Mapping[str, Any]], Awaitable[tuple[list[R], bool]]],
    count: Callable[[Slice, Mapping[str, Any]], Awaitable[int]],
    to_wire: Callable[[R], Struct],
) -> P:
    """One page of a list. ``filters`` of ``None`` say that nothing can match."""
    if filters is None:
        return kind(data=[], has_more=False, next_cursor=None, total=0 if query.include_total else UNSET)
    part = slice_of(query)
    rows, more = await fetch(part, filters)
    total = await count(part, filters) if query.include_total else UNSET
    last: Any = rows[-1] if more else None
    return kind(
        data=[to_wire(row) for row in rows],
        has_more=more,
        next_cursor=None if last is None else wire_micros(last.created_at),
        total=total,
    )
