"""A workspace of a given size in a new SQLite file, written in bulk below the services.

The rows have the shape that the services write; only their making is shortened, since a million entries
through the write path would take longer than all measurements.
"""

import asyncio
import sqlite3
import time
from pathlib import Path

from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.db.engine import connect
from pivotal_server.db.migrate import migrate
from pivotal_server.kit.ids import cuid
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import create_workspace

STATUSES = ("active", "active", "active", "onboarding", "at_risk", "churned", "archived")
PLANS = ("Starter", "Growth", "Scale", None)


async def _workspace(path: Path) -> tuple[str, str]:
    db = connect(path)
    await db.open()
    workspace, _ = await create_workspace(
        db, name="Bench", owner_email="owner@bench.example", owner_name="Bench Owner"
    )
    async with unit_of_work(db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="bench", rate_limit=0))
    await db.close()
    return workspace.id, key


def build(path: Path, customers: int, entries: int) -> tuple[str, str]:
    """Make the file; returns the id of the workspace and an API key without a limit."""
    migrate(path)
    org_id, key = asyncio.run(_workspace(path))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    start = int(time.time() * 1_000_000) - 400 * 86_400 * 1_000_000
    ids = [cuid() for _ in range(customers)]
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO customers (org_id, id, display_id, name, slug, domain, status, plan, mrr, tags,"
        " custom_fields, metadata, livemode, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', '{}', 1, ?, ?)",
        (
            (
                org_id,
                ids[n],
                n + 1,
                f"Customer {n + 1}",
                f"customer-{n + 1}",
                f"customer{n + 1}.example",
                STATUSES[n % len(STATUSES)],
                PLANS[n % len(PLANS)],
                float(n % 5000),
                '["retail"]' if n % 9 == 0 else "[]",
                start + n * 1000,
                start + n * 1000,
            )
            for n in range(customers)
        ),
    )
    connection.executemany(
        "INSERT INTO activity (org_id, display_id, id, created_at, event, target_type, target_id,"
        " target_display_id, customer_id, actor_type, actor, origin, livemode)"
        " VALUES (?, ?, ?, ?, 'customer.created', 'customer', ?, ?, ?, 'system', 'Pivotal', 'command', 1)",
        (
            (
                org_id,
                1000 + n,
                cuid(),
                start + n,
                ids[n % customers],
                n % customers + 1,
                ids[n % customers],
            )
            for n in range(entries)
        ),
    )
    for object_type, last in (("customer", customers), ("activity_entry", 1000 + entries)):
        connection.execute(
            "INSERT INTO counters (org_id, object, last_number, last_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (org_id, object) DO UPDATE SET last_number = excluded.last_number",
            (org_id, object_type, last, start + 400 * 86_400 * 1_000_000),
        )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("ANALYZE")
    connection.close()
    return org_id, key
