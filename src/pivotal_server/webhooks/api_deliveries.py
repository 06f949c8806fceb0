"""REST operations of deliveries, and of sending to an endpoint by hand."""

from datetime import datetime
from functools import partial

from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, TOO_SMALL
from pivotal_server.errors_catalogue_webhooks import (
    DELIVERY_IN_PROGRESS,
    ENDPOINT_DISABLED,
    RECOVERY_IN_PROGRESS,
    WEBHOOK_DELIVERY_NOT_FOUND,
    WEBHOOK_ENDPOINT_NOT_FOUND,
    WINDOW_TOO_LARGE,
)
from pivotal_server.jobs.schemas import Job
from pivotal_server.jobs.wire import to_wire as job_to_wire
from pivotal_server.kit.http import Answer, OperationTable
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, page
from pivotal_server.webhooks import service, service_deliveries, service_recovery
from pivotal_server.webhooks.schemas_deliveries import (
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookDeliveryQuery,
    WebhookDeliveryWithAttempts,
    WebhookEndpointStats,
    WebhookRecover,
    WebhookRecoveryPreview,
    WebhookResend,
    WebhookResendResult,
    WebhookStatsQuery,
    WebhookTest,
)
from pivotal_server.webhooks.service import EndpointRow

table = OperationTable("Webhooks")


async def _endpoint(context: Context, *, lock: bool = False) -> EndpointRow:
    return await service.get_endpoint(context.db, context.caller, context.id, lock=lock)


@table.operation(
    "POST",
    "/webhook_endpoints/{id}/test",
    id="test-webhook-endpoint",
    sdk="webhook_endpoints.test",
    summary="Send a test message",
    scope="write:webhooks",
    body=WebhookTest,
    answers=(202, WebhookDelivery),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, INVALID_ENUM_VALUE],
)
async def test_webhook_endpoint(context: Context, body: WebhookTest) -> WebhookDelivery:
    """Sends one message of a type, with its example or data of your own, whatever the endpoint asks for and
    even while it is disabled. At most ten a minute.
    """
    endpoint = await _endpoint(context, lock=True)
    row = await service_deliveries.send_test(context.uow, endpoint, body.type, body.data)
    return service_deliveries.to_wire(row)


@table.operation(
    "POST",
    "/webhook_endpoints/{id}/resend",
    id="resend-webhook-events",
    sdk="webhook_endpoints.resend",
    summary="Send events again",
    scope="write:webhooks",
    body=WebhookResend,
    answers=(202, WebhookResendResult),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, ENDPOINT_DISABLED],
)
async def resend_webhook_events(context: Context, body: WebhookResend) -> WebhookResendResult:
    """Sends the named events, whatever the filters of the endpoint say, each with all attempts anew."""
    endpoint = await _endpoint(context, lock=True)
    return await service_deliveries.resend(context.uow, endpoint, body.event_ids)


@table.operation(
    "POST",
    "/webhook_endpoints/{id}/recover",
    id="recover-webhook-events",
    sdk="webhook_endpoints.recover",
    summary="Recover missed events",
    scope="write:webhooks",
    body=WebhookRecover,
    answers=[(202, Job), (200, WebhookRecoveryPreview)],
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, ENDPOINT_DISABLED, RECOVERY_IN_PROGRESS, WINDOW_TOO_LARGE, TOO_SMALL],
)
async def recover_webhook_events(context: Context, body: WebhookRecover) -> Job | Answer:
    """Sends the events of a time that never arrived, or had no delivery, or both; oldest first, by a job. A
    dry run only counts them.
    """
    endpoint = await _endpoint(context, lock=True)
    until = body.until if isinstance(body.until, datetime) else context.uow.now
    service_recovery.check_window(body.since, until, context.uow.now, context.retention_days)
    window = service_recovery.Window(body.since, until, body.scope)
    if body.dry_run:
        matched = await service_recovery.count(context.uow.tx, context.org_id, endpoint, window)
        return Answer(200, WebhookRecoveryPreview(matched=matched))
    row = await service_recovery.start(context.uow, endpoint, window, body.scope)
    return job_to_wire(row, [], context.files, context.caller.string)


@table.operation(
    "GET",
    "/webhook_endpoints/{id}/deliveries",
    id="list-webhook-deliveries",
    sdk="webhook_endpoints.deliveries.list",
    summary="List deliveries",
    scope="read:webhooks",
    query=WebhookDeliveryQuery,
    answers=(200, WebhookDeliveryPage),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND],
)
async def list_webhook_deliveries(context: Context) -> WebhookDeliveryPage:
    """The deliveries of an endpoint without their bodies, newest first."""
    endpoint = await _endpoint(context)

    return await page(
        WebhookDeliveryPage,
        context.query,
        filters_of(context.query),
        partial(service_deliveries.read_deliveries, context.db, context.org_id, endpoint.id),
    )


@table.operation(
    "GET",
    "/webhook_endpoints/{id}/deliveries/{delivery_id}",
    id="get-webhook-delivery",
    sdk="webhook_endpoints.deliveries.get",
    summary="Get a delivery",
    scope="read:webhooks",
    answers=(200, WebhookDeliveryWithAttempts),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, WEBHOOK_DELIVERY_NOT_FOUND],
    single=True,
)
async def get_webhook_delivery(context: Context) -> WebhookDeliveryWithAttempts:
    """One delivery with the exact text that is sent, and every attempt with what came back."""
    endpoint = await _endpoint(context)
    return await service_deliveries.read_delivery(context.db, context.org_id, endpoint.id, context.values[1])


@table.operation(
    "POST",
    "/webhook_endpoints/{id}/deliveries/{delivery_id}/replay",
    id="replay-webhook-delivery",
    sdk="webhook_endpoints.deliveries.replay",
    summary="Replay a delivery",
    scope="write:webhooks",
    answers=(202, WebhookDelivery),
    errors=[
        WEBHOOK_ENDPOINT_NOT_FOUND,
        WEBHOOK_DELIVERY_NOT_FOUND,
        ENDPOINT_DISABLED,
        DELIVERY_IN_PROGRESS,
    ],
)
async def replay_webhook_delivery(context: Context) -> WebhookDelivery:
    """Sends a delivery once more, now. One that waits keeps its schedule if that fails."""
    endpoint = await _endpoint(context, lock=True)
    row = await service_deliveries.replay(context.uow, endpoint, context.values[1])
    return service_deliveries.to_wire(row)


@table.operation(
    "GET",
    "/webhook_endpoints/{id}/stats",
    id="get-webhook-endpoint-stats",
    sdk="webhook_endpoints.stats",
    summary="Get statistics of an endpoint",
    scope="read:webhooks",
    query=WebhookStatsQuery,
    answers=(200, WebhookEndpointStats),
    errors=[WEBHOOK_ENDPOINT_NOT_FOUND, WINDOW_TOO_LARGE],
)
async def get_webhook_endpoint_stats(context: Context) -> WebhookEndpointStats:
    """How the deliveries of a time went, hour by hour: at most 28 days, by default the last 24 hours."""
    endpoint = await _endpoint(context)
    query: WebhookStatsQuery = context.query
    return await service_deliveries.read_stats(
        context.db, context.org_id, endpoint.id, query.since, query.until
    )
