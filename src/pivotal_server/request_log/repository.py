"""SQL of the request log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, StatementCache, insert_of
from pivotal_server.db.tables import api_keys, api_requests


class RequestRow(msgspec.Struct, frozen=True):
    """One request as logged. ``duration_us``: microseconds from its first byte to its answer."""

    at: datetime
    id: str
    request_id: str
    api_key_id: str
    method: str
    route: str
    path: str
    status: int
    code: str | None
    duration_us: int
    address: str
    request_body: str | None
    response_body: str | None
    key_name: str | None


_R = api_requests.c
INSERT = Statement.write(insert_of(api_requests))
PURGE = Statement.write(
    delete(api_requests).where(_R.at < bindparam("before")),
    global_lookup="requests of all workspaces age alike",
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "request_id": _R.request_id == bindparam("request_id"),
    "api_key_id": _R.api_key_id == bindparam("api_key_id"),
    "route": _R.route == bindparam("route"),
    "status": _R.status == bindparam("status"),
    "failed": _R.status >= 400,
    "older": or_(
        _R.at < bindparam("before_at"), and_(_R.at == bindparam("before_at"), _R.id < bindparam("before_id"))
    ),
}


def _list(given: frozenset[str]) -> Statement[RequestRow]:
    wanted = [name for name in RequestRow.__struct_fields__ if name != "key_name"]
    return Statement(
        select(*[_R[name] for name in wanted], api_keys.c.name.label("key_name"))
        .select_from(
            api_requests.outerjoin(
                api_keys, and_(api_keys.c.org_id == _R.org_id, api_keys.c.id == _R.api_key_id)
            )
        )
        .where(
            _R.org_id == bindparam("org_id"),
            *[condition for name, condition in _CONDITIONS.items() if name in given],
        )
        .order_by(_R.at.desc(), _R.id.desc())
        .limit(bindparam("limit")),
        into=RequestRow,
    )


LIST: StatementCache[RequestRow] = StatementCache(_list, _CONDITIONS)


async def insert(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Insert requests."""
    await tx.execute_many(INSERT, rows)


async def find(
    db: Executor,
    org_id: str,
    filters: Mapping[str, Any],
    limit: int,
    older: tuple[datetime, str] | None = None,
) -> list[RequestRow]:
    """The newest requests that match, older than the request ``older`` (its moment and id)."""
    params: dict[str, Any] = dict(filters)
    given = set(params)
    if older is not None:
        given.add("older")
        params.update(before_at=older[0], before_id=older[1])
    return await db.fetch_all(LIST.get(frozenset(given)), {**params, "org_id": org_id, "limit": limit})


async def purge(tx: Transaction, before: datetime) -> int:
    """Remove requests older than ``before``; how many."""
    return await tx.execute(PURGE, {"before": before})
