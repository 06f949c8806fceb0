"""What onboardings cost in the app and over the API: ``./run bench onboardings``; the report ends with it.

Everything is asked of the application in this process, over a workspace of its own that the API fills, on
SQLite. The time is what this process works for one request, the median of many: on a machine that does
nothing else that is the time of the server; beside it stands what the clock says. Statements are those of one
request.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import httpx

from bench.data import Made, empty
from bench.inside import application
from pivotal_server.auth import session_store
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.phases.presets import DELIVERY

TURNS, WARM = 30, 2
CARDS, PLAN, LARGE_PLAN, TEMPLATE = 200, 300, 2_000, 200
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Cost:
    """What one request costs, and what it may."""

    work: str
    cpu: float
    clock: float
    statements: int
    most_ms: float
    most_statements: int | None

    @property
    def measured(self) -> str:
        """The figures in words."""
        return f"{self.cpu:.1f} ms ({self.clock:.1f} by the clock), {self.statements} statements"

    @property
    def budget(self) -> str:
        """What they may be, in words."""
        statements = "" if self.most_statements is None else f", <= {self.most_statements} statements"
        return f"<= {self.most_ms:g} ms{statements}"

    @property
    def met(self) -> bool:
        """Whether they are within the budget."""
        few = self.most_statements is None or self.statements <= self.most_statements
        return self.cpu <= self.most_ms and few


class Filler:
    """Fills a workspace through its API."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a POST answers. It must succeed."""
        answer = await self._api.post(path, json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def onboarding(self, name: str, phase: str) -> dict[str, Any]:
        """A new onboarding of a new customer."""
        customer = await self.post("/customers", {"name": name})
        target = {"target_launch_date": "2027-06-01", "csm_id": 1}
        return await self.post("/onboardings", {"customer_id": customer["id"], "phase": phase, **target})

    async def plan(self, onboarding: dict[str, Any], tasks: int) -> None:
        """So many tasks in every phase of an onboarding, each with a date, some waiting for another one."""
        keys = [phase.key for phase in DELIVERY if phase.kind != "terminal"]
        operations = [
            {
                "action": "create",
                "resource": "task",
                "data": {
                    "onboarding_id": onboarding["id"],
                    "title": f"Step {number}",
                    "phase": keys[number % len(keys)],
                    "assignee_id": 1,
                    "due_anchor": "target_launch",
                    "due_offset": -(number % 120),
                },
            }
            for number in range(tasks)
        ]
        for start in range(0, tasks, _AT_ONCE):
            done = await self.post("/bulk", {"operations": operations[start : start + _AT_ONCE]})
            assert all(one["status"] == 201 for one in done["results"])

    async def template(self) -> dict[str, Any]:
        """A template of the second phase in which every other task waits for the one before."""
        tasks = [
            {
                "key": f"t{number}",
                "title": f"Step {number}",
                "assignee_rule": "csm",
                "due_anchor": "phase_start",
                "due_offset": number % 60,
                "depends_on": [f"t{number - 1}"] if number % 2 else [],
            }
            for number in range(TEMPLATE)
        ]
        return await self.post("/templates", {"name": "Large", "phase": DELIVERY[1].key, "tasks": tasks})


Ask = Callable[[], Awaitable[httpx.Response]]


class Timed:
    """An application, and how many milliseconds its last request took up to the end of the answer.

    ``cpu``: those in which this process worked, its database included. ``clock``: those that went by.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.cpu = self.clock = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        cpu, clock = process_time(), perf_counter()

        async def pass_on(message: Any) -> None:
            await send(message)
            self.cpu = (process_time() - cpu) * 1000
            self.clock = (perf_counter() - clock) * 1000

        await self._app(scope, receive, pass_on)


@dataclass
class Watch:
    """Measures requests of one application."""

    timed: Timed
    turns: int

    async def cost(self, work: str, ask: Ask, most_ms: float, most_statements: int | None) -> Cost:
        """What a request costs, once everything is warm."""
        cpu, clock, statements = [], [], 0
        for turn in range(self.turns + WARM):
            with counting() as counted:
                answer = await ask()
            assert answer.is_success, f"{work}: {answer.status_code} {answer.text[:300]}"
            if turn >= WARM:
                cpu.append(self.timed.cpu)
                clock.append(self.timed.clock)
            statements = counted.value
        return Cost(work, median(cpu), median(clock), statements, most_ms, most_statements)


@asynccontextmanager
async def clients(made: Made) -> AsyncIterator[tuple[Timed, httpx.AsyncClient, httpx.AsyncClient]]:
    """The application, a client of its API, and a browser in which the owner is signed in."""
    async with application(made) as (app, api):
        services = app.services
        owner = await members.owner(services.db, made.org_id)
        assert owner is not None
        async with services.db.transaction() as tx:
            who = Client("127.0.0.1", "bench")
            token = await session_store.start(tx, owner.person_id, made.org_id, who, clock.now())
        timed = Timed(app)
        transport = httpx.ASGITransport(timed, client=("127.0.0.1", 1))
        base = services.config.public_url
        async with (
            httpx.AsyncClient(transport=transport, base_url=base, cookies={SESSION_COOKIE: token}) as browser,
            httpx.AsyncClient(transport=transport, base_url=api.base_url, headers=api.headers) as client,
        ):
            yield timed, client, browser


async def costs(turns: int = TURNS) -> list[Cost]:
    """Fill a workspace and measure every request."""
    with tempfile.TemporaryDirectory(prefix="pivotal-bench-") as folder:
        made = await empty(Path(folder) / "pivotal.db")
        async with clients(made) as (timed, api, browser):
            watch, fill = Watch(timed, turns), Filler(api)
            keys = [phase.key for phase in DELIVERY if phase.kind != "terminal"]
            for number in range(CARDS):
                await fill.onboarding(f"Company {number}", keys[number % len(keys)])
            plan, large = [await fill.onboarding(f"Plan {n}", keys[1]) for n in (PLAN, LARGE_PLAN)]
            await fill.plan(plan, PLAN)
            await fill.plan(large, LARGE_PLAN)
            template = await fill.template()
            fresh = iter([await fill.onboarding(f"Fresh {n}", keys[1]) for n in range(turns + WARM)])

            def page(path: str) -> Ask:
                return lambda: browser.get(path)

            def apply() -> Awaitable[httpx.Response]:
                path = f"/onboardings/{next(fresh)['id']}/apply_template"
                return api.post(path, json={"template_id": template["id"]})

            at = f"/onboardings/{plan['display_id']}", f"/onboardings/{large['display_id']}"
            return [
                await watch.cost(f"board of {CARDS} cards", page("/onboardings/board"), 30, 15),
                await watch.cost(f"onboarding with {PLAN} tasks", page(at[0]), 30, 15),
                await watch.cost(f"onboarding with {LARGE_PLAN:,} tasks", page(at[1]), 30, 15),
                await watch.cost(f"timeline of {LARGE_PLAN:,} tasks", page(f"{at[1]}/timeline"), 30, 15),
                await watch.cost("timeline of all onboardings", page("/onboardings/timeline"), 30, 15),
                await watch.cost(f"applying a template of {TEMPLATE} tasks", apply, 50, None),
            ]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    turns = int(arguments[0]) if arguments else TURNS
    for one in asyncio.run(costs(turns)):
        print(f"{'met   ' if one.met else 'MISSED'} {one.work}: {one.measured} (budget {one.budget})")
