"""Recovering what an endpoint missed: counting it, and the job that sends it again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import TOO_SMALL
from pivotal_server.errors_catalogue_webhooks import RECOVERY_IN_PROGRESS, WINDOW_TOO_LARGE
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.kinds import JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.service import JobRow
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.webhooks import (
    repository,
    repository_deliveries,
    repository_fanout,
    repository_log,
)
from pivotal_server.webhooks.fanout import wants
from pivotal_server.webhooks.pings import WAKE_CHANNEL
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.repository_deliveries import DeliveryRow, new_delivery
from pivotal_server.webhooks.repository_fanout import FanWithText, Listener
from pivotal_server.webhooks.service_deliveries import new_run, refuse_disabled

KIND = "webhooks.recover"
LONGEST = timedelta(days=14)
BATCH = 100
"""Events that are queued in one transaction."""
MOST_PENDING = 1_000
"""The job waits while more than so many deliveries of the endpoint are not finished."""
LOOKED_AT = 500
_MICROSECOND = timedelta(microseconds=1)


class Window:
    """The events that a recovery is about: ``scope`` is ``failed``, ``never_sent`` or ``all``."""

    def __init__(self, since: datetime, until: datetime, scope: str) -> None:
        self.since = since
        self.until = until
        self.failed = scope in ("failed", "all")
        self.never_sent = scope in ("never_sent", "all")

    @property
    def before(self) -> datetime:
        """The moment after which its events were made."""
        return self.since - _MICROSECOND


def check_window(since: datetime, until: datetime, now: datetime, days_kept: int) -> None:
    """Raises ``window_too_large`` for more than 14 days or what is no longer kept, ``too_small`` for none."""
    if until - since > LONGEST:
        raise WINDOW_TOO_LARGE(field="since", days=LONGEST.days)
    if since < now - timedelta(days=days_kept):
        raise WINDOW_TOO_LARGE(
            field="since", message=f"Events are kept for {days_kept} days; the range begins before that"
        )
    if until <= since:
        raise TOO_SMALL(field="until", message="until must be later than since")


def _listener(row: EndpointRow) -> Listener:
    return Listener(row.id, row.event_types, row.field_filters, row.test_mode, row.enabled_at)


async def _never_sent(
    db: Executor, org_id: str, endpoint: EndpointRow, after: datetime, until: datetime, limit: int
) -> tuple[list[FanWithText], datetime | None]:
    """Up to ``limit`` events that the endpoint wants and never got, and up to where that was looked for.

    ``None`` when the end is reached.
    """
    listener, found = _listener(endpoint), []
    passed = await repository_fanout.passed(db, org_id)
    # What is not handed out yet is not missed yet, unless it is from before the endpoint was enabled: then it
    # will be handed to the others only.
    upto = min(until - _MICROSECOND, max(passed or listener.enabled_at, listener.enabled_at))
    while True:
        events = await repository_fanout.never_sent(db, org_id, endpoint.id, after, upto, LOOKED_AT)
        for event in events:
            after = event.created_at
            if wants(listener, event):
                found.append(event)
                if len(found) == limit:
                    return found, after
        if len(events) < LOOKED_AT:
            return found, None


async def count(db: Executor, org_id: str, endpoint: EndpointRow, window: Window) -> int:
    """How many events a recovery would send again."""
    total = 0
    if window.failed:
        total += await repository_log.count_failed(db, org_id, endpoint.id, window.before, window.until)
    after: datetime | None = window.before
    while window.never_sent and after is not None:
        found, after = await _never_sent(db, org_id, endpoint, after, window.until, LOOKED_AT)
        total += len(found)
    return total


async def start(uow: UnitOfWork, endpoint: EndpointRow, window: Window, scope: str) -> JobRow:
    """Enqueue the job. Raises ``endpoint_disabled``, ``recovery_in_progress``."""
    refuse_disabled(endpoint)
    token = cuid()
    job_id = await jobs.enqueue(
        uow,
        KIND,
        {
            "endpoint_id": endpoint.id,
            "since": clock.to_micros(window.since),
            "until": clock.to_micros(window.until),
            "scope": scope,
            "token": token,
        },
        type="webhook_recovery",
        unique_key=f"webhook_recovery:{endpoint.id}",
        counts={"matched": 0, "queued": 0, "skipped": 0},
    )
    row = await jobs.get_job(uow.tx, uow.org_id, job_id)
    if row.payload["token"] != token:
        raise RECOVERY_IN_PROGRESS()
    return row


async def recover(run: Run) -> None:
    """Send the events again, oldest first, a batch at a time; it goes on where a dead worker left it."""
    payload: dict[str, Any] = run.payload
    window = Window(
        clock.from_micros(payload["since"]), clock.from_micros(payload["until"]), payload["scope"]
    )
    endpoint_id: str = payload["endpoint_id"]
    while True:
        run.check()
        waiting, _ = await repository_log.pending(run.db, run.org_id, endpoint_id)
        if waiting > MOST_PENDING:
            await asyncio.sleep(1)
            continue
        async with run.unit_of_work() as uow:
            endpoint = await repository.find(uow.tx, run.org_id, id=endpoint_id, number=None, lock=True)
            if endpoint is None or endpoint.deleted_at is not None or endpoint.status != "enabled":
                raise JobFailed("endpoint_disabled", "The endpoint was disabled or deleted")
            after = window.before if run.state is None else clock.from_micros(run.state["after"])
            done = await _batch(run, uow, endpoint, window, after)
            if done:
                await run.complete(uow)
                return


async def _batch(run: Run, uow: UnitOfWork, endpoint: EndpointRow, window: Window, after: datetime) -> bool:
    """Queue the next events; whether there are no further ones."""
    again: Sequence[DeliveryRow] = []
    fresh: Sequence[FanWithText] = []
    if window.failed:
        again = await repository_log.failed(uow.tx, uow.org_id, endpoint.id, after, window.until, BATCH)
    if window.never_sent:
        fresh, _ = await _never_sent(uow.tx, uow.org_id, endpoint, after, window.until, BATCH)
    moments = sorted([row.event_at for row in again] + [event.created_at for event in fresh])[:BATCH]
    if not moments:
        return True
    last = moments[-1]
    again = [row for row in again if row.event_at <= last]
    fresh = [event for event in fresh if event.created_at <= last]
    for row in again:
        await repository_deliveries.start_run(uow.tx, uow.org_id, new_run(row, "recover", uow.now))
    if fresh:
        _, moment = await uow.allocate("webhook_delivery", len(fresh))
        rows = [
            new_delivery(
                moment + offset * _MICROSECOND,
                endpoint.id,
                (event.id, event.type, event.created_at),
                livemode=event.livemode,
                now=uow.now,
                trigger="recover",
            )
            for offset, event in enumerate(fresh)
        ]
        await repository_fanout.insert(uow.tx, uow.org_id, rows)
    sent = len(again) + len(fresh)
    counts = {**run.counts, "matched": run.counts["matched"] + sent, "queued": run.counts["queued"] + sent}
    await run.progress(uow, state={"after": clock.to_micros(last)}, counts=counts)
    uow.tx.notify(WAKE_CHANNEL, uow.org_id)
    return len(moments) < BATCH
