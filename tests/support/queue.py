"""Workers for tests, and what became of a job."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import bindparam, select

from pivotal_server.db.statements import Statement, columns_of
from pivotal_server.db.tables import jobs
from pivotal_server.jobs import service
from pivotal_server.jobs.kinds import Handler, Kind
from pivotal_server.jobs.repository import JobRow
from pivotal_server.jobs.worker import Worker
from pivotal_server.server_jobs import KINDS
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World

_ALL = Statement(
    select(*columns_of(JobRow, jobs)).where(jobs.c.org_id == bindparam("org_id")).order_by(jobs.c.created_at),
    into=JobRow,
)


def worker_of(world: World, **handlers: Handler) -> Worker:
    """A worker with these handlers, by the name of their kind."""
    return Worker(world.services, [Kind(name, handler) for name, handler in handlers.items()])


async def enqueue(world: World, kind: str, payload: Any = None, **options: Any) -> str:
    """Put a job into the queue as the operator."""
    async with unit_of_work(world.db, world.operator) as uow:
        return await service.enqueue(uow, kind, payload or {}, **options)


async def all_jobs(world: World, org_id: str | None = None) -> list[JobRow]:
    """Every job of the workspace, oldest first; of the server for an empty `org_id`."""
    return await world.db.fetch_all(_ALL, {"org_id": world.workspace.id if org_id is None else org_id})


async def job(world: World, id: str) -> JobRow:
    """One job as it is stored now."""
    return next(row for row in await all_jobs(world) if row.id == id)


async def work_off(world: World) -> None:
    """Run every job of the application that is due."""
    await Worker(world.services, KINDS).run_due()


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a state of the database, which has no event to wait for."""
    async with asyncio.timeout(60):
        while not await reached():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.005)


async def until_status(world: World, id: str, status: str) -> None:
    """Wait until a job has this status."""

    async def reached() -> bool:
        return (await job(world, id)).status == status

    await until(reached)
