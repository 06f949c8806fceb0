"""The table of customers: pages of it in any order, and what its rows show beside the customer."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from typing import Any

import msgspec

from pivotal_server.customers import repository_table as repository
from pivotal_server.customers.repository_table import Order, Place, Placed
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Database, Executor

__all__ = ["Order", "Place", "Placed", "page", "place_in", "sharing", "stream", "token_of"]

_LONGEST = 2_000
_FARTHEST = 2**62
_LAST_YEAR = 9999


class _Token(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    key: Any
    number: int


async def page(
    db: Executor,
    org_id: str,
    filters: Mapping[str, Any],
    values: Mapping[str, Any],
    order: Order,
    limit: int,
    *,
    at: Place | None = None,
    back: bool = False,
) -> Sequence[Placed]:
    """The first ``limit`` customers in an order, or those behind ``at``, or with ``back`` before it."""
    return await repository.page(db, org_id, filters, values, order, limit, at=at, back=back)


async def stream(
    db: Database, org_id: str, filters: Mapping[str, Any], values: Mapping[str, Any], order: Order
) -> AsyncGenerator[list[CustomerRow], None]:
    """All customers of the filters in an order, in batches of one consistent state."""
    async with aclosing(repository.stream(db, org_id, filters, values, order)) as batches:
        async for batch in batches:
            yield [one.row for one in batch]


async def sharing(
    db: Executor, org_id: str, domains: Sequence[str], visible_to: str | None
) -> dict[str, int]:
    """How many live customers, of those that somebody sees, have each of these domains."""
    return await repository.sharing(db, org_id, domains, visible_to) if domains else {}


def token_of(place: Place) -> str:
    """A place as an address carries it."""
    return msgspec.json.encode(_Token(place.key, place.number)).decode()


def place_in(text: str, order: Order) -> Place | None:
    """The place that an address names in this order; nonsense, or a place of another order, is none."""
    kind: Any = str
    if order.by in repository.DAYS:
        kind = date
    elif order.by in repository.MOMENTS:
        kind = datetime
    elif order.by in repository.NUMBERS:
        kind = float
    try:
        token = msgspec.json.decode(text[:_LONGEST], type=_Token)
        key = None if token.key is None else msgspec.convert(token.key, kind)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return None
    if isinstance(key, str) and "\0" in key:
        return None
    if isinstance(key, datetime) and not (key.tzinfo and 1970 <= key.year < _LAST_YEAR):
        return None
    if isinstance(key, float) and order.by in ("id", "health", "onboardings"):
        if abs(key) >= _FARTHEST:
            return None
        key = int(key)
    if key is None and order.by in repository.ALWAYS:
        return None
    return Place(key, token.number) if abs(token.number) < _FARTHEST else None
