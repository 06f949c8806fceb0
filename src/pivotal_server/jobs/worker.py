"""The worker: claims jobs that are due, runs their handlers side by side, and says what became of them.

A job is claimed by a lease that the worker renews. Whoever dies says no more, and a minute later another
worker takes over; whoever was only slow finds that its token no longer holds, and what it wanted to write is
refused.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from msgspec.structs import replace

from pivotal_server.db.errors import DatabaseError, Unavailable, UniqueViolation
from pivotal_server.jobs import repository
from pivotal_server.jobs.kinds import GivenBack, JobCanceled, JobFailed, Kind, LeaseLost, Periodic
from pivotal_server.jobs.periodic import Scheduler
from pivotal_server.jobs.repository import PRIORITIES, JobRow, Outcome
from pivotal_server.jobs.running import LEASE, Run, finished, waiting
from pivotal_server.jobs.service import JOBS_CHANNEL
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.services import Services

SLOTS = 10
"""Jobs that one worker runs at the same time."""
TEND_SECONDS = LEASE.total_seconds() / 4
"""How often leases are renewed and those of the dead are looked for."""
LOOK_SECONDS = 1.0
"""How often a worker looks for itself: other programs on the same SQLite file cannot wake it, and a
notification can be lost with its connection."""
GRACE_SECONDS = 8.0
"""How long running handlers have to come to a stop of their own accord."""

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
AWAY_PAUSE = timedelta(seconds=2)

_log = structlog.get_logger(__name__)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: four times as long each time, give or take a fifth."""
    pause = LONGEST_PAUSE if attempts > 10 else min(FIRST_PAUSE * 4.0 ** (attempts - 1), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)


class Worker:
    """Runs jobs of the ``kinds`` and ``periodic`` kinds that it is given, and of no others."""

    def __init__(
        self,
        services: Services,
        kinds: Sequence[Kind],
        periodic: Sequence[Periodic] = (),
        *,
        slots: int = SLOTS,
    ) -> None:
        self._services = services
        self._db = services.db
        self._kinds = {kind.name: kind for kind in kinds}
        self._kinds |= {each.name: Kind(each.name, each.handler, 1) for each in periodic}
        self._scheduler = Scheduler(services.db, periodic)
        self._slots = slots
        self._runs: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._tend_at = float("-inf")
        self._loop_task: asyncio.Task[None] | None = None
        self._unlisten: Callable[[], None] = lambda: None

    # ── Starting and stopping ──────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Begin to work in the background."""
        self._unlisten = self._db.listen(JOBS_CHANNEL, self._hear)
        self._loop_task = asyncio.create_task(self._keep_working(), name="worker")

    def stop_claiming(self) -> None:
        """Claim nothing more, and ask running handlers to come to a stop."""
        self._stopping = True
        self._unlisten()
        self._wake.set()
        for run, _ in self._runs.values():
            run.stopping = True

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Claim nothing more, give running handlers ``grace`` seconds, and give back what is left."""
        self.stop_claiming()
        if self._loop_task is not None:
            await asyncio.wait([self._loop_task])
            self._loop_task = None
        # What was claimed while the loop came to its end has been started.
        self.stop_claiming()
        tasks = [task for _, task in self._runs.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=grace)

    def _hear(self, job_id: str) -> None:
        for run, _ in self._runs.values():
            if run.id == job_id:
                run.cancel_requested = True
        self._wake.set()

    # ── The loop ───────────────────────────────────────────────────────────────────────────────
    async def _keep_working(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping:
            self._wake.clear()
            try:
                seconds = await self._turn(loop.time())
            except DatabaseError as fault:
                _log.warning("the worker waits for the database", reason=str(fault))
                seconds = LOOK_SECONDS
            except Exception:  # noqa: BLE001 - one bad round must not end all later ones
                _log.exception("the worker failed")
                seconds = LOOK_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()

    async def _turn(self, now: float) -> float:
        """Do what there is to do; how many seconds to wait before the next look, unless something wakes."""
        if now >= self._tend_at:
            await self.tend()
            self._tend_at = now + TEND_SECONDS
        await self.schedule()
        claimed = await self._claim()
        if claimed and len(self._runs) < self._slots:
            return 0
        return self._seconds_to(LOOK_SECONDS)

    def _seconds_to(self, longest: float) -> float:
        due = self._scheduler.next_at
        return longest if due is None else min(longest, max(0.0, (due - clock.now()).total_seconds()))

    async def tend(self) -> None:
        """Renew the leases held here, take those of dead workers back, and look when periodic work is due."""
        held = {token: run for token, (run, _) in self._runs.items()}
        async with self._db.transaction() as tx:
            if held:
                found = await repository.renew(tx, list(held), clock.now() + LEASE)
                for token, run in held.items():
                    run.lost = run.lost or token not in found
                    run.cancel_requested = run.cancel_requested or found.get(token, False)
            now = clock.now()
            for row in await repository.expired(tx, now):
                assert row.lease_token is not None, "a running job has a lease"
                await repository.settle(tx, row.org_id, row.id, row.lease_token, _after_a_death(row))
        await self._scheduler.look()

    async def schedule(self) -> int:
        """Enqueue the periodic work that is due; how much that is."""
        return await self._scheduler.enqueue_due()

    async def run_due(self) -> int:
        """Run everything that is due, and what that brings, to its end (for tests and commands); how much."""
        count = 0
        while await self._claim() or self._runs:
            tasks = [task for _, task in self._runs.values()]
            count += len(tasks)
            if tasks:
                await asyncio.wait(tasks)
        return count

    # ── Claiming ───────────────────────────────────────────────────────────────────────────────
    async def _claim(self) -> int:
        """Start as many due jobs as there are free slots; how many."""
        free = self._slots - len(self._runs)
        if free <= 0 or self._stopping:
            return 0
        now = clock.now()
        moments = await repository.next_moments(self._db)
        claimed = 0
        for priority, moment in zip(PRIORITIES, moments, strict=True):
            if moment is not None and moment <= now and claimed < free:
                claimed += await self._claim_of(priority, free - claimed)
        return claimed

    async def _claim_of(self, priority: int, free: int) -> int:
        running = Counter(run.row.kind for run, _ in self._runs.values())
        room = {
            name: free if kind.concurrency is None else kind.concurrency - running[name]
            for name, kind in self._kinds.items()
        }
        kinds = [name for name, left in room.items() if left > 0]
        now = clock.now()
        try:
            async with self._db.transaction() as tx:
                found = await repository.due(tx, now, priority, kinds, 2 * free)
                chosen = [(row, secrets.token_hex(16)) for row in _fitting(found, room)[:free]]
                if chosen:
                    await repository.start(tx, chosen, now, now + LEASE)
        except UniqueViolation:
            # Another worker was faster in one of the lanes; the next look sees that.
            self._wake.set()
            return 0
        for row, token in chosen:
            run = Run(self._services, replace(row, attempts=row.attempts + 1), token)
            task = asyncio.create_task(self._run(run), name=f"job {row.kind} {row.id}")
            self._runs[token] = run, task
        return len(chosen)

    # ── Running ────────────────────────────────────────────────────────────────────────────────
    async def _run(self, run: Run) -> None:
        try:
            outcome = await self._outcome(run)
            if outcome is not None and not run.settled:
                await self._settle(run, outcome)
        finally:
            del self._runs[run.token]
            self._wake.set()

    async def _outcome(self, run: Run) -> Outcome | None:
        """Run the handler; what becomes of the job, ``None`` when that is no longer ours to say."""
        kind = run.row.kind
        try:
            await self._kinds[kind].handler(run)
        except JobCanceled:
            return finished(run, "canceled")
        except (GivenBack, asyncio.CancelledError):
            return waiting(clock.now(), run.attempts - 1)
        except LeaseLost:
            _log.warning("a job was lost to another worker", job=run.id, kind=kind)
            return None
        except JobFailed as fault:
            _log.info("a job failed", job=run.id, kind=kind, code=fault.code)
            return finished(run, "failed", fault.code, str(fault))
        except ApiError as fault:
            _log.info("a job was refused", job=run.id, kind=kind, code=fault.code.code)
            return finished(run, "failed", fault.code.code, fault.message)
        except Unavailable as fault:
            return waiting(clock.now() + AWAY_PAUSE, run.attempts - 1, str(fault))
        except Exception as fault:  # noqa: BLE001 - a handler's fault is the job's, not the worker's
            return _after_a_fault(run, fault)
        return finished(run, "completed")

    async def _settle(self, run: Run, outcome: Outcome) -> None:
        """Write the outcome, however often that takes, as long as the lease may hold."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + LEASE.total_seconds()
        while True:
            try:
                async with self._db.transaction() as tx:
                    if not await repository.settle(tx, run.org_id, run.id, run.token, outcome):
                        _log.warning("a job was lost to another worker", job=run.id, kind=run.row.kind)
                return
            except DatabaseError as fault:
                if loop.time() > ends or self._stopping:
                    _log.warning("an outcome was not stored", job=run.id, reason=str(fault))
                    return
            await asyncio.sleep(0.5)


def _fitting(rows: list[JobRow], room: dict[str, int]) -> list[JobRow]:
    """Those of ``rows`` that may start together: one a lane, and no more of a kind than there is room for."""
    lanes: set[tuple[str, str]] = set()
    started: Counter[str] = Counter()
    found = []
    for row in rows:
        if row.lane is not None and (row.org_id, row.lane) in lanes:
            continue
        if started[row.kind] >= room[row.kind]:
            continue
        if row.lane is not None:
            lanes.add((row.org_id, row.lane))
        started[row.kind] += 1
        found.append(row)
    return found


def _after_a_fault(run: Run, fault: Exception) -> Outcome:
    """The handler broke down: try again later, or give up."""
    told = f"{type(fault).__name__}: {fault}"[:2_000].replace("\0", "\ufffd")
    if run.attempts < run.row.max_attempts:
        _log.warning("a job is tried again", job=run.id, kind=run.row.kind, reason=told)
        return waiting(clock.now() + pause_after(run.attempts), run.attempts, told)
    _log.error("a job is dead", job=run.id, kind=run.row.kind, attempts=run.attempts, exc_info=fault)
    return finished(run, "failed", "internal_error", told)


def _after_a_death(row: JobRow) -> Outcome:
    """Its worker has not been heard of: let another one try, unless that has been tried enough."""
    now = clock.now()
    again = waiting(now, row.attempts, row.last_error)
    if row.cancel_requested:
        return replace(again, status="canceled", finished_at=now)
    if row.attempts < row.max_attempts:
        return again
    told = "The process that ran the job ended again and again"
    _log.error("a job is dead", job=row.id, kind=row.kind, attempts=row.attempts, reason=told)
    return replace(again, status="failed", error_code="internal_error", last_error=told, finished_at=now)
