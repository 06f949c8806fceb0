"""Making, listing and revoking API keys."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pivotal_server.api_keys import repository
from pivotal_server.api_keys.repository import ApiKeyRow, Workspace
from pivotal_server.auth import keys, scopes
from pivotal_server.auth.addresses import BadNetwork, parse_list
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import (
    API_KEY_NOT_FOUND,
    INVALID_ENUM_VALUE,
    INVALID_STRING,
    NAME_TAKEN,
    TOO_BIG,
    TOO_SMALL,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.text import line
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import ACTIVE_API_KEYS
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "ApiKeyRow",
    "KeyRequest",
    "all_keys",
    "create_key",
    "faults_of",
    "get_key",
    "identity",
    "revoke_key",
]

NAME_LENGTH = 60
MAX_RATE_LIMIT = 1_000_000


class KeyRequest(msgspec.Struct, kw_only=True):
    """What somebody asks for when creating a key.

    ``mode``: ``live`` or ``test``. Empty ``scopes`` = all; empty ``allowed_addresses`` = from anywhere;
    ``rate_limit``: requests a minute of its own, 0 = none, ``None`` = that of its tier.
    """

    name: str
    mode: str = "live"
    read_only: bool = False
    scopes: Sequence[str] = ()
    expires_at: datetime | None = None
    allowed_addresses: str | Sequence[str] = ()
    rate_limit: int | None = None


async def all_keys(db: Executor, org_id: str) -> list[ApiKeyRow]:
    """The keys of a workspace: active ones first, each group newest first."""
    return await repository.all_keys(db, org_id)


async def get_key(db: Executor, org_id: str, id: str) -> ApiKeyRow:
    """The key with this id. Raises ``api_key_not_found``."""
    row = await repository.by_id(db, org_id, id)
    if row is None:
        raise API_KEY_NOT_FOUND()
    return row


def faults_of(wanted: KeyRequest, now: datetime) -> list[ApiError]:
    """Everything that is wrong with a request by itself, in the order of its fields.

    The fields at fault: ``name`` (``too_small``, ``too_big``, ``invalid_string``), ``mode``,
    ``scopes.<index>``, ``expires_at``, ``allowed_addresses``, ``rate_limit``.
    """
    faults: list[ApiError] = []
    for check in (
        lambda: _name(wanted),
        lambda: _check_mode(wanted.mode),
        lambda: scopes.parse(wanted.scopes),
        lambda: _check_expiry(wanted.expires_at, now),
        lambda: _check_addresses(wanted.allowed_addresses),
        lambda: _check_rate_limit(wanted.rate_limit),
    ):
        try:
            check()
        except ApiError as fault:
            faults.append(fault)
    return faults


def _name(wanted: KeyRequest) -> str:
    return line(wanted.name, "name", 1, NAME_LENGTH)


def _check_mode(mode: str) -> None:
    if mode not in ("live", "test"):
        raise INVALID_ENUM_VALUE(field="mode", expected="'live' | 'test'", received=mode)


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise TOO_SMALL(field="expires_at", message="The expiry must lie in the future")


def _check_addresses(entries: str | Sequence[str]) -> None:
    try:
        parse_list(entries)
    except BadNetwork as fault:
        raise INVALID_STRING(field="allowed_addresses", message=str(fault)) from None


def _check_rate_limit(limit: int | None) -> None:
    if limit is not None and limit < 0:
        raise TOO_SMALL(field="rate_limit", name="rate_limit", limit=0)
    if limit is not None and limit > MAX_RATE_LIMIT:
        raise TOO_BIG(field="rate_limit", name="rate_limit", limit=MAX_RATE_LIMIT)


async def create_key(uow: UnitOfWork, wanted: KeyRequest) -> tuple[ApiKeyRow, str]:
    """Create a key; returns its row and the whole key, which nothing can show again.

    Raises the first of :func:`faults_of`, ``name_taken`` (field ``name``), or ``limit_reached``.
    """
    faults = faults_of(wanted, uow.now)
    if faults:
        raise faults[0]
    name = _name(wanted)
    # Two at once must not both take the last place.
    await uow.hold("api_key")
    used = await repository.count_active(uow.tx, uow.org_id, uow.now)
    await limits.check_room(uow, ACTIVE_API_KEYS, used)

    made = keys.generate("live" if wanted.mode == "live" else "test")
    salt = keys.new_salt()
    row = ApiKeyRow(
        org_id=uow.org_id,
        id=cuid(),
        name=name,
        mode=wanted.mode,
        public_id=made.key_id,
        salt=salt.hex(),
        secret_hash=keys.hash_secret(made.secret, salt).hex(),
        iterations=keys.ITERATIONS,
        read_only=wanted.read_only,
        scopes=scopes.in_order(scopes.parse(wanted.scopes)),
        allowed_addresses=parse_list(wanted.allowed_addresses).texts(),
        rate_limit=wanted.rate_limit,
        created_by=uow.actor.id if uow.actor.type == "member" else None,
        created_at=uow.now,
        expires_at=wanted.expires_at,
        last_used_at=None,
        last_used_address=None,
        request_count=0,
        revoked_at=None,
        revoked_by=None,
    )
    try:
        await repository.insert(uow.tx, row)
    except UniqueViolation as fault:
        if fault.constraint == "api_keys_active_name":
            raise NAME_TAKEN(field="name", name=name) from None
        raise
    uow.record("api_key.created", target=("api_key", row.id, None), reason=name)
    return row, made.text


async def revoke_key(uow: UnitOfWork, id: str) -> ApiKeyRow:
    """Revoke a key; one that is revoked already stays as it is.

    The caller tells every process after the commit (``Database.bump_epoch_everywhere``), so that the very
    next request with the key is refused. Raises ``api_key_not_found``.
    """
    row = await repository.by_id(uow.tx, uow.org_id, id, lock=True)
    if row is None:
        raise API_KEY_NOT_FOUND()
    if row.revoked_at is not None:
        return row
    by = uow.actor.id if uow.actor.type == "member" else None
    await repository.revoke(uow.tx, uow.org_id, id, uow.now, by)
    uow.record("api_key.revoked", target=("api_key", row.id, None), reason=row.name)
    return msgspec.structs.replace(row, revoked_at=uow.now, revoked_by=by)


async def identity(db: Executor, org_id: str, id: str) -> tuple[ApiKeyRow, Workspace]:
    """A key and its workspace. Raises ``api_key_not_found``."""
    row = await get_key(db, org_id, id)
    workspace = await repository.workspace(db, org_id)
    if workspace is None:
        raise API_KEY_NOT_FOUND()
    return row, workspace
