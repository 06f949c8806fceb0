"""One run of a job: what its handler works with."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pivotal_server.auth.actor import Actor
from pivotal_server.db.engine import Database
from pivotal_server.jobs import repository
from pivotal_server.jobs.kinds import GivenBack, JobCanceled, LeaseLost
from pivotal_server.jobs.repository import JobRow, Outcome
from pivotal_server.kit import clock
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before another one takes over what it was at work on."""


class Run:
    """A job under way. ``state`` is what the last :meth:`progress` has left, ``None`` at first."""

    def __init__(self, services: Services, row: JobRow, token: str) -> None:
        self.services = services
        self.row = row
        self.token = token
        self.state: Any = row.state
        self.counts: dict[str, int] = dict(row.counts or {})
        self.attempts = row.attempts
        self.settled = False
        self.cancel_requested = row.cancel_requested
        self.stopping = False
        self.lost = False

    @property
    def id(self) -> str:
        """The id of the job."""
        return self.row.id

    @property
    def org_id(self) -> str:
        """The workspace of the job, empty when it belongs to none."""
        return self.row.org_id

    @property
    def payload(self) -> dict[str, Any]:
        """What the job was enqueued with."""
        payload: dict[str, Any] = self.row.payload
        return payload

    @property
    def db(self) -> Database:
        """The database."""
        return self.services.db

    @property
    def actor(self) -> Actor:
        """Whoever enqueued the job; jobs of no workspace have none."""
        return msgspec.convert(self.row.actor, Actor)

    def unit_of_work(self, actor: Actor | None = None) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work of the job's actor (or of ``actor``), with the request that asked for the job."""
        return unit_of_work(self.db, actor or self.actor, self.row.request_id)

    def check(self) -> None:
        """Go on? Raises ``JobCanceled``, ``GivenBack`` when the worker stops, or ``LeaseLost``."""
        if self.lost:
            raise LeaseLost
        if self.cancel_requested:
            raise JobCanceled
        if self.stopping:
            raise GivenBack

    async def progress(
        self, uow: UnitOfWork, *, state: Any = None, counts: dict[str, int] | None = None
    ) -> None:
        """Store in this transaction how far the job is: JSON to go on from, and the figures to show.

        What is left out stays. Raises ``LeaseLost`` when the job is another worker's by now, so that its
        transaction leaves no trace.
        """
        self.state = self.state if state is None else state
        self.counts = self.counts if counts is None else dict(counts)
        found = await repository.progress(
            uow.tx, self.row, self.token, self.state, self.counts or None, clock.now() + LEASE
        )
        if found is None:
            self.lost = True
            raise LeaseLost
        self.attempts = 1
        self.cancel_requested = self.cancel_requested or found

    async def complete(self, uow: UnitOfWork) -> None:
        """End the job well in this transaction, together with what its last step does."""
        await self.progress(uow)
        outcome = finished(self, "completed")
        if not await repository.settle(uow.tx, self.org_id, self.id, self.token, outcome):
            raise LeaseLost
        uow.tx.after_commit(self._mark_settled)

    def _mark_settled(self) -> None:
        self.settled = True


def finished(run: Run, status: str, code: str | None = None, error: str | None = None) -> Outcome:
    """The job is at its end."""
    return Outcome(
        status=status,
        run_at=run.row.run_at,
        attempts=run.attempts,
        error_code=code,
        last_error=error,
        finished_at=clock.now(),
    )


def waiting(run_at: datetime, attempts: int, error: str | None = None) -> Outcome:
    """The job is to be run again, from ``run_at`` on."""
    return Outcome(
        status="queued",
        run_at=run_at,
        attempts=attempts,
        error_code=None,
        last_error=error,
        finished_at=None,
    )
