"""SQL of the customers that somebody has chosen in the list: ticked ones, or all that a filter holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select

from pivotal_server.customers.repository import CHOSEN, VISIBLE
from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import CUSTOMER_FILTERS
from pivotal_server.db.statements import Statement, StatementCache
from pivotal_server.db.tables import customers


class Named(msgspec.Struct, frozen=True):
    """A customer by number and name."""

    id: str
    display_id: int
    name: str


_C = customers.c
_FILTERS: dict[str, ColumnElement[bool]] = {
    **CUSTOMER_FILTERS,
    "visible_to": VISIBLE,
    **CHOSEN,
    "after_id": _C.id > bindparam("after_id", type_=_C.id.type),
}


def _chosen(given: frozenset[str]) -> list[ColumnElement[bool]]:
    conditions = [_FILTERS[name] for name in sorted(given)]
    return [_C.org_id == bindparam("org_id"), _C.deleted_at.is_(None), *conditions]


COUNT: StatementCache[int] = StatementCache(
    lambda given: Statement.scalar(select(func.count()).select_from(customers).where(*_chosen(given)), int),
    _FILTERS,
)
IDS: StatementCache[str] = StatementCache(
    lambda given: Statement.scalar(
        select(_C.id).where(*_chosen(given)).order_by(_C.id).limit(bindparam("limit")), str
    ),
    _FILTERS,
)
NAMED: StatementCache[Named] = StatementCache(
    lambda given: Statement(
        select(_C.id, _C.display_id, _C.name).where(*_chosen(given)).order_by(_C.id), into=Named
    ),
    _FILTERS,
)


async def count(db: Executor, org_id: str, filters: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """How many customers the filters leave."""
    params = {**filters, **values, "org_id": org_id}
    return await db.fetch_one(COUNT.get(frozenset(filters)), params) or 0


async def ids(
    db: Executor, org_id: str, filters: Mapping[str, Any], values: Mapping[str, Any], limit: int
) -> list[str]:
    """The first ids that the filters leave, in the order of ids."""
    params = {**filters, **values, "org_id": org_id, "limit": limit}
    return await db.fetch_all(IDS.get(frozenset(filters)), params)


async def named(db: Executor, org_id: str, sight: Mapping[str, Any], chosen: Sequence[str]) -> list[Named]:
    """Those of the ``chosen`` ids that are live and within ``sight``, in the order of ids."""
    params = {**sight, "ids": list(chosen), "org_id": org_id}
    return await db.fetch_all(NAMED.get(frozenset({*sight, "ids"})), params)
