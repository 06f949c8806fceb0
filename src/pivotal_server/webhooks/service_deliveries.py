"""Deliveries: the log, single ones, statistics; sending a test, replaying, sending events again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import RATE_LIMITED, TOO_BIG
from pivotal_server.errors_catalogue_webhooks import (
    DELIVERY_IN_PROGRESS,
    ENDPOINT_DISABLED,
    WEBHOOK_DELIVERY_NOT_FOUND,
    WINDOW_TOO_LARGE,
)
from pivotal_server.events.described import examples
from pivotal_server.events.types import ALL_TYPES, PING, unknown_type
from pivotal_server.kit import clock
from pivotal_server.kit.clock import wire, wire_or_none
from pivotal_server.kit.pagination import Slice
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.webhooks import repository_deliveries as repository
from pivotal_server.webhooks import repository_log
from pivotal_server.webhooks.pings import WAKE_CHANNEL, ping_object, send_single
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.repository_deliveries import (
    MOST_ATTEMPTS,
    AttemptRow,
    DeliveryRow,
    new_delivery,
)
from pivotal_server.webhooks.repository_log import EventHead
from pivotal_server.webhooks.results import paused_run
from pivotal_server.webhooks.schemas_deliveries import (
    MOST_DATA_BYTES,
    ResendOutcome,
    StatsHour,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryWithAttempts,
    WebhookEndpointStats,
    WebhookResendResult,
    WebhookTestData,
)

TESTS_A_MINUTE = 10
_LOG = repository_log.log_list(WebhookDelivery, wire=True)
_ROWS = repository_log.log_list(DeliveryRow)
LONGEST_STATS = timedelta(days=28)
_MINUTE = timedelta(seconds=60)
_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_PARENTS = ("customer", "onboarding", "task")


# ── Reading ────────────────────────────────────────────────────────────────────────────────────
def to_wire(row: DeliveryRow) -> WebhookDelivery:
    """The REST object of a delivery."""
    return WebhookDelivery(**_values(row))


_MOMENTS = ("next_attempt_at", "last_attempt_at", "created_at", "finished_at", "delivered_at")


def _values(row: DeliveryRow) -> dict[str, Any]:
    return {
        name: wire_or_none(getattr(row, name)) if name in _MOMENTS else getattr(row, name)
        for name in WebhookDelivery.__struct_fields__
    }


def attempt_to_wire(row: AttemptRow) -> WebhookAttempt:
    """The REST object of an attempt."""
    values: Any = row
    return WebhookAttempt(
        id=row.id,
        number=row.number,
        run_attempt=row.run_attempt,
        trigger=values.trigger,
        started_at=wire(row.started_at),
        duration_ms=row.duration_ms,
        url=row.url,
        remote_ip=row.remote_ip,
        request_headers=row.request_headers,
        response_status=row.response_status,
        response_headers=row.response_headers,
        response_body=row.response_body,
        response_body_encoding=values.response_body_encoding,
        response_truncated=row.response_truncated,
        outcome=values.outcome,
        error_code=values.error_code,
        error_message=row.error_message,
    )


def _is_id(text: str) -> bool:
    # What is no id never reaches a database, which may refuse to look for it.
    return text.isascii() and text.isprintable()


async def read_delivery(db: Executor, org_id: str, endpoint_id: str, id: str) -> WebhookDeliveryWithAttempts:
    """A delivery with its text and attempts. Raises ``webhook_delivery_not_found``."""
    row = await repository.find(db, org_id, endpoint_id, id) if _is_id(id) else None
    if row is None:
        raise WEBHOOK_DELIVERY_NOT_FOUND()
    text = await repository.payload(db, org_id, row.event_id)
    made = await repository.attempts(db, org_id, row.id)
    return WebhookDeliveryWithAttempts(
        **_values(row), request_body=text or "", attempts=[attempt_to_wire(one) for one in made]
    )


async def read_deliveries(
    db: Executor, org_id: str, endpoint_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[WebhookDelivery], datetime | None]:
    """One page of the log of an endpoint, and the cursor of the next page."""
    return await _LOG.page(db, org_id, part, _stated(filters), {"endpoint_id": endpoint_id})


async def read_rows(
    db: Executor, org_id: str, endpoint_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[DeliveryRow], datetime | None]:
    """The same as stored rows."""
    return await _ROWS.page(db, org_id, part, _stated(filters), {"endpoint_id": endpoint_id})


async def count_rows(
    db: Executor, org_id: str, endpoint_id: str, part: Slice, filters: Mapping[str, Any]
) -> int:
    """How many deliveries match."""
    return await _ROWS.count(db, org_id, part, _stated(filters), {"endpoint_id": endpoint_id})


def _stated(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as the log knows them."""
    wanted = dict(filters)
    if "status" in wanted:
        wanted["status"] = sorted(set(wanted["status"]))
    if wanted.get("source", "change") != "change":
        wanted["rare_source"] = wanted.pop("source")
    response = wanted.pop("response", None)
    if response is not None and response.isdigit():
        wanted["response_status"] = int(response)
    elif response is not None:
        wanted["response_class"] = response
    return wanted


async def read_stats(
    db: Executor, org_id: str, endpoint_id: str, since: datetime | None, until: datetime | None
) -> WebhookEndpointStats:
    """How deliveries went in a time, by default the last 24 hours. Raises ``window_too_large``."""
    end = until or clock.now()
    begin = since or end - _DAY
    if end - begin > LONGEST_STATS:
        raise WINDOW_TOO_LARGE(field="since", days=LONGEST_STATS.days)
    window = (db, org_id, endpoint_id, begin, end)
    states = await repository_log.by_status(*window)
    hours = await repository_log.by_hour(*window)
    took = await repository_log.durations(*window)
    return WebhookEndpointStats(
        delivered=states.get("delivered", 0),
        failed=states.get("failed", 0),
        aborted=states.get("aborted", 0),
        canceled=states.get("canceled", 0),
        pending=states.get("pending", 0) + states.get("sending", 0),
        attempts=sum(count for _, count in took),
        p50_ms=percentile(took, 0.5),
        p95_ms=percentile(took, 0.95),
        hours=_hours(hours, begin, end),
    )


def percentile(counted: Sequence[tuple[int, int]], share: float) -> int | None:
    """The smallest value that ``share`` of all reach; ``counted`` are values with their numbers, rising."""
    left = ceil(sum(count for _, count in counted) * share)
    for value, count in counted:
        left -= count
        if left <= 0:
            return value
    return None


def _hours(found: Mapping[datetime, Mapping[str, int]], begin: datetime, end: datetime) -> list[StatsHour]:
    hours = []
    hour = begin.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        counts = found.get(hour, {})
        hours.append(
            StatsHour(start=wire(hour), delivered=counts.get("delivered", 0), failed=counts.get("failed", 0))
        )
        hour += _HOUR
    return hours


# ── Sending ────────────────────────────────────────────────────────────────────────────────────
def example_data(event_type: str, endpoint: EndpointRow) -> dict[str, Any]:
    """The data of a test message that nobody has edited: the example, with ids that cannot exist."""
    if event_type == PING:
        return {"object": ping_object(endpoint), "previous_attributes": None}
    data = examples()[event_type]["data"]
    state = {**data["object"], "id": _no_id(data["object"]["object"]), "display_id": 0}
    for name in _PARENTS:
        if state.get(f"{name}_id") is not None:
            state[f"{name}_id"] = _no_id(name)
    return {"object": state, "previous_attributes": data["previous_attributes"]}


def _no_id(kind: str) -> str:
    return f"ctest{kind}".ljust(25, "0")


async def send_test(
    uow: UnitOfWork, endpoint: EndpointRow, event_type: str, data: WebhookTestData | UnsetType
) -> DeliveryRow:
    """Queue a test message to a locked endpoint, whatever its status.

    Raises ``invalid_enum_value``, ``too_big``, ``rate_limited`` after ten within a minute.
    """
    if event_type not in ALL_TYPES:
        raise unknown_type(event_type, "type", ALL_TYPES)
    if data is UNSET:
        example = example_data(event_type, endpoint)
        state, previous = example["object"], example["previous_attributes"]
    else:
        state, previous = data.object, data.previous_attributes
        if len(msgspec.json.encode([state, previous])) > MOST_DATA_BYTES:
            raise TOO_BIG(field="data", message=f"data must be at most {MOST_DATA_BYTES} bytes of JSON")
    recent = await repository_log.tests_since(uow.tx, uow.org_id, endpoint.id, uow.now - _MINUTE)
    if len(recent) >= TESTS_A_MINUTE:
        seconds = max(1, ceil((recent[-TESTS_A_MINUTE] + _MINUTE - uow.now).total_seconds()))
        raise RATE_LIMITED(
            message=f"At most {TESTS_A_MINUTE} test messages a minute. Retry after {seconds} seconds.",
            headers={"retry-after": str(seconds)},
        )
    return await send_single(uow, endpoint, event_type, state, previous, source="test", livemode=False)


async def replay(uow: UnitOfWork, endpoint: EndpointRow, id: str) -> DeliveryRow:
    """Queue one more attempt of a delivery, now.

    A delivery that waits goes on with its schedule if the attempt fails. Raises ``endpoint_disabled``,
    ``webhook_delivery_not_found``, ``delivery_in_progress``.
    """
    refuse_disabled(endpoint)
    row = await repository.find(uow.tx, uow.org_id, endpoint.id, id, lock=True) if _is_id(id) else None
    if row is None:
        raise WEBHOOK_DELIVERY_NOT_FOUND()
    if row.status == "sending":
        raise DELIVERY_IN_PROGRESS()
    if row.trigger == "replay" and row.status == "pending":
        return row
    after = replace(
        row,
        status="pending",
        trigger="replay",
        max_attempts=1,
        run_attempt=0,
        run_started_at=None,
        next_attempt_at=uow.now,
        ready=True,
        resumes=paused_run(row) if row.status == "pending" else None,
        finished_at=None,
    )
    await repository.start_run(uow.tx, uow.org_id, after)
    uow.tx.notify(WAKE_CHANNEL, uow.org_id)
    return after


def refuse_disabled(endpoint: EndpointRow) -> None:
    """Raises ``endpoint_disabled`` unless the endpoint is enabled."""
    if endpoint.status != "enabled":
        raise ENDPOINT_DISABLED()


def new_run(row: DeliveryRow, trigger: str, now: datetime) -> DeliveryRow:
    """A finished delivery at the beginning of a whole run."""
    return replace(
        row,
        status="pending",
        trigger=trigger,
        max_attempts=MOST_ATTEMPTS,
        run_attempt=0,
        run_started_at=None,
        next_attempt_at=now,
        ready=True,
        resumes=None,
        finished_at=None,
    )


async def resend(uow: UnitOfWork, endpoint: EndpointRow, event_ids: Sequence[str]) -> WebhookResendResult:
    """Start a run for each of these events, whatever the filters of the endpoint say.

    Raises ``endpoint_disabled``.
    """
    refuse_disabled(endpoint)
    found = await repository_log.heads(uow.tx, uow.org_id, event_ids)
    known = await repository.of_events(uow.tx, uow.org_id, endpoint.id, event_ids)
    results = [_skipped(endpoint, id, found.get(id), known.get(id)) for id in event_ids]
    fresh = [id for id, result in zip(event_ids, results, strict=True) if result is None and id not in known]
    made: dict[str, DeliveryRow] = {}
    if fresh:
        _, moment = await uow.allocate("webhook_delivery", len(fresh))
        for offset, id in enumerate(fresh):
            made[id] = fresh_delivery(endpoint, found[id], moment + offset * _MICROSECOND, uow.now, "resend")
        await repository.insert(uow.tx, uow.org_id, list(made.values()))
    outcomes = []
    for id, result in zip(event_ids, results, strict=True):
        if result is not None:
            outcomes.append(result)
            continue
        row = made.get(id)
        if row is None:
            row = new_run(known[id], "resend", uow.now)
            await repository.start_run(uow.tx, uow.org_id, row)
        outcomes.append(ResendOutcome(event_id=id, delivery_id=row.id, status="queued", reason=None))
    queued = sum(one.status == "queued" for one in outcomes)
    if queued:
        uow.tx.notify(WAKE_CHANNEL, uow.org_id)
    return WebhookResendResult(
        endpoint_id=endpoint.id, queued=queued, skipped=len(outcomes) - queued, results=outcomes
    )


def fresh_delivery(
    endpoint: EndpointRow, event: EventHead, created_at: datetime, now: datetime, trigger: str
) -> DeliveryRow:
    """The first delivery of an event to an endpoint that did not get it when it was made."""
    return new_delivery(
        created_at,
        endpoint.id,
        (event.id, event.type, event.created_at),
        livemode=event.livemode,
        now=now,
        trigger=trigger,
    )


def _skipped(
    endpoint: EndpointRow, id: str, event: EventHead | None, delivery: DeliveryRow | None
) -> ResendOutcome | None:
    """Why an event is not sent, if it is not."""
    reason: Any = None
    if event is None or event.source != "change":
        reason = "event_not_found"
    elif event.livemode == endpoint.test_mode:
        reason = "livemode_mismatch"
    elif delivery is not None and not delivery.finished:
        reason = "already_pending"
    if reason is None:
        return None
    delivery_id = None if delivery is None or reason == "event_not_found" else delivery.id
    return ResendOutcome(event_id=id, delivery_id=delivery_id, status="skipped", reason=reason)
