"""Webhook endpoints: making, changing, deleting them, and their secrets."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.auth.actor import Actor
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import IMMUTABLE_FIELD, LIMIT_REACHED
from pivotal_server.errors_catalogue_webhooks import (
    LIVE_ENDPOINT_REQUIRES_LIVE_KEY,
    TARGET_BLOCKED,
    URL_NOT_ALLOWED,
    WEBHOOK_ENDPOINT_NOT_FOUND,
)
from pivotal_server.kit import clock
from pivotal_server.kit.clock import wire
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.outbound.addresses import Policy
from pivotal_server.kit.outbound.urls import BadUrl, BlockedUrl, check_url
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.kit.validation import given
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import WEBHOOK_ENDPOINTS, WEBHOOK_SECRETS
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.webhooks import repository, repository_deliveries
from pivotal_server.webhooks.checks import merged_headers, new_secret
from pivotal_server.webhooks.pings import ping
from pivotal_server.webhooks.repository import EndpointRow, SecretRow
from pivotal_server.webhooks.schemas import (
    SecretRotation,
    WebhookEndpoint,
    WebhookEndpointCreate,
    WebhookEndpointUpdate,
)
from pivotal_server.webhooks.sealing import open_headers, seal_headers, seal_secret
from pivotal_server.webhooks.wire import to_wire

__all__ = [
    "EndpointRow",
    "create_endpoint",
    "delete_endpoint",
    "disable",
    "get_endpoint",
    "read_endpoint",
    "read_endpoints",
    "rotate_secret",
    "shown",
    "update_endpoint",
]

_NOT_FIELDS = frozenset(
    {
        *("updated_at", "headers", "disabled_at", "secret", "secret_hint", "previous_secrets"),
        *("health", "consecutive_failures", "last_attempt_at", "last_success_at", "last_failure_at"),
    }
)
_HIDDEN = "[redacted]"


async def get_endpoint(
    db: Executor, actor: Actor, reference: str, *, lock: bool = False, deleted: bool = False
) -> EndpointRow:
    """The endpoint that ``reference`` (id or display_id) names, with ``lock`` kept from changing by others.

    Raises ``webhook_endpoint_not_found``, also to a test key for a live endpoint.
    """
    row = await repository.find(db, actor.org_id, id=reference, number=number_in(reference), lock=lock)
    if row is None or (row.deleted_at is not None and not deleted):
        raise WEBHOOK_ENDPOINT_NOT_FOUND()
    if not actor.livemode and not row.test_mode:
        raise WEBHOOK_ENDPOINT_NOT_FOUND()
    return row


async def shown(
    db: Executor,
    box: SecretBox,
    org_id: str,
    rows: Sequence[EndpointRow],
    secret: str | UnsetType = UNSET,
) -> list[WebhookEndpoint]:
    """Endpoints as the API shows them."""
    if not rows:
        return []
    now = clock.now()
    ids = [row.id for row in rows]
    queues = await repository.queues_of(db, org_id, ids)
    secrets = await repository.secrets_of(db, org_id, ids)
    return [
        to_wire(
            row,
            queues[row.id],
            [one for one in secrets if one.endpoint_id == row.id],
            open_headers(box, org_id, row.id, row.headers_sealed),
            now,
            secret,
        )
        for row in rows
    ]


async def read_endpoint(db: Executor, box: SecretBox, actor: Actor, reference: str) -> WebhookEndpoint:
    """One endpoint as a wire object. Raises ``webhook_endpoint_not_found``."""
    row = await get_endpoint(db, actor, reference)
    [found] = await shown(db, box, actor.org_id, [row])
    return found


async def read_endpoints(
    db: Executor, box: SecretBox, actor: Actor, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[WebhookEndpoint], datetime | None]:
    """One page of endpoints as wire objects, and the cursor of the next; a test key sees its own kind."""
    wanted = dict(filters)
    if not actor.livemode:
        if wanted.get("test_mode") is False:
            return [], None
        wanted["test_mode"] = True
    rows, following = await repository.LIST.page(db, actor.org_id, part, wanted)
    return await shown(db, box, actor.org_id, rows), following


async def create_endpoint(
    uow: UnitOfWork, box: SecretBox, policy: Policy, data: WebhookEndpointCreate, *, test_mode: bool = False
) -> WebhookEndpoint:
    """Register an endpoint; its answer alone carries the secret. A ping is queued.

    ``test_mode`` is what counts where ``data`` says nothing. Raises ``url_not_allowed``, ``target_blocked``,
    ``header_not_allowed``, ``live_endpoint_requires_live_key``, ``limit_reached``.
    """
    check_target(data.url, policy)
    wanted_mode = test_mode or not uow.actor.livemode if data.test_mode is UNSET else data.test_mode
    if not wanted_mode and not uow.actor.livemode:
        raise LIVE_ENDPOINT_REQUIRES_LIVE_KEY(field="test_mode")
    id = cuid()
    headers = {} if data.headers is UNSET else merged_headers({}, data.headers)
    number, created_at = await uow.allocate("webhook_endpoint")
    used = await repository.count(uow.tx, uow.org_id)
    await limits.check_room(uow, WEBHOOK_ENDPOINTS, used)
    row = EndpointRow(
        id=id,
        display_id=number,
        url=data.url,
        description=data.description,
        event_types=data.event_types,
        field_filters={} if data.field_filters is UNSET else data.field_filters,
        test_mode=wanted_mode,
        status="enabled",
        disabled_reason=None,
        disabled_at=None,
        enabled_at=created_at,
        missed_since=None,
        max_concurrency=data.max_concurrency,
        rate_limit=data.rate_limit,
        headers_sealed=seal_headers(box, uow.org_id, id, headers),
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    await repository.insert_endpoint(uow.tx, uow.org_id, row)
    secret = new_secret() if data.secret is UNSET else data.secret
    await _add_secret(uow, box, row, secret)
    _record(uow, row, "created", [Change("url", None, row.url)])
    ping(uow, row)
    [made] = await shown(uow.tx, box, uow.org_id, [row], secret)
    return made


def check_target(url: str, policy: Policy) -> None:
    """Raises ``url_not_allowed`` or ``target_blocked`` for a URL that may not be used."""
    try:
        check_url(url, policy)
    except BlockedUrl as fault:
        raise TARGET_BLOCKED(field="url", message=str(fault)) from None
    except BadUrl as fault:
        raise URL_NOT_ALLOWED(field="url", message=str(fault)) from None


async def _add_secret(uow: UnitOfWork, box: SecretBox, row: EndpointRow, text: str) -> None:
    id = cuid()
    sealed = seal_secret(box, uow.org_id, row.id, id, text)
    await repository.insert_secret(
        uow.tx, uow.org_id, SecretRow(row.id, id, sealed, text[-4:], uow.now, None)
    )


async def update_endpoint(
    uow: UnitOfWork, box: SecretBox, policy: Policy, row: EndpointRow, data: WebhookEndpointUpdate
) -> EndpointRow:
    """Change a locked endpoint; when nothing differs nothing is written. A new URL or enabling queues a ping.

    Disabling cancels what waits. Raises what creating raises, and ``immutable_field`` for ``test_mode``.
    """
    values = dict(given(data))
    if values.pop("test_mode", row.test_mode) != row.test_mode:
        raise IMMUTABLE_FIELD(field="test_mode", name="test_mode")
    if values.get("url", row.url) != row.url:
        check_target(values["url"], policy)
    stored = open_headers(box, uow.org_id, row.id, row.headers_sealed)
    headers = stored
    if "headers" in values:
        headers = merged_headers(stored, values.pop("headers"))
        if headers != stored:
            values["headers_sealed"] = seal_headers(box, uow.org_id, row.id, headers)
    status = values.pop("status", row.status)
    after = replace(row, **values)
    if after == row and status == row.status:
        return row
    after = replace(after, updated_at=uow.touched(row.updated_at))
    if status != row.status:
        after = await _switched(uow, after, status)
    await repository.save(uow.tx, uow.org_id, after)
    diff = await _differences(uow, box, row, after)
    if headers != stored:
        diff.append(Change("headers", dict.fromkeys(stored, _HIDDEN), dict.fromkeys(headers, _HIDDEN)))
    _record(uow, after, "updated" if status in {row.status, "enabled"} else "disabled", diff)
    if after.url != row.url or (status == "enabled" and row.status != "enabled"):
        ping(uow, after)
    return after


async def _differences(uow: UnitOfWork, box: SecretBox, row: EndpointRow, after: EndpointRow) -> list[Change]:
    before, now = await shown(uow.tx, box, uow.org_id, [row, after])
    return differences(before, now, without=_NOT_FIELDS)


async def _switched(uow: UnitOfWork, row: EndpointRow, status: str) -> EndpointRow:
    if status == "enabled":
        await repository.reset_queue(uow.tx, uow.org_id, row.id)
        return replace(row, status="enabled", disabled_reason=None, disabled_at=None, enabled_at=uow.now)
    return await _disabled(uow, row, "manual")


async def _disabled(uow: UnitOfWork, row: EndpointRow, reason: str) -> EndpointRow:
    oldest = await repository_deliveries.cancel_pending(uow.tx, uow.org_id, row.id, uow.now)
    return replace(row, status="disabled", disabled_reason=reason, disabled_at=uow.now, missed_since=oldest)


async def disable(uow: UnitOfWork, row: EndpointRow, reason: str) -> EndpointRow:
    """Disable a locked, enabled endpoint for a reason that the deliveries give; what waits is canceled."""
    after = await _disabled(uow, replace(row, updated_at=uow.touched(row.updated_at)), reason)
    await repository.save(uow.tx, uow.org_id, after)
    diff = [Change("status", "enabled", "disabled"), Change("disabled_reason", None, reason)]
    _record(uow, after, "disabled", diff, reason)
    return after


async def delete_endpoint(uow: UnitOfWork, row: EndpointRow) -> EndpointRow:
    """Delete a locked endpoint: what waits is canceled, secrets and headers are wiped. Once is enough."""
    if row.deleted_at is not None:
        return row
    await repository_deliveries.cancel_pending(uow.tx, uow.org_id, row.id, uow.now)
    gone = replace(row, headers_sealed=None, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, gone)
    await repository.delete_secrets(uow.tx, uow.org_id, row.id)
    _record(uow, row, "deleted", [])
    return gone


async def rotate_secret(
    uow: UnitOfWork, box: SecretBox, row: EndpointRow, data: SecretRotation
) -> WebhookEndpoint:
    """Give a locked endpoint a new secret, which signs at once; the answer alone carries it.

    The present one signs beside it for ``overlap_seconds``. Raises ``limit_reached`` for a sixth that
    overlaps.
    """
    secrets = await repository.secrets_of(uow.tx, uow.org_id, [row.id])
    older = [one for one in secrets if one.expires_at is not None and one.expires_at > uow.now]
    present = [one for one in secrets if one.expires_at is None]
    if data.overlap_seconds and len(older) >= WEBHOOK_SECRETS.default:
        first = min(one.expires_at for one in older if one.expires_at is not None)
        raise LIMIT_REACHED(
            message=f"{WEBHOOK_SECRETS.default} older secrets overlap already; one ends at {wire(first)}"
        )
    until = uow.now + timedelta(seconds=data.overlap_seconds)
    for one in present:
        if data.overlap_seconds:
            await repository.expire_secret(uow.tx, uow.org_id, one, until)
        else:
            await repository.delete_secret(uow.tx, uow.org_id, one)
    text = new_secret() if data.secret is UNSET else data.secret
    await _add_secret(uow, box, row, text)
    after = replace(row, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, after)
    _record(uow, row, "secret_rotated", [Change("overlap_seconds", None, data.overlap_seconds)])
    [rotated] = await shown(uow.tx, box, uow.org_id, [after], text)
    return rotated


def _record(
    uow: UnitOfWork, row: EndpointRow, act: str, diff: Sequence[Change], reason: str | None = None
) -> None:
    uow.record(
        f"webhook_endpoint.{act}",
        target=("webhook_endpoint", row.id, row.display_id),
        diff=diff,
        reason=reason,
        livemode=not row.test_mode,
    )
