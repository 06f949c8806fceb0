"""Under faults nothing is done twice and nothing is lost: all tries of a call have one idempotency key."""

import asyncio
import random
from pathlib import Path

import httpx

from pivotal import AsyncPivotalApi
from tests.sdk.packages import node, typescript  # noqa: F401 – a fixture
from tests.support.app import World
from tests.support.live_server import Live

CREATES = 500
FAULTS = 0.3


class Unreliable(httpx.AsyncBaseTransport):
    """A way to the app on which requests and answers get lost, or come late, or arrive twice."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._dice = random.Random(7)
        self.faults = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._dice.random() >= FAULTS:
            return await self._inner.handle_async_request(request)
        self.faults += 1
        kind = self._dice.choice(("request lost", "answer lost", "late", "twice"))
        if kind == "request lost":
            raise httpx.ConnectError("refused", request=request)
        if kind == "twice":
            both = await asyncio.gather(*(self._inner.handle_async_request(request) for _ in range(2)))
            await both[0].aread()
            return both[1]
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        if kind == "late":
            raise httpx.ReadTimeout("", request=request)
        raise httpx.RemoteProtocolError("cut", request=request)


async def test_python_creates_each_row_once(world: World) -> None:
    _, key = await world.new_key("faults")
    way = Unreliable(httpx.ASGITransport(world.rest))
    async with AsyncPivotalApi(key, "http://127.0.0.1", transport=way, max_retries=12) as api:
        api._sender.sleep = _no_pause
        slots = asyncio.Semaphore(8)

        async def create(number: int) -> str:
            async with slots:
                made = await api.customers.create(name=f"Row {number}", plan="faults")
                assert made.name == f"Row {number}"
                return made.id

        ids = await asyncio.gather(*(create(number) for number in range(CREATES)))
        assert way.faults > CREATES * FAULTS / 2
        assert len(set(ids)) == CREATES
        assert (await api.customers.count(plan="faults")).count == CREATES


async def _no_pause(_: float) -> None:
    await asyncio.sleep(0)


TYPESCRIPT = """
import { PivotalApi } from "@pivotal/api";

let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
let faults = 0;
const unreliable = async (address, init) => {
  if (random() >= FAULTS) return fetch(address, init);
  faults += 1;
  const kind = Math.floor(random() * 4);
  if (kind === 0) throw new TypeError("fetch failed");
  if (kind === 1) return (await Promise.all([fetch(address, init), fetch(address, init)]))[1];
  await (await fetch(address, init)).text();
  throw kind === 2 ? new DOMException("too late", "TimeoutError") : new TypeError("terminated");
};
const api = new PivotalApi({ fetch: unreliable, maxRetries: 12, sleep: async () => {} });
const ids = new Set();
const waiting = Array.from({ length: CREATES }, (_, number) => number);
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      ids.add((await api.customers.create({ name: `Row ${number}`, plan: "faults" })).id);
    }
  }),
);
const { count } = await api.customers.count({ plan: "faults" });
console.log(JSON.stringify([ids.size, count, faults > (CREATES * FAULTS) / 2]));
"""


async def test_typescript_creates_each_row_once(live: Live, typescript: Path) -> None:  # noqa: F811
    _, key = await live.world.new_key("faults")
    program = typescript / "faults.mjs"
    program.write_text(f"const CREATES = {CREATES}, FAULTS = {FAULTS};\n{TYPESCRIPT}")
    told = await node(str(program), PIVOTAL_API_KEY=key, PIVOTAL_BASE_URL=live.url)
    assert told == f"[{CREATES},{CREATES},true]\n"
