"""SQL of API keys."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, func, or_, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import api_key_lookup, api_keys, workspaces


class ApiKeyRow(msgspec.Struct, frozen=True):
    """A key as stored: never the secret, only its hash."""

    org_id: str
    id: str
    name: str
    mode: str
    public_id: str
    salt: str
    secret_hash: str
    iterations: int
    read_only: bool
    scopes: list[str]
    allowed_addresses: list[str]
    rate_limit: int | None
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_address: str | None
    request_count: int
    revoked_at: datetime | None
    revoked_by: str | None


class HeldKey(ApiKeyRow, frozen=True):
    """A key as it is recognised: with the settings of its workspace."""

    settings: dict[str, Any]


_K = api_keys.c
_ORG = _K.org_id == bindparam("org_id")
_SELECT = select(*columns_of(ApiKeyRow, api_keys))

_WITH_SETTINGS = _SELECT.add_columns(workspaces.c.settings)
BY_PUBLIC_ID = Statement(
    _WITH_SETTINGS.select_from(
        api_key_lookup.join(
            api_keys, and_(_K.org_id == api_key_lookup.c.org_id, _K.id == api_key_lookup.c.api_key_id)
        ).join(workspaces, workspaces.c.id == _K.org_id)
    ).where(api_key_lookup.c.public_id == bindparam("public_id"), workspaces.c.deletion_at.is_(None)),
    into=HeldKey,
    global_lookup="a request names its key before its workspace is known",
)
BY_ID = Statement(_SELECT.where(_ORG, _K.id == bindparam("id")), into=ApiKeyRow)
HELD = Statement(
    _WITH_SETTINGS.select_from(api_keys.join(workspaces, workspaces.c.id == _K.org_id)).where(
        _ORG, _K.id == bindparam("id"), workspaces.c.deletion_at.is_(None)
    ),
    into=HeldKey,
)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _K.id == bindparam("id")).with_for_update(), into=ApiKeyRow)
ALL = Statement(
    _SELECT.where(_ORG)
    .order_by(case((_K.revoked_at.is_(None), 0), else_=1), _K.created_at.desc())
    .limit(500),
    into=ApiKeyRow,
)
ACTIVE = Statement.scalar(
    select(func.count())
    .select_from(api_keys)
    .where(
        _ORG,
        _K.revoked_at.is_(None),
        or_(_K.expires_at.is_(None), _K.expires_at > bindparam("now", type_=_K.expires_at.type)),
    ),
    int,
)
INSERT = Statement.write(insert_of(api_keys))
INSERT_LOOKUP = Statement.write(insert_of(api_key_lookup))
REVOKE = Statement.write(
    update(api_keys)
    .where(_K.org_id == bindparam("in_org"), _K.id == bindparam("of_id"))
    .values(revoked_at=bindparam("at", type_=_K.revoked_at.type), revoked_by=bindparam("by"))
)
_USED_AT = bindparam("at", type_=_K.last_used_at.type)
# Another process may have written a later use already.
_IS_OLDER = _K.last_used_at > _USED_AT
ADD_USAGE = Statement.write(
    update(api_keys)
    .where(_K.org_id == bindparam("in_org"), _K.id == bindparam("of_id"))
    .values(
        request_count=_K.request_count + bindparam("count"),
        last_used_at=case((_IS_OLDER, _K.last_used_at), else_=_USED_AT),
        last_used_address=case((_IS_OLDER, _K.last_used_address), else_=bindparam("address")),
    )
)


class Workspace(msgspec.Struct, frozen=True):
    """The workspace of a key, as ``/me`` shows it."""

    id: str
    slug: str
    name: str
    settings: dict[str, Any]


WORKSPACE = Statement(
    select(workspaces.c.id, workspaces.c.slug, workspaces.c.name, workspaces.c.settings).where(
        workspaces.c.id == bindparam("org_id")
    ),
    into=Workspace,
)


async def by_public_id(db: Executor, public_id: str) -> HeldKey | None:
    """The key with this public id, of whatever workspace."""
    return await db.fetch_one(BY_PUBLIC_ID, {"public_id": public_id})


async def by_id(db: Executor, org_id: str, id: str, *, lock: bool = False) -> ApiKeyRow | None:
    """The key with this id."""
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def held(db: Executor, org_id: str, id: str) -> HeldKey | None:
    """The key with this id, as it is recognised."""
    return await db.fetch_one(HELD, {"org_id": org_id, "id": id})


async def all_keys(db: Executor, org_id: str) -> list[ApiKeyRow]:
    """The keys of a workspace: active ones first, each group newest first; 500 at most."""
    return await db.fetch_all(ALL, {"org_id": org_id})


async def count_active(db: Executor, org_id: str, now: datetime) -> int:
    """How many keys of a workspace are neither revoked nor expired."""
    return await db.fetch_one(ACTIVE, {"org_id": org_id, "now": now}) or 0


async def insert(tx: Transaction, row: ApiKeyRow) -> None:
    """Insert a key and its global look-up. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, msgspec.structs.asdict(row))
    await tx.execute(INSERT_LOOKUP, {"public_id": row.public_id, "org_id": row.org_id, "api_key_id": row.id})


async def revoke(tx: Transaction, org_id: str, id: str, at: datetime, by: str | None) -> None:
    """Mark a key as revoked."""
    await tx.execute(REVOKE, {"in_org": org_id, "of_id": id, "at": at, "by": by})


async def add_usage(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Add what keys were used since the last time."""
    await tx.execute_many(ADD_USAGE, rows)


async def workspace(db: Executor, org_id: str) -> Workspace | None:
    """The workspace of a key."""
    return await db.fetch_one(WORKSPACE, {"org_id": org_id})
