"""Rate limits: both families of headers, honest waiting, and what counts."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.operations import refusal_of

LIMIT_HEADERS = {
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit-policy",
    "ratelimit",
}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_780_000_000.0

    def move(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the limits, in the hands of the test."""
    found = Clock()
    monkeypatch.setattr(clock, "unix", lambda: found.now)
    return found


def standing(response: httpx.Response) -> tuple[int, int, int]:
    """Limit, remaining and reset, which both families of headers must agree on."""
    headers = response.headers
    limit, left = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
    assert headers["ratelimit-policy"] == f'"default";q={limit};w=60'
    match = re.fullmatch(r'"default";r=(\d+);t=(\d+)', headers["ratelimit"])
    assert match is not None
    assert int(match[1]) == left
    return limit, left, int(headers["x-ratelimit-reset"])


async def test_the_window_slides_and_says_where_it_stands(world: World, frozen: Clock) -> None:
    _, key = await world.new_key(rate_limit=3)
    start = int(frozen.now)
    async with world.client(key) as api:
        for number, left in enumerate((2, 1, 0)):
            response = await api.get("/me")
            assert response.status_code == 200
            assert standing(response) == (3, left, start + 60 + 10 * number)
            assert "retry-after" not in response.headers
            frozen.move(10)
        # 30 s after the first, which leaves the window 30 s from now.
        for waited in (30, 20):
            refused = await api.get("/customers")
            assert refusal_of(refused)["code"] == "rate_limited"
            assert refused.headers["retry-after"] == str(waited)
            assert standing(refused) == (3, 0, start + 80)
            frozen.move(10)
        # Refused requests have not counted: exactly when it was said, one is accepted, and one alone.
        frozen.move(10)
        assert (await api.get("/me")).status_code == 200
        again = await api.get("/me")
        assert again.status_code == 429
        assert again.headers["retry-after"] == "10"
        frozen.move(9.999)
        assert (await api.get("/me")).status_code == 429
        frozen.move(0.001)
        assert (await api.get("/me")).status_code == 200
        frozen.move(3600)
        assert standing(await api.get("/me"))[:2] == (3, 2)


async def test_every_request_with_a_key_counts_whatever_comes_of_it(world: World) -> None:
    _, key = await world.new_key(rate_limit=10)
    async with world.client(key) as api:
        body = {"name": "x"}
        answers = [
            await api.post("/customers", json=body, headers={"Idempotency-Key": "k"}),
            await api.post("/customers", json=body, headers={"Idempotency-Key": "k"}),
            await api.post("/customers", json={}),
            await api.get("/customers/999"),
            await api.get("/nowhere"),
            await api.put("/me"),
            await api.get("/customers", params={"limit": 0}),
        ]
        assert answers[1].headers["idempotent-replayed"] == "true"
        assert [standing(answer)[1] for answer in answers] == [9, 8, 7, 6, 5, 4, 3]
        tag = answers[0].headers["etag"]
        unchanged = await api.get("/customers/1", headers={"If-None-Match": tag})
        assert unchanged.status_code == 304
        assert standing(unchanged)[1] == 2
        # Neither the document nor the sign of life counts.
        for path in ("/health", "/openapi.json", "/openapi.yaml"):
            free = await api.get(path)
            assert free.status_code == 200
            assert not LIMIT_HEADERS & set(free.headers)
        assert standing(await api.get("/me"))[1] == 1


async def test_tiers_and_figures_of_a_key(world: World) -> None:
    cases: tuple[tuple[dict[str, Any], int | None, str], ...] = (
        ({"mode": "live", "rate_limit": None}, 600, "standard"),
        ({"mode": "test", "rate_limit": None}, 30, "test"),
        ({"mode": "test", "rate_limit": 2}, 2, "custom"),
        ({"mode": "live", "rate_limit": 0}, None, "custom"),
    )
    for number, (options, limit, tier) in enumerate(cases):
        _, key = await world.new_key(f"key-{number}", **options)
        async with world.client(key) as api:
            answer = await api.get("/me")
            assert answer.json()["api_key"]["rate_limit_tier"] == tier
            if limit is None:
                assert not LIMIT_HEADERS & set(answer.headers)
                assert {(await api.get("/me")).status_code for _ in range(700)} == {200}
            else:
                assert standing(answer)[:2] == (limit, limit - 1)
    # A live and a test key of one workspace have windows of their own.
    _, live = await world.new_key("live", rate_limit=1)
    _, test = await world.new_key("test", mode="test", rate_limit=1)
    for key in (live, test):
        async with world.client(key) as api:
            assert [(await api.get("/me")).status_code for _ in range(2)] == [200, 429]


async def test_an_address_that_fails_300_times_a_minute_has_to_wait(world: World, frozen: Clock) -> None:
    _, good = await world.new_key(rate_limit=0)
    _, unused = await world.new_key("unused", rate_limit=0)
    async with (
        world.client("pivotal_nonsense") as bad,
        world.client(good) as known,
        world.client("pivotal_nonsense", address="127.0.0.2") as elsewhere,
        world.client(None) as nobody,
    ):
        assert (await known.get("/me")).status_code == 200
        for number in range(300):
            assert (await bad.get("/me")).status_code == 401
            frozen.move(0.1 if number else 0)
        refused = await bad.get("/customers")
        assert refusal_of(refused)["code"] == "rate_limited"
        assert refused.headers["retry-after"] == "31"
        assert not LIMIT_HEADERS & set(refused.headers)
        assert (await nobody.get("/me")).status_code == 429
        # Others are not touched: another address, a known key from the same one, what needs no key.
        assert (await elsewhere.get("/me")).status_code == 401
        assert (await known.get("/me")).status_code == 200
        assert (await nobody.get("/health")).status_code == 200
        assert (await nobody.get("/nowhere")).status_code == 404
        frozen.move(31)
        assert (await bad.get("/me")).status_code == 401
    async with world.client(unused) as late:
        assert (await late.get("/me")).status_code == 200


@contextmanager
def later(seconds: float) -> Iterator[None]:
    with clock.travel(timedelta(seconds=seconds)):
        yield


async def test_whoever_waits_as_long_as_told_is_let_in(world: World) -> None:
    _, key = await world.new_key(rate_limit=1)
    async with world.client(key) as api:
        assert (await api.get("/me")).status_code == 200
        refused = await api.get("/me")
        seconds = int(refused.headers["retry-after"])
        assert 59 <= seconds <= 60
        reset = int(refused.headers["x-ratelimit-reset"])
        assert 59 <= reset - time.time() <= 61
        with later(seconds):
            assert (await api.get("/me")).status_code == 200
