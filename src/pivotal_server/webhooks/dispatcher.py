"""The delivery worker: hands out events, claims what is due, sends it, stores what came of it.

Everything it must not lose lies in the database. A worker that dies leaves events that the next one hands
out, and leases that end; see the specification of each stage in the modules that this one calls.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from pivotal_server.db.engine import Database
from pivotal_server.db.errors import DatabaseError
from pivotal_server.kit import clock
from pivotal_server.kit.outbound.transport import Transport
from pivotal_server.services import Services
from pivotal_server.unit_of_work import LIVE_CHANNEL
from pivotal_server.webhooks import repository_fanout, repository_queue
from pivotal_server.webhooks.alarms import raise_alarm
from pivotal_server.webhooks.claiming import Claim, claim
from pivotal_server.webhooks.counting import count_events, count_expired, count_stored
from pivotal_server.webhooks.fanout import fan_out
from pivotal_server.webhooks.loading import Loaded, Loader
from pivotal_server.webhooks.pings import WAKE_CHANNEL
from pivotal_server.webhooks.repository_queue import Claimed
from pivotal_server.webhooks.results import Alarm, Record, store
from pivotal_server.webhooks.sending import attempt
from pivotal_server.webhooks.sweeping import take_back

LEASE = timedelta(seconds=60)
LEAST_LEFT = timedelta(seconds=15)
"""An attempt is begun only with so much of its lease left; it takes 10 s at most."""
LOOK_SECONDS = 1.0
SWEEP_SECONDS = 10.0
GRACE_SECONDS = 15.0
WORKSPACES = 50
"""Workspaces whose events are handed out in one round."""
PROMOTED = 1_000
FEW = 500
"""After so many new deliveries the database counts them, again whenever they have doubled, up to ``MANY``."""
MANY = 100_000

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Delivers the webhooks of all workspaces. Any number of them may run over one database."""

    def __init__(
        self,
        services: Services,
        *,
        transport: Transport | None = None,
        slots: int | None = None,
        lease: timedelta = LEASE,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._services = services
        self._db: Database = services.db
        self.transport = transport or Transport(services.policy)
        self._loader = Loader(services)
        self._slots = services.config.webhook_slots if slots is None else slots
        self._lease = lease
        self._least_left = min(LEAST_LEFT, lease / 4)
        self._sweep_seconds = sweep_seconds
        self._sweep_at = float("-inf")
        self._turn = 0
        self._handed = 0
        self._count_at = FEW
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._slow = 0
        self._unsent: list[Claimed] = []
        self._records: list[Record] = []
        self._wake = asyncio.Event()
        self._filled = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._unlisten: list[Callable[[], None]] = []

    # ── Starting and stopping ──────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Begin to work in the background."""
        for channel in (LIVE_CHANNEL, WAKE_CHANNEL):
            self._unlisten.append(self._db.listen(channel, self._hear))
        self._tasks = [
            asyncio.create_task(self._keep_on(self._claim_round, self._wake), name="webhook-claims"),
            asyncio.create_task(self._keep_on(self._store_round, self._filled), name="webhook-results"),
        ]

    def stop_claiming(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        for unlisten in self._unlisten:
            unlisten()
        self._unlisten.clear()
        self._wake.set()

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Claim nothing more, let requests end for ``grace`` seconds, store results, give back the rest."""
        self.stop_claiming()
        if self._tasks:
            claiming, storing = self._tasks
            await asyncio.wait([claiming])
            now = self._now()
            waiting = [task for task, one in self._running.items() if one.start_at > now]
            for task in waiting:
                task.cancel()
            if self._running:
                _, late = await asyncio.wait(list(self._running), timeout=grace)
                for task in late:
                    task.cancel()
                if late:
                    await asyncio.wait(late)
            self._filled.set()
            await asyncio.wait([storing])
            self._tasks = []
        self.transport.close()

    def _hear(self, _payload: str) -> None:
        self._wake.set()

    async def _keep_on(self, work: Callable[[], Awaitable[float]], wake: asyncio.Event) -> None:
        """Do ``work`` whenever something wakes it, and after as many seconds as it says."""
        while True:
            wake.clear()
            left = self._running or self._records or self._unsent
            if self._stopping and (wake is self._wake or not left):
                return
            try:
                seconds = await work()
            except DatabaseError as fault:
                _log.warning("webhooks wait for the database", reason=str(fault))
                seconds = LOOK_SECONDS
            except Exception:  # noqa: BLE001 - one bad round must not end all later ones
                _log.exception("webhooks failed")
                seconds = LOOK_SECONDS
            if seconds:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await wake.wait()
            else:
                await asyncio.sleep(0)

    # ── One round of claims ────────────────────────────────────────────────────────────────────
    def _now(self) -> datetime:
        return clock.now() + self._loader.skew

    async def _claim_round(self) -> float:
        """Hand out events, take back from the dead, claim and begin; how long to wait for the next round."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._sweep_at:
            await self._loader.measure_skew()
            await self.sweep()
            self._sweep_at = loop.time() + self._sweep_seconds
        more = await self.hand_out()
        await self.promote()
        seconds = await self.claim()
        return 0 if more else seconds

    async def hand_out(self) -> bool:
        """Hand out the new events of all workspaces; whether there are further ones."""
        more = False
        for org_id in await repository_fanout.lagging(self._db, WORKSPACES):
            fanned = await fan_out(self._db, org_id)
            count_events(fanned.events)
            more = more or fanned.more
            self._handed += fanned.deliveries
        if self._handed >= self._count_at:
            self._count_at = min(2 * self._handed, self._handed + MANY)
            await repository_queue.refresh_statistics(self._db)
        return more

    async def promote(self) -> None:
        """Mark what is due by now."""
        now = self._now()
        while await repository_queue.is_due(self._db, now):
            async with self._db.transaction() as tx:
                if await repository_queue.promote(tx, now, PROMOTED) < PROMOTED:
                    return

    async def sweep(self) -> None:
        """Take back what workers held that died."""
        count_expired(await take_back(self._db, self._now()))

    async def claim(self) -> float:
        """Claim and begin as many deliveries as there are free slots; seconds until the next look."""
        free = self._slots - len(self._running)
        if free <= 0 or self._stopping:
            return LOOK_SECONDS
        self._turn += 1
        slow_free = max(self._slots // 2, 1) - self._slow
        now = self._now()
        taken = await claim(self._db, now, self._lease, free=free, slow_free=slow_free, turn=self._turn)
        if taken.claims:
            await self._begin(taken.claims)
        if taken.again_at is None:
            return LOOK_SECONDS
        return min(max((taken.again_at - now).total_seconds(), 0.01), LOOK_SECONDS)

    async def _begin(self, claims: Sequence[Claim]) -> None:
        by_org: dict[str, list[Claim]] = defaultdict(list)
        for one in claims:
            by_org[one.claimed.org_id].append(one)
        for org_id, group in by_org.items():
            loaded = await self._loader.load(org_id, [one.claimed for one in group])
            for one in group:
                self._slow += one.slow
                task = asyncio.create_task(self._send(one, loaded))
                self._running[task] = one
                task.add_done_callback(self._ended)

    async def _send(self, one: Claim, loaded: Loaded) -> None:
        """Wait for the moment, make the attempt, and leave its record to be stored."""
        row = one.claimed.row
        try:
            wait = (one.start_at - self._now()).total_seconds()
            if wait > 0:
                await asyncio.sleep(wait)
            if row.lease_until is not None and row.lease_until - self._now() < self._least_left:
                self._unsent.append(one.claimed)
                return
            record = await attempt(
                self.transport, one.claimed, loaded.settings[row.endpoint_id], loaded.texts[row.event_id]
            )
        except asyncio.CancelledError:
            self._unsent.append(one.claimed)
            raise
        self._records.append(record)
        _log.info(
            "webhook attempt",
            workspace=one.claimed.org_id,
            endpoint=row.endpoint_id,
            delivery=row.id,
            event_id=row.event_id,
            host=urlsplit(record.url).hostname,
            status=record.outcome.status,
            error=record.outcome.error_code,
            duration_ms=record.duration_ms,
        )

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._slow -= self._running.pop(task).slow
        self._filled.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("a webhook attempt failed", reason=repr(task.exception()))

    # ── One round of results ───────────────────────────────────────────────────────────────────
    async def _store_round(self) -> float:
        """Store what has come in since the last round; how long to wait for the next."""
        await self.store()
        return LOOK_SECONDS

    async def store(self) -> None:
        """Store the results there are. What the database does not take is kept while its lease lasts."""
        if self._unsent:
            unsent = list(self._unsent)
            async with self._db.transaction() as tx:
                await repository_queue.give_back(tx, unsent)
            del self._unsent[: len(unsent)]
        records, self._records = self._records, []
        by_org: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_org[record.claimed.org_id].append(record)
        while by_org:
            org_id, group = by_org.popitem()
            try:
                stored, alarms = await store(self._db, org_id, group)
            except DatabaseError:
                now = self._now()
                left = [*group, *(record for rest in by_org.values() for record in rest)]
                self._records += [one for one in left if (one.claimed.row.lease_until or now) > now]
                raise
            count_stored(stored)
            for alarm in alarms:
                await self._raise(alarm)
        if records:
            self._wake.set()

    async def _raise(self, alarm: Alarm) -> None:
        try:
            await raise_alarm(self._services, alarm)
        except DatabaseError as fault:
            _log.error(
                "an endpoint could not be disabled or told of", endpoint=alarm.endpoint_id, reason=str(fault)
            )

    async def run_due(self) -> int:
        """Do everything that is due, to its end (for tests and commands); how many attempts were made."""
        count = 0
        while True:
            await self._loader.measure_skew()
            while await self.hand_out():
                pass
            await self.promote()
            await self.claim()
            if not (self._running or self._records or self._unsent):
                return count
            if self._running:
                await asyncio.wait(list(self._running))
            count += len(self._records)
            await self.store()
