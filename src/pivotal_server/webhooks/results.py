"""Storing how attempts went: the delivery, the attempt, the endpoint, in one transaction a workspace."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, Entry, write_entries
from pivotal_server.auth.actor import server
from pivotal_server.db.engine import Database, Transaction
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid
from pivotal_server.webhooks import repository_results as repository
from pivotal_server.webhooks.policy import (
    DISABLED_AT,
    UNCOUNTED,
    Next,
    Outcome,
    after_attempt,
    disables,
    is_uncounted,
    pause_of,
)
from pivotal_server.webhooks.repository import QueueRow
from pivotal_server.webhooks.repository_deliveries import AttemptRow, DeliveryRow
from pivotal_server.webhooks.repository_queue import Claimed
from pivotal_server.webhooks.repository_results import Standing

MAIL_EVERY = timedelta(hours=24)
"""How often at most one endpoint makes a mail about being unhealthy."""
_AUDITED = ("onboarding", "task", "comment")


class Record(Struct, frozen=True):
    """What one attempt of a claimed delivery has shown. ``text``: the body that was sent."""

    claimed: Claimed
    outcome: Outcome
    text: str
    url: str
    remote_ip: str | None
    request_headers: dict[str, str]
    response_headers: dict[str, str] | None
    response_body: str | None
    response_body_encoding: str | None
    response_truncated: bool
    error_message: str | None
    duration_ms: int
    interrupted: bool = False


class Alarm(Struct, frozen=True):
    """What follows for an endpoint: it is ``unhealthy``, or is to be disabled for this reason."""

    org_id: str
    endpoint_id: str
    reason: str
    event_type: str
    delivery_id: str
    error: str


class Stored(Struct, frozen=True):
    """What became of a record: its delivery as it stands now."""

    record: Record
    row: DeliveryRow


async def store(
    db: Database, org_id: str, records: Sequence[Record], chance: Callable[[], float] = random.random
) -> tuple[list[Stored], list[Alarm]]:
    """Write the records of one workspace whose leases still hold; the others leave no trace.

    Returns what was written and what is to be done about endpoints after it.
    """
    async with db.transaction() as tx:
        queues = await repository.queues(tx, org_id, [one.claimed.row.endpoint_id for one in records])
        holders = await repository.leases(tx, org_id, [one.claimed.row.id for one in records])
        held = [one for one in records if holders.get(one.claimed.row.id) == one.claimed.row.lease]
        if not held:
            return [], []
        standings = await repository.standings(tx, org_id, [one.claimed.row.endpoint_id for one in held])
        stored: list[Stored] = []
        alarms: list[Alarm] = []
        for record in sorted(held, key=lambda one: one.outcome.started_at):
            before = record.claimed.row
            standing = standings[before.endpoint_id]
            row, step = _after(record, standing, chance)
            stored.append(Stored(record, row))
            queue, alarm = _counted(queues[before.endpoint_id], record, step, standing)
            queues[before.endpoint_id] = queue
            if alarm is not None:
                alarms.append(Alarm(org_id, standing.id, alarm, row.event_type, row.id, _error_of(record)))
        await repository.save(tx, org_id, [one.row for one in stored])
        await repository.insert_attempts(tx, org_id, [_attempt(one.record) for one in stored])
        await repository.save_queues(tx, org_id, list(queues.values()))
        await _audit(tx, org_id, stored)
    return stored, alarms


def _after(record: Record, standing: Standing, chance: Callable[[], float]) -> tuple[DeliveryRow, Next]:
    """The delivery after an attempt, and what was decided."""
    row, outcome = record.claimed.row, record.outcome
    counted = {
        "attempt_count": row.attempt_count + 1,
        "last_attempt_at": outcome.started_at,
        "response_status": outcome.status,
        "response_class": "none" if outcome.status is None else f"{outcome.status // 100}xx",
        "error_code": None if outcome.success else (outcome.error_code or "http_status"),
        "duration_ms": record.duration_ms,
        "ready": False,
        "lease": None,
        "lease_until": None,
    }
    if record.interrupted:
        # The same attempt of the run is made again.
        status = "canceled" if standing.stopped and row.trigger not in UNCOUNTED else "pending"
        finished = outcome.ended_at if status == "canceled" else None
        again = replace(row, **counted, status=status, finished_at=finished)
        return replace(again, ready=status == "pending"), Next(status)
    step = after_attempt(row, outcome, chance, stopped=standing.stopped)
    if step.resumes:
        resumed = {name: value for name, value in _resumed(row).items() if name != "status"}
        return replace(row, **counted, **resumed, status="pending", resumes=None), step
    finished = None if step.status == "pending" else outcome.ended_at
    return (
        replace(
            row,
            **counted,
            status=step.status,
            run_attempt=row.run_attempt + 1,
            run_started_at=row.run_started_at or outcome.started_at,
            next_attempt_at=step.next_attempt_at,
            resumes=None,
            finished_at=finished,
            delivered_at=row.delivered_at or (outcome.ended_at if outcome.success else None),
        ),
        step,
    )


def paused_run(row: DeliveryRow) -> dict[str, Any]:
    """What a replay in between has to put back when it fails."""

    def micros(moment: datetime | None) -> int | None:
        return None if moment is None else clock.to_micros(moment)

    return {
        "trigger": row.trigger,
        "max_attempts": row.max_attempts,
        "run_attempt": row.run_attempt,
        "run_started_at": micros(row.run_started_at),
        "next_attempt_at": micros(row.next_attempt_at),
    }


def _resumed(row: DeliveryRow) -> dict[str, Any]:
    values = dict(row.resumes or {})
    for name in ("run_started_at", "next_attempt_at"):
        if values[name] is not None:
            values[name] = clock.from_micros(values[name])
    return values


def _counted(queue: QueueRow, record: Record, step: Next, standing: Standing) -> tuple[QueueRow, str | None]:
    """The endpoint's figures after an attempt, and the alarm that it raises."""
    row, outcome = record.claimed.row, record.outcome
    answered = outcome.status is not None
    queue = replace(
        queue,
        last_attempt_at=_later(queue.last_attempt_at, outcome.started_at),
        last_success_at=_later(queue.last_success_at, outcome.started_at if outcome.success else None),
        last_failure_at=_later(queue.last_failure_at, None if outcome.success else outcome.started_at),
        silent_streak=queue.silent_streak
        if record.interrupted
        else 0
        if answered
        else queue.silent_streak + 1,
    )
    pause = pause_of(outcome)
    if pause is not None:
        queue = replace(queue, paused_until=_later(queue.paused_until, outcome.ended_at + pause))
    # What began before an endpoint was enabled, or ends after it was stopped, says nothing of it now.
    old = standing.stopped or outcome.started_at < standing.enabled_at
    if is_uncounted(row) or record.interrupted:
        return queue, None
    if outcome.success:
        queue = replace(queue, health="healthy", consecutive_failures=0)
    if old:
        return queue, None
    reason = disables(row, outcome)
    if reason is not None:
        return queue, reason
    if not step.exhausted:
        return queue, None
    first = queue.health == "healthy"
    queue = replace(queue, health="unhealthy", consecutive_failures=queue.consecutive_failures + 1)
    if queue.consecutive_failures >= DISABLED_AT:
        return queue, "failures"
    if first and (queue.mailed_at is None or queue.mailed_at <= outcome.ended_at - MAIL_EVERY):
        return replace(queue, mailed_at=outcome.ended_at), "unhealthy"
    return queue, None


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _error_of(record: Record) -> str:
    if record.outcome.status is not None:
        return f"HTTP {record.outcome.status}"
    return record.error_message or record.outcome.error_code or "unknown"


def _attempt(record: Record) -> AttemptRow:
    row, outcome = record.claimed.row, record.outcome
    single = row.trigger in ("replay", "test", "ping")
    error_code = None if outcome.success else (outcome.error_code or "http_status")
    return AttemptRow(
        delivery_id=row.id,
        number=row.attempt_count + 1,
        id=cuid(),
        endpoint_id=row.endpoint_id,
        run_attempt=None if single else row.run_attempt + 1,
        trigger=row.trigger,
        started_at=outcome.started_at,
        duration_ms=record.duration_ms,
        url=record.url,
        remote_ip=record.remote_ip,
        request_headers=record.request_headers,
        response_status=outcome.status,
        response_headers=record.response_headers,
        response_body=record.response_body,
        response_body_encoding=record.response_body_encoding,
        response_truncated=record.response_truncated,
        outcome="interrupted" if record.interrupted else "success" if outcome.success else "failure",
        error_code=error_code,
        error_message=record.error_message,
    )


class _Object(msgspec.Struct):
    object: str = ""
    id: str = ""
    display_id: int = 0
    customer_id: str | None = None
    onboarding_id: str | None = None


class _Data(msgspec.Struct):
    object: _Object


class _Envelope(msgspec.Struct):
    data: _Data


_decode = msgspec.json.Decoder(_Envelope).decode


async def _audit(tx: Transaction, org_id: str, stored: Sequence[Stored]) -> None:
    """An entry in the audit log of an onboarding for each delivery that has ended and concerns it."""
    entries = []
    for one in stored:
        row = one.row
        ended = row.status in ("delivered", "failed") and row.source == "change"
        if not ended or row.event_type.partition(".")[0] not in _AUDITED:
            continue
        found = _decode(one.record.text).data.object
        onboarding_id = found.id if found.object == "onboarding" else found.onboarding_id
        if onboarding_id is None:
            continue
        entries.append(
            Entry(
                event=f"webhook.{row.status}",
                target_type=found.object,
                target_id=found.id,
                target_display_id=found.display_id,
                customer_id=found.customer_id,
                onboarding_id=onboarding_id,
                task_id=found.id if found.object == "task" else None,
                contact_id=None,
                diff=[
                    Change("event_type", None, row.event_type),
                    Change("endpoint_id", None, row.endpoint_id),
                    Change("delivery_id", None, row.id),
                ],
                reason=None,
                livemode=row.livemode,
            )
        )
    if entries:
        await write_entries(tx, server(org_id), clock.now(), None, None, entries)
