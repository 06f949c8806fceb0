"""From the query of a list to its page on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import UNSET, Struct

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Check
from pivotal_server.kit.wire import ListQuery, Page, PageQuery, StreamQuery

P = TypeVar("P", bound=Page[Any])

_PAGING = frozenset(PageQuery.__struct_fields__) | {"include_total"}
_RANGES = (frozenset(ListQuery.__struct_fields__) | frozenset(StreamQuery.__struct_fields__)) - _PAGING
_SHARED = _PAGING | _RANGES | {"expand"}


def slice_of(query: Struct) -> Slice:
    """The part of the list that a query asks for; what its struct does not declare is not asked for."""
    if isinstance(query, ListQuery):
        return Slice(
            query.limit,
            query.cursor,
            query.order == "asc",
            query.created_after,
            query.created_before,
            query.updated_since,
            query.livemode,
        )
    ranges = {name: getattr(query, name) for name in _RANGES if hasattr(query, name)}
    if isinstance(query, PageQuery):
        return Slice(query.limit, query.cursor, query.order == "asc", **ranges)
    return Slice(**ranges)


def without_paging(name: str, query: type[Struct]) -> type[Struct]:
    """A query struct with the filters of a list and nothing that chooses a page of it."""
    hints = get_type_hints(query, include_extras=True)
    fields = [
        (field.name, hints[field.name], field.default)
        for field in msgspec.structs.fields(query)
        if field.name not in _PAGING | {"expand"}
    ]
    return msgspec.defstruct(name, fields, kw_only=True, module=query.__module__)


def filters_of(query: Struct) -> dict[str, Any]:
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
    query: PageQuery,
    filters: Mapping[str, Any] | None,
    fetch: Callable[[Slice, Mapping[str, Any]], Awaitable[tuple[list[Any], datetime | None]]],
    count: Callable[[Slice, Mapping[str, Any]], Awaitable[int]] | None = None,
) -> P:
    """One page of a list of wire objects. ``filters`` of ``None`` say that nothing can match.

    ``count`` is for lists whose query has ``include_total``.
    """
    counted = getattr(query, "include_total", False)
    if filters is None:
        return kind(data=[], has_more=False, next_cursor=None, total=0 if counted else UNSET)
    part = slice_of(query)
    data, following = await fetch(part, filters)
    total = UNSET if count is None or not counted else await count(part, filters)
    return kind(
        data=data,
        has_more=following is not None,
        next_cursor=None if following is None else wire_micros(following),
        total=total,
    )
