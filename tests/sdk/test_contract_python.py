"""The Python SDK does what the contract says: over a socket, in process, sync and async."""

import pytest

from pivotal import AsyncPivotalApi, PivotalApi
from tests.sdk import contract
from tests.sdk.python_driver import run_live, run_scripted, run_webhook
from tests.support.app import CheckedTransport, World, document
from tests.support.live_server import Live


async def test_over_a_socket(live: Live) -> None:
    _, key = await live.world.new_key("contract")
    with PivotalApi(key, live.url) as api:
        outcomes = await run_live(api, lambda other: PivotalApi(other, live.url))
    assert contract.faults_of_live(outcomes) == {}


async def test_in_process(world: World) -> None:
    _, key = await world.new_key("contract")

    def client(key: str) -> AsyncPivotalApi:
        return AsyncPivotalApi(key, "http://127.0.0.1", transport=CheckedTransport(world.rest))

    async with client(key) as api:
        outcomes = await run_live(api, client)
    assert contract.faults_of_live(outcomes) == {}


@pytest.mark.parametrize("is_async", [False, True])
async def test_tries_waits_and_errors(is_async: bool) -> None:
    outcomes = {one["id"]: await run_scripted(one, is_async) for one in contract.scripted()}
    assert contract.faults_of_scripted(outcomes) == {}


def test_webhooks() -> None:
    outcomes = {one["id"]: run_webhook(one) for one in contract.messages()}
    assert contract.faults_of_webhooks(outcomes) == {}


def test_the_contract_is_whole() -> None:
    """At least sixty scenarios, and every method is called by one."""
    kinds = [contract.CONTRACT[kind] for kind in ("live", "scripted", "webhook")]
    ids = [one["id"] for kind in kinds for one in kind]
    assert len(ids) >= 60
    assert len(set(ids)) == len(ids)
    live = [contract.CONTRACT["setup"], *contract.CONTRACT["live"]]
    called = {step["call"] for one in live for step in one["steps"]}
    methods = {entry["x-sdk"] for path in document()["paths"].values() for entry in path.values()}
    assert methods - called == set()
