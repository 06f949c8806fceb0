"""REST operations of webhook endpoints."""

from functools import partial

from pivotal_server.errors_catalogue import IMMUTABLE_FIELD, LIMIT_REACHED
from pivotal_server.errors_catalogue_webhooks import (
    FIELD_FILTER_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    LIVE_ENDPOINT_REQUIRES_LIVE_KEY,
    TARGET_BLOCKED,
    URL_NOT_ALLOWED,
    WEBHOOK_ENDPOINT_NOT_FOUND,
)
from pivotal_server.events.described import DESCRIPTIONS, examples
from pivotal_server.events.types import ALL_TYPES
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.wire import Deleted
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, page
from pivotal_server.webhooks import service
from pivotal_server.webhooks.checks import FILTERABLE
from pivotal_server.webhooks.schemas import (
    SecretRotation,
    WebhookEndpoint,
    WebhookEndpointCreate,
    WebhookEndpointPage,
    WebhookEndpointQuery,
    WebhookEndpointUpdate,
    WebhookEventType,
    WebhookEventTypePage,
)

table = OperationTable("Webhooks")
"""Those of endpoints; what is sent to them is in :mod:`~pivotal_server.webhooks.api_deliveries`."""


@table.operation(
    "GET",
    "/webhook_endpoints",
    id="list-webhook-endpoints",
    sdk="webhook_endpoints.list",
    summary="List webhook endpoints",
    scope="read:webhooks",
    query=WebhookEndpointQuery,
    answers=(200, WebhookEndpointPage),
)
async def list_webhook_endpoints(context: Context) -> WebhookEndpointPage:
    """The endpoints of the workspace, newest first. A test key sees those in test mode."""
    return await page(
        WebhookEndpointPage,
        context.query,
        filters_of(context.query),
        partial(service.read_endpoints, context.db, context.box, context.caller),
    )


@table.operation(
    "POST",
    "/webhook_endpoints",
    id="create-webhook-endpoint",
    sdk="webhook_endpoints.create",
    summary="Create a webhook endpoint",
    scope="write:webhooks",
    body=WebhookEndpointCreate,
    resource=WebhookEndpoint,
    answers=(201, WebhookEndpoint),
    errors=[
        URL_NOT_ALLOWED,
        TARGET_BLOCKED,
        HEADER_NOT_ALLOWED,
        FIELD_FILTER_NOT_ALLOWED,
        LIVE_ENDPOINT_REQUIRES_LIVE_KEY,
        LIMIT_REACHED,
    ],
    single=True,
    confidential=True,
)
async def create_webhook_endpoint(context: Context, body: WebhookEndpointCreate) -> WebhookEndpoint:
    """Registers a URL that gets the chosen events. This answer alone carries the signing secret. A
    `webhook.ping` is sent at once.
    """
    return await service.create_endpoint(context.uow, context.box, context.policy, body)


@table.operation(
    "GET",
    "/webhook_endpoints/{id}",
    id="get-webhook-endpoint",
    sdk="webhook_endpoints.get",
    summary="Get a webhook endpoint",
    scope="read:webhooks",
    answers=(200, WebhookEndpoint),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND],
    single=True,
)
async def get_webhook_endpoint(context: Context) -> WebhookEndpoint:
    """One endpoint. Secrets and sensitive header values are not shown."""
    return await service.read_endpoint(context.db, context.box, context.caller, context.id)


@table.operation(
    "PATCH",
    "/webhook_endpoints/{id}",
    id="update-webhook-endpoint",
    sdk="webhook_endpoints.update",
    summary="Update a webhook endpoint",
    scope="write:webhooks",
    body=WebhookEndpointUpdate,
    resource=WebhookEndpoint,
    answers=(200, WebhookEndpoint),
    errors=[
        WEBHOOK_ENDPOINT_NOT_FOUND,
        URL_NOT_ALLOWED,
        TARGET_BLOCKED,
        HEADER_NOT_ALLOWED,
        FIELD_FILTER_NOT_ALLOWED,
        IMMUTABLE_FIELD,
    ],
    single=True,
)
async def update_webhook_endpoint(context: Context, body: WebhookEndpointUpdate) -> WebhookEndpoint:
    """Changes the given keys. A changed `url`, or enabling a disabled endpoint, sends a `webhook.ping`;
    disabling cancels what waits to be sent.
    """
    row = await service.get_endpoint(context.db, context.caller, context.id, lock=True)
    [current] = await service.shown(context.db, context.box, context.org_id, [row])
    context.check_match(current)
    after = await service.update_endpoint(context.uow, context.box, context.policy, row, body)
    if after is row:
        return current
    [changed] = await service.shown(context.db, context.box, context.org_id, [after])
    return changed


@table.operation(
    "DELETE",
    "/webhook_endpoints/{id}",
    id="delete-webhook-endpoint",
    sdk="webhook_endpoints.delete",
    summary="Delete a webhook endpoint",
    scope="write:webhooks",
    answers=(200, Deleted),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND],
    single=True,
)
async def delete_webhook_endpoint(context: Context) -> Deleted:
    """Deletes an endpoint. What waits to be sent is canceled; secrets and header values are wiped at once."""
    row = await service.get_endpoint(context.db, context.caller, context.id, lock=True, deleted=True)
    if row.deleted_at is None:
        [current] = await service.shown(context.db, context.box, context.org_id, [row])
        context.check_match(current)
    await service.delete_endpoint(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)


@table.operation(
    "POST",
    "/webhook_endpoints/{id}/rotate_secret",
    id="rotate-webhook-endpoint-secret",
    sdk="webhook_endpoints.rotate_secret",
    summary="Rotate the signing secret",
    scope="write:webhooks",
    body=SecretRotation,
    answers=(200, WebhookEndpoint),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, LIMIT_REACHED],
    confidential=True,
)
async def rotate_webhook_endpoint_secret(context: Context, body: SecretRotation) -> WebhookEndpoint:
    """Makes a new signing secret, which this answer alone carries. The present one keeps signing beside it
    for a while.
    """
    row = await service.get_endpoint(context.db, context.caller, context.id, lock=True)
    return await service.rotate_secret(context.uow, context.box, row, body)


@table.operation(
    "GET",
    "/webhook_event_types",
    id="list-webhook-event-types",
    sdk="webhook_event_types.list",
    summary="List the types of events",
    scope="read:webhooks",
    answers=(200, WebhookEventTypePage),
)
async def list_webhook_event_types(_context: Context) -> WebhookEventTypePage:
    """Every type that an endpoint can ask for, in the order of the catalogue, on one page."""
    found = [
        WebhookEventType(
            type=name,
            description=DESCRIPTIONS[name],
            supports_field_filter=name in FILTERABLE,
            example=examples()[name],
        )
        for name in ALL_TYPES
    ]
    return WebhookEventTypePage(data=found, has_more=False, next_cursor=None)
