"""The log of an endpoint with many deliveries: how long the database takes for its first page."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from bench.webhook_site import Site, add_deliveries, new_desk
from pivotal_server.db.statements import Statement
from pivotal_server.events.types import ALL_TYPES
from pivotal_server.kit import clock
from pivotal_server.kit.ids import event_id
from pivotal_server.kit.pagination import Slice
from pivotal_server.webhooks.repository_deliveries import DeliveryRow, new_delivery
from pivotal_server.webhooks.service_deliveries import read_deliveries

DAYS = 80
# Of a thousand deliveries so many ended otherwise than with 200: what is rare is what a log is searched for.
FAULTS: list[tuple[int, str, int | None, str | None]] = [
    (1, "aborted", 422, "http_status"),
    (1, "canceled", None, "connection_refused"),
    (2, "failed", 410, "http_status"),
    (2, "failed", 302, "http_status"),
    (4, "failed", None, "timeout"),
    (5, "failed", 404, "http_status"),
    (20, "failed", 500, "http_status"),
]
TYPES = [name for name in ALL_TYPES if name != "webhook.ping"]


def _rows(endpoint_id: str, count: int, first: datetime, begin: int, size: int) -> Iterator[DeliveryRow]:
    step = timedelta(days=DAYS) / count
    for number in range(begin, begin + size):
        moment = first + number * step
        # One in ten thousand is of the rarest type, the others are spread unevenly.
        name = TYPES[-1] if number % 10_000 == 0 else TYPES[(number * number) % (len(TYPES) - 1)]
        row = new_delivery(moment, endpoint_id, (event_id(moment), name, moment), livemode=True, now=moment)
        place, status, code, error = number % 1_000, "delivered", 200, None
        response: int | None = code
        for share, *fault in FAULTS:
            if place < share:
                status, response, error = fault  # type: ignore[assignment]
                break
            place -= share
        yield replace(
            row,
            source="test" if number % 50_000 == 7 else "change",
            status=status,
            ready=False,
            next_attempt_at=None,
            run_attempt=1,
            attempt_count=1,
            run_started_at=moment,
            last_attempt_at=moment,
            response_status=response,
            response_class="none" if response is None else f"{response // 100}xx",
            error_code=error,
            duration_ms=12,
            finished_at=moment,
            delivered_at=moment if status == "delivered" else None,
        )


async def log_pages(site: Site, count: int) -> dict[str, float]:
    """Milliseconds of the first page of one endpoint's log by filter: the median of several readings."""
    async with site.services() as services:
        desk = await new_desk(services, ["http://127.0.0.1:9/0"])
        [endpoint_id] = desk.endpoints
        first = clock.now() - timedelta(days=DAYS)
        size = 50_000
        some = ""
        for begin in range(0, count, size):
            rows = list(_rows(endpoint_id, count, first, begin, min(size, count - begin)))
            some = some or rows[len(rows) // 2].event_id
            await add_deliveries(services, desk.org_id, rows)
        async with services.db.transaction() as tx:
            await tx.execute(ANALYZE)
        middle = first + timedelta(days=DAYS / 2)
        filters: list[dict[str, Any]] = [{}]
        filters += [{"status": [one]} for one in ("delivered", "failed", "aborted", "canceled", "pending")]
        filters += [{"event_type": [one]} for one in (TYPES[0], TYPES[1], TYPES[-1])]
        filters += [{"event_type": [one for one in TYPES if one.startswith("customer.")]}]
        filters += [{"event_id": one} for one in (some, "evt_" + "0" * 27)]
        filters += [{"source": one} for one in ("change", "test", "ping")]
        filters += [{"response": one} for one in ("2xx", "3xx", "4xx", "5xx", "none", "200", "410", "418")]
        filters += [{"error_code": one} for one in ("http_status", "timeout", "tls_failure")]
        filters += [{"since": middle}, {"until": middle}]
        return {_name(one): await _median_ms(services.db, desk.org_id, endpoint_id, one) for one in filters}


def _name(wanted: dict[str, Any]) -> str:
    for name, value in wanted.items():
        several = isinstance(value, list) and len(value) > 1
        one = value[0] if isinstance(value, list) else value
        return name if isinstance(value, datetime) else f"{name}={'several' if several else one}"
    return "no filter"


async def _median_ms(db: Any, org_id: str, endpoint_id: str, wanted: dict[str, Any]) -> float:
    times = {name: value for name, value in wanted.items() if name in ("since", "until")}
    rest = {name: value for name, value in wanted.items() if name not in times}
    took = []
    for _ in range(7):
        began = time.perf_counter()
        await read_deliveries(db, org_id, endpoint_id, Slice(limit=20, **times), rest)
        took.append((time.perf_counter() - began) * 1_000)
    return round(sorted(took)[3], 3)


ANALYZE = Statement.write(text("ANALYZE webhook_deliveries"), global_lookup="statistics of the whole table")
