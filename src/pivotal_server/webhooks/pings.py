"""Messages that no change fires: the ping of an endpoint, and test sends. Each goes to one endpoint alone."""

from typing import Any

from pivotal_server.events.outbox import write_single
from pivotal_server.events.types import PING
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.webhooks import repository_deliveries
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.repository_deliveries import DeliveryRow, new_delivery

MESSAGE = "Your Pivotal endpoint is set up."
WAKE_CHANNEL = "webhooks"
"""Channel on which workers hear that something is due at once; the payload is the workspace."""


def ping_object(row: EndpointRow) -> dict[str, Any]:
    """What a ping says of its endpoint."""
    return {
        "object": "webhook_endpoint",
        "id": row.id,
        "display_id": row.display_id,
        "url": row.url,
        "description": row.description,
        "event_types": row.event_types,
        "test_mode": row.test_mode,
        "message": MESSAGE,
    }


def ping(uow: UnitOfWork, row: EndpointRow) -> None:
    """Queue a ping, at the end of this work: the counter of events is its last lock."""

    async def send() -> None:
        await send_single(uow, row, PING, ping_object(row), None, source="ping", livemode=not row.test_mode)

    uow.at_end(send)


async def send_single(
    uow: UnitOfWork,
    row: EndpointRow,
    event_type: str,
    state: dict[str, Any],
    previous: dict[str, Any] | None,
    *,
    source: str,
    livemode: bool,
) -> DeliveryRow:
    """Write an event that no change made, and its one delivery, which has one attempt."""
    event_id, at = await write_single(
        uow.tx,
        uow.actor,
        uow.now,
        uow.request_id,
        event_type,
        state,
        previous,
        source=source,
        livemode=livemode,
    )
    _, created_at = await uow.allocate("webhook_delivery")
    delivery = new_delivery(
        created_at,
        row.id,
        (event_id, event_type, at),
        livemode=livemode,
        now=uow.now,
        source=source,
        trigger=source,
        max_attempts=1,
    )
    await repository_deliveries.insert(uow.tx, uow.org_id, [delivery])
    uow.tx.notify(WAKE_CHANNEL, uow.org_id)
    return delivery
