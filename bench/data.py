"""A workspace of a given size in a new database, written in bulk below the services.

The rows have the shape that the services write; only their making is shortened, since ten million entries
through the write path would take longer than all measurements. Everything follows from the number of a row,
so two sets of one size are alike.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.loading import Loader, loader_of
from bench.rows import MEMBERS, Maker, Row, Size, id_of
from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.db import tables as t
from pivotal_server.db.engine import connect
from pivotal_server.db.migrate import migrate
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import create_workspace


@dataclass(frozen=True)
class Made:
    """What a filled database holds: its address, the workspace, a key without a limit, and ids to ask for."""

    target: str
    org_id: str
    key: str
    size: Size
    members: tuple[str, ...]
    limited: str
    """A member who owns few customers and has few tasks."""
    endpoint_id: str


def _members(org_id: str) -> tuple[list[Row], list[Row], tuple[str, ...]]:
    at = clock.now()
    ids = tuple(id_of("m", n) for n in range(MEMBERS))
    people = [
        {
            **dict.fromkeys(t.people.c.keys()),
            "id": id_of("p", n),
            "email": f"member{n}@bench.example",
            "name": f"Member {n}",
            "time_zone": None,
            "theme": "system",
            "created_at": at,
        }
        for n in range(MEMBERS)
    ]  # fmt: skip
    members = [
        {
            **dict.fromkeys(t.members.c.keys()),
            "org_id": org_id,
            "id": ids[n],
            "display_id": n + 2,
            "person_id": id_of("p", n),
            "role": "member",
            "active": True,
            "created_at": at + timedelta(microseconds=n + 1),
            "updated_at": at,
        }
        for n in range(MEMBERS)
    ]  # fmt: skip
    return people, members, ids


def _endpoint(org_id: str, id: str, at: Any) -> tuple[Row, Row, Row]:
    """An endpoint that is switched off, so that a server over the set sends nothing."""
    blank = dict.fromkeys(t.webhook_endpoints.c.keys())
    endpoint = {
        **blank,
        "org_id": org_id,
        "id": id,
        "display_id": 1,
        "url": "https://hooks.bench.example/in",
        "event_types": ["*"],
        "field_filters": {},
        "test_mode": False,
        "status": "disabled",
        "disabled_at": at,
        "enabled_at": at,
        "max_concurrency": 5,
        "created_at": at,
        "updated_at": at,
    }
    queue = {
        **dict.fromkeys(t.webhook_queues.c.keys()),
        "org_id": org_id,
        "endpoint_id": id,
        "health": "healthy",
        "consecutive_failures": 0,
        "silent_streak": 0,
    }
    return endpoint, queue, {"org_id": org_id, "passed_at": clock.now()}


async def _workspace(target: str | Path) -> tuple[str, str]:
    db = connect(target)
    await db.open()
    try:
        workspace, _ = await create_workspace(
            db, name="Bench", owner_email="owner@bench.example", owner_name="Bench Owner"
        )
        async with unit_of_work(db, command_line(workspace.id)) as uow:
            _, key = await create_key(uow, KeyRequest(name="bench", rate_limit=0))
    finally:
        await db.close()
    return workspace.id, key


async def empty(target: str | Path) -> Made:
    """Make the database at ``target`` with a workspace that holds nothing but its owner."""
    await asyncio.to_thread(migrate, target)
    org_id, key = await _workspace(target)
    nothing = Size(customers=0, tasks=0, entries=0)
    return Made(str(target), org_id, key, nothing, (), "", "")


async def build(target: str | Path, size: Size, *, tell: bool = False) -> Made:
    """Make the database at ``target`` (a new file, or the URL of an empty PostgreSQL database) and fill it.

    ``tell`` prints how long each table took.
    """
    migrate(target)
    org_id, key = await _workspace(target)
    people, members, ids = _members(org_id)
    maker = Maker(org_id, ids, size)
    endpoint_id = id_of("w", 0)
    endpoint, queue, cursor = _endpoint(org_id, endpoint_id, maker.start)
    work: list[tuple[Any, Iterable[Row]]] = [
        (t.people, people),
        (t.members, members),
        (t.customers, maker.customers()),
        (t.customer_tags, maker.customer_tags()),
        (t.contacts, maker.contacts()),
        (t.onboardings, maker.onboardings()),
        (t.tasks, maker.tasks()),
        (t.comments, maker.comments()),
        (t.activity, maker.activity()),
        (t.events, maker.events()),
        (t.webhook_endpoints, [endpoint]),
        (t.webhook_queues, [queue]),
        (t.webhook_cursors, [cursor]),
        (t.webhook_deliveries, maker.deliveries(endpoint_id)),
        (t.search_rows, maker.search_rows()),
    ]
    loader = await loader_of(target)
    try:
        await loader.begin([table for table, _ in work])
        for table, rows in work:
            began = time.perf_counter()
            count = await loader.put(table, rows)
            if tell and count > 1000:
                print(f"  {table.name}: {count:,} rows, {time.perf_counter() - began:.0f} s", flush=True)
        began = time.perf_counter()
        await _count_on(loader, org_id, size)
        await loader.end()
        if tell:
            print(f"  indexes and statistics: {time.perf_counter() - began:.0f} s", flush=True)
    finally:
        await loader.close()
    return Made(str(target), org_id, key, size, ids, ids[-1], endpoint_id)


async def _count_on(loader: Loader, org_id: str, size: Size) -> None:
    """Let the counters go on behind what was written."""
    last = {
        "customer": size.customers,
        "contact": size.customers,
        "onboarding": size.customers,
        "task": size.tasks,
        "comment": size.comments,
        "activity_entry": 1000 + size.entries,
        "event": size.events,
        "webhook_endpoint": 1,
        "webhook_delivery": size.deliveries,
        "member": MEMBERS + 1,
    }
    await loader.remove_counters(org_id, list(last))
    at = clock.now()
    rows = [{"org_id": org_id, "object": name, "last_number": n, "last_at": at} for name, n in last.items()]
    await loader.put(t.counters, rows)
