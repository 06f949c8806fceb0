"""SQL of the request log."""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import DialectName, Statement, StatementCache, insert_of
from pivotal_server.db.tables import api_keys, api_requests
from pivotal_server.kit.clock import from_micros


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
    tool: str | None
    key_name: str | None


_R = api_requests.c
COLUMNS = tuple(column.name for column in api_requests.columns)
INSERT = Statement.write(insert_of(api_requests))
_rows = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
_INSERT_JSON = Statement.write(
    api_requests.insert().from_select(
        COLUMNS,
        select(
            *(func.json_extract(_rows.c.value, f"$[{index}]") for index in range(len(COLUMNS)))
        ).select_from(_rows),
    ),
    global_lookup="each row carries its own workspace",
)
# Parsing JSON costs SQLite more than the insert itself, so a busy server's full batches bind plain values.
AT_ONCE = 200
_PLACES = [[f"{name}_{place}" for name in COLUMNS] for place in range(AT_ONCE)]


def _plain(name: str, key: str) -> BindParameter[Any]:
    # Moments come in microseconds, as SQLite stores them.
    return bindparam(key, type_=BigInteger() if name == "at" else _R[name].type)


_INSERT_MANY = Statement.write(
    api_requests.insert().values(
        [{name: _plain(name, key) for name, key in zip(COLUMNS, keys, strict=True)} for keys in _PLACES]
    ),
    global_lookup="each row carries its own workspace",
)
_KEYS = [key for keys in _PLACES for key in keys]
PURGE = Statement.write(
    delete(api_requests).where(_R.org_id == bindparam("org_id"), _R.at < bindparam("before"))
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


async def insert(tx: Transaction, dialect: DialectName, rows: list[list[Any]]) -> None:
    """Insert requests, each a list of values in the order of :data:`COLUMNS`, moments in microseconds.

    On SQLite few statements write them, beside the event loop, so that logging a busy server does not slow it
    down.
    """
    if dialect == "sqlite":
        full = len(rows) - len(rows) % AT_ONCE
        for first in range(0, full, AT_ONCE):
            values = chain.from_iterable(rows[first : first + AT_ONCE])
            await tx.execute_aside(_INSERT_MANY, dict(zip(_KEYS, values, strict=True)))
        if rows[full:]:
            await tx.execute_aside(_INSERT_JSON, {"rows": msgspec.json.encode(rows[full:]).decode()})
        return
    at = COLUMNS.index("at")
    for row in rows:
        row[at] = from_micros(row[at])
    await tx.execute_many(INSERT, [dict(zip(COLUMNS, row, strict=True)) for row in rows])


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


async def purge(tx: Transaction, org_id: str, before: datetime) -> int:
    """Remove a workspace's requests older than ``before``; how many."""
    return await tx.execute(PURGE, {"org_id": org_id, "before": before})
