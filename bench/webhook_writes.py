"""Writes whose cost is measured: those of clients of a server, and the event of a create."""

import http.client
import json
import time
from datetime import datetime
from statistics import median
from typing import Any

from bench.webhook_site import Site, new_desk
from pivotal_server.auth.actor import command_line
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.service import create_customer
from pivotal_server.unit_of_work import unit_of_work

_TOGETHER = 20


async def event_cost(site: Site, count: int) -> float:
    """Microseconds of this process for the event of one customer: with it against without it, in turn.

    Several are created in each transaction, so that what it costs by itself disturbs less.
    """
    took: dict[bool, list[float]] = {True: [], False: []}
    async with site.services() as services:
        actor = command_line((await new_desk(services, [])).org_id)
        for number in range(2 * count):
            fires = number % 2 == 0
            began = time.process_time()
            async with unit_of_work(services.db, actor) as uow:
                uow.fires = fires
                for place in range(_TOGETHER):
                    await create_customer(uow, CustomerCreate(name=f"Bench {number} {place}"))
            took[fires].append((time.process_time() - began) * 1e6 / _TOGETHER)
    return median(took[True]) - median(took[False])


def writes(port: int, keys: list[str], count: int) -> list[list[float]]:
    """Milliseconds of so many writes under each key in turn, with pauses in which deliveries go out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    paths = [_customer(connection, key, status="churned") for key in keys]
    took: list[list[float]] = [[] for _ in keys]
    for number in range(count + 10):
        body = json.dumps({"status": "at_risk" if number % 2 == 0 else "churned"})
        # Each key is first, second and last equally often: what one leaves behind disturbs all alike.
        for place in range(len(keys)):
            who = (place + number) % len(keys)
            began = time.perf_counter()
            _call(connection, keys[who], "PATCH", paths[who], body)
            if number >= 10:
                took[who].append((time.perf_counter() - began) * 1_000)
            time.sleep(0.08)
    time.sleep(2)
    return took


def made(port: int, key: str, count: int) -> dict[str, float]:
    """Ids of events with the seconds that they bear, of writes made with a pause after each."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(count):
        _customer(connection, key, status="active")
        time.sleep(0.06)
    time.sleep(2)
    moments = {}
    cursor = ""
    while True:
        found = _call(connection, key, "GET", f"/api/v1/events?limit=100&order=asc{cursor}")
        for event in found["data"]:
            moments[event["id"]] = datetime.fromisoformat(event["created_at"]).timestamp()
        if not found["data"]:
            return moments
        cursor = f"&cursor={found['next_cursor']}"


def _customer(connection: http.client.HTTPConnection, key: str, *, status: str) -> str:
    made = _call(
        connection, key, "POST", "/api/v1/customers", json.dumps({"name": "Bench", "status": status})
    )
    return f"/api/v1/customers/{made['id']}"


def _call(connection: http.client.HTTPConnection, key: str, method: str, path: str, body: str = "") -> Any:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status < 300, text
    return json.loads(text)
