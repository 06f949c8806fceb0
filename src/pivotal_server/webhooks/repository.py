"""SQL of webhook endpoints, their secrets, and what deliveries say of them."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_of
from pivotal_server.db.tables import webhook_endpoints, webhook_queues, webhook_secrets


class EndpointRow(msgspec.Struct, frozen=True):
    """An endpoint as stored."""

    id: str
    display_id: int
    url: str
    description: str | None
    event_types: list[str]
    field_filters: dict[str, list[str]]
    test_mode: bool
    status: str
    disabled_reason: str | None
    disabled_at: datetime | None
    enabled_at: datetime
    missed_since: datetime | None
    max_concurrency: int
    rate_limit: int | None
    headers_sealed: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class SecretRow(msgspec.Struct, frozen=True):
    """A signing secret as stored; ``expires_at`` is none for the newest."""

    endpoint_id: str
    id: str
    sealed: str
    hint: str
    created_at: datetime
    expires_at: datetime | None


class QueueRow(msgspec.Struct, frozen=True):
    """What deliveries say of their endpoint."""

    endpoint_id: str
    health: str
    consecutive_failures: int
    silent_streak: int
    paused_until: datetime | None
    next_slot_at: datetime | None
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    mailed_at: datetime | None


_E, _S, _Q = webhook_endpoints.c, webhook_secrets.c, webhook_queues.c
_ORG = _E.org_id == bindparam("org_id")
_SELECT = select(*columns_of(EndpointRow, webhook_endpoints))
BY_ID = Statement(_SELECT.where(_ORG, _E.id == bindparam("id")), into=EndpointRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _E.display_id == bindparam("number")), into=EndpointRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _E.id == bindparam("id")).with_for_update(), into=EndpointRow)
BY_NUMBER_LOCKED = Statement(
    _SELECT.where(_ORG, _E.display_id == bindparam("number")).with_for_update(), into=EndpointRow
)
LIVE = Statement(
    _SELECT.where(_ORG, _E.deleted_at.is_(None)).order_by(_E.created_at.desc()), into=EndpointRow
)
COUNT = Statement.scalar(
    select(func.count()).select_from(webhook_endpoints).where(_ORG, _E.deleted_at.is_(None)), int
)
LIST = PagedList(
    EndpointRow,
    webhook_endpoints,
    [_E.deleted_at.is_(None)],
    {
        "test_mode": _E.test_mode == bindparam("test_mode", type_=_E.test_mode.type),
        "status": _E.status == bindparam("status"),
    },
)
INSERT = Statement.write(insert_of(webhook_endpoints))
_CHANGEABLE = [
    name
    for name in EndpointRow.__struct_fields__
    if name not in ("id", "display_id", "created_at", "test_mode")
]
UPDATE = Statement.write(
    update(webhook_endpoints)
    .where(_E.org_id == bindparam("in_org"), _E.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_E[name].type) for name in _CHANGEABLE})
)

SECRETS_OF = Statement(
    select(*columns_of(SecretRow, webhook_secrets))
    .where(_S.org_id == bindparam("org_id"), any_of(_S.endpoint_id, "ids"))
    .order_by(_S.created_at.desc(), _S.id.desc()),
    into=SecretRow,
)
INSERT_SECRET = Statement.write(insert_of(webhook_secrets))
EXPIRE_SECRET = Statement.write(
    update(webhook_secrets)
    .where(
        _S.org_id == bindparam("in_org"),
        _S.endpoint_id == bindparam("of_endpoint"),
        _S.id == bindparam("of_id"),
    )
    .values(expires_at=bindparam("until", type_=_S.expires_at.type))
)
DELETE_SECRETS = Statement.write(
    delete(webhook_secrets).where(
        _S.org_id == bindparam("org_id"), _S.endpoint_id == bindparam("endpoint_id")
    )
)
DELETE_SECRET = Statement.write(
    delete(webhook_secrets).where(
        _S.org_id == bindparam("org_id"),
        _S.endpoint_id == bindparam("endpoint_id"),
        _S.id == bindparam("id"),
    )
)
DELETE_EXPIRED = Statement.write(
    delete(webhook_secrets).where(_S.expires_at <= bindparam("now", type_=_S.expires_at.type)),
    global_lookup="expired secrets of all workspaces are removed together",
)

QUEUES_OF = Statement(
    select(*columns_of(QueueRow, webhook_queues)).where(
        _Q.org_id == bindparam("org_id"), any_of(_Q.endpoint_id, "ids")
    ),
    into=QueueRow,
)
INSERT_QUEUE = Statement.write(
    insert(webhook_queues)
    .values(
        org_id=bindparam("org_id"),
        endpoint_id=bindparam("endpoint_id"),
        health="healthy",
        consecutive_failures=0,
        silent_streak=0,
    )
    .inline()
)
RESET_QUEUE = Statement.write(
    update(webhook_queues)
    .where(_Q.org_id == bindparam("in_org"), _Q.endpoint_id == bindparam("of_id"))
    .values(consecutive_failures=0, silent_streak=0, paused_until=None)
)


async def find(
    db: Executor, org_id: str, *, id: str, number: int | None, lock: bool = False
) -> EndpointRow | None:
    """The endpoint with this id or number, deleted or not; with ``lock`` kept from changing by others."""
    if number is not None:
        statement = BY_NUMBER_LOCKED if lock else BY_NUMBER
        return await db.fetch_one(statement, {"org_id": org_id, "number": number})
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def live(db: Executor, org_id: str) -> list[EndpointRow]:
    """Every endpoint that is not deleted, newest first."""
    return await db.fetch_all(LIVE, {"org_id": org_id})


async def count(db: Executor, org_id: str) -> int:
    """How many endpoints there are."""
    return await db.fetch_one(COUNT, {"org_id": org_id}) or 0


async def insert_endpoint(tx: Transaction, org_id: str, row: EndpointRow) -> None:
    """Insert an endpoint with its queue."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})
    await tx.execute(INSERT_QUEUE, {"org_id": org_id, "endpoint_id": row.id})


async def save(tx: Transaction, org_id: str, row: EndpointRow) -> None:
    """Write the changed parts of an endpoint."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})


async def secrets_of(db: Executor, org_id: str, ids: list[str]) -> list[SecretRow]:
    """The secrets of endpoints, newest first."""
    return await db.fetch_all(SECRETS_OF, {"org_id": org_id, "ids": ids})


async def insert_secret(tx: Transaction, org_id: str, row: SecretRow) -> None:
    """Insert a secret."""
    await tx.execute(INSERT_SECRET, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def expire_secret(tx: Transaction, org_id: str, row: SecretRow, until: datetime) -> None:
    """Let a secret end at a moment."""
    await tx.execute(
        EXPIRE_SECRET,
        {"in_org": org_id, "of_endpoint": row.endpoint_id, "of_id": row.id, "until": until},
    )


async def delete_secret(tx: Transaction, org_id: str, row: SecretRow) -> None:
    """Remove a secret."""
    await tx.execute(DELETE_SECRET, {"org_id": org_id, "endpoint_id": row.endpoint_id, "id": row.id})


async def delete_secrets(tx: Transaction, org_id: str, endpoint_id: str) -> None:
    """Remove every secret of an endpoint."""
    await tx.execute(DELETE_SECRETS, {"org_id": org_id, "endpoint_id": endpoint_id})


async def delete_expired(tx: Transaction, now: datetime) -> int:
    """Remove secrets whose time has passed; how many."""
    return await tx.execute(DELETE_EXPIRED, {"now": now})


async def queues_of(db: Executor, org_id: str, ids: list[str]) -> dict[str, QueueRow]:
    """What deliveries say of endpoints, by their ids."""
    found = await db.fetch_all(QUEUES_OF, {"org_id": org_id, "ids": ids})
    return {row.endpoint_id: row for row in found}


async def reset_queue(tx: Transaction, org_id: str, endpoint_id: str) -> None:
    """Forget the failures of an endpoint."""
    await tx.execute(RESET_QUEUE, {"in_org": org_id, "of_id": endpoint_id})
