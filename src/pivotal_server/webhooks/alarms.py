"""What follows for an endpoint from its deliveries: it is disabled, and its workspace told."""

from urllib.parse import urlsplit

from pivotal_server.auth.actor import server
from pivotal_server.members import service as members
from pivotal_server.notifications import service as notifications
from pivotal_server.notifications import service_notices as notices
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from pivotal_server.webhooks import metrics, repository
from pivotal_server.webhooks.policy import DISABLED_AT
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.results import Alarm
from pivotal_server.webhooks.service import disable

MAIL_KIND = "webhook"
PATH = "/admin/developer/webhooks"

_WHY = {
    "failures": f"{DISABLED_AT} deliveries in a row failed to their last attempt",
    "gone": "its receiver answered 410 Gone",
    "receiver_request": "its receiver asked for it",
}


async def raise_alarm(services: Services, alarm: Alarm) -> None:
    """Disable the endpoint, unless somebody has stopped it meanwhile, or tell that it is unhealthy."""
    async with unit_of_work(services.db, server(alarm.org_id)) as uow:
        row = await repository.find(uow.tx, uow.org_id, id=alarm.endpoint_id, number=None, lock=True)
        if row is None or row.deleted_at is not None or row.status != "enabled":
            return
        if alarm.reason == "unhealthy":
            await _tell(uow, services, row, alarm, *_unhealthy(row))
            return
        await disable(uow, row, alarm.reason)
        await _tell(uow, services, row, alarm, *_disabled(row, alarm.reason))
    metrics.DISABLED.labels(alarm.reason).inc()


def _host(row: EndpointRow) -> str:
    return urlsplit(row.url).hostname or row.url


def _unhealthy(row: EndpointRow) -> tuple[str, str]:
    return (
        f"Webhooks to {_host(row)} fail",
        "A delivery failed to its last attempt. Later ones are still tried.",
    )


def _disabled(row: EndpointRow, reason: str) -> tuple[str, str]:
    return (
        f"Webhooks to {_host(row)} were disabled",
        f"The endpoint was disabled because {_WHY[reason]}. Nothing is sent to it until somebody enables it.",
    )


async def _tell(
    uow: UnitOfWork, services: Services, row: EndpointRow, alarm: Alarm, subject: str, text: str
) -> None:
    """Write a mail to the owner, and a notice in the app to the owner and admins, as no mail may arrive."""
    await notices.tell_managers(uow, kind=MAIL_KIND, title=subject, body=text, url=f"{PATH}/{row.display_id}")
    await _mail(uow, services, row, alarm, subject, text)


async def _mail(
    uow: UnitOfWork, services: Services, row: EndpointRow, alarm: Alarm, subject: str, text: str
) -> None:
    owner = await members.owner(uow.tx, uow.org_id)
    if owner is None:
        return
    lines = [
        text,
        "",
        f"Endpoint: {_host(row)}",
        f"Event: {alarm.event_type}",
        f"Last error: {alarm.error}",
        "",
        f"{services.config.public_url}{PATH}/{row.display_id}?tab=logs",
    ]
    body = "\n".join(lines)
    await notifications.keep_mail(
        uow, services.box, kind=MAIL_KIND, recipient=owner.email, subject=subject, body=body
    )
